//! What breaks if a package leaves the channel, and which other build would do instead.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::formats::{Content, ReadOptions, read_with};
use super::ledger::{ChannelFile, Ledger, LedgerError, Use};
use super::own::Channel;
use super::wanted::Wanted;
use crate::channel::Subdir;
use crate::index::IndexError;
use crate::record::version_order::compare;

/// What becomes of one current build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The build, and the package that it would lack.
    pub used: Use,
    /// Who in the build asks for it, and for what: `scipy 1.14 needs numpy >=2`. Packages of other
    /// channels are not asked, for their records are not at hand.
    pub asked_by: Vec<String>,
    /// Files of the channel that would do for all of them, best first.
    pub instead: Vec<String>,
}

/// Why the impact cannot be told.
#[derive(Debug, Error)]
pub enum ImpactError {
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The channel's store failed.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// A package that the channel has.
struct Candidate {
    subdir: Subdir,
    file_name: String,
    record: Value,
}

/// What becomes of the current builds that use any of the files.
///
/// # Errors
///
/// When the ledger or the channel's store fails.
pub fn impact(
    channel: &Channel,
    ledger: &mut Ledger,
    files: &[ChannelFile],
) -> Result<Vec<Impact>, ImpactError> {
    let mut impacts = Vec::new();
    for file in files {
        for used in ledger.uses_of_file(file)? {
            let asked = asked(channel, ledger, &used)?;
            let specs: Vec<Wanted> = asked
                .iter()
                .filter_map(|(_, spec)| Wanted::parse(spec).ok())
                .collect();
            let candidates = candidates(channel, &used)?;
            let is_left = |candidate: &&Candidate| {
                let leaves = files
                    .iter()
                    .any(|file| file.subdir == candidate.subdir && file.file.as_str() == candidate.file_name);
                !leaves && specs.iter().all(|spec| candidate.fulfils(spec))
            };
            let mut instead: Vec<&Candidate> = candidates.iter().filter(is_left).collect();
            instead.sort_by(|one, other| other.compare(one));
            impacts.push(Impact {
                instead: instead
                    .iter()
                    .map(|candidate| format!("{}/{}", candidate.subdir, candidate.file_name))
                    .collect(),
                asked_by: asked
                    .into_iter()
                    .map(|(who, spec)| format!("{who} needs {spec}"))
                    .collect(),
                used,
            });
        }
    }
    Ok(impacts)
}

/// Who asks for the package in its build, and for what.
fn asked(channel: &Channel, ledger: &mut Ledger, used: &Use) -> Result<Vec<(String, String)>, ImpactError> {
    let is_about = |spec: &str| Wanted::parse(spec).is_ok_and(|wanted| wanted.name() == used.package.name);
    let mut asked: Vec<(String, String)> = specs_of_request(ledger, used)?
        .into_iter()
        .filter(|spec| is_about(spec))
        .map(|spec| ("the specification".to_owned(), spec))
        .collect();
    let mut by_subdir: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for package in ledger.packages(used.build)? {
        if package.is_own {
            let files = by_subdir.entry(package.subdir).or_default();
            files.push((package.name, package.file_name));
        }
    }
    for (subdir, files) in by_subdir {
        let Ok(subdir) = subdir.parse() else { continue };
        let is_of_build = |name: &str| files.iter().any(|(known, _)| known == name);
        for (file_name, record) in channel.records(&subdir, &is_of_build)? {
            if !files.iter().any(|(_, known)| *known == file_name) {
                continue;
            }
            let who = format!("{} {}", text(&record, "name"), text(&record, "version"));
            let depends = record.get("depends").and_then(Value::as_array);
            for spec in depends.into_iter().flatten().filter_map(Value::as_str) {
                if is_about(spec) {
                    asked.push((who.clone(), spec.to_owned()));
                }
            }
        }
    }
    Ok(asked)
}

/// The specs that were asked for, if the build was made of any. What cannot be read any more asks for
/// nothing.
fn specs_of_request(ledger: &mut Ledger, used: &Use) -> Result<Vec<String>, ImpactError> {
    let build = ledger.build(&used.path, used.build)?;
    let Some(body) = ledger.specification(&build.specification)? else {
        return Ok(Vec::new());
    };
    let options = ReadOptions {
        kind: Some(build.specification_kind),
        platform: Some(build.platform.clone()),
        environment: None,
    };
    Ok(
        match read_with("", body.as_bytes(), &options).map(|document| document.content) {
            Ok(Content::Requested(request)) => {
                let specs = request.specs_for(&build.platform);
                specs.into_iter().map(str::to_owned).collect()
            }
            _ => Vec::new(),
        },
    )
}

/// The packages of the same name that the build's platform can have of the channel.
fn candidates(channel: &Channel, used: &Use) -> Result<Vec<Candidate>, ImpactError> {
    let mut candidates = Vec::new();
    for subdir in [used.platform.as_str(), "noarch"] {
        let Ok(subdir) = subdir.parse::<Subdir>() else {
            continue;
        };
        let records = channel.records(&subdir, &|name| name == used.package.name)?;
        candidates.extend(records.into_iter().map(|(file_name, record)| Candidate {
            subdir: subdir.clone(),
            file_name,
            record,
        }));
    }
    Ok(candidates)
}

impl Candidate {
    fn fulfils(&self, wanted: &Wanted) -> bool {
        let number = self.record.get("build_number").and_then(Value::as_u64);
        wanted.is(
            &text(&self.record, "version"),
            &text(&self.record, "build"),
            number,
        )
    }

    /// By version, then by build number, then by name.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let number = |candidate: &Self| candidate.record.get("build_number").and_then(Value::as_u64);
        let version = |candidate: &Self| text(&candidate.record, "version").parse().ok();
        let versions = match (version(self), version(other)) {
            (Some(one), Some(other)) => compare(&one, &other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        };
        versions
            .then_with(|| number(self).cmp(&number(other)))
            .then_with(|| self.file_name.cmp(&other.file_name))
    }
}

fn text(record: &Value, key: &str) -> String {
    record
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
