//! The channel's health: what is wrong with packages, and what they need that is not there.

use serde::Serialize;

use super::ChannelTotals;

/// `health/`: what the owner of the channel may want to mend.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HealthPage {
    /// How much the channel holds.
    pub totals: ChannelTotals,
    /// Findings, worst first: of policies, and of `towpath verify` if its report was given. At most 500.
    pub findings: Vec<HealthFinding>,
    /// How many findings there are in all.
    pub finding_count: usize,
    /// Whether a report of `towpath verify` was given.
    pub is_verified: bool,
    /// Dependencies of highest versions on packages that the channel has, in no version that will do.
    /// At most 500.
    pub unmet: Vec<UnmetDependency>,
    /// How many there are in all.
    pub unmet_count: usize,
    /// Names that packages depend on and that this channel does not have: other channels do, as a rule.
    /// Most wanted first, at most 500.
    pub missing: Vec<MissingDependency>,
    /// How many there are in all.
    pub missing_count: usize,
    /// The largest files: name and bytes.
    pub largest: Vec<LargeFile>,
}

/// Something that is wrong with a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthFinding {
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// The rule: a code of `towpath verify`, or the name of a policy.
    pub rule: String,
    /// The subdir.
    pub subdir: String,
    /// The file.
    pub file_name: String,
    /// The package's name, if there is a page of it.
    pub name: Option<String>,
    /// What is wrong.
    pub what: String,
}

/// A dependency that nothing in the channel meets, though the channel has the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnmetDependency {
    /// Who depends.
    pub name: String,
    /// In which version.
    pub version: String,
    /// In which subdir.
    pub subdir: String,
    /// On what.
    pub spec: String,
    /// The name of what it depends on.
    pub on: String,
}

/// A name that packages depend on and the channel does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingDependency {
    /// The name.
    pub name: String,
    /// How many packages depend on it.
    pub count: usize,
    /// Some of them.
    pub packages: Vec<String>,
}

/// A file and its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LargeFile {
    /// The package's name.
    pub name: String,
    /// The subdir.
    pub subdir: String,
    /// The file's name.
    pub file_name: String,
    /// Its bytes.
    pub size: u64,
}
