//! The store in `SQLite`: `<subdir>/.cache/cache.db`, in conda-index's own schema.
//!
//! conda-index and towpath may take turns on one file. Tables of ours stand beside theirs under
//! the prefix `towpath_`; `PRAGMA user_version` and the journal mode stay as conda-index expects
//! them.

mod artifact;
mod dates;
mod documents;
mod file;
mod listing;
mod rows;
mod schema;
#[cfg(test)]
pub(super) mod tests;

use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, MAIN_DB, OpenFlags, Transaction, TransactionBehavior};

use self::dates::Since;
pub use self::file::SqliteFile;
use super::{
    ChangeMark, ChangedArtifact, ListedArtifact, MissingArtifacts, Mtime, RecordQuery, Rejected, Stage,
    Store, StoreError, StoreRow, StoredArtifact, StoredDescription, StoredRecord,
};
use crate::package::ArtifactName;

/// How long to wait for another process (conda-index knows no lock but `SQLite`'s own).
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// Pages that one connection keeps in memory, in KiB.
const CACHE_KIB: i64 = 8 << 10;

/// A subdir's store in an `SQLite` file.
pub struct SqliteStore {
    connection: Connection,
    /// The database once more, to read its header. It is open as long as the connection: closing
    /// any handle on a file drops all locks that the process has on it
    /// (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
    file: fs_err::File,
    path: PathBuf,
}

impl SqliteStore {
    /// Opens the database, making it or bringing an older one up to date as needed.
    ///
    /// # Errors
    ///
    /// When the file is no database, was made by a newer conda-index, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let at = |source| error_at(path, source);
        let mut connection = Connection::open_with_flags(path, flags).map_err(at)?;
        if connection.is_readonly(MAIN_DB).map_err(at)? {
            return Err(StoreError::ReadOnly {
                path: path.to_owned(),
            });
        }
        connection.busy_timeout(BUSY_TIMEOUT).map_err(at)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection
            .pragma_update(None, "cache_size", -CACHE_KIB)
            .map_err(at)?;
        schema::prepare(&mut connection, path)?;
        Ok(Self {
            connection,
            file: fs_err::File::open(path)?,
            path: path.to_owned(),
        })
    }

    fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let path = &self.path;
        let run = || {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        run().map_err(|source| error_at(path, source))
    }

    fn error(&self, source: rusqlite::Error) -> StoreError {
        error_at(&self.path, source)
    }
}

pub(in crate::store) fn error_at(path: &Path, source: rusqlite::Error) -> StoreError {
    if source.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return StoreError::NotADatabase {
            path: path.to_owned(),
        };
    }
    StoreError::Sqlite {
        path: path.to_owned(),
        source,
    }
}

