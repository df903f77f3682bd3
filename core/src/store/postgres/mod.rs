//! The store in PostgreSQL: one database for any number of channels, in conda-index's own schema.
//!
//! conda-index and towpath may take turns on one database. A row's path is
//! `<prefix>/<subdir>/<file name>`; tables of ours stand beside conda-index's under the prefix
//! `towpath_`. Paths are compared and ordered bytewise whatever the database's collation, by the
//! operators of `text_pattern_ops`, which have indexes of their own.

mod artifact;
mod channels;
mod connection;
mod database;
mod dates;
mod documents;
mod jsonb;
mod listing;
mod mark;
mod rows;
mod temporary_cluster;
#[cfg(test)]
pub(crate) mod tests;

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use postgres::Transaction;

pub use connection::{
    ConnectError, ConnectionSettings, FailedAttempt, Retry, SettingOrigin, SettingsError, Surroundings,
    TlsFileError, is_transient,
};
pub(in crate::store) use database::told;
pub(crate) use database::{ENVIRONMENTS_LOCK, LOCK_KEY};
pub use database::{PostgresDatabase, PostgresLock};
pub use temporary_cluster::{ClusterError, ClusterOptions, TemporaryCluster};

use self::database::Interruption;
use self::dates::Since;
use super::{
    ChangeMark, ChangedArtifact, ListedArtifact, MissingArtifacts, Mtime, RecordQuery, Rejected, Stage,
    Store, StoreError, StoreRow, StoredArtifact, StoredDescription, StoredRecord, TimePrecision,
};
use crate::channel::{ChannelPrefix, OnBusy, Subdir};
use crate::package::ArtifactName;

/// conda-index's tables with what was read of an artifact, one row each.
const TABLES_BY_PATH: [&str; 7] = [
    "about",
    "index_json",
    "recipe",
    "run_exports",
    "post_install",
    "icon",
    "towpath_recipe",
];

/// What is wrong with a connection that a proxy takes to another session at every transaction.
pub(crate) const SHARED_SESSION: &str = "one connection is several sessions in turn, as happens behind a proxy that \
     pools transactions (PgBouncer's pool_mode=transaction); connect to the server itself, or to a proxy that \
     pools sessions";

/// A subdir's store in a PostgreSQL database.
pub struct PostgresStore {
    database: Arc<PostgresDatabase>,
    paths: Paths,
}

/// The paths of a subdir's rows.
#[derive(Clone, Debug)]
struct Paths {
    /// What all of them begin with: `<prefix>/<subdir>/`.
    start: String,
    /// The first text that is behind all of them: `0` follows `/`.
    end: String,
}

impl Paths {
    fn of(prefix: &ChannelPrefix, subdir: &Subdir) -> Self {
        Self {
            start: format!("{prefix}/{subdir}/"),
            end: format!("{prefix}/{subdir}0"),
        }
    }

    /// The subdir's own row.
    fn subdir(&self) -> &str {
        self.start.trim_end_matches('/')
    }

    fn path(&self, file_name: &str) -> String {
        format!("{}{file_name}", self.start)
    }

    /// The file name of one of the subdir's paths.
    fn file_name<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(&self.start).unwrap_or(path)
    }

    fn of_names(&self, names: &[ArtifactName]) -> Vec<String> {
        names.iter().map(|name| self.path(name.as_str())).collect()
    }
}

impl PostgresStore {
    /// The store of a subdir of the channel with this prefix. The database has to have its tables.
    pub fn new(database: Arc<PostgresDatabase>, prefix: &ChannelPrefix, subdir: &Subdir) -> Self {
        Self {
            database,
            paths: Paths::of(prefix, subdir),
        }
    }

    /// Takes the right to write to the subdir; `None` if somebody else has it and `on_busy` is not
    /// [`OnBusy::Wait`].
    ///
    /// # Errors
    ///
    /// When the server fails, or a proxy in between makes the lock a lie.
    pub fn lock(&self, on_busy: OnBusy) -> Result<Option<PostgresLock>, StoreError> {
        self.database.lock(self.paths.subdir(), on_busy)
    }

    /// Whether the database has any artifact of this subdir.
    ///
    /// # Errors
    ///
    /// When the server fails.
    pub fn is_known(&self) -> Result<bool, StoreError> {
        self.database.read(&mut |client| {
            let row = client.query_one(
                "SELECT EXISTS (SELECT 1 FROM index_json WHERE path ~>=~ $1 AND path ~<~ $2)",
                &[&self.paths.start, &self.paths.end],
            )?;
            Ok(row.get(0))
        })
    }

