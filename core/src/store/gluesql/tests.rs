//! What of the store in GlueSQL others can see: its tables, and its file.

#[cfg(feature = "gluesql-redb")]
mod crash;
#[cfg(feature = "gluesql-redb")]
mod opening;
mod queries;

use super::*;
use crate::store::conformance::Backend;

pub(in crate::store) type InMemory = GluesqlStore<MemoryStorage>;

impl Backend for InMemory {
    type Store = Self;

    fn empty() -> Self {
        Self::in_memory().unwrap()
    }

    fn emptied(self) -> Self {
        Self::empty()
    }

    fn store(&mut self) -> &mut Self {
        self
    }

    fn fill_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) {
        self.set_stage(stage, listing).unwrap();
    }
}

/// A store in a folder of its own.
#[cfg(feature = "gluesql-redb")]
pub(in crate::store) struct RedbInFolder {
    // The store is closed before its folder goes.
    store: GluesqlStore<RedbStorage>,
    folder: tempfile::TempDir,
}

#[cfg(feature = "gluesql-redb")]
fn redb_in(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("towpath.redb")
}

#[cfg(feature = "gluesql-redb")]
impl Backend for RedbInFolder {
    type Store = GluesqlStore<RedbStorage>;

    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = GluesqlStore::open(&redb_in(&folder)).unwrap();
        Self { store, folder }
    }

    fn emptied(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        fs_err::remove_file(redb_in(&folder)).unwrap();
        let store = GluesqlStore::open(&redb_in(&folder)).unwrap();
        Self { store, folder }
    }

    fn store(&mut self) -> &mut Self::Store {
        &mut self.store
    }

    fn fill_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) {
        self.store.set_stage(stage, listing).unwrap();
    }
}
