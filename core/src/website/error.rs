//! What can stop the making of a website.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

#[cfg(feature = "ledger")]
use crate::environment::ledger::LedgerError;
use crate::index::IndexError;
use crate::site::RenderError;
use crate::store::StoreError;

/// What can stop the making of a website. What was written before stays, and the next run mends it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WebsiteError {
    /// A file or folder could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What an index run has left could not be opened.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Recorded environments could not be read.
    #[cfg(feature = "ledger")]
    #[error(transparent)]
    Environments(#[from] LedgerError),
    /// A page could not be made.
    #[error("{page}: {source}")]
    Page {
        /// The page's path in the website.
        page: String,
        /// What was wrong: with a template, as a rule.
        source: RenderError,
    },
    /// A template could not be used.
    #[error(transparent)]
    Template(#[from] RenderError),
    /// Nothing is known of the channel.
    #[error(
        "{}: there is nothing to make a website of: no subdir was indexed or has a repodata.json; run `towpath \
         index {}` first", channel.display(), channel.display()
    )]
    NotIndexed {
        /// The channel's folder.
        channel: PathBuf,
    },
    /// A published document could not be read.
    #[error("{}: {source}", path.display())]
    Document {
        /// The document.
        path: PathBuf,
        /// What was wrong with it.
        source: io::Error,
    },
    /// A subdir is called as a folder of the website.
    #[error(
        "the subdir {subdir} has the name of a folder that every website has: there can be none of this channel"
    )]
    Collision {
        /// The subdir.
        subdir: String,
    },
    /// The inspector alone was to be written to a folder that has something else.
    #[error(
        "{}: has a website or a page of its own: write the inspector to another folder, or make it part of the \
         website (`towpath site` without --inspector-only)", folder.display()
    )]
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
    /// The report of `towpath verify` could not be understood.
    #[error("{}: is not what `towpath verify --json` prints: {why}", path.display())]
    VerifyReport {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
}

impl WebsiteError {
    pub(super) fn document(path: &Path, source: io::Error) -> Self {
        Self::Document {
            path: path.to_owned(),
            source,
        }
    }
}
