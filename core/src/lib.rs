//! The core of towpath: it reads conda packages, keeps what it learned in a store,
//! and builds the metadata of a conda channel from that store.

pub mod channel;
pub mod json;
pub mod package;
pub mod record;
pub mod store;
