//! What an administrator does around a channel's database: makes it, gives rights in it, says which
//! channels it holds, and finds out what is wrong with it.
//!
//! Nothing that indexes needs this room.

mod channels;
mod database;
mod doctor;
mod erd;
mod error;
mod name;
mod roles;
mod wait;

pub use channels::{
    Changed, Registered, StoredChannel, StoredSubdir, remove_channel, rename_channel, rows_of_channel,
    stored_channels,
};
pub use database::{Created, IfExists, NewDatabase, create_database, create_schema, upgrade};
pub use doctor::{Finding, Health, examine};
pub use erd::{Column, Diagram, End, Key, Many, Relation, RelationKind, Table};
pub use error::ProvisionError;
pub use roles::{Login, Roles, RolesScript, make_roles, roles_script};
pub use wait::{Until, wait};
