//! One package name, all subdirs and versions taken together.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Map, Value, json};

use super::described::{FACTS, FIELDS, members, says_something};
use super::rank::Rank;
use super::representative::{Representative, earliest};
use crate::json::JsonText;
use crate::repodata::edition::RecordedFile;
use crate::repodata::{Edition, Published};
use crate::store::StoredDescription;

/// What a channel says of one package name.
#[derive(Clone, Debug)]
pub struct ChannelPackage {
    /// Of the newest version.
    rank: Rank,
    version: String,
    released: Option<i64>,
    timestamp: i64,
    subdirs: BTreeSet<String>,
    facts: [bool; FACTS.len()],
    run_exports: BTreeMap<String, JsonText>,
    /// Each field with how new the version is that gave it.
    fields: BTreeMap<&'static str, (Rank, JsonText)>,
}

impl ChannelPackage {
    /// What a version of a package in one subdir says; `None` if its record is not published.
    pub(super) fn of_version(
        subdir: &str,
        representative: &Representative,
        description: &StoredDescription<'_>,
        edition: &Edition<'_>,
    ) -> io::Result<Option<Self>> {
        let Some(file) = RecordedFile::of(description.file_name) else {
            return Ok(None);
        };
        let stored = edition.stored_text(description.file_name, description.record.clone())?;
        let Published::Record { record, .. } = edition.publish(&file, stored) else {
            return Ok(None);
        };
        let members = members(description, &record);
        let rank = Rank::new(&representative.version, representative.built);
        let says = |key: &str| members.get(key).filter(|value| says_something(value));
        let fields = FIELDS
            .into_iter()
            .filter_map(|field| Some((field, (rank.clone(), JsonText::from_value(says(field)?)))));
        let run_exports = says("run_exports")
            .map(|run_exports| (representative.version.clone(), JsonText::from_value(run_exports)));
        Ok(Some(Self {
            version: representative.version.clone(),
            released: representative.released,
            timestamp: representative.built,
            subdirs: BTreeSet::from([subdir.to_owned()]),
            facts: FACTS.map(|fact| says(fact).is_some()),
            run_exports: run_exports.into_iter().collect(),
            fields: fields.collect(),
            rank,
        }))
    }

    /// What both say together. Where they are equally new, `self` counts, but for run exports.
    pub(super) fn merged_with(mut self, other: Self) -> Self {
        self.released = match other.rank.cmp_version(&self.rank) {
            Ordering::Less => self.released,
            Ordering::Equal => earliest(self.released, other.released),
            Ordering::Greater => other.released,
        };
        if other.rank.is_newer_than(&self.rank) {
            self.rank = other.rank;
            self.version = other.version;
        }
        self.timestamp = self.timestamp.max(other.timestamp);
        self.subdirs.extend(other.subdirs);
        for (fact, also) in self.facts.iter_mut().zip(other.facts) {
            *fact |= also;
        }
        self.run_exports.extend(other.run_exports);
        for (field, (rank, value)) in other.fields {
            let is_newer = self
                .fields
                .get(field)
                .is_none_or(|(known, _)| rank.is_newer_than(known));
            if is_newer {
                self.fields.insert(field, (rank, value));
            }
        }
        self
    }

    /// When the newest version became part of the channel, in milliseconds (CEP 47), if known.
    pub fn released(&self) -> Option<i64> {
        self.released
    }

    /// The package as `channeldata.json` has it. Packages say what they like: a field may hold
    /// anything.
    pub fn members(&self) -> Map<String, Value> {
        let mut members: Map<String, Value> = self
            .fields
            .iter()
            .map(|(field, (_, value))| ((*field).to_owned(), value.to_value()))
            .collect();
        let facts = FACTS.into_iter().zip(self.facts);
        members.extend(facts.map(|(key, fact)| (key.to_owned(), fact.into())));
        let run_exports = self
            .run_exports
            .iter()
            .map(|(version, run_exports)| (version.clone(), run_exports.to_value()));
        members.insert("run_exports".to_owned(), Value::Object(run_exports.collect()));
        members.insert("subdirs".to_owned(), json!(self.subdirs));
        members.insert("timestamp".to_owned(), self.timestamp.into());
        members.insert("version".to_owned(), self.version.as_str().into());
        members
    }
}
