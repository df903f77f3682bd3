//! The page about the channel's health: what is wrong with packages, and what they need and is not
//! there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rattler_conda_version::Version;
use serde::Deserialize;

use super::WebsiteError;
use super::catalog::{Candidate, Catalog, Entry, Need};
use super::plan::Plan;
use crate::package::ArtifactName;
use crate::record::version_order;
use crate::site::page::{HealthFinding, HealthPage, MissingDependency, UnmetDependency};
use crate::verify::Requirement;

/// How many lines each list has.
const LINES: usize = 500;

/// How many of the packages that want a missing one are named.
const WANTING: usize = 5;

/// Names that no channel has packages of: clients make them up from the machine at hand.
const VIRTUAL: &str = "__";

/// `health/`
pub(super) fn health(plan: &Plan<'_>) -> Result<HealthPage, WebsiteError> {
    let mut findings = policy_findings(plan);
    let report = plan.options.verify_report.as_deref();
    if let Some(path) = report {
        findings.extend(verify_findings(path, plan.catalog)?);
    }
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    let finding_count = findings.len();
    findings.truncate(LINES);
    let mut unmet = unmet(plan);
    let unmet_count = unmet.len();
    unmet.truncate(LINES);
    let mut missing = missing(plan.catalog);
    let missing_count = missing.len();
    missing.truncate(LINES);
    Ok(HealthPage {
        totals: plan.catalog.totals,
        findings,
        finding_count,
        is_verified: report.is_some(),
        unmet,
        unmet_count,
        missing,
        missing_count,
        largest: plan.catalog.largest.clone(),
    })
}

/// Worst first, then by file.
fn order(finding: &HealthFinding) -> impl Ord + '_ {
    let severity = ["error", "warning", "note"]
        .iter()
        .position(|severity| *severity == finding.severity);
    (severity, &finding.subdir, &finding.file_name, &finding.rule)
}

/// What a look at the records has told when they were published.
fn policy_findings(plan: &Plan<'_>) -> Vec<HealthFinding> {
    let mut findings = Vec::new();
    for subdir in plan.subdirs {
        for finding in &subdir.review.findings {
            findings.push(HealthFinding {
                severity: if finding.is_left_out { "error" } else { "warning" }.to_owned(),
                rule: "policy".to_owned(),
                subdir: subdir.subdir.to_string(),
                name: page_of(&finding.file_name, plan.catalog),
                file_name: finding.file_name.clone(),
                what: finding.what.clone(),
            });
        }
    }
    findings
}

/// The name in a file's name, if there is a page of it.
fn page_of(file_name: &str, catalog: &Catalog) -> Option<String> {
    let artifact = ArtifactName::new(file_name).ok()?;
    let stem = artifact.as_str().strip_suffix(artifact.format().extension())?;
    let name = stem.rsplitn(3, '-').nth(2)?;
    catalog.has(name).then(|| name.to_owned())
}

/// As much of what `towpath verify --json` prints as is shown.
#[derive(Deserialize)]
struct VerifyReport {
    files: Vec<VerifiedFile>,
}

#[derive(Deserialize)]
struct VerifiedFile {
    path: String,
    file_name: String,
    findings: Vec<VerifyFinding>,
}

#[derive(Deserialize)]
struct VerifyFinding {
    code: String,
    severity: String,
    member: Option<String>,
    what: String,
}

fn verify_findings(path: &Path, catalog: &Catalog) -> Result<Vec<HealthFinding>, WebsiteError> {
    let bytes = fs_err::read(path)?;
    let report: VerifyReport =
        serde_json::from_slice(&bytes).map_err(|error| WebsiteError::VerifyReport {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
    let mut findings = Vec::new();
    for file in report.files {
        let subdir = Path::new(&file.path).parent().and_then(Path::file_name);
        let subdir = subdir.unwrap_or_default().to_string_lossy();
        for finding in file.findings {
            findings.push(HealthFinding {
                severity: finding.severity,
                rule: finding.code,
                subdir: subdir.clone().into_owned(),
                name: page_of(&file.file_name, catalog),
                file_name: file.file_name.clone(),
                what: match finding.member {
                    Some(member) => format!("{member}: {}", finding.what),
                    None => finding.what,
                },
            });
        }
    }
    Ok(findings)
}

/// Dependencies of highest versions that no build in the channel meets, though it has the package.
fn unmet(plan: &Plan<'_>) -> Vec<UnmetDependency> {
    let mut versions = Versions::default();
    let mut known: HashMap<(&str, u16), bool> = HashMap::new();
    let mut unmet = Vec::new();
    for entry in &plan.catalog.entries {
        for need in &entry.depends {
            let Some(target) = plan.catalog.get(&need.name) else {
                continue;
            };
            let is_met = *known
                .entry((&need.spec, need.subdir))
                .or_insert_with(|| is_met(plan, need, target, &mut versions));
            if !is_met {
                unmet.push(UnmetDependency {
                    name: entry.name.to_string(),
                    version: entry.version.to_string(),
                    subdir: plan.subdir(need.subdir).to_owned(),
                    spec: need.spec.to_string(),
                    on: need.name.to_string(),
                });
            }
        }
    }
    unmet.sort_by(|one, other| {
        (&one.name, &one.subdir, &one.spec).cmp(&(&other.name, &other.subdir, &other.spec))
    });
    unmet
}

/// Versions that were parsed already; `None` for what is no version.
#[derive(Default)]
struct Versions<'a>(HashMap<&'a str, Option<Version>>);

impl<'a> Versions<'a> {
    fn get(&mut self, text: &'a str) -> Option<&Version> {
        let version = self
            .0
            .entry(text)
            .or_insert_with(|| version_order::parse(text).ok());
        version.as_ref()
    }
}

/// Whether a build meets a dependency where that is of: in its subdir, or in `noarch`. What `noarch`
/// needs may be met in any subdir.
fn is_met<'a>(plan: &Plan<'a>, need: &Need, target: &'a Entry, versions: &mut Versions<'a>) -> bool {
    let Some(requirement) = Requirement::of(&need.spec) else {
        return true;
    };
    let is_noarch = |subdir: u16| plan.subdir(subdir) == "noarch";
    let is_near = |candidate: &&Candidate| {
        candidate.subdir == need.subdir || is_noarch(candidate.subdir) || is_noarch(need.subdir)
    };
    target.candidates.iter().filter(is_near).any(|candidate| {
        requirement.finds_build(&candidate.build, Some(candidate.build_number))
            && versions
                .get(&candidate.version)
                .is_none_or(|version| requirement.finds_version(version))
    })
}

/// Names that packages depend on and that the channel does not have, most wanted first.
fn missing(catalog: &Catalog) -> Vec<MissingDependency> {
    let mut wanting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in &catalog.entries {
        for need in &entry.depends {
            if !catalog.has(&need.name) && !need.name.starts_with(VIRTUAL) {
                wanting.entry(&need.name).or_default().insert(&entry.name);
            }
        }
    }
    let mut missing: Vec<MissingDependency> = wanting
        .into_iter()
        .map(|(name, packages)| MissingDependency {
            name: name.to_owned(),
            count: packages.len(),
            packages: packages
                .iter()
                .take(WANTING)
                .map(|name| (*name).to_owned())
                .collect(),
        })
        .collect();
    missing.sort_by(|one, other| (Reverse(one.count), &one.name).cmp(&(Reverse(other.count), &other.name)));
    missing
}
