//! The types that go into a store and come out of it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::JsonText;
use crate::package::{ArchiveFormat, ArtifactName, Digests, Metadata, RattlerRecipe};
use crate::record::record_text;

/// A modification time in seconds, as the double that `CPython`'s `os.stat` would give.
///
/// conda-index stores that double, and takes an artifact for changed when it is not the very same.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Mtime(f64);

impl Mtime {
    /// From whole seconds and nanoseconds. `CPython` adds the two as doubles in this order; other
    /// ways to write the same sum round differently for a quarter of all times.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the loss is CPython's, and must be the same"
    )]
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Self {
        Self(seconds as f64 + 1e-9 * f64::from(nanoseconds))
    }

    /// From what a store holds.
    pub fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// The double.
    pub fn seconds(self) -> f64 {
        self.0
    }
}

/// A stage: a list of artifacts with size and modification time, known by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stage(Cow<'static, str>);

impl Stage {
    /// What the subdir's folder held when it was last listed.
    pub const FS: Self = Self(Cow::Borrowed("fs"));
    /// What was read.
    pub const INDEXED: Self = Self(Cow::Borrowed("indexed"));
    /// What a store has in it while it is being filled from elsewhere. It says that packages were read
    /// whose records are yet to come, so no documents are made of it.
    pub const UNFINISHED: Self = Self(Cow::Borrowed("unfinished"));

    /// The stage of this name; somebody else fills it.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An artifact as a stage lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedArtifact {
    /// Its file name.
    pub name: ArtifactName,
    /// When it was modified.
    pub mtime: Mtime,
    /// Its size in bytes.
    pub size: u64,
}

/// An artifact that has to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedArtifact {
    /// What the upstream stage lists.
    pub artifact: ListedArtifact,
    /// Whether an earlier state of it was read, so that this one replaces it.
    pub replaces: bool,
}

/// What was read of an artifact, spelled as stores keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredArtifact {
    /// What the upstream stage listed when it was read.
    pub listed: ListedArtifact,
    /// The digests of its bytes.
    pub digests: Digests,
    /// The record: the index with `md5`, `sha256` and `size`.
    pub record: JsonText,
    /// `info/about.json`.
    pub about: Option<JsonText>,
    /// `info/run_exports.json`.
    pub run_exports: Option<JsonText>,
    /// conda-build's recipe as JSON.
    pub recipe: Option<JsonText>,
    /// rattler-build's recipe as YAML.
    pub rattler_recipe: Option<RattlerRecipe>,
    /// The seven facts about what installing does.
    pub post_install: JsonText,
    /// The icon's bytes.
    pub icon: Option<Vec<u8>>,
}

impl StoredArtifact {
    /// Puts together what was read of an artifact of `size` bytes.
    pub fn new(listed: ListedArtifact, digests: Digests, size: u64, metadata: Metadata) -> Self {
        Self {
            listed,
            digests,
            record: record_text(metadata.index, &digests, size),
            about: metadata.about,
            run_exports: metadata.run_exports,
            recipe: metadata.recipe,
            rattler_recipe: metadata.rattler_recipe,
            post_install: metadata.post_install.to_json(),
            icon: metadata.icon,
        }
    }

    /// About how many bytes the artifact takes in memory.
    pub fn weight(&self) -> usize {
        let texts = [&self.about, &self.run_exports, &self.recipe];
        let recipe = match &self.rattler_recipe {
            Some(RattlerRecipe::Rendered(bytes) | RattlerRecipe::Source(bytes)) => bytes.len(),
            None => 0,
        };
        self.record.as_str().len()
            + texts
                .into_iter()
                .flatten()
                .map(|text| text.as_str().len())
                .sum::<usize>()
            + recipe
            + self.icon.as_ref().map_or(0, Vec::len)
    }
}

/// An artifact that a backend has no way to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its file name.
    pub file_name: String,
    /// What cannot be kept, and why.
    pub why: String,
}

/// In which order records are streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By file name, bytewise.
    FileName,
    /// By package name, then by file name, both bytewise.
    PackageName,
}

/// Which records are streamed, and how.
#[derive(Clone, Debug)]
pub struct RecordQuery {
    /// An artifact counts when any of these stages lists it.
    pub stages: Vec<Stage>,
    /// Only artifacts of this format.
    pub format: Option<ArchiveFormat>,
    /// The order.
    pub order: Order,
    /// Whether the run exports are wanted.
    pub run_exports: bool,
}

/// A record that is part of the channel.
#[derive(Clone, Debug)]
pub struct StoredRecord<'a> {
    /// The artifact's file name. Where the query names no format it may be that of something else:
    /// another tool may have stored a wheel.
    pub file_name: &'a str,
    /// The name in the record, if it is text; told only in order of package names.
    pub package_name: Option<Cow<'a, str>>,
    /// The record, perhaps not in canonical spelling: another tool may have stored it.
    pub record: Cow<'a, str>,
    /// The run exports, if asked for and known.
    pub run_exports: Option<Cow<'a, str>>,
    /// When the artifact became part of the channel, in milliseconds (CEP 47).
    pub indexed_timestamp: Option<i64>,
}

/// What was read of an artifact that describes it to people. Texts are JSON, perhaps not in
/// canonical spelling and perhaps not sound: another tool may have stored them.
#[derive(Clone, Debug)]
pub struct StoredDescription<'a> {
    /// The artifact's file name.
    pub file_name: &'a str,
    /// The record.
    pub record: Cow<'a, str>,
    /// `info/about.json`.
    pub about: Option<Cow<'a, str>>,
    /// conda-build's recipe.
    pub recipe: Option<Cow<'a, str>>,
    /// The facts about what installing does.
    pub post_install: Option<Cow<'a, str>>,
    /// The run exports.
    pub run_exports: Option<Cow<'a, str>>,
}

/// A mark of a store's state. Equal marks: the same state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChangeMark(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    /// What `os.stat(path).st_mtime` of Python 3.11 is; dividing nanoseconds gives another double
    /// for most of these.
    #[rstest::rstest]
    #[case(1_795_218_771, 474_335_200, 1_795_218_771.474_335_2)]
    #[case(1_809_246_000, 823_729_238, 1_809_246_000.823_729_3)]
    #[case(1_454_882_787, 967_900_366, 1_454_882_787.967_900_3)]
    #[case(1_404_941_863, 946_217_654, 1_404_941_863.946_217_5)]
    #[case(1_700_000_000, 0, 1_700_000_000.0)]
    #[case(-2, 500_000_000, -1.5)]
    fn a_modification_time_is_the_double_of_python(
        #[case] seconds: i64,
        #[case] nanoseconds: u32,
        #[case] expected: f64,
    ) {
        assert_eq!(
            Mtime::from_unix(seconds, nanoseconds),
            Mtime::from_seconds(expected)
        );
    }
}
