//! What changed from one version of a package to the next.

use serde::Serialize;

use super::Paging;
pub use crate::inspect::{ChangedField, FileChange};
use crate::site::UtcTime;

/// `p/<name>/changes/`: what changed from version to version, newest first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChangesPage {
    /// The package's name.
    pub name: String,
    /// All versions, newest first: any two of them can be compared by script.
    pub versions: Vec<String>,
    /// The changes of this page.
    pub changes: Vec<VersionChange>,
    /// Where this page is among its kind.
    pub paging: Paging,
}

/// What changed from a version to the next one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VersionChange {
    /// The newer version.
    pub version: String,
    /// The older version.
    pub previous: String,
    /// When the newer one was first built.
    pub released: Option<UtcTime>,
    /// The subdir of the builds that were compared.
    pub subdir: String,
    /// The file of the newer version.
    pub file_name: String,
    /// The file of the older version.
    pub previous_file_name: String,
    /// Bytes of the newer file.
    pub size: Option<u64>,
    /// Bytes of the older file.
    pub previous_size: Option<u64>,
    /// Dependencies that came, went or changed.
    pub depends: Vec<ChangedDependency>,
    /// Constraints that came, went or changed.
    pub constrains: Vec<ChangedDependency>,
    /// Other fields that changed, as far as they are for people: licence, `track_features` and so on.
    pub fields: Vec<ChangedField>,
    /// Subdirs that the newer version has and the older had not.
    pub new_subdirs: Vec<String>,
    /// Subdirs that the older version had and the newer has not.
    pub gone_subdirs: Vec<String>,
    /// What changed of the files that are installed, if both files were at hand.
    pub files: Option<FileChanges>,
}

/// A dependency that came, went or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangedDependency {
    /// The package that it is about.
    pub name: String,
    /// What was asked before; none if it was no dependency.
    pub before: Option<String>,
    /// What is asked now; none if it is no dependency any more.
    pub after: Option<String>,
    /// Whether this channel has a package of that name.
    pub is_here: bool,
}

/// What changed of the files that are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileChanges {
    /// How many files came.
    pub added: usize,
    /// How many files went.
    pub removed: usize,
    /// How many files have other bytes.
    pub changed: usize,
    /// Bytes that are installed more; fewer if negative.
    pub installed_size_change: i64,
    /// The first of them, by path.
    pub files: Vec<ChangedFile>,
}

/// A file that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedFile {
    /// What happened to it.
    pub change: FileChange,
    /// Its path.
    pub path: String,
}
