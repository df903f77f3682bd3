//! What towpath knows of a subdir's packages between runs.
//!
//! A store keeps, for every artifact of one subdir, what was read of it, and for every *stage* a
//! list of artifacts with size and modification time. Two stages drive an index run: `fs` is what
//! the folder held when it was last listed, `indexed` is what was read. An artifact whose rows
//! differ has to be read; an artifact is part of the channel while the upstream stage lists it
//! and its record is known.
//!
//! Every backend implements [`Store`] and passes the same conformance suite. No code outside this
//! module asks which one it has.

#[cfg(test)]
mod conformance;
#[cfg(any(feature = "gluesql", feature = "postgres", feature = "sqlite"))]
mod difference;
mod error;
mod filling;
#[cfg(feature = "gluesql")]
pub mod gluesql;
mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "ledger")]
pub mod relational;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;
mod types;

use std::io;

use jiff::Timestamp;

pub use error::StoreError;
pub use filling::{begin_filling, end_filling, is_unfinished};
#[cfg(feature = "gluesql-redb")]
pub use gluesql::GluesqlFile;
#[cfg(feature = "gluesql")]
pub use gluesql::GluesqlStore;
pub use memory::MemoryStore;
pub use row::{DateRow, IconRow, RattlerRecipeRow, StageRow, StoreRow, TextKind, TextRow, TimePrecision};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteFile, SqliteStore};
pub use types::{
    ChangeMark, ChangedArtifact, ListedArtifact, Mtime, Order, RecordQuery, Rejected, Stage, StoredArtifact,
    StoredDescription, StoredRecord,
};

use crate::package::ArtifactName;

/// What happens to artifacts that a new listing does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingArtifacts {
    /// They leave the stage.
    Leave,
    /// They stay (`--update-only`: the folder holds only a part of the channel).
    Stay,
}

/// The memory of one subdir.
///
/// Batches are given in order of artifact names where the caller can choose: backends write
/// sorted rows several times faster.
pub trait Store {
    /// Makes `listing` (sorted by name, each name once) the content of stage `fs`. Says how many
    /// artifacts left the stage. Writes nothing when nothing changed.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing is changed then.
    fn replace_listing(
        &mut self,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError>;

    /// The artifacts of stage `upstream` that were not read yet in the state that it lists, in
    /// order of name.
    ///
    /// # Errors
    ///
    /// When the backend fails.
    fn changed(&self, upstream: &Stage) -> Result<Vec<ChangedArtifact>, StoreError>;

    /// Keeps what was read of some artifacts, in one transaction. All rows of an artifact are
    /// replaced together; of artifacts with one name the last in the batch stays. An artifact of
    /// this name and these digests that the store never dated gets `now` as its indexed timestamp
    /// (CEP 47).
    ///
    /// What the backend has no way to keep is rejected, and everything else kept. Of what was rejected
    /// nothing of an earlier state stays.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing of the batch is kept then.
    fn commit(&mut self, batch: &[StoredArtifact], now: Timestamp) -> Result<Vec<Rejected>, StoreError>;

    /// Forgets what was read of some artifacts: their records leave the channel, and they count
    /// as changed until they are read. What they were dated stays.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing is changed then.
    fn forget(&mut self, names: &[ArtifactName]) -> Result<(), StoreError>;

    /// Dates what another tool put into a store that towpath never wrote to (CEP 47): these
    /// artifacts are old, and each gets its record's `timestamp`, or its modification time where
    /// there is none. Does nothing in any other store.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing is changed then.
    fn adopt(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Gives every known artifact that has no indexed timestamp `now` (CEP 47): it came through
    /// another tool since towpath last looked.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing is changed then.
    fn date_artifacts(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Streams the records that are part of the channel.
    ///
    /// # Errors
    ///
    /// When the backend or `visit` fails.
    fn for_each_record(
        &self,
        query: &RecordQuery,
        visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError>;

    /// Streams what was read of these artifacts that describes them to people, in the order in
    /// which they are named. An artifact that was not read is passed over.
    ///
    /// # Errors
    ///
    /// When the backend or `visit` fails.
    fn for_each_description(
        &self,
        file_names: &[String],
        visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError>;

    /// The SHA-256 of every artifact that was read, in order of name. What another tool put into
    /// the store without one is passed over.
    ///
    /// # Errors
    ///
    /// When the backend or `visit` fails.
    fn for_each_digest(&self, visit: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> Result<(), StoreError>;

    /// A mark that changes whenever anybody changes the store, or `None` if the backend cannot
    /// tell. Equal marks mean that documents built in between would be equal, also when an earlier
    /// run had the one and the store was removed and filled again since.
    ///
    /// # Errors
    ///
    /// When the backend fails.
    fn change_mark(&self) -> Result<Option<ChangeMark>, StoreError>;

    /// Which of these files the stage lists, in the order in which they are named.
    ///
    /// # Errors
    ///
    /// When the backend fails.
    fn listed(&self, stage: &Stage, file_names: &[String]) -> Result<Vec<String>, StoreError>;

    /// Takes files out of a stage. What was read of them stays. Says how many the stage listed.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing is changed then.
    fn unlist(&mut self, stage: &Stage, file_names: &[String]) -> Result<usize, StoreError>;

    /// Streams everything that is kept: the rows of the stages in order of stages, then dates, texts
    /// in order of [`TextKind::ALL`], icons and rattler-build's recipes; each in order of file names,
    /// and dates of one file name in order of digests. All orders are bytewise.
    ///
    /// Texts are as they are spelled where the backend keeps text, and in canonical spelling where
    /// it keeps something else.
    ///
    /// # Errors
    ///
    /// When the backend or `visit` fails.
    fn for_each_row(&self, visit: &mut dyn FnMut(StoreRow) -> io::Result<()>) -> Result<(), StoreError>;

    /// Takes rows that [`for_each_row`](Self::for_each_row) gave, in one transaction. A row replaces
    /// the one with its key, and nothing else. Batches are given in the order of the stream: what a
    /// record is of is told by rows before it.
    ///
    /// What the backend has no column for is left out; what a column has no room for is kept as
    /// [`commit`](Self::commit) would. What it has no way to keep is rejected with all that was read of
    /// the artifact, so that the next index run reads it and says what is wrong.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing of the batch is kept then.
    fn restore(&mut self, rows: &[StoreRow]) -> Result<Vec<Rejected>, StoreError>;

    /// Removes every row of the subdir.
    ///
    /// # Errors
    ///
    /// When the backend fails; nothing is changed then.
    fn clear(&mut self) -> Result<(), StoreError>;

    /// Whether there is no row of the subdir.
    ///
    /// # Errors
    ///
    /// When the backend fails.
    fn is_empty(&self) -> Result<bool, StoreError>;

    /// How exactly modification times are kept.
    fn time_precision(&self) -> TimePrecision {
        TimePrecision::Exact
    }
}
