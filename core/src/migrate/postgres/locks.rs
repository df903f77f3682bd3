//! The lock of migrators, the settings that hold under it, and who stands in the way.

use std::time::Duration;

use postgres::Client;

use super::super::database::{Blocker, DatabaseError, Locking, Timeouts};
use super::super::statement::{Effect, Statement};
use super::{PostgresDatabase, quoted};

/// The lock's key in a schema of this name: two schemas of one database migrate independently.
pub(super) fn key(schema: &str) -> String {
    format!("hashtextextended('towpath_migration ' || {schema}, 0)")
}

/// The longest text of a query in an error.
const LONGEST_QUERY: usize = 200;

impl PostgresDatabase<'_> {
    /// Begins a transaction with the lock, or nothing.
    pub(super) fn lock_transaction(&mut self, timeouts: &Timeouts) -> Result<Locking, DatabaseError> {
        self.client
            .batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")?;
        let taken = self.take("pg_try_advisory_xact_lock").and_then(|taken| {
            if taken {
                self.client.batch_execute(&format!(
                    "SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; \
                     SET LOCAL search_path = {}",
                    milliseconds(timeouts.lock),
                    milliseconds(timeouts.statement),
                    self.search_path()
                ))?;
            }
            Ok(taken)
        });
        match taken {
            Ok(true) => Ok(Locking::Taken),
            Ok(false) => {
                self.client.batch_execute("ROLLBACK")?;
                Ok(Locking::Busy)
            }
            Err(error) => {
                // The first error says more.
                let _ = self.client.batch_execute("ROLLBACK");
                Err(error)
            }
        }
    }

    /// Takes the lock for the session. Statements under it keep nobody out, and may wait as long
    /// for others as the whole step may.
    pub(super) fn lock_session(&mut self, timeouts: &Timeouts) -> Result<Locking, DatabaseError> {
        if !self.take("pg_try_advisory_lock")? {
            return Ok(Locking::Busy);
        }
        let settings = [
            ("lock_timeout", milliseconds(timeouts.wait).to_string()),
            (
                "statement_timeout",
                milliseconds(timeouts.lone_statement).to_string(),
            ),
            ("search_path", self.search_path()),
        ];
        for (name, value) in settings {
            let before = self.client.query_one(
                "SELECT current_setting($1), set_config($1, $2, false)",
                &[&name, &value],
            );
            match before {
                Ok(row) => self.settings.push((name.to_owned(), row.get(0))),
                Err(error) => {
                    let _ = self.unlock_session();
                    return Err(error.into());
                }
            }
        }
        Ok(Locking::Taken)
    }

    /// Gives the session its settings and everybody the lock back.
    pub(super) fn unlock_session(&mut self) -> Result<(), DatabaseError> {
        for (name, value) in std::mem::take(&mut self.settings) {
            self.client
                .execute("SELECT set_config($1, $2, false)", &[&name, &value])?;
        }
        if self.take("pg_advisory_unlock")? {
            return Ok(());
        }
        Err(DatabaseError::other(
            "the session lost its lock: a connection pooler gives every transaction another session; \
             connect to the server itself",
        ))
    }

    /// Nothing but the schema; temporary tables would come first if they were not named last.
    fn search_path(&self) -> String {
        format!("{}, pg_temp", quoted(&self.schema))
    }

    fn take(&mut self, function: &str) -> Result<bool, DatabaseError> {
        let query = format!("SELECT {function}({})", key("$1"));
        Ok(self.client.query_one(&query, &[&self.schema])?.get(0))
    }
}

/// The duration as PostgreSQL's settings have it, to which none is no limit at all, and which end at
/// 24 days.
pub(super) fn milliseconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// Who has the lock of migrators.
pub(super) fn holder(client: &mut Client, schema: &str) -> Result<Option<Blocker>, DatabaseError> {
    let query = format!(
        "WITH lock AS (SELECT {} AS key)
         SELECT a.pid, a.usename::text, a.application_name, a.query
         FROM lock, pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND l.classid::bigint = (lock.key >> 32) & 4294967295
           AND l.objid::bigint = lock.key & 4294967295
         LIMIT 1",
        key("$1")
    );
    let row = client.query_opt(&query, &[&schema])?;
    row.as_ref().map(blocker_of).transpose()
}

/// Who most likely kept the statement from its lock: who has one on its table, else who is in a
/// transaction for longest (a concurrent index build waits for all of them).
pub(super) fn blocker(
    client: &mut Client,
    schema: &str,
    statement: Statement<'_>,
) -> Result<Option<Blocker>, DatabaseError> {
    let name = match statement.effect() {
        Effect::CreateTable(name)
        | Effect::DropTable(name)
        | Effect::AlterTable(name)
        | Effect::DropColumn(name)
        | Effect::Insert(name)
        | Effect::Rewrite(name)
        | Effect::CreateIndex { table: name, .. }
        | Effect::DropIndex { index: name, .. } => name,
        Effect::Unknown => "",
    };
    let row = client.query_opt(
        "WITH named AS (
             SELECT coalesce(x.indrelid, c.oid) AS oid
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_index x ON x.indexrelid = c.oid
             WHERE n.nspname = $1 AND c.relname = $2
         )
         SELECT a.pid, a.usename::text, a.application_name, a.query
         FROM pg_stat_activity a
         CROSS JOIN LATERAL (
             SELECT EXISTS (
                 SELECT FROM pg_locks l JOIN named ON named.oid = l.relation
                 WHERE l.pid = a.pid AND l.granted
             ) AS has_lock
         ) AS seen
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
           AND (seen.has_lock OR a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
         ORDER BY seen.has_lock DESC, a.xact_start
         LIMIT 1",
        &[&schema, &name],
    )?;
    row.as_ref().map(blocker_of).transpose()
}

fn blocker_of(row: &postgres::Row) -> Result<Blocker, DatabaseError> {
    let text = |column| -> Result<String, DatabaseError> {
        Ok(row.try_get::<_, Option<String>>(column)?.unwrap_or_default())
    };
    Ok(Blocker {
        pid: row.try_get(0)?,
        user: text(1)?,
        application: text(2)?,
        query: text(3)?.chars().take(LONGEST_QUERY).collect(),
    })
}
