//! The records in the orders in which they are asked for.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::held::{Held, HeldRecord};
use super::tables::Row;
use super::texts::TextId;

/// All records. Of those with one path only the last one is told of.
#[derive(Default)]
pub(super) struct Records {
    pub(super) held: Held,
    /// The records in order of their paths.
    by_path: Vec<usize>,
    /// The records in order of names; those of one name are newest first.
    by_name: Vec<usize>,
    /// How many of the records are in order; those behind them are not told of yet.
    ordered: usize,
}

impl Records {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.by_path.len()
    }

    /// Puts the first so many records in order, as far as they are not.
    pub(super) fn put_in_order(&mut self, records: usize) {
        if self.ordered >= records {
            return;
        }
        let mut by_path = std::mem::take(&mut self.by_path);
        by_path.extend(self.ordered..records);
        by_path.sort_by(|one, other| self.compare_paths(*one, *other).then(other.cmp(one)));
        by_path.dedup_by(|later, earlier| self.compare_paths(*later, *earlier).is_eq());
        let mut by_name = by_path.clone();
        by_name.sort_by(|one, other| self.compare_names(*one, *other));
        self.mark_newest(&by_name);
        (self.by_path, self.by_name) = (by_path, by_name);
        self.ordered = records;
    }

    fn compare_paths(&self, one: usize, other: usize) -> Ordering {
        self.path_parts(one).cmp(&self.path_parts(other))
    }

    /// By name, and then the newer version, the higher build number and the later build first.
    fn compare_names(&self, one: usize, other: usize) -> Ordering {
        let records = &self.held.records;
        let (one, other) = (&records[one], &records[other]);
        let text = |id| self.held.texts.get(id);
        let age = |record: &HeldRecord| (record.build_number, record.timestamp);
        // Most neighbours have one name, which is not compared as text then.
        let by_name = match one.name == other.name {
            true => Ordering::Equal,
            false => text(one.name).cmp(text(other.name)),
        };
        by_name
            .then_with(|| text(other.version_order).cmp(text(one.version_order)))
            .then_with(|| age(other).cmp(&age(one)))
    }

    fn mark_newest(&mut self, by_name: &[usize]) {
        let mut newest: BTreeMap<(TextId, TextId), TextId> = BTreeMap::new();
        for number in by_name {
            let record = &mut self.held.records[*number];
            let key = (record.name, record.subdir);
            // The newest of each subdir comes first.
            let newest = *newest.entry(key).or_insert(record.version_order);
            record.is_newest = record.version_order == newest;
        }
    }

    fn path_parts(&self, record: usize) -> (&str, &str) {
        let held = &self.held.records[record];
        (
            self.held.texts.get(held.subdir),
            self.held.blocks.get(held.file_name),
        )
    }

    /// Subdir and file name with a slash between them.
    pub(super) fn path(&self, record: usize) -> String {
        let (subdir, file_name) = self.path_parts(record);
        [subdir, "/", file_name].concat()
    }

    pub(super) fn file_name(&self, record: usize) -> &str {
        self.path_parts(record).1
    }

    /// The record with this path.
    pub(super) fn record_of(&self, path: &str) -> Option<usize> {
        let parts = path.split_once('/')?;
        let place = self
            .by_path
            .binary_search_by(|record| self.path_parts(*record).cmp(&parts));
        place.ok().map(|place| self.by_path[place])
    }

    /// A row for each record, in order of paths.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        self.by_path.iter().map(|record| Row {
            record: *record,
            dependency: 0,
        })
    }

    /// A row for each dependency of each record.
    pub(super) fn dependency_rows(&self) -> impl Iterator<Item = Row> {
        self.by_path.iter().flat_map(|record| {
            let record = *record;
            let dependencies = self.held.records[record].dependencies.clone();
            dependencies.map(move |dependency| Row { record, dependency })
        })
    }

    /// The records of each package in order of names, the newest first.
    pub(super) fn packages(&self) -> impl Iterator<Item = &[usize]> {
        let name = |record: &usize| self.held.records[*record].name;
        self.by_name.chunk_by(move |one, other| name(one) == name(other))
    }
}
