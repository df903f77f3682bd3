//! Why something about a database could not be done.

use std::io;

use thiserror::Error;

use crate::migrate::{Cause, DatabaseError, MigrateError};
use crate::store::postgres::{ConnectError, ConnectionSettings};

/// Why something about a database could not be done. No text has a password in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProvisionError {
    /// The server could not be reached.
    #[error(transparent)]
    Connect(#[from] Box<ConnectError>),
    /// The server refused or failed.
    #[error("{server}: {doing}: {source}")]
    Database {
        /// Server and database, without secrets.
        server: String,
        /// What was being done.
        doing: String,
        /// What it said.
        source: DatabaseError,
    },
    /// The role may not do that; somebody else may.
    #[error("{server}: {doing}: {source}; let somebody who may run: {sql}")]
    Forbidden {
        /// Server and database, without secrets.
        server: String,
        /// What was being done.
        doing: String,
        /// What the server said.
        source: DatabaseError,
        /// What does it, on one line.
        sql: String,
    },
    /// What was to be made is there.
    #[error("{server}: {what} is there already")]
    AlreadyThere {
        /// Server and database, without secrets.
        server: String,
        /// What it is.
        what: String,
    },
    /// The tables are not what they should be, or could not be made so.
    #[error("{server}: {source}")]
    Migrate {
        /// Server and database, without secrets.
        server: String,
        /// What is wrong, and what to do.
        source: Box<MigrateError>,
    },
    /// What was asked for makes no sense in this database.
    #[error("{server}: {why}")]
    Refused {
        /// Server and database, without secrets.
        server: String,
        /// Why, and what to do.
        why: String,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<ConnectError> for ProvisionError {
    fn from(error: ConnectError) -> Self {
        Self::Connect(Box::new(error))
    }
}

/// The errors of one database.
pub(super) struct Errors<'s> {
    pub(super) settings: &'s ConnectionSettings,
}

impl Errors<'_> {
    fn server(&self) -> String {
        self.settings.to_string()
    }

    /// The server failed at this.
    pub(super) fn failed(&self, doing: impl Into<String>) -> impl FnOnce(postgres::Error) -> ProvisionError {
        let (server, doing) = (self.server(), doing.into());
        move |source| ProvisionError::Database {
            server,
            doing,
            source: source.into(),
        }
    }

    /// The server failed at this; where rights are missing, this SQL does it for who has them.
    pub(super) fn failed_or_forbidden(
        &self,
        doing: impl Into<String>,
        sql: impl Into<String>,
    ) -> impl FnOnce(postgres::Error) -> ProvisionError {
        let (server, doing, sql) = (self.server(), doing.into(), sql.into());
        move |source| {
            let source = DatabaseError::from(source);
            match source.cause {
                Cause::Forbidden => ProvisionError::Forbidden {
                    server,
                    doing,
                    source,
                    sql,
                },
                _ => ProvisionError::Database {
                    server,
                    doing,
                    source,
                },
            }
        }
    }

    pub(super) fn migrate(&self, source: MigrateError) -> ProvisionError {
        ProvisionError::Migrate {
            server: self.server(),
            source: Box::new(source),
        }
    }

    pub(super) fn schema(&self, source: DatabaseError) -> ProvisionError {
        ProvisionError::Database {
            server: self.server(),
            doing: "looking at the schema".to_owned(),
            source,
        }
    }

    pub(super) fn already_there(&self, what: impl Into<String>) -> ProvisionError {
        ProvisionError::AlreadyThere {
            server: self.server(),
            what: what.into(),
        }
    }

    pub(super) fn refused(&self, why: impl Into<String>) -> ProvisionError {
        ProvisionError::Refused {
            server: self.server(),
            why: why.into(),
        }
    }
}
