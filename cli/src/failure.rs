//! How a command ends that could not do its work: one message, and the status that says which kind.

use std::fmt::Display;
use std::process::ExitCode;

/// Exit statuses, as the README lists them.
pub(crate) mod status {
    /// Something could not be published.
    pub(crate) const FAILED: u8 = 1;
    /// The command was not understood.
    pub(crate) const USAGE: u8 = 2;
    /// Published, but packages were left out.
    pub(crate) const LEFT_OUT: u8 = 3;
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

    /// What was asked for makes no sense.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            status: status::USAGE,
        }
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
