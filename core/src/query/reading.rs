//! The tables as GlueSQL reads them: rows are made as they are asked for, with the columns that the
//! query names.
//!
//! GlueSQL's own storage in memory copies a table for each look at it; here there is nothing to copy.
//! Nothing can be written: what GlueSQL's storages may do, and this one does not, is refused by GlueSQL.

use std::cell::Cell;

use gluesql_core::data::{Key, Schema, Value};
use gluesql_core::error::{Error, Result};
use gluesql_core::store::{
    AlterTable, CustomFunction, CustomFunctionMut, Index, IndexMut, Metadata, Planner, RowIter, Store,
    StoreMut, Transaction,
};

use super::ordered::Records;
use super::tables::{RECORDS, Row, TABLES, Table};

/// The records, and how far one query may read in them.
pub(super) struct Reading<'r> {
    records: &'r Records,
    /// For each table which of its columns the query names.
    wanted: Vec<Vec<bool>>,
    rows_left: Cell<u64>,
}

impl<'r> Reading<'r> {
    /// For a query that names these columns and reads so many rows at most.
    pub(super) fn new(records: &'r Records, is_wanted: impl Fn(&str) -> bool, rows: u64) -> Self {
        let wanted = TABLES.iter().map(|table| table.columns_where(&is_wanted));
        Self {
            records,
            wanted: wanted.collect(),
            rows_left: Cell::new(rows),
        }
    }

    /// Whether the query was ended because it read too many rows.
    pub(super) fn is_exhausted(&self) -> bool {
        self.rows_left.get() == 0
    }

    fn count_row(&self) -> Result<()> {
        self.rows_left.set(self.rows_left.get().saturating_sub(1));
        match self.is_exhausted() {
            true => Err(Error::StorageMsg("too many rows".to_owned())),
            false => Ok(()),
        }
    }

    fn values(&self, table: &Table, row: Row) -> Vec<Value> {
        let wanted = TABLES
            .iter()
            .zip(&self.wanted)
            .find(|(known, _)| known.name == table.name);
        let wanted = wanted.map_or(&[][..], |(_, wanted)| wanted);
        table.values(self.records, row, wanted)
    }
}

impl Store for Reading<'_> {
    fn fetch_schema(&self, table_name: &str) -> Result<Option<Schema>> {
        Ok(Table::of_name(table_name).map(Table::schema))
    }

    fn fetch_all_schemas(&self) -> Result<Vec<Schema>> {
        Ok(TABLES.into_iter().map(Table::schema).collect())
    }

    fn fetch_data(&self, table_name: &str, key: &Key) -> Result<Option<Vec<Value>>> {
        self.count_row()?;
        let (true, Key::Str(path)) = (table_name == RECORDS.name, key) else {
            // The other table has no primary key.
            return Ok(None);
        };
        let record = self.records.record_of(path);
        let row = record.map(|record| Row {
            record,
            dependency: 0,
        });
        Ok(row.map(|row| self.values(&RECORDS, row)))
    }

    fn scan_data<'a>(&'a self, table_name: &str) -> Result<RowIter<'a>> {
        let Some(table) = Table::of_name(table_name) else {
            return Ok(Box::new(std::iter::empty()));
        };
        let rows: Box<dyn Iterator<Item = Row> + 'a> = match table.name == RECORDS.name {
            true => Box::new(self.records.rows()),
            false => Box::new(self.records.dependency_rows()),
        };
        Ok(Box::new(rows.zip(0..).map(move |(row, number)| {
            self.count_row()?;
            // GlueSQL's SELECT has no use for the key.
            Ok((Key::I64(number), self.values(table, row)))
        })))
    }
}

impl StoreMut for Reading<'_> {}
impl Index for Reading<'_> {}
impl IndexMut for Reading<'_> {}
impl AlterTable for Reading<'_> {}
impl Transaction for Reading<'_> {}
impl Metadata for Reading<'_> {}
impl CustomFunction for Reading<'_> {}
impl CustomFunctionMut for Reading<'_> {}
impl Planner for Reading<'_> {}
