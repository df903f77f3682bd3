//! The store in GlueSQL, a database in pure Rust: in memory where there is no operating system, and
//! in a redb file (`<subdir>/.cache/towpath.redb`).
//!
//! Rows go through GlueSQL's storage traits and never through its SQL, which finds a row to change
//! by reading all of them, and answers `NULL OR TRUE` with `NULL`. The tables are GlueSQL's all the
//! same: whoever opens the storage with GlueSQL can query them. Who changes rows in that way leaves
//! the [change mark](Store::change_mark) as it was.

mod artifact;
mod changes;
mod dates;
mod documents;
mod everything;
#[cfg(feature = "gluesql-redb")]
mod file;
mod listing;
#[cfg(feature = "gluesql-redb")]
mod redb_file;
mod rows;
mod storage;
mod tables;
#[cfg(test)]
pub(super) mod tests;

use std::io;

use gluesql_core::data::Value;
pub use gluesql_memory_storage::MemoryStorage;
#[cfg(feature = "gluesql-redb")]
pub use gluesql_redb_storage::RedbStorage;
use jiff::Timestamp;

use self::changes::Changes;
#[cfg(feature = "gluesql-redb")]
pub use self::file::GluesqlFile;
use self::rows::{Cursor, Failure};
pub use self::storage::{RowStorage, SortedRows};
use super::{
    ChangeMark, ChangedArtifact, ListedArtifact, MissingArtifacts, RecordQuery, Rejected, Stage, Store,
    StoreError, StoreRow, StoredArtifact, StoredDescription, StoredRecord,
};
use crate::migrate::{GluesqlDatabase, Migrations, Options, Runner};
use crate::package::ArtifactName;

/// A subdir's store in a storage of GlueSQL.
///
/// A transaction is always open: GlueSQL's storage in redb fetches rows in no other way.
pub struct GluesqlStore<S: RowStorage> {
    /// Stands before the storage, for nobody else has the file before that is gone.
    #[cfg(feature = "gluesql-redb")]
    _owner: Option<redb_file::OwnerFile>,
    storage: S,
    /// What people know the store as.
    name: String,
    mark: Option<Mark>,
}

/// The only row of `towpath_store`: a random id that tells this store from one that is made in its
/// place, and how often the store was changed.
#[derive(Clone)]
struct Mark {
    id: String,
    changes: i64,
}

impl GluesqlStore<MemoryStorage> {
    /// An empty store in memory.
    ///
    /// # Errors
    ///
    /// When GlueSQL does not take the tables.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::over(MemoryStorage::default())
    }
}

impl<S: RowStorage> GluesqlStore<S> {
    /// The store in a storage that somebody else opened, in which missing tables are made. It has a
    /// change mark if it was made in a file.
    ///
    /// # Errors
    ///
    /// When the storage fails.
    pub fn over(storage: S) -> Result<Self, StoreError> {
        Self::prepare(storage, "the store in GlueSQL".to_owned(), || None)
    }

    /// Brings the tables up to date. A store that is made anew gets the id, if there is one.
    fn prepare(
        storage: S,
        name: String,
        new_id: impl FnOnce() -> Option<String>,
    ) -> Result<Self, StoreError> {
        let mut store = Self {
            #[cfg(feature = "gluesql-redb")]
            _owner: None,
            storage,
            name,
            mark: None,
        };
        let begun = store.storage.begin(true).map_err(Failure::Storage);
        store.named(begun)?;
        let migrations = Migrations::gluesql();
        let mut database = GluesqlDatabase::new(&mut store.storage);
        Runner::new(&mut database, &migrations, Options::default())
            .bring_up_to_date(&mut |_| ())
            .map_err(|source| StoreError::Migrate {
                store: store.name.clone(),
                source: Box::new(source),
            })?;
        store.mark = store.named(Mark::read(&store.storage))?;
        if let (None, Some(id)) = (&store.mark, new_id()) {
            let mark = Mark { id, changes: 0 };
            let mut changes = Changes::default();
            mark.write(&mut changes);
            store.mark = Some(mark);
            store.make(changes)?;
        }
        Ok(store)
    }

    /// The storage, to be queried.
    pub fn storage(&self) -> &S {
        &self.storage
    }

