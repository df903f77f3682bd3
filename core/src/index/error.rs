//! What can stop the index of a channel or of one of its subdirs.

use std::io;

use thiserror::Error;

use crate::channel::Subdir;
use crate::repodata::patch::PatchSourceError;
use crate::site::RenderError;
use crate::store::StoreError;

/// What can stop the index of a channel or of one of its subdirs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A file or folder could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A page or feed could not be made.
    #[error(transparent)]
    Page(#[from] RenderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database is not ready for what this towpath writes.
    #[cfg(feature = "postgres")]
    #[error("{server}: {source}")]
    Database {
        /// Server and database, without secrets.
        server: String,
        /// What is missing, and what to do.
        source: Box<crate::migrate::MigrateError>,
    },
    /// The patch instructions could not be had.
    #[error(transparent)]
    Patch(#[from] PatchSourceError),
    /// Nothing is kept between runs, and a subdir was not read in this one.
    #[error(
        "channeldata.json is as it was: it is of the whole channel, {subdir} was not read in this run, and with no \
         store nothing is known of it"
    )]
    NothingKept {
        /// The subdir.
        subdir: Subdir,
    },
    /// Nothing is kept, so no environments are either.
    #[error("there are no environments where nothing is kept: use another --db than memory")]
    NoEnvironments,
    /// Another process is at work on the subdir.
    #[error("another process is indexing {subdir}")]
    Busy {
        /// The subdir.
        subdir: Subdir,
    },
    /// A store was being filled from elsewhere, and that was stopped.
    #[error(
        "what is known of {subdir} is not whole: towpath db copy or load was filling its store and did not come to \
         an end; do it again with --replace"
    )]
    Unfinished {
        /// The subdir.
        subdir: Subdir,
    },
}
