//! In an `SQLite` file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ToSql, params_from_iter};

use super::row::time_text;
use super::{Access, Connection, Row, Session, Value, insert_statement};
use crate::migrate::{Migrations, Options, Runner, SqliteDatabase};
use crate::store::{StoreError, sqlite::error_at};

/// How long another process is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) struct SqliteConnection {
    connection: rusqlite::Connection,
    path: PathBuf,
}

impl SqliteConnection {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let at = |source| error_at(path, source);
        let connection = rusqlite::Connection::open(path).map_err(at)?;
        if connection.is_readonly(rusqlite::MAIN_DB).map_err(at)? {
            return Err(StoreError::ReadOnly {
                path: path.to_owned(),
            });
        }
        connection.busy_timeout(BUSY_TIMEOUT).map_err(at)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(at)?;
        let mut database = SqliteDatabase::new(&connection);
        Runner::new(
            &mut database,
            &Migrations::sqlite_environments(),
            Options::default(),
        )
        .bring_up_to_date(&mut |_| {})
        .map_err(|source| StoreError::Migrate {
            store: path.display().to_string(),
            source: Box::new(source),
        })?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|source| error_at(&self.path, source))
    }

    fn rows(&self, sql: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(parameters))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let values: rusqlite::Result<Vec<Value>> = (0..columns)
                .map(|column| Ok(value_of(row.get_ref(column)?)))
                .collect();
            found.push(Row::new(values?));
        }
        Ok(found)
    }

    fn run(&self, sql: &str, parameters: &[Value]) -> rusqlite::Result<usize> {
        self.connection
            .prepare_cached(&numbered(sql))?
            .execute(params_from_iter(parameters))
    }
}

impl Connection for SqliteConnection {
    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        self.told(self.connection.execute_batch(match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        }))
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let committed = self.told(self.connection.execute_batch("COMMIT"));
        if committed.is_err() {
            self.roll_back();
        }
        committed
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn session(&mut self) -> &mut dyn Session {
        self
    }
}

impl Session for SqliteConnection {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.told(self.rows(sql, parameters))
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        Ok(self.told(self.run(sql, parameters))? as u64)
    }

    fn insert(&mut self, table: &str, columns: &[(&str, Value)]) -> Result<i64, StoreError> {
        let sql = insert_statement(table, columns.iter().map(|(name, _)| *name));
        let values: Vec<Value> = columns.iter().map(|(_, value)| value.clone()).collect();
        self.told(self.run(&sql, &values))?;
        Ok(self.connection.last_insert_rowid())
    }

    fn insert_rows(&mut self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Result<(), StoreError> {
        let sql = insert_statement(table, columns.iter().copied());
        for row in rows {
            self.told(self.run(&sql, row))?;
        }
        Ok(())
    }

    /// AUTOINCREMENT has seen to it.
    fn number_after(&mut self, _table: &str, _last_id: i64) -> Result<(), StoreError> {
        Ok(())
    }
}

/// With parameters as `SQLite` numbers them. No statement has the sign in a text.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn value_of(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        // The tables are STRICT: there are no numbers with fractions, and no blobs.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            Value::Text(String::from_utf8_lossy(text).into_owned())
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Bool(value) => ToSqlOutput::from(*value),
            Self::Int(value) => ToSqlOutput::from(*value),
            Self::Text(value) => ToSqlOutput::from(value.as_str()),
            Self::Time(value) => ToSqlOutput::from(time_text(*value)),
        })
    }
}
