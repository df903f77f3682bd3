//! One pass over the stores of all subdirs at once: the builds of each package come together, and
//! what is known of all packages is kept.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use serde_json::Value;

use super::builds::{Build, GatheredBuild, Release, releases};
use super::catalog::{Candidate, Catalog, Entry, Need, SubdirEntry, keep_largest};
use super::source::SourceSubdir;
use super::spool::{FinishedSpool, Spool};
use super::{WebsiteError, parallel};
use crate::index::BoxedStore;
use crate::repodata::for_each_group;
use crate::site::page::{Dependency, LargeFile};
use crate::store::{Store, StoreError};

/// How many packages a store may be ahead of the others.
const AHEAD: usize = 64;

/// How many packages are looked at in one go.
const CHUNK: usize = 512;

/// A package's builds in one subdir.
struct Group {
    name: String,
    builds: Vec<GatheredBuild>,
}

/// Reads all stores. With the catalog come the builds, as they are spooled.
pub(super) fn gather(
    subdirs: &[SourceSubdir],
    stores: &mut [BoxedStore],
    threads: NonZeroUsize,
) -> Result<(Catalog, FinishedSpool), WebsiteError> {
    std::thread::scope(|scope| {
        let (readers, groups): (Vec<_>, Vec<_>) = (0_u16..)
            .zip(subdirs.iter().zip(stores))
            .map(|(position, (subdir, store))| {
                let (out, groups) = sync_channel(AHEAD);
                let reader = scope.spawn(move || read(position, subdir, &**store, &out));
                (reader, groups)
            })
            .unzip();
        let collected = collect(groups, subdirs, threads);
        for reader in readers {
            reader.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        }
        collected
    })
}

/// Sends the packages of a subdir in order of name.
fn read(
    position: u16,
    subdir: &SourceSubdir,
    store: &dyn Store,
    out: &SyncSender<Group>,
) -> Result<(), StoreError> {
    let edition = subdir.edition();
    let mut is_wanted = true;
    let result = for_each_group(store, &edition, &mut |group| {
        let published = group.published(&edition)?;
        if published.is_empty() {
            return Ok(());
        }
        let builds = published.into_iter();
        let group = Group {
            builds: builds
                .map(|record| GatheredBuild::new(position, record))
                .collect(),
            name: group.name,
        };
        out.send(group).map_err(|_| {
            is_wanted = false;
            io::Error::other("nobody listens any more")
        })
    });
    // Who stopped listening tells why.
    if is_wanted { result } else { Ok(()) }
}

fn collect(
    groups: Vec<Receiver<Group>>,
    subdirs: &[SourceSubdir],
    threads: NonZeroUsize,
) -> Result<(Catalog, FinishedSpool), WebsiteError> {
    let mut spool = Spool::new()?;
    let mut entries = Vec::new();
    let mut largest = Vec::new();
    let mut subdir_entries: Vec<SubdirEntry> = subdirs
        .iter()
        .map(|subdir| SubdirEntry {
            name: subdir.subdir.to_string(),
            ..SubdirEntry::default()
        })
        .collect();
    let mut packages = Packages::new(groups);
    loop {
        let chunk: Vec<Group> = packages.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        for looked in parallel::map(chunk, threads, |group| look_at(group, subdirs))? {
            let mut entry = looked.entry;
            entry.builds = spool.append(&looked.spooled)?;
            entries.push(entry);
            largest.extend(looked.largest);
            for (subdir, part) in looked.parts {
                let whole = &mut subdir_entries[usize::from(subdir)];
                whole.totals.packages += 1;
                whole.totals.builds += part.totals.builds;
                whole.totals.size += part.totals.size;
                whole.updated = whole.updated.max(part.updated);
            }
        }
        keep_largest(&mut largest);
    }
    Ok((Catalog::new(subdir_entries, entries, largest), spool.finish()?))
}

/// What was seen of one package.
struct LookedAt {
    entry: Entry,
    spooled: Vec<u8>,
    largest: Vec<LargeFile>,
    parts: Vec<(u16, SubdirEntry)>,
}

