//! The builds of a package, as its pages need them: read from records leniently, since packages say
//! what they like.

use std::cmp::Ordering;
use std::collections::HashMap;

use rattler_conda_version::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::record::version_order;
use crate::repodata::PublishedRecord;
use crate::site::UtcTime;

/// What a pass over a store brings of a build.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GatheredBuild {
    /// The position of its subdir.
    pub subdir: u16,
    pub file_name: String,
    /// The record as published.
    pub record: String,
    /// The record as the package has it, if a patch changed it.
    pub in_package: Option<String>,
    /// JSON; empty if it has none.
    pub run_exports: String,
    /// In milliseconds (CEP 47).
    pub indexed_timestamp: Option<i64>,
}

impl GatheredBuild {
    pub(super) fn new(subdir: u16, record: PublishedRecord) -> Self {
        let has_run_exports = match &record.run_exports {
            Value::Object(members) => !members.is_empty(),
            Value::Null => false,
            _ => true,
        };
        Self {
            subdir,
            file_name: record.file_name,
            record: record.record.into_string(),
            in_package: record.in_package.map(crate::json::JsonText::into_string),
            run_exports: if has_run_exports {
                record.run_exports.to_string()
            } else {
                String::new()
            },
            indexed_timestamp: record.indexed_timestamp,
        }
    }
}

/// A build.
pub(super) struct Build {
    pub subdir: u16,
    pub file_name: String,
    pub version: String,
    pub build: String,
    pub build_number: u64,
    pub size: Option<u64>,
    pub sha256: String,
    pub md5: String,
    /// When it was built.
    pub built: Option<UtcTime>,
    /// When it became part of the channel.
    pub indexed: Option<UtcTime>,
    pub depends: Vec<String>,
    pub constrains: Vec<String>,
    pub record: Map<String, Value>,
    pub in_package: Option<Map<String, Value>>,
    pub run_exports: Option<Value>,
}

impl Build {
    fn new(gathered: GatheredBuild) -> Self {
        let record = object(&gathered.record);
        let text = |key: &str| match record.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        Self {
            subdir: gathered.subdir,
            file_name: gathered.file_name,
            version: text("version"),
            build: text("build"),
            build_number: record.get("build_number").and_then(Value::as_u64).unwrap_or(0),
            size: record.get("size").and_then(Value::as_u64),
            sha256: text("sha256"),
            md5: text("md5"),
            built: UtcTime::from_record_timestamp(record.get("timestamp")),
            indexed: gathered
                .indexed_timestamp
                .and_then(|milliseconds| UtcTime::from_seconds(milliseconds.div_euclid(1000))),
            depends: texts(record.get("depends")),
            constrains: texts(record.get("constrains")),
            in_package: gathered.in_package.as_deref().map(object),
            run_exports: serde_json::from_str(&gathered.run_exports).ok(),
            record,
        }
    }

    /// When it was built, or became part of the channel where that is not known: the date that people
    /// see. A channel that was made today is not of packages of today.
    pub(super) fn made(&self) -> Option<UtcTime> {
        self.built.or(self.indexed)
    }

    /// When it became news: it became part of the channel, or was built where that is not known; of
    /// those that came together, as all of a first run do, the one built last.
    pub(super) fn news(&self) -> News {
        News {
            since: self.indexed.or(self.built),
            built: self.built,
        }
    }
}

fn object(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => members,
        // Records are objects: of what another tool stored, nothing is shown.
        _ => Map::new(),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// When something became news. Newer is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct News {
    pub since: Option<UtcTime>,
    pub built: Option<UtcTime>,
}

/// A version and its builds.
pub(super) struct Release {
    pub version: String,
    /// By subdir, then the highest build number first, then by file name.
    pub builds: Vec<Build>,
}

impl Release {
    /// When its first build was made.
    pub(super) fn released(&self) -> Option<UtcTime> {
        self.builds.iter().filter_map(Build::made).min()
    }

    /// The build that speaks for it in a subdir: the one with the highest number, and of those the
    /// one made last.
    pub(super) fn representative_in(&self, subdir: u16) -> Option<&Build> {
        let builds = self.builds.iter().filter(|build| build.subdir == subdir);
        builds.rev().max_by_key(|build| (build.build_number, build.built))
    }

    /// The positions of its subdirs, sorted.
    pub(super) fn subdirs(&self) -> Vec<u16> {
        let mut subdirs: Vec<u16> = self.builds.iter().map(|build| build.subdir).collect();
        subdirs.dedup();
        subdirs
    }
}

/// The builds by version, newest version first. What is no version comes last.
pub(super) fn releases(gathered: Vec<GatheredBuild>) -> Vec<Release> {
    let mut by_version: HashMap<String, Vec<Build>> = HashMap::new();
    for build in gathered.into_iter().map(Build::new) {
        by_version.entry(build.version.clone()).or_default().push(build);
    }
    let mut releases: Vec<(Option<Version>, Release)> = by_version
        .into_iter()
        .map(|(version, mut builds)| {
            builds.sort_by(|one, other| {
                let order = one.subdir.cmp(&other.subdir);
                order
                    .then(other.build_number.cmp(&one.build_number))
                    .then_with(|| one.file_name.cmp(&other.file_name))
            });
            (version_order::parse(&version).ok(), Release { version, builds })
        })
        .collect();
    releases.sort_by(|(one, one_release), (other, other_release)| {
        let order = match (one, other) {
            (Some(one), Some(other)) => version_order::compare(other, one),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        order.then_with(|| one_release.version.cmp(&other_release.version))
    });
    releases.into_iter().map(|(_, release)| release).collect()
}