    /// Does work in a transaction. Whatever changes is told by the subdir's row, whose number of
    /// changes goes into the mark.
    fn write<T>(
        &self,
        work: &mut dyn FnMut(&mut Transaction<'_>) -> Result<Written<T>, Interruption>,
    ) -> Result<T, StoreError> {
        self.database.write(&mut |transaction| {
            let Written { result, rows } = work(transaction)?;
            if rows > 0 {
                mark::count_change(transaction, &self.paths)?;
            }
            Ok(result)
        })
    }
}

/// What came of writing.
struct Written<T> {
    result: T,
    /// How many rows are not as they were.
    rows: u64,
}

impl Store for PostgresStore {
    fn replace_listing(
        &mut self,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError> {
        self.write(&mut |transaction| listing::replace(transaction, &self.paths, listing, missing))
    }

    fn changed(&self, upstream: &Stage) -> Result<Vec<ChangedArtifact>, StoreError> {
        self.database
            .read(&mut |client| listing::changed(client, &self.paths, upstream))
    }

    fn commit(&mut self, batch: &[StoredArtifact], now: Timestamp) -> Result<Vec<Rejected>, StoreError> {
        artifact::commit(self, batch, now)
    }

    fn forget(&mut self, names: &[ArtifactName]) -> Result<(), StoreError> {
        let paths = self.paths.of_names(names);
        self.write(&mut |transaction| {
            let rows = artifact::delete(transaction, &paths)?;
            Ok(Written { result: (), rows })
        })
    }

    fn adopt(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.write(&mut |transaction| {
            let rows = if dates::is_new_to_us(transaction, &self.paths)? {
                dates::complete(transaction, &self.paths, Since::ItWasBuilt, now)?
            } else {
                0
            };
            Ok(Written { result: (), rows })
        })
    }

    fn date_artifacts(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.write(&mut |transaction| {
            let rows = dates::complete(transaction, &self.paths, Since::Now, now)?;
            Ok(Written { result: (), rows })
        })
    }

    fn for_each_record(
        &self,
        query: &RecordQuery,
        visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        documents::for_each_record(&self.database, &self.paths, query, visit)
    }

    fn for_each_description(
        &self,
        file_names: &[String],
        visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        documents::for_each_description(&self.database, &self.paths, file_names, visit)
    }

    fn for_each_digest(&self, visit: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> Result<(), StoreError> {
        documents::for_each_digest(&self.database, &self.paths, visit)
    }

    fn change_mark(&self) -> Result<Option<ChangeMark>, StoreError> {
        self.database
            .read(&mut |client| mark::of_subdir(client, &self.paths))
            .map(Some)
    }

    fn listed(&self, stage: &Stage, file_names: &[String]) -> Result<Vec<String>, StoreError> {
        self.database
            .read(&mut |client| listing::listed(client, &self.paths, stage, file_names))
    }

    fn unlist(&mut self, stage: &Stage, file_names: &[String]) -> Result<usize, StoreError> {
        self.write(&mut |transaction| listing::unlist(transaction, &self.paths, stage, file_names))
    }

    fn for_each_row(&self, visit: &mut dyn FnMut(StoreRow) -> io::Result<()>) -> Result<(), StoreError> {
        rows::for_each(&self.database, &self.paths, visit)
    }

    fn restore(&mut self, rows: &[StoreRow]) -> Result<Vec<Rejected>, StoreError> {
        rows::restore(self, rows)
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        self.write(&mut |transaction| {
            let rows = rows::clear(transaction, &self.paths)?;
            Ok(Written { result: (), rows })
        })
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        self.database
            .read(&mut |client| rows::are_none(client, &self.paths))
    }

    fn time_precision(&self) -> TimePrecision {
        TimePrecision::Seconds
    }
}

/// The modification time in conda-index's column, which holds whole seconds: PostgreSQL rounds what
/// conda-index sends, half away from zero. `None` for what it has no room for, which is compared
/// with nothing.
fn mtime_column(mtime: Mtime) -> Option<i32> {
    let seconds = mtime.seconds().round();
    let fits = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and fits")]
    fits.then_some(seconds as i32)
}

/// The size in conda-index's column. `None` for 2 GiB and more, which is compared with nothing: the
/// record has the true size.
fn size_column(size: u64) -> Option<i32> {
    size.try_into().ok()
}
