//! What can keep a channel where it is.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::channel::Subdir;
use crate::environment::ledger::{LedgerError, Need};
use crate::index::IndexError;
use crate::store::StoreError;

/// What can keep what is known of a channel where it is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A file or folder could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The channel's stores could not be opened.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The environments that are recorded forbid it, or could not be asked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Environments in a database that is not the one that was named need what is to be removed.
    #[error(
        "nothing was removed, for it is needed by environments in {} (this is another --db; delete that file if it is of \
         no use any more):{}",
        database.display(),
        needs.iter().map(|need| format!("\n  {} by {}", need.file, need.by)).collect::<String>()
    )]
    NeededElsewhere {
        /// Where.
        database: PathBuf,
        /// By whom.
        needs: Vec<Need>,
    },
    /// What is to be moved is there already.
    #[error("source and target are the same database")]
    SamePlace,
    /// Nothing is known of a subdir.
    #[error("nothing is known of {subdir}")]
    UnknownSubdir {
        /// The subdir.
        subdir: Subdir,
    },
    /// The target knows something of a subdir.
    #[error(
        "the target already knows packages of {subdir}; nothing was moved (--replace forgets what it knows of them)"
    )]
    NotEmpty {
        /// The subdir.
        subdir: Subdir,
    },
    /// The target has environments.
    #[error("the target already has environments; nothing was moved (--replace forgets them)")]
    EnvironmentsThere,
    /// The target has environments that are not the channel's alone.
    #[error(
        "the target has environments of other channels too ({}), which are not to be forgotten; nothing was moved \
         (a database or schema of its own has room for them)",
        .channels.join(", ")
    )]
    EnvironmentsOfOthers {
        /// What these channels are called there.
        channels: Vec<String>,
    },
    /// Environments need other channels that are in the same database.
    #[error(
        "environments of the channel use other channels of its database ({}), and would not find them elsewhere; \
         nothing was moved",
        .channels.join(", ")
    )]
    EnvironmentsNeedOthers {
        /// What these channels are called there.
        channels: Vec<String>,
    },
    /// A dump is not what it should be.
    #[error("line {line} of the dump: {what}")]
    Dump {
        /// The line's number, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A dump ends before its manifest.
    #[error("the dump is not whole: it ends after line {line}, without the manifest that its last line is")]
    Truncated {
        /// The number of the last line.
        line: u64,
    },
    /// Files that are no part of the channel. Nothing was removed.
    #[error("nothing was removed: {} in the channel as it was last listed: {}", not(.files), .files.join(", "))]
    NotListed {
        /// As they were given.
        files: Vec<String>,
    },
    /// A file name that several subdirs have. Nothing was removed.
    #[error("nothing was removed: {file_name} is in several subdirs ({}); say which, as in {}/{file_name}", .subdirs.join(", "), .subdirs[0])]
    Ambiguous {
        /// The name.
        file_name: String,
        /// The subdirs, two at least.
        subdirs: Vec<String>,
    },
}

fn not(files: &[String]) -> &'static str {
    match files {
        [_] => "this file is not",
        _ => "these files are not",
    }
}
