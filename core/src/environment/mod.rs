//! Recorded environments: who uses which packages of a channel.
//!
//! What somebody asks for is a [`Request`](formats::Request) or a lock file. What was solved for one
//! platform is a [`Lock`]: its packages, each with the channel that it is from.

pub mod formats;
#[cfg(any(feature = "gluesql-redb", feature = "postgres", feature = "sqlite"))]
pub mod ledger;
mod locked;
mod name;
#[cfg(feature = "solve")]
pub mod solve;
mod specification;

pub use locked::{Lock, LockedPackage, PackageIdentity};
pub use name::{EnvironmentPath, InvalidName, Name};
pub use specification::Specification;
