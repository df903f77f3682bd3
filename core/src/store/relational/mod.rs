//! Tables with relations between them, in any of the backends: what several packages, or none, have in
//! common.
//!
//! Statements are SQL that SQLite, PostgreSQL and GlueSQL all understand: parameters are `$1`, joins are
//! inner ones, ids come from [`Session::insert`], and what has to hold is looked up before it is written.
//! That is safe, because one writer is at work at a time: [`Database::write`] takes the right to it first.

#[cfg(feature = "gluesql-redb")]
mod gluesql;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(any(feature = "gluesql-redb", feature = "sqlite"))]
use std::path::Path;

pub use row::{Row, Value};

use super::StoreError;

/// The inside of a transaction.
pub trait Session {
    /// The rows that a `SELECT` gives.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs an `UPDATE` or `DELETE`; how many rows it was about.
    ///
    /// # Errors
    ///
    /// When the database fails, or refuses what the rows would become.
    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError>;

    /// Adds a row to a table that numbers its rows; the row's id, which no other row had before.
    ///
    /// # Errors
    ///
    /// When the database fails, or refuses the row.
    fn insert(&mut self, table: &str, columns: &[(&str, Value)]) -> Result<i64, StoreError>;

    /// Adds rows as they are.
    ///
    /// # Errors
    ///
    /// When the database fails, or refuses one of them.
    fn insert_rows(&mut self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Result<(), StoreError>;

    /// Has [`insert`](Self::insert) give ids after this one, for rows that were added with theirs. Ids that
    /// were given before are not given again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn number_after(&mut self, table: &str, last_id: i64) -> Result<(), StoreError>;
}

/// What is done in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// It is read, as it is at one time.
    Read,
    /// It is changed, by nobody else at that time.
    Write,
}

/// A connection to a backend.
trait Connection: Session {
    fn begin(&mut self, access: Access) -> Result<(), StoreError>;
    fn commit(&mut self) -> Result<(), StoreError>;
    /// What went wrong before is what is told: not that this does too.
    fn roll_back(&mut self);
    fn session(&mut self) -> &mut dyn Session;
}

/// A database with relations between its tables.
pub struct Database(Box<dyn Connection + Send>);

impl Database {
    /// The database in an `SQLite` file, which is made if it is missing, with the folder that it is in.
    ///
    /// # Errors
    ///
    /// When it is no database or cannot be written.
    #[cfg(feature = "sqlite")]
    pub fn in_sqlite(path: &Path) -> Result<Self, StoreError> {
        Ok(Self(Box::new(sqlite::SqliteConnection::open(path)?)))
    }

    /// The database in a redb file, which is made if it is missing, with the folder that it is in.
    ///
    /// # Errors
    ///
    /// When it is no database, cannot be written, or another process had it open for a minute.
    #[cfg(feature = "gluesql-redb")]
    pub fn in_gluesql(path: &Path) -> Result<Self, StoreError> {
        Ok(Self(Box::new(gluesql::GluesqlConnection::open(path)?)))
    }

    /// The database on a server, which has its tables already.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses.
    #[cfg(feature = "postgres")]
    pub fn in_postgres(
        settings: super::postgres::ConnectionSettings,
        retry: &super::postgres::Retry,
    ) -> Result<Self, StoreError> {
        Ok(Self(Box::new(postgres::PostgresConnection::open(
            settings, retry,
        )?)))
    }

    /// Does work that sees the database as it is at one time.
    ///
    /// # Errors
    ///
    /// When the database or `work` fails.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.within(Access::Read, work)
    }

    /// Does work while nobody else writes. All of it happens, or nothing.
    ///
    /// # Errors
    ///
    /// When the database or `work` fails; nothing is changed then.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.within(Access::Write, work)
    }

    fn within<T, E: From<StoreError>>(
        &mut self,
        access: Access,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.begin(access)?;
        let done = work(self.0.session());
        match done {
            Ok(result) => {
                self.0.commit()?;
                Ok(result)
            }
            Err(error) => {
                self.0.roll_back();
                Err(error)
            }
        }
    }
}

/// `INSERT INTO table (columns) VALUES ($1, …)`
fn insert_statement<'c>(table: &str, columns: impl IntoIterator<Item = &'c str>) -> String {
    let columns: Vec<&str> = columns.into_iter().collect();
    let numbers: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        numbers.join(", ")
    )
}

#[cfg(test)]
pub(crate) mod tests;
