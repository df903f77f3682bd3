//! What an administrator does around a channel's database: makes it, gives rights in it, says which
//! channels it holds, and finds out what is wrong with it.
//!
//! Nothing that indexes needs this room.

mod database;
mod error;
mod name;

pub use database::{Created, IfExists, NewDatabase, create_database, create_schema, upgrade};
pub use error::ProvisionError;
