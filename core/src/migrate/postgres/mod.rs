//! PostgreSQL: many migrators at once, indexes built beside other users' work.
//!
//! Migrators exclude each other by an advisory lock whose key is made of the schema's name. Nobody
//! ever waits for it, neither in a transaction nor in a statement: an index that is built
//! concurrently waits for every older transaction, and a waiting statement is one. Who does not get
//! the lock lets go of everything and asks again.

mod catalogue;
mod cost;
mod locks;
mod offline;

use postgres::error::SqlState;
use postgres::{Client, Row};

use super::database::{Blocker, Cause, Cost, Database, DatabaseError, Dialect, End, Locking, Timeouts};
use super::history::{HISTORY_TABLE, HistoryRow};
use super::migration::{Execution, Migration, Migrations};
use super::runner::Options;
use super::statement::{Effect, Statement};
use super::target::{Target, TargetError};

/// conda-index's tables.
const CONDA_INDEX_TABLES: [&str; 7] = [
    "about",
    "icon",
    "index_json",
    "post_install",
    "recipe",
    "run_exports",
    "stat",
];

static DIALECT: Dialect = Dialect {
    create_history: "CREATE TABLE towpath_migration (
    version bigint PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    down_sql text,
    min_reader integer NOT NULL,
    min_writer integer NOT NULL,
    how text NOT NULL CHECK (how IN ('applied', 'adopted', 'stamped')),
    applied_at timestamptz NOT NULL,
    applied_by text,
    tool text NOT NULL,
    duration_ms bigint
)",
    now: "now()",
    user: "session_user",
};

/// Where conda-index's tables stand without a history, the first version does.
const ADOPTABLE: u32 = 1;

macro_rules! migration {
    ($version:literal, $number:literal, $name:literal) => {
        Migration::new(
            $version,
            $name,
            include_str!(concat!($number, "_", $name, ".up.sql")),
            include_str!(concat!($number, "_", $name, ".down.sql")),
            include_str!(concat!("catalogue/", $number, ".txt")),
        )
    };
}

impl Migrations {
    /// The steps for PostgreSQL. The first makes conda-index's tables as conda-index would, and no
    /// later one alters them.
    pub fn postgres() -> Self {
        Self::new(
            vec![
                migration!(1, "0001", "conda_index"),
                migration!(2, "0002", "towpath"),
                migration!(3, "0003", "prefix_indexes"),
                migration!(4, "0004", "environments"),
            ],
            ADOPTABLE,
        )
    }
}

/// The schema that a connection to PostgreSQL makes new tables in (the first of its `search_path`
/// that exists), for migrations.
pub struct PostgresDatabase<'c> {
    client: &'c mut Client,
    schema: String,
    /// What the session's settings were before a step changed them.
    settings: Vec<(String, String)>,
}

impl<'c> PostgresDatabase<'c> {
    /// The database of this connection.
    ///
    /// # Errors
    ///
    /// When the connection fails, or no schema of its `search_path` exists.
    pub fn new(client: &'c mut Client) -> Result<Self, DatabaseError> {
        let row = client.query_one(
            "SELECT current_schema()::text, current_setting('search_path')",
            &[],
        )?;
        let schema: Option<String> = row.get(0);
        let Some(schema) = schema else {
            let path: String = row.get(1);
            return Err(DatabaseError::other(format!(
                "the schema {path} does not exist: `towpath db create` makes it"
            )));
        };
        Ok(Self {
            client,
            schema,
            settings: Vec::new(),
        })
    }

    /// A script for psql that takes a database of version `from` to version `to`, and leaves the same
    /// catalogue and history as a [`Runner`](super::Runner) of these options would.
    ///
    /// # Errors
    ///
    /// When there are no such versions.
    pub fn offline_sql(
        migrations: &Migrations,
        from: u32,
        to: u32,
        options: &Options,
    ) -> Result<String, TargetError> {
        let head = migrations.head();
        for version in [from, to] {
            Target::Version(version).resolve(0, head)?;
        }
        Ok(offline::script(
            migrations,
            from,
            to,
            &options.tool,
            &options.timeouts,
        ))
    }

    /// The schema's name.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The name of something in the schema for `FROM`, whatever the search path.
    fn qualified(&self, name: &str) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(name))
    }

    /// Removes an index of this name that an interrupted build left.
    fn drop_invalid_index(&mut self, index: &str) -> Result<(), DatabaseError> {
        let found = self.client.query_opt(
            "SELECT FROM pg_index x
             JOIN pg_class i ON i.oid = x.indexrelid
             JOIN pg_namespace n ON n.oid = i.relnamespace
             WHERE n.nspname = $1 AND i.relname = $2 AND NOT x.indisvalid",
            &[&self.schema, &index],
        )?;
        if found.is_some() {
            let index = self.qualified(index);
            self.client
                .batch_execute(&format!("DROP INDEX CONCURRENTLY {index}"))?;
        }
        Ok(())
    }
}

