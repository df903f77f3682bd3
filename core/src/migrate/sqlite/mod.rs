//! SQLite: the file beside a subdir's packages, which upgrades itself when it is opened.
//!
//! Version 0 is what conda-index makes. conda-index counts its own versions in `PRAGMA
//! user_version`; nothing here reads or changes that.

mod catalogue;

use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, Row};

use super::catalogue::Catalogue;
use super::database::{Cause, Database, DatabaseError, Dialect, End, Locking, Timeouts};
use super::history::HistoryRow;
use super::migration::{Execution, Migration, Migrations};
use super::statement::Statement;

static DIALECT: Dialect = Dialect {
    create_history: "CREATE TABLE towpath_migration (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    down_sql TEXT,
    min_reader INTEGER NOT NULL,
    min_writer INTEGER NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('applied', 'adopted', 'stamped')),
    applied_at TEXT NOT NULL,
    applied_by TEXT,
    tool TEXT NOT NULL,
    duration_ms INTEGER
)",
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    user: "NULL",
};

/// Before there was a history, databases had the tables of the first step.
const ADOPTABLE: u32 = 1;

impl Migrations {
    /// The steps for SQLite, on top of conda-index's tables.
    pub fn sqlite() -> Self {
        let towpath = Migration::new(
            1,
            "towpath",
            include_str!("0001_towpath.up.sql"),
            include_str!("0001_towpath.down.sql"),
            include_str!("catalogue/0001.txt"),
        );
        Self::new(vec![towpath], ADOPTABLE).on(include_str!("catalogue/0000.txt"))
    }
    /// The steps for the file of a channel's environments in SQLite.
    pub fn sqlite_environments() -> Self {
        let environments = Migration::new(
            1,
            "environments",
            include_str!("environments/0001_environments.up.sql"),
            include_str!("environments/0001_environments.down.sql"),
            include_str!("environments/catalogue/0001.txt"),
        );
        Self::new(vec![environments], ADOPTABLE)
    }
}

/// A database file of SQLite, for migrations.
pub struct SqliteDatabase<'c> {
    connection: &'c Connection,
}

impl<'c> SqliteDatabase<'c> {
    /// The database of this connection, which is in no transaction.
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    fn exists(&self, table: &str) -> rusqlite::Result<bool> {
        self.connection
            .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?
            .exists([table])
    }

    fn read_history(&self) -> rusqlite::Result<Vec<Result<HistoryRow, DatabaseError>>> {
        let mut statement = self.connection.prepare(
            "SELECT version, name, sha256, down_sql, min_reader, min_writer, how, applied_at, applied_by,
                    tool, duration_ms
             FROM towpath_migration ORDER BY version",
        )?;
        let rows = statement.query_map((), |row| Ok(history_row(row)))?;
        rows.collect()
    }
}

impl Database for SqliteDatabase<'_> {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn history(&mut self) -> Result<Option<Vec<HistoryRow>>, DatabaseError> {
        let rows = match self.read_history() {
            Ok(rows) => rows,
            // Asked only now: every store that is opened and up to date comes by here.
            Err(_) if !self.exists(super::HISTORY_TABLE)? => return Ok(None),
            // Another process made it in between.
            Err(_) => self.read_history()?,
        };
        rows.into_iter().collect::<Result<_, _>>().map(Some)
    }

    fn tables(&mut self) -> Result<Vec<String>, DatabaseError> {
        Ok(catalogue::table_names(self.connection)?)
    }

    fn catalogue(&mut self) -> Result<Catalogue, DatabaseError> {
        Ok(catalogue::read(self.connection)?)
    }

    fn row_count(&mut self, table: &str) -> Result<u64, DatabaseError> {
        let table = table.replace('"', "\"\"");
        let query = format!("SELECT count(*) FROM \"{table}\"");
        let count: i64 = self.connection.query_row(&query, (), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    fn lock(&mut self, execution: Execution, _timeouts: &Timeouts) -> Result<Locking, DatabaseError> {
        if execution == Execution::EachAlone {
            return Err(DatabaseError::other("steps for SQLite run in transactions"));
        }
        match self.connection.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => Ok(Locking::Taken),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(Locking::Busy),
            Err(error) => Err(error.into()),
        }
    }

    fn release(&mut self, _execution: Execution, end: End) -> Result<(), DatabaseError> {
        let committed = match end {
            End::Commit => self.connection.execute_batch("COMMIT"),
            End::Rollback => Ok(()),
        };
        // Some errors end the transaction by themselves, others leave it open.
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        Ok(committed?)
    }

    fn execute(&mut self, _execution: Execution, statement: Statement<'_>) -> Result<(), DatabaseError> {
        Ok(self.connection.execute_batch(statement.text)?)
    }

    /// SQLite changes neither columns nor constraints that are there.
    fn can_repair_by(&self, statement: &str) -> bool {
        !statement.starts_with("ALTER TABLE ")
            || !(statement.contains(" ALTER COLUMN ") || statement.contains(" CONSTRAINT "))
    }
}

fn history_row(row: &Row<'_>) -> Result<HistoryRow, DatabaseError> {
    fn column<T: FromSql>(row: &Row<'_>, index: usize) -> Result<T, DatabaseError> {
        Ok(row.get(index)?)
    }
    let how: String = column(row, 6)?;
    let applied_at: String = column(row, 7)?;
    Ok(HistoryRow {
        version: column(row, 0)?,
        name: column(row, 1)?,
        sha256: column(row, 2)?,
        down_sql: column(row, 3)?,
        min_reader: column(row, 4)?,
        min_writer: column(row, 5)?,
        how: how.parse().map_err(DatabaseError::other)?,
        applied_at: applied_at
            .parse()
            .map_err(|error: jiff::Error| DatabaseError::other(format!("`{applied_at}`: {error}")))?,
        applied_by: column(row, 8)?,
        tool: column(row, 9)?,
        duration_ms: column::<Option<i64>>(row, 10)?.map(i64::unsigned_abs),
    })
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let cause = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::Contention,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Cause::Forbidden,
            _ => Cause::Other,
        };
        Self {
            cause,
            message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