    /// Lists artifacts (sorted by name, each name once) in a stage that no index run fills.
    ///
    /// # Errors
    ///
    /// When the storage fails; nothing is changed then.
    pub fn set_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) -> Result<(), StoreError> {
        self.list(stage, listing, MissingArtifacts::Leave)?;
        Ok(())
    }

    fn list(
        &mut self,
        stage: &Stage,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError> {
        let (changes, removed) = self.named(listing::replace(&self.storage, stage, listing, missing))?;
        self.make(changes)?;
        Ok(removed)
    }

    /// Makes the changes in one transaction, and counts it; does nothing if there are none.
    fn make(&mut self, mut changes: Changes) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mark = self.mark.clone().map(Mark::next);
        if let Some(mark) = &mark {
            mark.write(&mut changes);
        }
        let made = changes
            .apply(&mut self.storage)
            .and_then(|()| self.storage.commit());
        if made.is_ok() {
            self.mark = mark;
        }
        // After a failure all of it is taken back. What went wrong first is what to tell.
        let rolled_back = if made.is_err() {
            self.storage.rollback()
        } else {
            Ok(())
        };
        let begun = self.storage.begin(true).map(|_| ());
        self.named(made.and(rolled_back).and(begun).map_err(Failure::Storage))
    }

    fn named<T>(&self, result: Result<T, Failure>) -> Result<T, StoreError> {
        result.map_err(|failure| failure.of(&self.name))
    }
}

impl<S: RowStorage> Drop for GluesqlStore<S> {
    /// redb waits for the end of all transactions before it closes its file.
    fn drop(&mut self) {
        // Nothing is changed in a transaction that is left open, so there is nothing to lose.
        let _ = self.storage.rollback();
    }
}

impl Mark {
    fn read(storage: &impl RowStorage) -> Result<Option<Self>, Failure> {
        let row = Cursor::open(storage, tables::TOWPATH_STORE)?.step()?;
        row.map(|row| {
            Ok(Self {
                id: row.text(0)?.to_owned(),
                changes: row.integer(1)?,
            })
        })
        .transpose()
    }

    fn next(self) -> Self {
        let changes = self.changes.wrapping_add(1);
        Self { changes, ..self }
    }

    fn write(&self, changes: &mut Changes) {
        changes.write(tables::TOWPATH_STORE, &self.id, [Value::I64(self.changes)]);
    }
}

impl<S: RowStorage> Store for GluesqlStore<S> {
    fn replace_listing(
        &mut self,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError> {
        self.list(&Stage::FS, listing, missing)
    }

    fn changed(&self, upstream: &Stage) -> Result<Vec<ChangedArtifact>, StoreError> {
        self.named(listing::changed(&self.storage, upstream))
    }

    fn commit(&mut self, batch: &[StoredArtifact], now: Timestamp) -> Result<Vec<Rejected>, StoreError> {
        let changes = self.named(artifact::write_all(&self.storage, batch, now))?;
        self.make(changes)?;
        Ok(Vec::new())
    }

    fn forget(&mut self, names: &[ArtifactName]) -> Result<(), StoreError> {
        let changes = self.named(artifact::forget_all(&self.storage, names))?;
        self.make(changes)
    }

    /// No other tool knows this store. `commit` dates what it brings, and `restore` brings dates.
    fn adopt(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn date_artifacts(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn for_each_record(
        &self,
        query: &RecordQuery,
        visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.named(documents::for_each_record(&self.storage, query, visit))
    }

    fn for_each_description(
        &self,
        file_names: &[String],
        visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.named(documents::for_each_description(&self.storage, file_names, visit))
    }

    fn for_each_digest(&self, visit: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> Result<(), StoreError> {
        self.named(documents::for_each_digest(&self.storage, visit))
    }

    /// A store in memory has none: marks are kept beside documents, and outlive it.
    fn change_mark(&self) -> Result<Option<ChangeMark>, StoreError> {
        let mark = self.mark.as_ref();
        Ok(mark.map(|Mark { id, changes }| ChangeMark(format!("gluesql:{id}:{changes}"))))
    }

    fn listed(&self, stage: &Stage, file_names: &[String]) -> Result<Vec<String>, StoreError> {
        self.named(listing::listed(&self.storage, stage, file_names))
    }

    fn unlist(&mut self, stage: &Stage, file_names: &[String]) -> Result<usize, StoreError> {
        let (changes, removed) = self.named(listing::unlist(&self.storage, stage, file_names))?;
        self.make(changes)?;
        Ok(removed)
    }

    fn for_each_row(&self, visit: &mut dyn FnMut(StoreRow) -> io::Result<()>) -> Result<(), StoreError> {
        self.named(everything::for_each(&self.storage, visit))
    }

    fn restore(&mut self, rows: &[StoreRow]) -> Result<Vec<Rejected>, StoreError> {
        let changes = self.named(everything::restore(&self.storage, rows))?;
        self.make(changes)?;
        Ok(Vec::new())
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        let changes = self.named(everything::clear(&self.storage))?;
        self.make(changes)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        self.named(everything::is_none(&self.storage))
    }
}
