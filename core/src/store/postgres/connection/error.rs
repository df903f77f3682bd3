//! What can be wrong with settings, and why a server could not be reached. No text here ever has a
//! password in it, nor a piece of a connection string that may be one.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use postgres::error::SqlState;
use thiserror::Error;

use super::keys::Origin;
use super::tls::TlsFileError;

/// Why it cannot be told from the settings which server is meant, and how to reach it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The text is neither form of a connection string.
    #[error(
        "the connection string is neither a URL (postgresql://USER@HOST/DATABASE) nor made of KEY=VALUE \
         (host=HOST dbname=DATABASE)"
    )]
    NotAConnectionString,
    /// The URL is for another kind of database.
    #[error("{scheme}:// is not PostgreSQL: the URL has to begin with postgresql://")]
    OtherScheme {
        /// What it begins with.
        scheme: String,
    },
    /// The connection string cannot be read.
    #[error("the connection string cannot be read: {problem}")]
    Malformed {
        /// What is wrong.
        problem: &'static str,
    },
    /// A key that nobody knows.
    #[error("{origin} has `{key}`, which is no connection parameter of PostgreSQL")]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it is.
        origin: Origin,
    },
    /// A key that nobody knows, and that may be a piece of a password.
    #[error(
        "the connection string has an unknown key after the password (not shown: it may be a part of the \
         password; in a URL write @ in a password as %40, elsewhere put the password between ' and ')"
    )]
    UnknownKeyAfterPassword,
    /// A key that libpq knows.
    #[error("{origin}: `{key}` is not supported: {instead}")]
    Unsupported {
        /// The key.
        key: &'static str,
        /// Where it is.
        origin: Origin,
        /// What to do.
        instead: &'static str,
    },
    /// A value that the key cannot have.
    #[error("{origin}: `{key}` {problem}")]
    InvalidValue {
        /// The key.
        key: &'static str,
        /// Where the value is.
        origin: Origin,
        /// What is wrong with it.
        problem: String,
    },
    /// No service file has the service.
    #[error("there is no service `{service}` in {}", join_paths(.files))]
    ServiceNotFound {
        /// Its name.
        service: String,
        /// Where it was looked for.
        files: Vec<PathBuf>,
    },
    /// A service file that cannot be read.
    #[error("{} line {line}: {problem}", .path.display())]
    ServiceFile {
        /// Which one.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// Nobody said as whom to connect.
    #[error("it is not known as which user to connect: give `user` or set PGUSER")]
    NoUser,
    /// A file could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn join_paths(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return "any file: there is no service file, and PGSERVICEFILE is not set".to_owned();
    }
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(" nor in ")
}

/// Why there is no connection.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// A certificate or key cannot be used; no server was asked.
    #[error("cannot connect to {target}: {source}")]
    TlsFile {
        /// The settings, without secrets.
        target: String,
        /// Which file, and why.
        source: TlsFileError,
    },
    /// No server let us in.
    #[error("cannot connect to {target}: {}{}", list_attempts(.attempts), list_warnings(.warnings))]
    Failed {
        /// The settings, without secrets.
        target: String,
        /// Each server that was tried, in order.
        attempts: Vec<FailedAttempt>,
        /// What was passed over and may be the cause.
        warnings: Vec<String>,
    },
}

impl ConnectError {
    /// Whether the same may succeed a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TlsFile { .. } => false,
            Self::Failed { attempts, .. } => {
                attempts.iter().any(|attempt| attempt.transient)
                    && !attempts
                        .iter()
                        .any(|attempt| attempt.code.is_some() && !attempt.transient)
            }
        }
    }

    /// Whether nobody listens at any of the places: there may never have been a server.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::TlsFile { .. } => false,
            Self::Failed { attempts, .. } => attempts.iter().all(|attempt| attempt.absent),
        }
    }

    /// What the last server that answered said, as SQLSTATE.
    pub fn code(&self) -> Option<&SqlState> {
        match self {
            Self::TlsFile { .. } => None,
            Self::Failed { attempts, .. } => attempts.iter().rev().find_map(|attempt| attempt.code.as_ref()),
        }
    }
}

/// A server that could not be used.
#[derive(Clone, Debug)]
pub struct FailedAttempt {
    /// Where it is or should be.
    pub host: String,
    /// Why it could not be used, and what to do.
    pub reason: String,
    /// What it said, as SQLSTATE.
    pub code: Option<SqlState>,
    /// Whether it may succeed a little later.
    pub transient: bool,
    /// Whether nobody listens there.
    pub absent: bool,
}

fn list_attempts(attempts: &[FailedAttempt]) -> String {
    let mut list = String::new();
    for attempt in attempts {
        if !list.is_empty() {
            list.push_str("; ");
        }
        // Writing to a String cannot fail.
        let _ = write!(list, "{}: {}", attempt.host, attempt.reason);
    }
    list
}

fn list_warnings(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!(" ({warning})")).collect()
}
