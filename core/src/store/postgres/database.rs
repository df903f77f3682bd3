//! The connections to one database: one that writes and holds the locks, and some that read.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postgres::error::SqlState;
use postgres::{Client, Transaction};

use super::{ConnectError, ConnectionSettings, Retry, is_transient};
use crate::channel::{ChannelPrefix, OnBusy};
use crate::store::StoreError;

/// How often a lock is asked for that somebody else has. Whoever waits inside a statement would
/// hold up `CREATE INDEX CONCURRENTLY`.
const LOCK_POLL: Duration = Duration::from_millis(200);

/// The key of the lock on what has the name `$1`. Locks are of the database, names of the schema.
pub(crate) const LOCK_KEY: &str =
    "hashtextextended(concat_ws(' ', 'towpath', current_schema(), $1::text), 0)";

/// The name of the lock of those who write environments. It ends with their transaction, so that it
/// holds behind proxies that pool transactions too.
pub(crate) const ENVIRONMENTS_LOCK: &str = "environments";

/// A PostgreSQL database, for any number of channels.
///
/// All that is written in a run goes through one connection, which holds the locks of the subdirs:
/// nothing is written without them.
pub struct PostgresDatabase {
    settings: ConnectionSettings,
    retry: Retry,
    writer: Mutex<Writer>,
    idle_readers: Mutex<Vec<Client>>,
}

#[derive(Default)]
struct Writer {
    client: Option<Client>,
    locks: BTreeSet<i64>,
}

/// Why work in the database ended before it was done.
pub(super) enum Interruption {
    Connect(Box<ConnectError>),
    Postgres(postgres::Error),
    /// The connection does not hold the lock that it took.
    LockLost,
    BadRow {
        name: String,
        what: String,
    },
    Visit(io::Error),
}

impl From<postgres::Error> for Interruption {
    fn from(source: postgres::Error) -> Self {
        Self::Postgres(source)
    }
}

impl From<ConnectError> for Interruption {
    fn from(source: ConnectError) -> Self {
        Self::Connect(Box::new(source))
    }
}

impl Interruption {
    fn is_transient(&self) -> bool {
        match self {
            Self::Connect(error) => error.is_transient(),
            Self::Postgres(error) => is_transient(error),
            Self::LockLost | Self::BadRow { .. } | Self::Visit(_) => false,
        }
    }
}

/// The right to write to what has this key, until it is dropped. The server frees it when the
/// connection ends.
pub struct PostgresLock {
    database: Arc<PostgresDatabase>,
    key: i64,
}

impl Drop for PostgresLock {
    fn drop(&mut self) {
        let mut writer = self.database.writer();
        writer.locks.remove(&self.key);
        if let Some(client) = &mut writer.client {
            // A connection that fails here has lost the lock already.
            let _ = client.execute("SELECT pg_advisory_unlock($1)", &[&self.key]);
        }
    }
}

impl PostgresDatabase {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses.
    pub fn connect(settings: ConnectionSettings, retry: Retry) -> Result<Arc<Self>, StoreError> {
        let database = Self {
            settings,
            retry,
            writer: Mutex::default(),
            idle_readers: Mutex::default(),
        };
        database.read(&mut |_| Ok(()))?;
        Ok(Arc::new(database))
    }

    /// What tells the tables from any others, also from those of another schema.
    ///
    /// # Errors
    ///
    /// When the server fails.
    pub fn id(&self) -> Result<String, StoreError> {
        self.read(&mut |client| {
            let row = client.query_one("SELECT id FROM towpath_store", &[])?;
            Ok(row.try_get(0)?)
        })
    }

