//! A store's file, opened to be migrated instead of used.

use std::path::Path;

use gluesql_core::store::Transaction;
use gluesql_redb_storage::RedbStorage;

use super::redb_file::{BUSY_TIMEOUT, OwnerFile, open_database};
use super::rows::Failure;
use crate::migrate::GluesqlDatabase;
use crate::store::StoreError;

/// The file of a subdir's store, or of a channel's environments, for migrations. One process has it at a time, also to look at it.
pub struct GluesqlFile {
    /// Stands before the storage, for nobody else has the file before that is gone.
    _owner: Option<OwnerFile>,
    storage: RedbStorage,
}

impl GluesqlFile {
    /// Opens a file that is there, to look at it and change nothing.
    ///
    /// # Errors
    ///
    /// When the file is no redb database or cannot be written (redb reads no other), and when
    /// another process had it open for a minute.
    pub fn open_to_look(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, None)
    }

    /// Opens a file that is there, to change its tables.
    ///
    /// # Errors
    ///
    /// When the file is no redb database or cannot be written, and when another process had it open
    /// for a minute.
    pub fn open_to_change(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, Some(OwnerFile::write))
    }

    fn open(path: &Path, owner: Option<fn(&Path) -> std::io::Result<OwnerFile>>) -> Result<Self, StoreError> {
        let database = open_database(path, BUSY_TIMEOUT)?;
        let owner = owner.map(|write| write(path)).transpose()?;
        let failed = |source| Failure::Storage(source).of(&path.display().to_string());
        let mut storage = RedbStorage::from_database(database).map_err(failed)?;
        storage.begin(true).map_err(failed)?;
        Ok(Self {
            _owner: owner,
            storage,
        })
    }

    /// What the file holds. A transaction is open that was begun with `autocommit`.
    #[cfg(feature = "ledger")]
    pub(in crate::store) fn storage(&mut self) -> &mut RedbStorage {
        &mut self.storage
    }

    /// What a [`Runner`](crate::migrate::Runner) works on.
    pub fn database(&mut self) -> GluesqlDatabase<'_, RedbStorage> {
        GluesqlDatabase::new(&mut self.storage)
    }
}

impl Drop for GluesqlFile {
    /// redb waits for the end of all transactions before it closes its file.
    fn drop(&mut self) {
        // What was to be kept is committed.
        let _ = self.storage.rollback();
    }
}
