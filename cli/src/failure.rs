//! How a command ends that could not do its work: one message, and the status that says which kind.

use std::fmt::Display;
use std::process::ExitCode;

use towpath_core::migrate::{MigrateError, Status};

/// Exit statuses, as the README lists them.
pub(crate) mod status {
    /// Something could not be published.
    pub(crate) const FAILED: u8 = 1;
    /// The command was not understood.
    pub(crate) const USAGE: u8 = 2;
    /// Published, but packages were left out.
    pub(crate) const LEFT_OUT: u8 = 3;
    /// A database's tables are not what its version says.
    pub(crate) const DRIFT: u8 = 4;
    /// A newer towpath made the database what it is.
    pub(crate) const NEWER: u8 = 5;
    /// A migration was changed after it ran in the database.
    pub(crate) const EDITED: u8 = 6;
    /// The database is to be upgraded or adopted before this towpath works with it.
    pub(crate) const PENDING: u8 = 7;
    /// Others were in the way, of all migrations or of a table, for longer than was to be waited.
    pub(crate) const LOCKED: u8 = 8;
    /// A plan keeps others from writing to a large table.
    pub(crate) const BLOCKS: u8 = 9;
    /// Somebody needs what was to be removed.
    pub(crate) const NEEDED: u8 = 10;
}

/// The exit status that says what a database is to this towpath.
pub(crate) fn status_of(status: &Status) -> u8 {
    match status {
        // Even one that may be written as it is.
        Status::Newer { .. } => status::NEWER,
        other => MigrateError::not_ready(other).map_or(0, |error| Failure::migration(&error).status),
    }
}

/// Why a command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    /// The work could not be done.
    pub(crate) fn failed(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            status: status::FAILED,
        }
    }

    /// The work could not be done, in a way that has a status of its own.
    pub(crate) fn with_status(message: impl Display, status: u8) -> Self {
        Self {
            message: message.to_string(),
            status,
        }
    }

    /// What was asked for makes no sense.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            status: status::USAGE,
        }
    }

    /// A database was not migrated.
    pub(crate) fn migration(error: &MigrateError) -> Self {
        let status = match error {
            MigrateError::Drifted { .. } => status::DRIFT,
            MigrateError::Newer { .. } => status::NEWER,
            MigrateError::Edited { .. } => status::EDITED,
            MigrateError::NotAdopted | MigrateError::Empty | MigrateError::Behind { .. } => status::PENDING,
            MigrateError::Busy { .. } | MigrateError::Blocked { .. } => status::LOCKED,
            MigrateError::Target(_) | MigrateError::WrongWay { .. } => status::USAGE,
            _ => status::FAILED,
        };
        Self {
            message: error.to_string(),
            status,
        }
    }

    /// The same failure, with words behind its message.
    pub(crate) fn hinting(self, hint: &str) -> Self {
        Self {
            message: format!("{}; {hint}", self.message),
            ..self
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn status(&self) -> u8 {
        self.status
    }

    /// Says why, and gives the status to exit with.
    pub(crate) fn report(self) -> ExitCode {
        crate::report::say(&format!("{}: {}", crate::report::error("error"), self.message));
        ExitCode::from(self.status)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::failed(error)
    }
}
