//! Recorded environments: who uses which packages of a channel.
//!
//! What somebody asks for is a [`Request`](formats::Request) or a lock file. What was solved for one
//! platform is a [`Lock`]: its packages, each with the channel that it is from.

#[cfg(all(feature = "ledger", feature = "solve"))]
mod attempt;
#[cfg(feature = "ledger")]
pub mod difference;
pub mod formats;
#[cfg(feature = "ledger")]
pub mod impact;
#[cfg(feature = "ledger")]
pub mod ledger;
mod locked;
mod name;
#[cfg(feature = "ledger")]
mod own;
#[cfg(feature = "solve")]
pub mod solve;
mod specification;
#[cfg(feature = "ledger")]
mod wanted;

#[cfg(all(feature = "ledger", feature = "solve"))]
pub use attempt::{AttemptError, solve_and_record};
pub use locked::{Lock, LockedPackage, PackageIdentity};
pub use name::{EnvironmentPath, InvalidName, Name};
#[cfg(feature = "ledger")]
pub use own::{Channel, folder_url};
pub use specification::Specification;
#[cfg(feature = "ledger")]
pub use wanted::{NotWanted, Wanted};
