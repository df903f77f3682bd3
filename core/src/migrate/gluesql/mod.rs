//! GlueSQL: a storage that one process has to itself, which upgrades itself when it is opened.
//!
//! Nobody else can be at work on it, so the lock of migrators is always there to be taken. A step is
//! a transaction where the storage has such; one in memory, which has none, is given up by whoever
//! opened it after a step that failed.

use gluesql_core::data::{Schema, Value};
use gluesql_core::error::Error;
use gluesql_core::executor::execute;
use gluesql_core::parse_sql::parse;
use gluesql_core::translate::translate;

use super::catalogue::{Catalogue, Kind, Object};
use super::database::{Database, DatabaseError, Dialect, End, Locking, Timeouts};
use super::history::{HISTORY_TABLE, HistoryRow};
use super::migration::{Execution, Migration, Migrations};
use super::statement::Statement;
use crate::store::gluesql::RowStorage;

static DIALECT: Dialect = Dialect {
    create_history: "CREATE TABLE towpath_migration (
    version INT PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    down_sql TEXT NULL,
    min_reader INT NOT NULL,
    min_writer INT NOT NULL,
    how TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL,
    applied_by TEXT NULL,
    tool TEXT NOT NULL,
    duration_ms INT NULL
)",
    now: "NOW()",
    user: "NULL",
};

/// Before there was a history, stores had the tables of the first step.
const ADOPTABLE: u32 = 1;

impl Migrations {
    /// The steps for GlueSQL.
    pub fn gluesql() -> Self {
        let towpath = Migration::new(
            1,
            "towpath",
            include_str!("0001_towpath.up.sql"),
            include_str!("0001_towpath.down.sql"),
            include_str!("catalogue/0001.txt"),
        );
        Self::new(vec![towpath], ADOPTABLE)
    }
    /// The steps for the file of a channel's environments in GlueSQL.
    pub fn gluesql_environments() -> Self {
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

/// A storage of GlueSQL, for migrations.
pub struct GluesqlDatabase<'s, S: RowStorage> {
    storage: &'s mut S,
}

impl<'s, S: RowStorage> GluesqlDatabase<'s, S> {
    /// The database in this storage, in which a transaction is open that was begun with
    /// `autocommit`; one is again when a migration ended.
    pub fn new(storage: &'s mut S) -> Self {
        Self { storage }
    }

    fn schemas(&self) -> Result<Vec<Schema>, DatabaseError> {
        let mut schemas = self.storage.fetch_all_schemas()?;
        schemas.retain(|schema| is_ours(&schema.table_name));
        Ok(schemas)
    }
}

/// Whether a table is part of every store. Those of further stages come and go.
fn is_ours(table: &str) -> bool {
    let conda_indexs = [
        "about",
        "icon",
        "index_json",
        "post_install",
        "recipe",
        "recipe_log",
        "run_exports",
        "stat_fs",
        "stat_indexed",
    ];
    conda_indexs.contains(&table) || table.starts_with("towpath_")
}

impl<S: RowStorage> Database for GluesqlDatabase<'_, S> {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn history(&mut self) -> Result<Option<Vec<HistoryRow>>, DatabaseError> {
        if self.storage.fetch_schema(HISTORY_TABLE)?.is_none() {
            return Ok(None);
        }
        let rows = self.storage.sorted_rows(HISTORY_TABLE)?;
        let rows = rows.map(|row| history_row(&row?));
        let mut rows = rows.collect::<Result<Vec<_>, DatabaseError>>()?;
        rows.sort_by_key(|row| row.version);
        Ok(Some(rows))
    }

    fn tables(&mut self) -> Result<Vec<String>, DatabaseError> {
        Ok(self
            .schemas()?
            .into_iter()
            .map(|schema| schema.table_name)
            .collect())
    }

    /// Tables as what makes them: GlueSQL alters no columns.
    fn catalogue(&mut self) -> Result<Catalogue, DatabaseError> {
        let tables = self.schemas()?.into_iter().map(|schema| Object {
            kind: Kind::Table,
            definition: schema.to_ddl().trim_end_matches(';').to_owned(),
            table: schema.table_name.clone(),
            name: schema.table_name,
            is_valid: true,
        });
        Ok(Catalogue::new(tables))
    }

    fn row_count(&mut self, table: &str) -> Result<u64, DatabaseError> {
        let mut count = 0;
        for row in self.storage.sorted_rows(table)? {
            row?;
            count += 1;
        }
        Ok(count)
    }

    fn lock(&mut self, execution: Execution, _timeouts: &Timeouts) -> Result<Locking, DatabaseError> {
        if execution == Execution::EachAlone {
            return Err(DatabaseError::other("steps for GlueSQL run in transactions"));
        }
        self.storage.begin_reading_own_writes()?;
        Ok(Locking::Taken)
    }

    fn release(&mut self, _execution: Execution, end: End) -> Result<(), DatabaseError> {
        let ended = match end {
            End::Commit => self.storage.commit(),
            End::Rollback => self.storage.rollback(),
        };
        self.storage.begin(true)?;
        Ok(ended?)
    }

    fn execute(&mut self, _execution: Execution, statement: Statement<'_>) -> Result<(), DatabaseError> {
        for parsed in parse(statement.text)? {
            let plan = self.storage.plan(translate(&parsed)?.into())?;
            execute(self.storage, &plan)?;
        }
        Ok(())
    }
}

/// The columns are in the order in which [`DIALECT`] names them.
fn history_row(row: &[Value]) -> Result<HistoryRow, DatabaseError> {
    let wrong = |column: usize| {
        DatabaseError::other(format!(
            "column {} of {HISTORY_TABLE} is not what it should be",
            column + 1
        ))
    };
    let optional_text = |column: usize| match row.get(column) {
        Some(Value::Str(text)) => Ok(Some(text.clone())),
        Some(Value::Null) => Ok(None),
        _ => Err(wrong(column)),
    };
    let text = |column: usize| optional_text(column)?.ok_or_else(|| wrong(column));
    let number = |column: usize| match row.get(column) {
        Some(Value::I64(number)) => u32::try_from(*number).map_err(|_| wrong(column)),
        _ => Err(wrong(column)),
    };
    let applied_at = match row.get(7) {
        Some(Value::Timestamp(time)) => jiff::Timestamp::from_microsecond(time.and_utc().timestamp_micros()),
        _ => return Err(wrong(7)),
    };
    Ok(HistoryRow {
        version: number(0)?,
        name: text(1)?,
        sha256: text(2)?,
        down_sql: optional_text(3)?,
        min_reader: number(4)?,
        min_writer: number(5)?,
        how: text(6)?.parse().map_err(DatabaseError::other)?,
        applied_at: applied_at.map_err(|error| DatabaseError::other(error.to_string()))?,
        applied_by: optional_text(8)?,
        tool: text(9)?,
        duration_ms: match row.get(10) {
            Some(Value::I64(duration)) => Some(duration.unsigned_abs()),
            _ => None,
        },
    })
}

impl From<Error> for DatabaseError {
    fn from(error: Error) -> Self {
        Self::other(error.to_string())
    }
}

#[cfg(test)]
mod tests;
