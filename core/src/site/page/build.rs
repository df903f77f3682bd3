//! The page of a build: one file, and everything that is known of it.

use serde::Serialize;

use super::Dependency;
use crate::site::{PlainJson, UtcTime};

/// `p/<name>/<subdir>/<file name>.html`: a build.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BuildPage {
    /// The package's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The build string.
    pub build: String,
    /// The build number.
    pub build_number: u64,
    /// The subdir.
    pub subdir: String,
    /// The file's name.
    pub file_name: String,
    /// What the package is, in a sentence.
    pub summary: Option<String>,
    /// Whether this is a build of the package's highest version.
    pub is_latest: bool,
    /// Bytes of the file.
    pub size: Option<u64>,
    /// SHA-256 in hexadecimal digits; empty if not known.
    pub sha256: String,
    /// MD5 in hexadecimal digits; empty if not known.
    pub md5: String,
    /// When it was built, as its record says.
    pub built: Option<UtcTime>,
    /// When it became part of the channel (CEP 47).
    pub indexed: Option<UtcTime>,
    /// Where it can be fetched: relative to the channel's root, or a URL of the web; none if nobody knows.
    pub download: Option<String>,
    /// What has to be installed with it.
    pub depends: Vec<Dependency>,
    /// What may be installed with it only so.
    pub constrains: Vec<Dependency>,
    /// The record as the channel publishes it, every field.
    pub record: PlainJson,
    /// What a patch changed of what the package itself says; empty if nothing.
    pub patched: Vec<PatchedField>,
    /// What packages that are built with it will need, as `info/run_exports.json` says.
    pub run_exports: Option<PlainJson>,
    /// What it installs, if its file was at hand.
    pub files: Option<FileListing>,
}

/// A field of a record that a patch changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PatchedField {
    /// The field.
    pub field: String,
    /// What the package says; none if it says nothing.
    pub in_package: Option<PlainJson>,
    /// What the channel says; none if it says nothing.
    pub published: Option<PlainJson>,
}

/// What a package installs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileListing {
    /// How many files.
    pub count: usize,
    /// Bytes of all of them, as far as the package says.
    pub installed_size: u64,
    /// The files, sorted by path; perhaps not all.
    pub files: Vec<ListedFile>,
}

/// A file that a package installs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListedFile {
    /// Its path in the environment.
    pub path: String,
    /// Its bytes, if the package says.
    pub size: Option<u64>,
    /// SHA-256 in hexadecimal digits, if the package says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