    /// The names of the subdirs in which the channel has rows, sorted.
    ///
    /// # Errors
    ///
    /// When the server fails.
    pub fn subdirs(&self, prefix: &ChannelPrefix) -> Result<Vec<String>, StoreError> {
        self.read(&mut |client| {
            let rows = client.query(
                "SELECT DISTINCT split_part(path, '/', 2) COLLATE \"C\" AS subdir FROM (
                     SELECT path FROM stat WHERE path ~>=~ $1 AND path ~<~ $2
                     UNION ALL
                     SELECT path FROM index_json WHERE path ~>=~ $1 AND path ~<~ $2
                 ) AS known
                 ORDER BY subdir",
                &[&format!("{prefix}/"), &format!("{prefix}0")],
            )?;
            let names: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
            Ok(names?)
        })
    }

    /// Takes the lock on what has this name; `None` if somebody else has it and `on_busy` is not
    /// [`OnBusy::Wait`].
    ///
    /// # Errors
    ///
    /// When the server fails, or a proxy in between makes the lock a lie.
    pub(super) fn lock(
        self: &Arc<Self>,
        name: &str,
        on_busy: OnBusy,
    ) -> Result<Option<PostgresLock>, StoreError> {
        let mut writer = self.writer();
        let ours = writer.locks.clone();
        let taken = self.retried(&mut || {
            let client = writer.connected(&self.settings)?;
            let query = format!("SELECT {LOCK_KEY}, current_schema()::text");
            let row = client.query_one(&query, &[&name])?;
            let key = row.try_get(0)?;
            check_schema(&self.settings, row.try_get(1)?)?;
            while !try_lock(client, key, ours.contains(&key))? {
                if on_busy != OnBusy::Wait {
                    return Ok(None);
                }
                std::thread::sleep(LOCK_POLL);
            }
            Ok(Some(key))
        });
        let Some(key) = taken? else {
            return Ok(None);
        };
        writer.locks.insert(key);
        drop(writer);
        let lock = PostgresLock {
            database: Arc::clone(self),
            key,
        };
        self.write(&mut |_| Ok(()))?;
        Ok(Some(lock))
    }

    /// Does work in a transaction of the connection that holds the locks, again from the beginning
    /// if the connection is lost.
    pub(super) fn write<T>(
        &self,
        work: &mut dyn FnMut(&mut Transaction<'_>) -> Result<T, Interruption>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        self.retried(&mut || {
            let result = writer.in_transaction(&self.settings, work);
            // What state it is in is not known.
            if matches!(&result, Err(interruption) if interruption.is_transient()) {
                writer.client = None;
            }
            result
        })
    }

    /// Does work with a connection that only reads, again if the connection is lost.
    pub(super) fn read<T>(
        &self,
        work: &mut dyn FnMut(&mut Client) -> Result<T, Interruption>,
    ) -> Result<T, StoreError> {
        self.retried(&mut || {
            let idle = lock(&self.idle_readers).pop();
            let mut client = match idle {
                Some(client) => client,
                None => self.settings.connect()?,
            };
            // A proxy that pools transactions gives this one to a session with any search path.
            if let Some(schema) = self.settings.schema() {
                let schema = schema.replace('"', "\"\"");
                client.batch_execute(&format!("BEGIN READ ONLY; SET LOCAL search_path TO \"{schema}\""))?;
            }
            let result = work(&mut client)?;
            if self.settings.schema().is_some() {
                client.batch_execute("COMMIT")?;
            }
            lock(&self.idle_readers).push(client);
            Ok(result)
        })
    }

    fn retried<T>(&self, work: &mut dyn FnMut() -> Result<T, Interruption>) -> Result<T, StoreError> {
        let result = self.retry.run(|_| work(), Interruption::is_transient);
        result.map_err(|interruption| self.error(interruption))
    }

    fn error(&self, interruption: Interruption) -> StoreError {
        match interruption {
            Interruption::Connect(error) => StoreError::Connect(error),
            Interruption::Postgres(source) if is_of_another_session(&source) => StoreError::SharedSession {
                server: self.settings.to_string(),
            },
            Interruption::Postgres(source) => StoreError::Postgres {
                server: self.settings.to_string(),
                what: told(&source),
                source,
            },
            Interruption::LockLost => StoreError::LockLost {
                server: self.settings.to_string(),
            },
            Interruption::BadRow { name, what } => StoreError::BadRow { name, what },
            Interruption::Visit(source) => StoreError::Io(source),
        }
    }

    /// The error that says that the role lacks rights.
    pub(super) fn may_not_write(&self, role: String, tables: Vec<String>) -> StoreError {
        StoreError::MayNotWrite {
            server: self.settings.to_string(),
            role,
            tables,
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        lock(&self.writer)
    }
}

impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("PostgresDatabase")
            .field(&self.settings)
            .finish()
    }
}

impl Writer {
    /// The connection, with all locks, made anew if it was lost.
    fn connected(&mut self, settings: &ConnectionSettings) -> Result<&mut Client, Interruption> {
        if self.client.as_ref().is_some_and(Client::is_closed) {
            self.client = None;
        }
        let client = match self.client.take() {
            Some(client) => client,
            None => {
                let mut client = settings.connect()?;
                for key in &self.locks {
                    // The server may not have noticed yet that our old connection is gone.
                    while !try_lock(&mut client, *key, false)? {
                        std::thread::sleep(LOCK_POLL);
                    }
                }
                client
            }
        };
        Ok(self.client.insert(client))
    }

    fn in_transaction<T>(
        &mut self,
        settings: &ConnectionSettings,
        work: &mut dyn FnMut(&mut Transaction<'_>) -> Result<T, Interruption>,
    ) -> Result<T, Interruption> {
        let locks: Vec<i64> = self.locks.iter().copied().collect();
        let client = self.connected(settings)?;
        let mut transaction = client.transaction()?;
        // A proxy that pools transactions gives each of ours to another connection of its own.
        let row = transaction.query_one(
            &format!(
                "SELECT count(*), current_schema()::text FROM pg_locks
                 WHERE {HELD_HERE} AND ((classid::bigint << 32) | objid::bigint) = ANY($1)"
            ),
            &[&locks],
        )?;
        let (held, schema): (i64, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        check_schema(settings, schema.as_deref())?;
        if usize::try_from(held).ok() != Some(locks.len()) {
            return Err(Interruption::LockLost);
        }
        let result = work(&mut transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

/// Makes sure that a session has the schema that it was given: a proxy that pools transactions
/// answers with another session, which has the schema of somebody else.
fn check_schema(settings: &ConnectionSettings, found: Option<&str>) -> Result<(), Interruption> {
    match settings.schema() {
        Some(wanted) if found != Some(wanted) => Err(Interruption::LockLost),
        _ => Ok(()),
    }
}

/// Locks of the session that answers: a condition on `pg_locks`.
const HELD_HERE: &str = "locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Takes a lock if nobody has it. A session may take its locks again, so a lock that this one has
/// already and we did not take was taken by another process, whom a proxy gave the same session.
fn try_lock(client: &mut Client, key: i64, is_ours: bool) -> Result<bool, Interruption> {
    let query = format!(
        "SELECT CASE
             WHEN NOT $2 AND EXISTS (
                 SELECT FROM pg_locks
                 WHERE {HELD_HERE} AND ((classid::bigint << 32) | objid::bigint) = $1
             ) THEN NULL
             ELSE pg_try_advisory_lock($1)
         END"
    );
    let taken: Option<bool> = client.query_one(&query, &[&key, &is_ours])?.try_get(0)?;
    taken.ok_or(Interruption::LockLost)
}

/// Whether the server knows nothing of a statement that this connection has prepared, or too much.
fn is_of_another_session(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [
            SqlState::INVALID_SQL_STATEMENT_NAME,
            SqlState::DUPLICATE_PSTATEMENT,
        ]
        .contains(code)
    })
}

/// A thread that panicked has left nothing half done: what it held goes with its transaction.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the server said, as far as it helps.
pub(in crate::store) fn told(error: &postgres::Error) -> String {
    let Some(error) = error.as_db_error() else {
        use std::error::Error;
        return match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
    };
    let mut told = format!("{} (SQLSTATE {})", error.message(), error.code().code());
    for more in [error.detail(), error.hint()].into_iter().flatten() {
        told.push_str("; ");
        told.push_str(more);
    }
    told
}
