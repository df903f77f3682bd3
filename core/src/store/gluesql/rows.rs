//! Rows as they are read: by key, or side by side with the rows of other tables.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io;

use gluesql_core::data::{Key, Value};
use gluesql_core::error::Error;

use super::storage::{RowStorage, SortedRows};
use crate::store::StoreError;

/// What ended a call before its end.
pub(super) enum Failure {
    Storage(Error),
    BadRow { path: String, what: String },
    Visit(io::Error),
}

impl Failure {
    /// The error of the store that people know as `store`.
    pub(super) fn of(self, store: &str) -> StoreError {
        match self {
            Self::Storage(source) => StoreError::Gluesql {
                store: store.to_owned(),
                source: Box::new(source),
            },
            Self::BadRow { path, what } => StoreError::BadRow { name: path, what },
            Self::Visit(source) => StoreError::Io(source),
        }
    }
}

impl From<Error> for Failure {
    fn from(source: Error) -> Self {
        Self::Storage(source)
    }
}

/// A row. Its first column is the primary key, a path as a rule.
pub(super) struct Row<'s>(Cow<'s, [Value]>);

impl Row<'_> {
    pub(super) fn path(&self) -> &str {
        match self.0.first() {
            Some(Value::Str(path)) => path,
            // No table of ours has another type of key, and storages check what SQL puts in.
            _ => "",
        }
    }

    pub(super) fn text(&self, column: usize) -> Result<&str, Failure> {
        match self.0.get(column) {
            Some(Value::Str(text)) => Ok(text),
            _ => Err(self.bad(column, "text")),
        }
    }

    pub(super) fn optional_text(&self, column: usize) -> Result<Option<&str>, Failure> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    pub(super) fn bytes(&self, column: usize) -> Result<&[u8], Failure> {
        match self.0.get(column) {
            Some(Value::Bytea(bytes)) => Ok(bytes),
            _ => Err(self.bad(column, "bytes")),
        }
    }

    pub(super) fn boolean(&self, column: usize) -> Result<bool, Failure> {
        match self.0.get(column) {
            Some(Value::Bool(value)) => Ok(*value),
            _ => Err(self.bad(column, "true or false")),
        }
    }

    pub(super) fn integer(&self, column: usize) -> Result<i64, Failure> {
        match self.0.get(column) {
            Some(Value::I64(number)) => Ok(*number),
            _ => Err(self.bad(column, "an integer")),
        }
    }

    pub(super) fn optional_integer(&self, column: usize) -> Result<Option<i64>, Failure> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.integer(column).map(Some),
        }
    }

    pub(super) fn optional_float(&self, column: usize) -> Result<Option<f64>, Failure> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            Some(Value::F64(number)) => Ok(Some(*number)),
            _ => Err(self.bad(column, "a number")),
        }
    }

    fn bad(&self, column: usize, expected: &str) -> Failure {
        Failure::BadRow {
            path: self.path().to_owned(),
            what: format!("its column {} is not {expected}", column + 1),
        }
    }
}

/// The row with this key.
pub(super) fn fetch(
    storage: &impl RowStorage,
    table: &str,
    key: &str,
) -> Result<Option<Row<'static>>, Failure> {
    let row = storage.fetch_data(table, &Key::Str(key.to_owned()))?;
    Ok(row.map(|values| Row(Cow::Owned(values))))
}

/// A walk through a table in order of paths.
pub(super) struct Cursor<'s> {
    rows: SortedRows<'s>,
    head: Option<Row<'s>>,
}

impl<'s> Cursor<'s> {
    /// Stands before the first row.
    pub(super) fn open(storage: &'s impl RowStorage, table: &str) -> Result<Self, Failure> {
        Self::over(storage.sorted_rows(table)?)
    }

    /// The same for a table that there may not be: it has no rows then.
    pub(super) fn open_if_made(storage: &'s impl RowStorage, table: &str) -> Result<Self, Failure> {
        match storage.fetch_schema(table)? {
            Some(_) => Self::open(storage, table),
            None => Self::over(Box::new(std::iter::empty())),
        }
    }

    fn over(rows: SortedRows<'s>) -> Result<Self, Failure> {
        let mut cursor = Self { rows, head: None };
        cursor.step()?;
        Ok(cursor)
    }

    /// The row that comes next.
    pub(super) fn head(&self) -> Option<&Row<'s>> {
        self.head.as_ref()
    }

    /// Passes over a row, and gives it.
    pub(super) fn step(&mut self) -> Result<Option<Row<'s>>, Failure> {
        let next = self.rows.next().transpose()?.map(Row);
        Ok(std::mem::replace(&mut self.head, next))
    }

    /// The row of `path`. Paths are sought in their order: those before it are passed over.
    pub(super) fn seek(&mut self, path: &str) -> Result<Option<&Row<'s>>, Failure> {
        while let Some(head) = &self.head {
            match head.path().cmp(path) {
                Ordering::Less => {
                    self.step()?;
                }
                Ordering::Equal => break,
                Ordering::Greater => return Ok(None),
            }
        }
        Ok(self.head.as_ref())
    }
}
