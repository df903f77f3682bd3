//! What is recorded of a channel's environments, on its way: all rows of its tables, with their ids. It is
//! of the whole channel, while packages are moved subdir by subdir.

mod lines;
mod one_channel;
mod tables;
#[cfg(test)]
#[cfg(all(feature = "gluesql-redb", feature = "postgres", feature = "sqlite"))]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeMap;

pub(super) use lines::{PART, RecordedRow};
use tables::{ColumnType, Table};

use super::{Existing, TransferError};
use crate::channel::ChannelFolder;
use crate::index::ChannelStores;
use crate::store::StoreError;
use crate::store::relational::{Database, Row, Session, Value};

/// What the own channel is called on the way, whatever it is called in a database.
const OWN: &str = ".";

/// What was moved of a channel's environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedEnvironments {
    /// How many environments there are now.
    pub environments: u64,
    /// How many rows there were to move, all in all.
    pub rows: u64,
}

/// The values of a row, in the order of its table's columns.
type TableRow = Vec<Value>;

/// The rows of all tables.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Recorded(BTreeMap<Table, Vec<TableRow>>);

impl Recorded {
    /// What is recorded where the channel's stores are; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// When the database fails, or environments of the channel need another channel of the database.
    pub(super) fn of(stores: &ChannelStores, channel: &ChannelFolder) -> Result<Option<Self>, TransferError> {
        if !stores.has_database(channel) {
            return Ok(None);
        }
        let (mut database, own) = stores.database(channel)?;
        let recorded = Self::read(&mut database)?.of_channel(&own)?;
        Ok((recorded.moved().rows > 0).then_some(recorded))
    }

    fn read(database: &mut Database) -> Result<Self, StoreError> {
        database.read(|session| {
            let mut recorded = Self::default();
            for table in Table::ALL {
                let names: Vec<&str> = table.columns().iter().map(|(name, _)| *name).collect();
                let query = format!("SELECT {} FROM {}", names.join(", "), table.name());
                let rows = session.query(&query, &[])?;
                let rows: Result<Vec<TableRow>, StoreError> =
                    rows.iter().map(|row| values(row, table)).collect();
                let mut rows = rows?;
                // Databases have ideas of their own of how texts are ordered.
                rows.sort_by(by_first_columns);
                recorded.0.insert(table, rows);
            }
            Ok(recorded)
        })
    }

    /// Puts all of it where the channel's stores are, in one transaction.
    ///
    /// # Errors
    ///
    /// When the database fails, and as [`check_target`]; nothing has changed then.
    pub(super) fn write(
        &self,
        stores: &ChannelStores,
        channel: &ChannelFolder,
        existing: Existing,
    ) -> Result<(), TransferError> {
        let (mut database, own) = stores.database(channel)?;
        self.put(&mut database, &own, existing)
    }

    fn put(&self, database: &mut Database, own: &str, existing: Existing) -> Result<(), TransferError> {
        database.write(|session| {
            make_room(session, own, existing)?;
            for (table, rows) in &self.0 {
                put_rows(session, *table, rows, own)?;
            }
            Ok(())
        })
    }

    /// How much it is.
    pub(super) fn moved(&self) -> MovedEnvironments {
        let count = |rows: &Vec<TableRow>| u64::try_from(rows.len()).unwrap_or(u64::MAX);
        MovedEnvironments {
            environments: count(self.rows(Table::Environment)),
            rows: self.0.values().map(count).sum(),
        }
    }

    fn rows(&self, table: Table) -> &Vec<TableRow> {
        const NONE: &Vec<TableRow> = &Vec::new();
        self.0.get(&table).unwrap_or(NONE)
    }
}

fn put_rows(session: &mut dyn Session, table: Table, rows: &[TableRow], own: &str) -> Result<(), StoreError> {
    let names: Vec<&str> = table.columns().iter().map(|(name, _)| *name).collect();
    match table {
        Table::UsedChannel => {
            let rows: Vec<TableRow> = rows.iter().map(|row| with_address(row, own)).collect();
            session.insert_rows(table.name(), &names, &rows)?;
        }
        _ => session.insert_rows(table.name(), &names, rows)?,
    }
    match rows.iter().filter_map(|row| table.number(row, "id")).max() {
        Some(last) => session.number_after(table.name(), last),
        None => Ok(()),
    }
}

/// Fails unless environments may come to where the channel's stores are.
///
/// # Errors
///
/// When there are some already that are not to be replaced, or are also of other channels; when the
/// database fails.
pub(super) fn check_target(
    stores: &ChannelStores,
    channel: &ChannelFolder,
    existing: Existing,
) -> Result<(), TransferError> {
    if !stores.has_database(channel) {
        return Ok(());
    }
    let (mut database, own) = stores.database(channel)?;
    database
        .read(|session| check(session, &own, existing))
        .map(|_| ())
}

/// Whether there is anything that has to go, and may.
fn check(session: &mut dyn Session, own: &str, existing: Existing) -> Result<bool, TransferError> {
    let mut is_empty = true;
    for table in Table::ALL {
        let (first, _) = table.columns()[0];
        let any = session.query(&format!("SELECT {first} FROM {} LIMIT 1", table.name()), &[])?;
        is_empty &= any.is_empty();
    }
    if is_empty {
        return Ok(false);
    }
    if existing == Existing::Refuse {
        return Err(TransferError::EnvironmentsThere);
    }
    let query = "SELECT address FROM towpath_used_channel WHERE is_own = $1 AND address <> $2";
    let others = session.query(query, &[true.into(), own.into()])?;
    let others: Result<Vec<String>, StoreError> = others.iter().map(|row| row.text(0)).collect();
    match others? {
        others if others.is_empty() => Ok(true),
        channels => Err(TransferError::EnvironmentsOfOthers { channels }),
    }
}

fn make_room(session: &mut dyn Session, own: &str, existing: Existing) -> Result<(), TransferError> {
    if check(session, own, existing)? {
        for table in Table::ALL.into_iter().rev() {
            session.execute(&format!("DELETE FROM {}", table.name()), &[])?;
        }
    }
    Ok(())
}

/// The row of a channel as the database knows it that calls its own one so.
fn with_address(row: &TableRow, own: &str) -> TableRow {
    let mut row = row.clone();
    if Table::UsedChannel.value(&row, "is_own") == Some(&Value::Bool(true))
        && let Some(address) = Table::UsedChannel.value_mut(&mut row, "address")
    {
        *address = own.into();
    }
    row
}

/// The values of a row, of the types that its columns have where there are all types.
fn values(row: &Row, table: Table) -> Result<TableRow, StoreError> {
    let columns = table.columns().iter().enumerate();
    columns
        .map(|(column, (_, column_type))| {
            Ok(match column_type {
                ColumnType::Bool => row.bool(column)?.into(),
                ColumnType::Int => row.optional_int(column)?.into(),
                ColumnType::Text => row.optional_text(column)?.into(),
                ColumnType::Time => row.optional_time(column)?.into(),
            })
        })
        .collect()
}

/// The order of a table's keys, which stand first.
fn by_first_columns(one: &TableRow, other: &TableRow) -> Ordering {
    let pairs = one.iter().zip(other);
    let orders = pairs.map(|pair| match pair {
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        _ => Ordering::Equal,
    });
    orders.fold(Ordering::Equal, Ordering::then)
}
