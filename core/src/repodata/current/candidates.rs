//! The records that may be current: what is kept of each, in little memory.
//!
//! A channel has many records and few distinct names, versions and dependencies: these are kept
//! once, and records have their numbers.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use rattler_conda_types::Version;

use super::fields::Fields;
use crate::package::{ArchiveFormat, ArtifactName};
use crate::record::version_order::{self, compare};

/// Texts, each once, and known by their numbers.
#[derive(Debug, Default)]
pub(super) struct Texts {
    numbers: HashMap<Rc<str>, u32>,
    texts: Vec<Rc<str>>,
}

/// Versions, each spelling once, and known by their numbers.
#[derive(Debug, Default)]
struct Versions {
    /// By how they are written; why not, where that is no version.
    numbers: HashMap<Box<str>, Result<u32, String>>,
    versions: Vec<Version>,
}

/// A record that may be current.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) artifact: ArtifactName,
    identity: Identity,
    timestamp: f64,
    pub(super) has_features: bool,
    depends: Range<usize>,
}

/// What conda takes two records for one by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Identity {
    name: u32,
    version: u32,
    build_number: i64,
    build: u32,
}

/// Every record that may be current.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    names: Texts,
    versions: Versions,
    builds: Texts,
    dependencies: Texts,
    /// What the candidates depend on, one after another.
    depends: Vec<u32>,
    candidates: Vec<Candidate>,
    by_identity: HashMap<Identity, usize>,
    /// Stems of the artifacts in format 2.
    of_format_2: HashSet<Box<str>>,
}

/// Candidates of one name, the newest first.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: u32,
    pub(super) members: Vec<usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = count(self.texts.len());
        let text: Rc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    /// The number of a text that is known.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

impl Versions {
    fn number(&mut self, text: &str) -> Result<u32, String> {
        if let Some(number) = self.numbers.get(text) {
            return number.clone();
        }
        let number = version_order::parse(text).map(|version| {
            self.versions.push(version);
            count(self.versions.len() - 1)
        });
        self.numbers.insert(text.into(), number.clone());
        number
    }

    /// For each version, by its number, a number that is larger for newer ones and the same for
    /// equal ones.
    fn ranks(&self) -> Vec<usize> {
        let mut sorted: Vec<(usize, &Version)> = self.versions.iter().enumerate().collect();
        sorted.sort_by(|(_, one), (_, other)| compare(one, other));
        let mut ranks = vec![0; sorted.len()];
        let mut rank = 0;
        let mut previous: Option<&Version> = None;
        for (number, version) in sorted {
            if previous.is_some_and(|previous| compare(previous, version).is_ne()) {
                rank += 1;
            }
            previous = Some(version);
            ranks[number] = rank;
        }
        ranks
    }
}

/// A number in 32 bits: memory holds fewer distinct texts than that.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Candidates {
    /// Takes a record; says why conda would not. Records of format 2 come first, and each format
    /// in order of file name: of two builds in one, the later file is the build.
    pub(super) fn add(&mut self, artifact: ArtifactName, record: &str) -> Result<(), String> {
        if artifact.format() == ArchiveFormat::TarBz2 && self.of_format_2.contains(artifact.stem()) {
            return Ok(());
        }
        let fields = Fields::of(record)?;
        let identity = Identity {
            name: self.names.number(&fields.name),
            version: self.versions.number(&fields.version_text)?,
            build_number: fields.build_number,
            build: self.builds.number(&fields.build),
        };
        let start = self.depends.len();
        for dependency in &fields.depends {
            let number = self.dependencies.number(dependency);
            self.depends.push(number);
        }
        if artifact.format() == ArchiveFormat::Conda {
            self.of_format_2.insert(artifact.stem().into());
        }
        let candidate = Candidate {
            artifact,
            identity,
            timestamp: fields.timestamp,
            has_features: fields.has_features,
            depends: start..self.depends.len(),
        };
        match self.by_identity.get(&identity) {
            Some(index) => self.candidates[*index] = candidate,
            None => {
                self.by_identity.insert(identity, self.candidates.len());
                self.candidates.push(candidate);
            }
        }
        Ok(())
    }

    /// The candidates by name, in the order in which conda prefers them.
    pub(super) fn groups(&self) -> Vec<Group> {
        let ranks = self.versions.ranks();
        let mut groups: Vec<Group> = (0..)
            .take(self.names.len())
            .map(|name| Group {
                name,
                members: Vec::new(),
            })
            .collect();
        for (index, candidate) in self.candidates.iter().enumerate() {
            groups[candidate.identity.name as usize].members.push(index);
        }
        for group in &mut groups {
            group.members.sort_by(|one, other| {
                let [one, other] = [other, one].map(|index| &self.candidates[*index]);
                let version = |candidate: &Candidate| ranks[candidate.identity.version as usize];
                version(one)
                    .cmp(&version(other))
                    .then(one.identity.build_number.cmp(&other.identity.build_number))
                    .then(one.timestamp.total_cmp(&other.timestamp))
                    .then_with(|| self.build_of(one).cmp(self.build_of(other)))
            });
        }
        groups
    }

    pub(super) fn len(&self) -> usize {
        self.candidates.len()
    }

    pub(super) fn get(&self, index: usize) -> &Candidate {
        &self.candidates[index]
    }

    /// The names of packages.
    pub(super) fn names(&self) -> &Texts {
        &self.names
    }

    /// What candidates depend on.
    pub(super) fn dependencies(&self) -> &Texts {
        &self.dependencies
    }

    /// The numbers of what a candidate depends on.
    pub(super) fn depends(&self, index: usize) -> &[u32] {
        &self.depends[self.candidates[index].depends.clone()]
    }

    pub(super) fn version(&self, index: usize) -> &Version {
        &self.versions.versions[self.candidates[index].identity.version as usize]
    }

    pub(super) fn build_number(&self, index: usize) -> i64 {
        self.candidates[index].identity.build_number
    }

    pub(super) fn build(&self, index: usize) -> &str {
        self.build_of(&self.candidates[index])
    }

    fn build_of(&self, candidate: &Candidate) -> &str {
        self.builds.text(candidate.identity.build)
    }
}
