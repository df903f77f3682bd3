//! When artifacts became part of the channel (CEP 47): a row for each name.

use std::collections::BTreeMap;

use gluesql_core::data::Value;
use jiff::Timestamp;

use super::changes::{Changes, optional_text};
use super::rows::{Failure, Row, fetch};
use super::storage::RowStorage;
use super::tables;

/// The dates of all bytes that an artifact's name ever stood for, in milliseconds by SHA-256.
pub(super) struct Dates {
    /// Whether the store had dates before, and so may have other rows.
    pub(super) was_known: bool,
    has_changed: bool,
    current: String,
    all: BTreeMap<String, i64>,
}

impl Dates {
    pub(super) fn of(storage: &impl RowStorage, path: &str) -> Result<Self, Failure> {
        match fetch(storage, tables::TOWPATH_ARTIFACT, path)? {
            Some(row) => Self::of_row(&row),
            None => Ok(Self {
                was_known: false,
                has_changed: false,
                current: String::new(),
                all: BTreeMap::new(),
            }),
        }
    }

    pub(super) fn of_row(row: &Row<'_>) -> Result<Self, Failure> {
        let current = row.text(1)?.to_owned();
        let mut all: BTreeMap<String, i64> = match row.optional_text(3)? {
            Some(earlier) => serde_json::from_str(earlier).map_err(|source| Failure::BadRow {
                path: row.path().to_owned(),
                what: format!("its earlier dates cannot be read: {source}"),
            })?,
            None => BTreeMap::new(),
        };
        all.insert(current.clone(), row.integer(2)?);
        Ok(Self {
            was_known: true,
            has_changed: false,
            current,
            all,
        })
    }

    /// The same with these bytes as the current ones, dated if they never were.
    pub(super) fn with(mut self, sha256: String, now: Timestamp) -> Self {
        if self.current != sha256 {
            self.all.entry(sha256.clone()).or_insert(now.as_millisecond());
            self.current = sha256;
            self.has_changed = true;
        }
        self
    }

    /// Dates these bytes, whatever was known of them.
    pub(super) fn set(&mut self, sha256: &str, date: i64) {
        if self.all.is_empty() {
            sha256.clone_into(&mut self.current);
        }
        self.all.insert(sha256.to_owned(), date);
        self.has_changed = true;
    }

    /// Makes these bytes the current ones, if they are dated.
    pub(super) fn make_current(&mut self, sha256: &str) {
        if self.current != sha256 && self.all.contains_key(sha256) {
            sha256.clone_into(&mut self.current);
            self.has_changed = true;
        }
    }

    /// By SHA-256, and in its order.
    pub(super) fn into_all(self) -> BTreeMap<String, i64> {
        self.all
    }

    pub(super) fn write(mut self, changes: &mut Changes, path: &str) {
        if !self.has_changed {
            return;
        }
        if let Some(date) = self.all.remove(&self.current) {
            let earlier = (!self.all.is_empty()).then(|| serde_json::json!(self.all).to_string());
            changes.write(
                tables::TOWPATH_ARTIFACT,
                path,
                [
                    Value::Str(self.current),
                    Value::I64(date),
                    optional_text(earlier.as_deref()),
                ],
            );
        }
    }
}
