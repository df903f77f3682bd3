//! What the store asks of one of GlueSQL's storages.

use std::borrow::Cow;

use gluesql_core::data::Value;
use gluesql_core::error::Result;
use gluesql_core::store::{GStore, GStoreMut, Planner};
use gluesql_memory_storage::MemoryStorage;

/// The rows of a table in order of their primary keys.
pub type SortedRows<'s> = Box<dyn Iterator<Item = Result<Cow<'s, [Value]>>> + 's>;

/// A storage of GlueSQL that a [`GluesqlStore`](super::GluesqlStore) can be over. Text keys are
/// sorted bytewise.
///
/// A storage with transactions streams from what was last committed while a transaction is open
/// that was begun with `autocommit`, and fetches in that transaction.
pub trait RowStorage: GStore + GStoreMut + Planner {
    /// The rows of a table in order of their primary keys.
    ///
    /// # Errors
    ///
    /// When the storage cannot be read, or has no such table.
    fn sorted_rows(&self, table: &str) -> Result<SortedRows<'_>> {
        let rows = self.scan_data(table)?;
        Ok(Box::new(
            rows.map(|row| row.map(|(_, values)| Cow::Owned(values))),
        ))
    }

    /// Gives up the open transaction for one that is committed or rolled back by itself, and that
    /// reads what it wrote.
    ///
    /// # Errors
    ///
    /// When the storage fails.
    fn begin_reading_own_writes(&mut self) -> Result<()> {
        self.rollback()?;
        self.begin(false)?;
        Ok(())
    }
}

impl RowStorage for MemoryStorage {
    /// Rows where they lie: a scan of this storage begins with a copy of the whole table.
    fn sorted_rows(&self, table: &str) -> Result<SortedRows<'_>> {
        let rows = self
            .items
            .get(table)
            .into_iter()
            .flat_map(|item| item.rows.values());
        Ok(Box::new(rows.map(|row| Ok(Cow::Borrowed(row.as_slice())))))
    }

    /// It has no transactions: what is written can be read.
    fn begin_reading_own_writes(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(feature = "gluesql-redb")]
impl RowStorage for gluesql_redb_storage::RedbStorage {}