impl Store for SqliteStore {
    fn replace_listing(
        &mut self,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError> {
        self.in_transaction(|transaction| listing::replace(transaction, listing, missing))
    }

    fn changed(&self, upstream: &Stage) -> Result<Vec<ChangedArtifact>, StoreError> {
        let read = || {
            // What is NULL is not known, and no difference: conda-index compares in this way too.
            let mut statement = self.connection.prepare_cached(
                "SELECT upstream.path, upstream.mtime, upstream.size,
                        EXISTS (SELECT 1 FROM index_json WHERE index_json.path = upstream.path)
                 FROM stat AS upstream
                 LEFT JOIN stat AS indexed ON indexed.path = upstream.path AND indexed.stage = 'indexed'
                 WHERE upstream.stage = ?1
                   AND (indexed.path IS NULL
                        OR indexed.mtime <> upstream.mtime
                        OR indexed.size <> upstream.size)
                 ORDER BY upstream.path",
            )?;
            let mut changed = Vec::new();
            let mut rows = statement.query([upstream.as_str()])?;
            while let Some(row) = rows.next()? {
                // Rows that are no artifacts (wheels, which another tool listed) are not ours to read.
                let Ok(name) = ArtifactName::new(row.get::<_, String>(0)?) else {
                    continue;
                };
                let artifact = ListedArtifact {
                    name,
                    mtime: Mtime::from_seconds(row.get::<_, Option<f64>>(1)?.unwrap_or_default()),
                    size: row
                        .get::<_, Option<i64>>(2)?
                        .and_then(|size| size.try_into().ok())
                        .unwrap_or_default(),
                };
                changed.push(ChangedArtifact {
                    artifact,
                    replaces: row.get(3)?,
                });
            }
            Ok(changed)
        };
        read().map_err(|source| self.error(source))
    }

    fn commit(&mut self, batch: &[StoredArtifact], now: Timestamp) -> Result<Vec<Rejected>, StoreError> {
        self.in_transaction(|transaction| {
            batch
                .iter()
                .try_for_each(|artifact| artifact::write(transaction, artifact, now))
        })?;
        Ok(Vec::new())
    }

    fn forget(&mut self, names: &[ArtifactName]) -> Result<(), StoreError> {
        self.in_transaction(|transaction| {
            for name in names {
                for table in schema::TABLES_BY_PATH {
                    transaction
                        .prepare_cached(&format!("DELETE FROM {table} WHERE path = ?1"))?
                        .execute([name.as_str()])?;
                }
                transaction
                    .prepare_cached("DELETE FROM stat WHERE path = ?1 AND stage = 'indexed'")?
                    .execute([name.as_str()])?;
            }
            Ok(())
        })
    }

    fn adopt(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if dates::exist(&self.connection).map_err(|source| self.error(source))? {
            return Ok(());
        }
        self.in_transaction(|transaction| dates::complete(transaction, Since::ItWasBuilt, now))
    }

    fn date_artifacts(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.in_transaction(|transaction| dates::complete(transaction, Since::Now, now))
    }

    fn for_each_record(
        &self,
        query: &RecordQuery,
        visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        documents::for_each_record(&self.connection, query, visit).map_err(|error| error.at(&self.path))
    }

    fn for_each_description(
        &self,
        file_names: &[String],
        visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        documents::for_each_description(&self.connection, file_names, visit)
            .map_err(|error| error.at(&self.path))
    }

    fn for_each_digest(&self, visit: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> Result<(), StoreError> {
        documents::for_each_digest(&self.connection, visit).map_err(|error| error.at(&self.path))
    }

    fn change_mark(&self) -> Result<Option<ChangeMark>, StoreError> {
        let at = |source| self.error(source);
        // In a write-ahead log changes are not counted in the file's header.
        let journal: String = self
            .connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .map_err(at)?;
        if journal == "wal" {
            return Ok(None);
        }
        // The first read takes a lock: nobody is in the middle of writing while the header is read.
        let reading = self.connection.unchecked_transaction().map_err(at)?;
        let id: String = reading
            .query_row("SELECT id FROM towpath_store", (), |row| row.get(0))
            .map_err(at)?;
        // Bytes 24 to 27 of the header count the transactions that changed the file
        // (https://www.sqlite.org/fileformat.html, section 1.3.7).
        let mut header = [0; 28];
        let mut file = &self.file;
        file.rewind()?;
        file.read_exact(&mut header)?;
        let size = file.metadata()?.len();
        reading.commit().map_err(at)?;
        let [.., a, b, c, d] = header;
        let counter = u32::from_be_bytes([a, b, c, d]);
        Ok(Some(ChangeMark(format!("sqlite:{id}:{size}:{counter}"))))
    }

    fn listed(&self, stage: &Stage, file_names: &[String]) -> Result<Vec<String>, StoreError> {
        listing::listed(&self.connection, stage, file_names).map_err(|source| self.error(source))
    }

    fn unlist(&mut self, stage: &Stage, file_names: &[String]) -> Result<usize, StoreError> {
        self.in_transaction(|transaction| listing::unlist(transaction, stage, file_names))
    }

    fn for_each_row(&self, visit: &mut dyn FnMut(StoreRow) -> io::Result<()>) -> Result<(), StoreError> {
        rows::for_each(&self.connection, visit).map_err(|error| error.at(&self.path))
    }

    fn restore(&mut self, rows: &[StoreRow]) -> Result<Vec<Rejected>, StoreError> {
        self.in_transaction(|transaction| rows.iter().try_for_each(|row| rows::write(transaction, row)))?;
        Ok(Vec::new())
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        self.in_transaction(rows::clear)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        rows::are_none(&self.connection).map_err(|source| self.error(source))
    }
}

/// `SQLite`'s integers have a sign; a size beyond them cannot be of a file.
fn size_column(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
