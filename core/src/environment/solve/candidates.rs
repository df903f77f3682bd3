//! The packages that a solve may choose from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use rattler_conda_types::{PackageRecord, RepoDataRecord};
use url::Url;

use super::channel::{ChannelState, SolveChannel};
use super::specs::{AskedSpec, Need, Needs};
use super::subdir::SubdirRecords;
use crate::channel::Subdir;
use crate::verify::ChannelError;

/// The records of every name that can be reached from what is asked for.
pub(super) struct Candidates {
    /// Of each subdir of each channel, in order of priority.
    pub(super) records: Vec<Vec<RepoDataRecord>>,
    /// Why some of them cannot be chosen, by URL.
    pub(super) excluded: HashMap<Url, Arc<str>>,
    /// What was read.
    pub(super) channels: Vec<ChannelState>,
    /// How many records were read that cannot be used.
    pub(super) unusable: usize,
}

impl Candidates {
    /// Reads the records of what is asked for, of what these depend on, and so on.
    ///
    /// # Errors
    ///
    /// When a channel has neither the platform nor `noarch`, or a document of it cannot be read.
    pub(super) fn read(
        channels: &[SolveChannel],
        platform: &Subdir,
        asked: &[AskedSpec],
    ) -> Result<Self, ChannelError> {
        let mut subdirs = Vec::new();
        for channel in channels {
            let found = subdirs.len();
            for subdir in [platform, &Subdir::noarch()] {
                subdirs.extend(SubdirRecords::open(channel, subdir)?);
            }
            if subdirs.len() == found {
                let root = channel.place().root().to_string();
                return Err(ChannelError::NoRepodata(root, format!("{platform} or noarch")));
            }
        }
        let mut needs = Needs::default();
        let mut records: Vec<Vec<RepoDataRecord>> = subdirs.iter().map(|_| Vec::new()).collect();
        let mut unusable = 0;
        let mut next: BTreeSet<String> = asked.iter().filter_map(|asked| real(&asked.name)).collect();
        let mut known = next.clone();
        while !next.is_empty() {
            let mut reached = BTreeSet::new();
            for (subdir, records) in subdirs.iter_mut().zip(&mut records) {
                for record in subdir.records(&next)? {
                    match names_needed(&record.package_record, &mut needs) {
                        Some(names) => {
                            reached.extend(names);
                            records.push(record);
                        }
                        None => unusable += 1,
                    }
                }
            }
            reached.retain(|name| !known.contains(name));
            known.extend(reached.iter().cloned());
            next = reached;
        }
        unusable += subdirs.iter().map(|subdir| subdir.unreadable).sum::<usize>();
        Ok(Self {
            records,
            excluded: HashMap::new(),
            channels: subdirs.into_iter().map(|subdir| subdir.state).collect(),
            unusable,
        })
    }

    /// Leaves none to be chosen that became part of its channel later than `latest`: by its
    /// `indexed_timestamp` (CEP 47), or where that is not told, by when it was built (`timestamp`). One
    /// that tells neither is not chosen.
    pub(super) fn exclude_newer(&mut self, latest: Timestamp) {
        for record in self.records.iter().flatten() {
            let package = &record.package_record;
            let (time, is) = match (&package.indexed_timestamp, &package.timestamp) {
                (Some(indexed), _) => (indexed, "published"),
                (None, Some(built)) => (built, "built"),
                (None, None) => {
                    let reason = "it is not told when it was published";
                    self.excluded.insert(record.url.clone(), reason.into());
                    continue;
                }
            };
            let time = time.jiff_timestamp();
            if time > latest {
                let reason = format!("it was {is} at {time:.0}, after {latest}");
                self.excluded.insert(record.url.clone(), reason.into());
            }
        }
    }

    /// Leaves none to be chosen that is in another subdir, or of another file name, than what is asked for
    /// of its name says; the solver looks at neither.
    pub(super) fn exclude_unasked(&mut self, asked: &[AskedSpec]) {
        for AskedSpec { name, spec } in asked {
            if spec.subdir.is_none() && spec.file_name.is_none() {
                continue;
            }
            let of_name = |record: &&RepoDataRecord| record.package_record.name.as_normalized() == name;
            for record in self.records.iter().flatten().filter(of_name) {
                let is_there = spec
                    .subdir
                    .as_ref()
                    .is_none_or(|subdir| *subdir == record.package_record.subdir);
                let is_called = spec
                    .file_name
                    .as_ref()
                    .is_none_or(|file_name| *file_name == record.identifier.to_file_name());
                if !(is_there && is_called) {
                    let reason = format!("it is not {spec}");
                    self.excluded.insert(record.url.clone(), reason.into());
                }
            }
        }
    }

    /// How many there are of each name.
    pub(super) fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for record in self.records.iter().flatten() {
            *counts
                .entry(record.package_record.name.as_normalized())
                .or_default() += 1;
        }
        counts
    }
}

/// A name that channels may have packages of: virtual packages come from elsewhere.
fn real(name: &str) -> Option<String> {
    (!name.starts_with("__")).then(|| name.to_owned())
}

/// The names that a record needs or may need; `None` if the record must not reach the solver.
fn names_needed(record: &PackageRecord, needs: &mut Needs) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for text in record
        .depends
        .iter()
        .chain(record.extra_depends.values().flatten())
    {
        match needs.of(text) {
            Need::Name(name) => names.extend(real(name)),
            Need::Unreadable => {}
            Need::Unsafe => return None,
        }
    }
    let is_unsafe = |text: &String| *needs.of(text) == Need::Unsafe;
    (!record.constrains.iter().any(is_unsafe)).then_some(names)
}