impl Database for PostgresDatabase<'_> {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn history(&mut self) -> Result<Option<Vec<HistoryRow>>, DatabaseError> {
        let exists = self.client.query_opt(
            "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v')",
            &[&self.schema, &HISTORY_TABLE],
        )?;
        if exists.is_none() {
            return Ok(None);
        }
        let query = format!(
            "SELECT version, name, sha256, down_sql, min_reader, min_writer, how,
                    (extract(epoch FROM applied_at) * 1000000)::bigint, applied_by, tool, duration_ms
             FROM {} ORDER BY version",
            self.qualified(HISTORY_TABLE)
        );
        match self.client.query(&query, &[]) {
            Ok(rows) => rows.iter().map(history_row).collect::<Result<_, _>>().map(Some),
            // Another migrator went back to the beginning meanwhile.
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn tables(&mut self) -> Result<Vec<String>, DatabaseError> {
        catalogue::table_names(self.client, &self.schema)
    }

    fn catalogue(&mut self) -> Result<super::Catalogue, DatabaseError> {
        catalogue::read(self.client, &self.schema)
    }

    fn row_count(&mut self, table: &str) -> Result<u64, DatabaseError> {
        let query = format!("SELECT count(*) FROM {}", self.qualified(table));
        let count: i64 = self.client.query_one(&query, &[])?.get(0);
        Ok(count.unsigned_abs())
    }

    fn lock(&mut self, execution: Execution, timeouts: &Timeouts) -> Result<Locking, DatabaseError> {
        match execution {
            Execution::OneTransaction => self.lock_transaction(timeouts),
            Execution::EachAlone => self.lock_session(timeouts),
        }
    }

    fn release(&mut self, execution: Execution, end: End) -> Result<(), DatabaseError> {
        match (execution, end) {
            (Execution::OneTransaction, End::Commit) => Ok(self.client.batch_execute("COMMIT")?),
            (Execution::OneTransaction, End::Rollback) => Ok(self.client.batch_execute("ROLLBACK")?),
            (Execution::EachAlone, _) => self.unlock_session(),
        }
    }

    fn execute(&mut self, execution: Execution, statement: Statement<'_>) -> Result<(), DatabaseError> {
        if execution == Execution::EachAlone
            && let Effect::CreateIndex { index, .. } = statement.effect()
        {
            self.drop_invalid_index(index)?;
        }
        Ok(self.client.batch_execute(statement.text)?)
    }

    fn lock_holder(&mut self) -> Result<Option<Blocker>, DatabaseError> {
        locks::holder(self.client, &self.schema)
    }

    fn blocker(&mut self, statement: Statement<'_>) -> Result<Option<Blocker>, DatabaseError> {
        locks::blocker(self.client, &self.schema, statement)
    }

    fn cost(&mut self, statement: Statement<'_>) -> Result<Cost, DatabaseError> {
        cost::of(self.client, &self.schema, statement)
    }
}

fn history_row(row: &Row) -> Result<HistoryRow, DatabaseError> {
    let number = |value: i64| {
        u32::try_from(value)
            .map_err(|_| DatabaseError::other(format!("the history has the number {value}, which is none")))
    };
    let how: String = row.try_get(6)?;
    let microseconds: i64 = row.try_get(7)?;
    Ok(HistoryRow {
        version: number(row.try_get(0)?)?,
        name: row.try_get(1)?,
        sha256: row.try_get(2)?,
        down_sql: row.try_get(3)?,
        min_reader: number(row.try_get::<_, i32>(4)?.into())?,
        min_writer: number(row.try_get::<_, i32>(5)?.into())?,
        how: how.parse().map_err(DatabaseError::other)?,
        applied_at: jiff::Timestamp::from_microsecond(microseconds)
            .map_err(|error| DatabaseError::other(error.to_string()))?,
        applied_by: row.try_get(8)?,
        tool: row.try_get(9)?,
        duration_ms: row.try_get::<_, Option<i64>>(10)?.map(i64::unsigned_abs),
    })
}

impl From<postgres::Error> for DatabaseError {
    fn from(error: postgres::Error) -> Self {
        let cause = match error.code() {
            Some(code)
                if *code == SqlState::LOCK_NOT_AVAILABLE
                    || *code == SqlState::T_R_DEADLOCK_DETECTED
                    || *code == SqlState::T_R_SERIALIZATION_FAILURE =>
            {
                Cause::Contention
            }
            Some(code) if *code == SqlState::QUERY_CANCELED => Cause::TooSlow,
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => Cause::Forbidden,
            _ => Cause::Other,
        };
        let message = match error.as_db_error() {
            // Of a statement that this connection has prepared, the session knows nothing or too much.
            Some(said)
                if [
                    SqlState::INVALID_SQL_STATEMENT_NAME,
                    SqlState::DUPLICATE_PSTATEMENT,
                ]
                .contains(said.code()) =>
            {
                format!("{} ({})", said.message(), crate::store::postgres::SHARED_SESSION)
            }
            Some(said) => {
                let more = [said.detail(), said.hint()];
                let more = more.into_iter().flatten().map(|text| format!(" ({text})"));
                format!("{}{}", said.message(), more.collect::<String>())
            }
            None => error.to_string(),
        };
        Self { cause, message }
    }
}

/// The name as an SQL identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
