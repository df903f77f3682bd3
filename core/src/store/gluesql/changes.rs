//! What a call changes. It is worked out before anything is written, so that a storage without
//! transactions takes all of it or nothing as well.

use std::collections::BTreeMap;

use gluesql_core::data::{Key, Schema, Value};
use gluesql_core::error::Result;

use super::storage::RowStorage;

#[derive(Default)]
pub(super) struct Changes {
    tables: Vec<Schema>,
    rows: BTreeMap<String, Rows>,
}

#[derive(Default)]
struct Rows {
    written: Vec<(Key, Vec<Value>)>,
    removed: Vec<Key>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.rows.is_empty()
    }

    /// Makes a table.
    pub(super) fn make(&mut self, table: Schema) {
        self.tables.push(table);
    }

    /// Replaces the row with this key, which is its first column.
    pub(super) fn write<const N: usize>(&mut self, table: &str, key: &str, others: [Value; N]) {
        let mut row = Vec::with_capacity(N + 1);
        row.push(Value::Str(key.to_owned()));
        row.extend(others);
        self.of(table).written.push((Key::Str(key.to_owned()), row));
    }

    /// Removes the row with this key, if there is one.
    pub(super) fn remove(&mut self, table: &str, key: &str) {
        self.of(table).removed.push(Key::Str(key.to_owned()));
    }

    fn of(&mut self, table: &str) -> &mut Rows {
        self.rows.entry(table.to_owned()).or_default()
    }

    /// Makes the changes in the transaction of `storage`.
    pub(super) fn apply(self, storage: &mut impl RowStorage) -> Result<()> {
        for table in &self.tables {
            storage.insert_schema(table)?;
        }
        for (table, rows) in self.rows {
            if !rows.removed.is_empty() {
                storage.delete_data(&table, rows.removed)?;
            }
            if !rows.written.is_empty() {
                storage.insert_data(&table, rows.written)?;
            }
        }
        Ok(())
    }
}

/// A column that may be empty.
pub(super) fn optional_text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::Str(text.to_owned()))
}
