//! What is known of every package of the channel at once: little of each, so that all fit in memory.

use std::collections::HashMap;

use super::builds::News;
use super::spool::Piece;
use crate::site::UtcTime;
use crate::site::page::{ChannelTotals, LargeFile};

/// How many of the largest files are kept.
const LARGEST: usize = 25;

/// All packages, sorted by name.
#[derive(Default)]
pub(super) struct Catalog {
    pub entries: Vec<Entry>,
    positions: HashMap<Box<str>, u32>,
    /// By position of the subdir.
    pub subdirs: Vec<SubdirEntry>,
    pub totals: ChannelTotals,
    /// Largest first.
    pub largest: Vec<LargeFile>,
}

/// What is known of a subdir as a whole.
#[derive(Default)]
pub(super) struct SubdirEntry {
    pub name: String,
    pub totals: ChannelTotals,
    pub updated: Option<UtcTime>,
}

/// What is known of a package.
#[derive(Default)]
pub(super) struct Entry {
    pub name: Box<str>,
    /// The highest version.
    pub version: Box<str>,
    /// The positions of the subdirs that have it, sorted.
    pub subdirs: Vec<u16>,
    pub build_count: usize,
    /// Builds of the highest version.
    pub latest_build_count: usize,
    pub size: u64,
    /// When the first build of the highest version was made.
    pub released: Option<UtcTime>,
    /// When the newest build was.
    pub updated: Option<UtcTime>,
    /// When the highest version became news.
    pub news: News,
    /// Where its builds are spooled.
    pub builds: Piece,
    /// Where what describes it is spooled.
    pub description: Piece,
    /// The build that describes it: position of the subdir, and file name.
    pub representative: (u16, Box<str>),
    /// What builds of the highest version depend on, sorted.
    pub depends: Vec<Need>,
    /// The packages that any build of it depends on or constrains, sorted.
    pub mentioned: Vec<Box<str>>,
    /// Positions of the packages that depend on it, sorted, with what they ask.
    pub used_by: Vec<(u32, Box<str>)>,
    pub summary: Option<Box<str>>,
    pub license: Option<Box<str>>,
    pub maintainers: Vec<Box<str>>,
    /// Version, build string, build number and subdir of every build.
    pub candidates: Vec<Candidate>,
}

/// A dependency of the highest version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    pub name: Box<str>,
    /// What is asked, as text behind the name.
    pub requirement: Box<str>,
    /// The whole of it.
    pub spec: Box<str>,
    /// The subdir of the build that says so.
    pub subdir: u16,
}

/// A build that may meet a dependency.
pub(super) struct Candidate {
    pub version: Box<str>,
    pub build: Box<str>,
    pub build_number: u64,
    pub subdir: u16,
}

impl Catalog {
    /// A catalog of these packages, sorted by name, in these subdirs.
    pub(super) fn new(subdirs: Vec<SubdirEntry>, entries: Vec<Entry>, mut largest: Vec<LargeFile>) -> Self {
        let positions = (0_u32..)
            .zip(&entries)
            .map(|(position, entry)| (entry.name.clone(), position))
            .collect();
        let mut totals = ChannelTotals {
            packages: entries.len(),
            ..ChannelTotals::default()
        };
        for entry in &entries {
            totals.builds += entry.build_count;
            totals.size += entry.size;
        }
        keep_largest(&mut largest);
        let mut catalog = Self {
            entries,
            positions,
            subdirs,
            totals,
            largest,
        };
        catalog.link();
        catalog
    }

    /// Tells each package who depends on it.
    fn link(&mut self) {
        let mut used_by: Vec<(u32, u32, Box<str>)> = Vec::new();
        for (position, entry) in (0_u32..).zip(&self.entries) {
            let mut last = None;
            for need in &entry.depends {
                let this = (&need.name, &need.requirement);
                if let Some(target) = self.position(&need.name)
                    && target != position
                    && last != Some(this)
                {
                    used_by.push((target, position, need.requirement.clone()));
                }
                last = Some(this);
            }
        }
        used_by.sort_unstable();
        for (target, by, requirement) in used_by {
            self.entries[target as usize].used_by.push((by, requirement));
        }
    }

    fn position(&self, name: &str) -> Option<u32> {
        self.positions.get(name).copied()
    }

    /// The package of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        Some(&self.entries[self.position(name)? as usize])
    }

    /// Whether there is a package of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.positions.contains_key(name)
    }
}

impl Entry {
    /// How many packages depend on it.
    pub(super) fn used_by_count(&self) -> usize {
        // Sorted by package: one that asks in two ways counts once.
        let mut last = None;
        let of_other = |(by, _): &&(u32, Box<str>)| last.replace(*by) != Some(*by);
        self.used_by.iter().filter(of_other).count()
    }
}

/// Keeps the largest files alone, largest first.
pub(super) fn keep_largest(files: &mut Vec<LargeFile>) {
    files.sort_by(|one, other| {
        let order = other.size.cmp(&one.size);
        order.then_with(|| (&one.subdir, &one.file_name).cmp(&(&other.subdir, &other.file_name)))
    });
    files.truncate(LARGEST);
}
