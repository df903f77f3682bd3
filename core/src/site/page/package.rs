//! The page of a package: what it is, how to install it, what it needs, who needs it, and its versions.

use serde::Serialize;

use super::{Dependency, EnvironmentUse, Paging, VersionChange};
use crate::site::UtcTime;

/// `p/<name>/`: a package, all subdirs and versions taken together.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PackagePage {
    /// The package's name.
    pub name: String,
    /// The highest version.
    pub version: String,
    /// What it is, in a sentence.
    pub summary: Option<String>,
    /// What it is, at length: Markdown, as a rule.
    pub description: Option<String>,
    /// Under which terms it may be used: an SPDX expression, as a rule.
    pub license: Option<String>,
    /// Where there is more about it.
    pub links: Vec<PackageLink>,
    /// Who looks after its recipe.
    pub maintainers: Vec<String>,
    /// The repository and commit of its recipe, if the package says so.
    pub provenance: Option<String>,
    /// When its newest build was made: built, or became part of the channel where that is not known.
    pub updated: Option<UtcTime>,
    /// The same of its first build.
    pub first: Option<UtcTime>,
    /// The subdirs that have it, with the highest version in each.
    pub platforms: Vec<Platform>,
    /// What the highest version needs: one set a group of subdirs that need the same.
    pub dependencies: Vec<DependencySet>,
    /// What packages that are built with the highest version will need.
    pub run_exports: Vec<RunExportSet>,
    /// What changed since the version before the highest, if there is one.
    pub latest_change: Option<VersionChange>,
    /// How many packages of the channel depend on it, in their highest version.
    pub used_by_count: usize,
    /// What they ask of it, most packages first; at most 100 packages in all.
    pub used_by: Vec<Requirement>,
    /// How many public environments use it, in any version.
    pub environment_count: usize,
    /// Which, and what of it; at most 100.
    pub environments: Vec<EnvironmentUse>,
    /// How many versions there are.
    pub version_count: usize,
    /// How many builds there are.
    pub build_count: usize,
    /// Bytes of all builds.
    pub total_size: u64,
    /// The newest versions, newest first; the rest is on [`VersionsPage`]s.
    pub versions: Vec<VersionLine>,
    /// Builds by month, oldest first, without gaps; at most the last 60 months.
    pub activity: Vec<MonthlyBuilds>,
    /// Whether there is a page of what changed from version to version.
    pub has_changes_page: bool,
}

/// `p/<name>/versions/`, `p/<name>/versions/2.html` and so on: every build, newest version first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VersionsPage {
    /// The package's name.
    pub name: String,
    /// How many versions there are.
    pub version_count: usize,
    /// How many builds there are.
    pub build_count: usize,
    /// The versions of this page. One with many builds goes on on the next page.
    pub versions: Vec<VersionLine>,
    /// Where this page is among its kind.
    pub paging: Paging,
}

/// `p/<name>/used-by.html`: every package of the channel that depends on this one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UsedByPage {
    /// The package's name.
    pub name: String,
    /// How many packages depend on it.
    pub used_by_count: usize,
    /// What they ask of it, most packages first.
    pub used_by: Vec<Requirement>,
}

/// A link that a package gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageLink {
    /// What is there: `home`, `documentation`, `development`, `source`, `recipe`.
    pub label: &'static str,
    /// The URL: of the web.
    pub url: String,
}

/// A subdir that has a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    /// The subdir.
    pub subdir: String,
    /// The highest version there.
    pub version: String,
    /// Whether that is the highest of all.
    pub is_latest: bool,
    /// When its newest build was made.
    pub updated: Option<UtcTime>,
}

/// What builds of some subdirs need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DependencySet {
    /// The subdirs; empty if it is all that have the highest version.
    pub subdirs: Vec<String>,
    /// What has to be installed with it.
    pub depends: Vec<Dependency>,
    /// What may be installed with it only so.
    pub constrains: Vec<Dependency>,
}

/// Run exports of one kind (CEP 12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunExportSet {
    /// `weak`, `strong`, `noarch`, `weak_constrains` or `strong_constrains`.
    pub kind: String,
    /// The dependencies.
    pub specs: Vec<Dependency>,
}

/// What some packages ask of another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// The text behind the name in their dependency; empty if anything will do.
    pub requirement: String,
    /// How many packages ask so.
    pub count: usize,
    /// Their names, sorted; perhaps not all.
    pub packages: Vec<String>,
}

/// A version with its builds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VersionLine {
    /// The version.
    pub version: String,
    /// When its first build was made.
    pub released: Option<UtcTime>,
    /// How many builds it has.
    pub build_count: usize,
    /// The builds: by subdir, then the highest build number first; perhaps not all.
    pub builds: Vec<BuildLine>,
}

/// A build in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BuildLine {
    /// The subdir.
    pub subdir: String,
    /// The file's name.
    pub file_name: String,
    /// The build string.
    pub build: String,
    /// The build number.
    pub build_number: u64,
    /// Bytes of the file.
    pub size: Option<u64>,
    /// When it was built, or became part of the channel where that is not known.
    pub updated: Option<UtcTime>,
    /// SHA-256 in hexadecimal digits; empty if not known.
    pub sha256: String,
    /// Where it can be fetched: relative to the channel's root, or a URL of the web; none if nobody knows.
    pub download: Option<String>,
    /// Whether the build has a page of its own.
    pub has_page: bool,
    /// What it depends on, as its record says: for the JSON beside the page, by which scripts compare
    /// versions. None where that is not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends: Option<Vec<String>>,
    /// The same of what it constrains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constrains: Option<Vec<String>>,
}

/// How many builds were made in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthlyBuilds {
    /// The month: `2026-11`.
    pub month: String,
    /// How many.
    pub builds: usize,
}
