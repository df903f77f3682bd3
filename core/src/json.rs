//! JSON as a channel's documents spell it: keys sorted, ASCII only, numbers as Python prints them.
//!
//! conda-index writes every document with Python's `json` module and sorted keys. Text in that
//! spelling is called *canonical* here. A record is brought into it once, when its package is
//! read; documents are then put together from such texts without parsing them again.

mod canonical;
pub(crate) mod float;
pub(crate) mod msgpack;
mod number;
mod parse;
mod slice;
mod stream;
mod write;

pub use canonical::JsonText;
pub(crate) use parse::decode;
pub use parse::{JsonError, parse};
pub use stream::ObjectStream;
pub use write::{Layout, indent, write_string};

pub(crate) use slice::JsonSlice;
pub(crate) use write::write_value;
