//! What a kind of database has to offer to be migrated.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::catalogue::Catalogue;
use super::history::HistoryRow;
use super::migration::Execution;
use super::statement::Statement;

/// A connection to one schema of one database. The primitives that a
/// [`Runner`](super::Runner) makes its operations of.
///
/// `Err` always is the database's own error; the runner says what it was doing.
pub trait Database {
    /// How the history is spelled.
    fn dialect(&self) -> &'static Dialect;

    /// The rows of the history by version, or `None` where there is no such table. Needs nothing
    /// but SELECT, and makes nothing.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn history(&mut self) -> Result<Option<Vec<HistoryRow>>, DatabaseError>;

    /// The names of tables and views that are there and are conda-index's or ours, as
    /// [`Catalogue::tables`] names them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn tables(&mut self) -> Result<Vec<String>, DatabaseError>;

    /// The live catalogue.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn catalogue(&mut self) -> Result<Catalogue, DatabaseError>;

    /// How many rows a table has, exactly.
    ///
    /// # Errors
    ///
    /// When the database fails, or there is no such table.
    fn row_count(&mut self, table: &str) -> Result<u64, DatabaseError>;

    /// Takes the lock of migrators without waiting. With [`Execution::OneTransaction`] a
    /// transaction begins that ends with the lock. After [`Locking::Busy`] nothing is begun: who
    /// waits inside a transaction stands in the way of an index build, which waits for all of them.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is begun then.
    fn lock(&mut self, execution: Execution, timeouts: &Timeouts) -> Result<Locking, DatabaseError>;

    /// Ends what [`lock`](Self::lock) began.
    ///
    /// # Errors
    ///
    /// When the database fails; the transaction did not happen then.
    fn release(&mut self, execution: Execution, end: End) -> Result<(), DatabaseError>;

    /// Runs one statement. Under [`Execution::EachAlone`] it first removes what an earlier run of
    /// the same statement left half-made.
    ///
    /// # Errors
    ///
    /// When the statement fails.
    fn execute(&mut self, execution: Execution, statement: Statement<'_>) -> Result<(), DatabaseError>;

    /// Who has the lock of migrators, if it can be told.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn lock_holder(&mut self) -> Result<Option<Blocker>, DatabaseError> {
        Ok(None)
    }

    /// Who stands in the way of a statement, if it can be told.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn blocker(&mut self, _statement: Statement<'_>) -> Result<Option<Blocker>, DatabaseError> {
        Ok(None)
    }

    /// What a statement would cost here.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn cost(&mut self, _statement: Statement<'_>) -> Result<Cost, DatabaseError> {
        Ok(Cost::default())
    }

    /// Whether this kind of database has the statement, which is to mend a drift.
    fn can_repair_by(&self, _statement: &str) -> bool {
        true
    }
}

/// How the history is spelled in one kind of database.
#[derive(Debug)]
pub struct Dialect {
    /// Makes the table of the history.
    pub create_history: &'static str,
    /// An expression for the present time.
    pub now: &'static str,
    /// An expression for the database's user, or `NULL`.
    pub user: &'static str,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// How long one statement of a transaction waits for a table's lock. Everybody who comes after
    /// it waits behind it, so this is short, and the step is tried again.
    pub lock: Duration,
    /// How long all waiting for one step may take: for other migrators, and for locks.
    pub wait: Duration,
    /// How long one statement of a transaction may run.
    pub statement: Duration,
    /// How long one statement may run that keeps nobody out.
    pub lone_statement: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            lock: Duration::from_secs(5),
            wait: Duration::from_secs(600),
            statement: Duration::from_secs(60),
            lone_statement: Duration::from_secs(1800),
        }
    }
}

/// What became of taking the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locking {
    /// It is taken.
    Taken,
    /// Another migrator has it.
    Busy,
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It happened.
    Commit,
    /// It did not.
    Rollback,
}

/// Another session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The process that serves it.
    pub pid: i32,
    /// Its user.
    pub user: String,
    /// What it calls itself.
    pub application: String,
    /// What it does, or did last.
    pub query: String,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} (user {}", self.pid, self.user)?;
        if !self.application.is_empty() {
            write!(f, ", {}", self.application)?;
        }
        write!(f, "): {}", self.query)
    }
}

/// Whom a statement keeps from a table while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockLevel {
    /// Nobody: nothing is there yet.
    NewObject,
    /// Nobody who reads or writes rows.
    RowExclusive,
    /// Other changes of the schema, and VACUUM.
    ShareUpdateExclusive,
    /// Who writes.
    Share,
    /// Everybody.
    AccessExclusive,
    /// It cannot be told.
    #[default]
    Unknown,
}

impl LockLevel {
    /// As the database's documentation calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewObject => "none",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it keeps others from writing rows.
    pub fn blocks_writers(self) -> bool {
        self >= Self::Share
    }
}

impl fmt::Display for LockLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a statement costs in one database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Whom it keeps out.
    pub lock: LockLevel,
    /// Of which table.
    pub table: Option<String>,
    /// The table's rows, estimated; `None` if nobody ever counted them.
    pub rows: Option<u64>,
    /// The table's bytes with its indexes.
    pub bytes: Option<u64>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Others were in the way, and may be gone at the next try.
    Contention,
    /// It took longer than it may.
    TooSlow,
    /// The user may not do that.
    Forbidden,
    /// Anything else.
    Other,
}

/// An error of the database, as it said it.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct DatabaseError {
    /// What kind it is.
    pub cause: Cause,
    /// What the database said.
    pub message: String,
}

impl DatabaseError {
    /// An error that trying again does not mend.
    pub fn other(message: impl Into<String>) -> Self {
        Self {
            cause: Cause::Other,
            message: message.into(),
        }
    }
}