fn look_at(group: Group, subdirs: &[SourceSubdir]) -> io::Result<LookedAt> {
    let spooled = rmp_serde::to_vec(&group.builds).map_err(io::Error::other)?;
    let releases = releases(group.builds);
    let builds = || releases.iter().flat_map(|release| &release.builds);
    let mut parts: Vec<(u16, SubdirEntry)> = Vec::new();
    for build in builds() {
        let position = parts.iter().position(|(subdir, _)| *subdir == build.subdir);
        let position = position.unwrap_or_else(|| {
            parts.push((build.subdir, SubdirEntry::default()));
            parts.len() - 1
        });
        let part = &mut parts[position].1;
        part.totals.builds += 1;
        part.totals.size += build.size.unwrap_or(0);
        part.updated = part.updated.max(build.made());
    }
    parts.sort_by_key(|(subdir, _)| *subdir);
    let latest = releases.first();
    let mut entry = Entry {
        version: latest
            .map(|release| release.version.as_str())
            .unwrap_or_default()
            .into(),
        subdirs: parts.iter().map(|(subdir, _)| *subdir).collect(),
        build_count: parts.iter().map(|(_, part)| part.totals.builds).sum(),
        latest_build_count: latest.map_or(0, |release| release.builds.len()),
        size: parts.iter().map(|(_, part)| part.totals.size).sum(),
        released: latest.and_then(Release::released),
        news: latest
            .and_then(|latest| latest.builds.iter().map(Build::news).min())
            .unwrap_or_default(),
        updated: parts.iter().filter_map(|(_, part)| part.updated).max(),
        depends: latest.map(needs).unwrap_or_default(),
        mentioned: mentioned(builds()),
        candidates: builds().map(candidate).collect(),
        name: group.name.into(),
        ..Entry::default()
    };
    if let Some(build) = latest.and_then(representative) {
        entry.representative = (build.subdir, build.file_name.as_str().into());
    }
    let mut largest: Vec<LargeFile> = builds()
        .filter_map(|build| {
            Some(LargeFile {
                name: entry.name.to_string(),
                subdir: subdirs[usize::from(build.subdir)].subdir.to_string(),
                file_name: build.file_name.clone(),
                size: build.size?,
            })
        })
        .collect();
    keep_largest(&mut largest);
    Ok(LookedAt {
        entry,
        spooled,
        largest,
        parts,
    })
}

/// The build that speaks for a version: the one built last.
fn representative(release: &Release) -> Option<&Build> {
    let newest = |build: &&Build| (build.built, build.indexed, build.build_number);
    release.builds.iter().rev().max_by_key(newest)
}

/// What the builds of a version depend on, sorted, each once.
fn needs(release: &Release) -> Vec<Need> {
    let mut needs = BTreeSet::new();
    for build in &release.builds {
        for spec in &build.depends {
            let dependency = Dependency::parse(spec, |_| false);
            if !dependency.name.is_empty() {
                needs.insert(Need {
                    name: dependency.name.into(),
                    requirement: dependency.requirement.into(),
                    spec: spec.as_str().into(),
                    subdir: build.subdir,
                });
            }
        }
    }
    needs.into_iter().collect()
}

/// The names that pages of these builds may link to.
fn mentioned<'a>(builds: impl Iterator<Item = &'a Build>) -> Vec<Box<str>> {
    let specs = builds.flat_map(|build| {
        let exported = build.run_exports.iter().flat_map(|kinds| match kinds {
            Value::Object(kinds) => kinds.values().collect(),
            _ => Vec::new(),
        });
        let exported = exported
            .filter_map(Value::as_array)
            .flatten()
            .filter_map(Value::as_str);
        let own = build.depends.iter().chain(&build.constrains).map(String::as_str);
        own.chain(exported).collect::<Vec<_>>()
    });
    let unique: HashSet<&str> = specs.collect();
    let names: BTreeSet<Box<str>> = unique
        .into_iter()
        .map(|spec| Dependency::parse(spec, |_| false).name.into())
        .collect();
    names.into_iter().collect()
}

fn candidate(build: &Build) -> Candidate {
    Candidate {
        version: build.version.as_str().into(),
        build: build.build.as_str().into(),
        build_number: build.build_number,
        subdir: build.subdir,
    }
}

/// Packages of all subdirs in order of name, each once.
struct Packages {
    groups: Vec<Receiver<Group>>,
    next: Vec<Option<Group>>,
}

impl Packages {
    fn new(groups: Vec<Receiver<Group>>) -> Self {
        let next = groups.iter().map(|groups| groups.recv().ok()).collect();
        Self { groups, next }
    }
}

impl Iterator for Packages {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let names = self.next.iter().flatten().map(|group| &group.name);
        let name = names.min()?.clone();
        let mut builds = Vec::new();
        for (next, groups) in self.next.iter_mut().zip(&self.groups) {
            if let Some(group) = next.take_if(|group| group.name == name) {
                builds.extend(group.builds);
                *next = groups.recv().ok();
            }
        }
        Some(Group { name, builds })
    }
}
