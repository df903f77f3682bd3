//! Recorded environments: who uses which packages of a channel.
//!
//! What somebody asks for is a specification or a lock file. What was solved for one
//! platform is a [`Lock`]: its packages, each with the channel that it is from.

mod locked;
mod name;
#[cfg(feature = "solve")]
pub mod solve;

pub use locked::{Lock, LockedPackage, PackageIdentity};
pub use name::{EnvironmentPath, InvalidName, Name};
