//! What a browser is given of towpath: packages are opened, read and checked in a Worker, from files
//! and from servers, without one of their bytes leaving the machine.
//!
//! Each function takes the file's name and a [`ByteSource`], from which it reads what it needs. Results
//! are JSON in the form of the command line's, so that they cross into JavaScript at once. The package
//! of npm, in `web/package`, is what people call; this is what it calls in turn.

mod channel;
mod checks;
mod error;
mod member;
mod metadata;
mod source;

pub use channel::{ReadDocument, published_builds};
pub use checks::{rules, verify};
pub use member::read_member;
pub use metadata::{compare, inspect, repodata_record};
pub use source::ByteSource;
