//! The core of towpath: it reads conda packages, keeps what it learned in a store,
//! and builds the metadata of a conda channel from that store.

#[cfg(all(test, target_family = "wasm"))]
#[macro_use]
extern crate towpath_tests_in_wasm;

pub mod channel;
pub mod environment;
#[cfg(feature = "native")]
pub mod index;
pub mod inspect;
pub mod json;
#[cfg(any(feature = "gluesql", feature = "postgres", feature = "sqlite"))]
pub mod migrate;
pub mod package;
pub mod policy;
#[cfg(feature = "postgres")]
pub mod provision;
#[cfg(feature = "native")]
pub mod publish;
#[cfg(feature = "gluesql")]
pub mod query;
pub mod ranged;
pub mod record;
#[cfg(feature = "http")]
pub mod remote;
#[cfg(feature = "match-spec")]
pub mod repodata;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "site")]
pub mod site;
pub mod store;
#[cfg(feature = "ledger")]
pub mod transfer;
// In WebAssembly there are no files to compare it with.
#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod typescript;
pub mod verify;
pub mod web_url;
#[cfg(feature = "native")]
pub mod website;
