//! The pages of recorded environments that are public: which there are, and what each is made of.

use serde::{Deserialize, Serialize};

use super::Paging;
use crate::site::UtcTime;

/// `environments/`, `environments/2.html` and so on: the public environments by namespace.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EnvironmentsPage {
    /// The namespaces of this page, sorted. One with many environments goes on on the next page.
    pub namespaces: Vec<Namespace>,
    /// How many environments there are in all.
    pub environment_count: usize,
    /// Where this page is among its kind.
    pub paging: Paging,
}

/// A namespace, with its environments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its environments, sorted.
    pub environments: Vec<EnvironmentLine>,
}

/// An environment in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EnvironmentLine {
    /// Its name in its namespace.
    pub name: String,
    /// The platforms that it has a current build for, sorted.
    pub platforms: Vec<EnvironmentPlatform>,
}

/// A platform that an environment has a current build for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EnvironmentPlatform {
    /// The platform.
    pub platform: String,
    /// When the build was made.
    pub made: Option<UtcTime>,
    /// How many packages it has.
    pub package_count: usize,
}

/// `environments/<namespace>/<name>/`: an environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EnvironmentPage {
    /// Its namespace.
    pub namespace: String,
    /// Its name in that.
    pub name: String,
    /// When it was first recorded.
    pub created: Option<UtcTime>,
    /// Its current builds, by platform.
    pub builds: Vec<CurrentBuild>,
    /// How many builds are kept.
    pub build_count: usize,
    /// The newest of them, newest first; at most 50.
    pub history: Vec<PastBuild>,
}

/// What an environment is at present on a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentBuild {
    /// The platform.
    pub platform: String,
    /// The build's number.
    pub build: i64,
    /// When it was made.
    pub made: Option<UtcTime>,
    /// Who solved it: a program, or the kind of the lock file that it was recorded from.
    pub solver: String,
    /// What was asked for; nothing where it was recorded from a lock file.
    pub specification: Option<SpecificationText>,
    /// The channels that it was solved against, in order of priority; none where that is not known.
    pub channels: Vec<SolvedAgainst>,
    /// Its packages, sorted by name.
    pub packages: Vec<EnvironmentPackage>,
    /// What of it lies beside the page, in the folder of the platform.
    pub downloads: Vec<String>,
    /// Whether something was not put there because it names folders of the machine that it was recorded on.
    pub has_local_urls: bool,
}

/// What was asked for, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecificationText {
    /// Its form: `environment.yml`, as a rule.
    pub kind: String,
    /// The text, without URLs that have secrets or are of folders.
    pub text: String,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// The state of a subdir of a channel that a build was solved against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolvedAgainst {
    /// The channel's URL; nothing if it is this channel, or a folder.
    pub channel: Option<String>,
    /// Whether it is this channel.
    pub is_here: bool,
    /// The subdir.
    pub subdir: String,
    /// The document that was read.
    pub document: Option<String>,
    /// Its SHA-256.
    pub sha256: Option<String>,
}

/// A package of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its build.
    pub build: String,
    /// The subdir that it is in.
    pub subdir: String,
    /// Its file.
    pub file_name: String,
    /// The channel's URL; nothing if it is this channel, or a folder.
    pub channel: Option<String>,
    /// Whether it is of this channel.
    pub is_here: bool,
    /// Whether there is a page of the package.
    pub has_page: bool,
    /// Whether it was asked for by name.
    pub is_requested: bool,
    /// Whether it has left the channel.
    pub is_withdrawn: bool,
}

/// A build that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastBuild {
    /// Its number.
    pub build: i64,
    /// The platform.
    pub platform: String,
    /// What became of it: `solving`, `solved`, `failed` or `canceled`.
    pub status: String,
    /// When it ended, or began where it has not.
    pub made: Option<UtcTime>,
    /// Whether it is what the environment is at present.
    pub is_current: bool,
}

/// Public environments whose current builds use one build of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EnvironmentUse {
    /// The environment's namespace.
    pub namespace: String,
    /// Its name in that.
    pub name: String,
    /// The version that it uses.
    pub version: String,
    /// The build of that version.
    pub build: String,
    /// The platforms for which it does, sorted.
    pub platforms: Vec<String>,
}
