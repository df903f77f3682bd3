//! The records of a channel that matter to some packages.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::Claim;

/// A record as a channel publishes it.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedRecord {
    /// Its artifact's file name.
    pub file_name: String,
    /// Where in the document it stands.
    pub section: Section,
    /// The record.
    pub record: Map<String, Value>,
}

/// Where in a document a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// Under `packages` or `packages.conda`, which every client reads.
    Legacy,
    /// Under `v3` (CEP 48).
    V3,
}

/// What a channel has already, as far as it matters to some packages.
#[derive(Clone, Debug, Default)]
pub struct ChannelView {
    /// What the channel is called where it was named.
    pub channel: String,
    /// Its URL, without passwords and tokens, if it was read from there.
    pub url: Option<String>,
    /// Records that matter, by subdir and name.
    records: BTreeMap<String, BTreeMap<String, Vec<PublishedRecord>>>,
    /// All package names, by subdir.
    names: BTreeMap<String, BTreeSet<String>>,
    /// The same of other channels that clients use together with this one.
    others: Vec<Self>,
}

impl ChannelView {
    /// Of a channel of which nothing is known yet.
    pub fn new(channel: impl Into<String>) -> Self {
        Self {
            channel: channel.into(),
            ..Self::default()
        }
    }

    /// Notes that the channel has packages of this name.
    pub fn add_name(&mut self, subdir: &str, name: &str) {
        let names = self.names.entry(subdir.to_owned()).or_default();
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }

    /// Notes a record of a name that matters.
    pub fn add_record(&mut self, subdir: &str, name: &str, record: PublishedRecord) {
        self.add_name(subdir, name);
        let names = self.records.entry(subdir.to_owned()).or_default();
        names.entry(name.to_owned()).or_default().push(record);
    }

    /// What packages will be in a channel, as far as they say themselves: others may depend on them.
    /// It is called nothing.
    pub fn of_claims<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> Self {
        let mut view = Self::default();
        for claim in claims {
            let record = PublishedRecord {
                file_name: claim.file.as_str().to_owned(),
                section: Section::Legacy,
                record: claim.index.clone(),
            };
            view.add_record(&claim.subdir, &claim.name, record);
        }
        view
    }

    /// Dependencies may be satisfied by this channel too.
    pub fn add_other(&mut self, mut other: Self) {
        self.others.append(&mut other.others);
        self.others.push(other);
    }

    /// The records of a name in one subdir of this channel.
    pub fn records(&self, subdir: &str, name: &str) -> &[PublishedRecord] {
        let of_subdir = self.records.get(subdir);
        of_subdir
            .and_then(|names| names.get(name))
            .map_or(&[], Vec::as_slice)
    }

    /// The record of an artifact.
    pub fn record_of(&self, subdir: &str, name: &str, file_name: &str) -> Option<&PublishedRecord> {
        let records = self.records(subdir, name).iter();
        records.into_iter().find(|record| record.file_name == file_name)
    }

    /// The records of a name that an environment for `subdir` can have, of this channel and others.
    /// One with a package of `noarch` can be for any platform.
    pub fn installable<'a>(
        &'a self,
        subdir: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = &'a PublishedRecord> {
        let views = std::iter::once(self).chain(&self.others);
        let subdirs = views.flat_map(|view| &view.records);
        let names = subdirs.filter(move |(of, _)| is_installed(of, subdir));
        names.filter_map(move |(_, names)| names.get(name)).flatten()
    }

    /// Whether any of the channels has packages of this name for `subdir`.
    pub fn has_name(&self, subdir: &str, name: &str) -> bool {
        let mut views = std::iter::once(self).chain(&self.others);
        views.any(|view| {
            let mut subdirs = view.names.iter().filter(|(of, _)| is_installed(of, subdir));
            subdirs.any(|(_, names)| names.contains(name))
        })
    }

    /// The names of all packages of this channel, of any subdir that was looked at.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self.names.values().flatten().map(String::as_str).collect();
        names.into_iter()
    }

    /// What the channels are called, for people.
    pub fn channels(&self) -> String {
        let names: Vec<&str> = std::iter::once(self)
            .chain(&self.others)
            .map(|view| view.channel.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        names.join(", ")
    }
}

/// Whether an environment with a package of the subdir `beside` can have packages of this subdir.
fn is_installed(subdir: &str, beside: &str) -> bool {
    subdir == beside || subdir == "noarch" || beside == "noarch"
}
