//! Why a folder cannot be served.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// Why a folder cannot be served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// It is not there, or cannot be looked into.
    #[error("{} cannot be served: {reason}", folder.display())]
    Folder {
        /// What was to be served.
        folder: PathBuf,
        /// What is wrong with it.
        reason: io::Error,
    },
    /// Nobody may listen there, or somebody else does.
    #[error("cannot listen at {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        reason: io::Error,
    },
    /// The operating system does not give what a server needs.
    #[error("the server cannot be started: {0}")]
    Start(io::Error),
}
