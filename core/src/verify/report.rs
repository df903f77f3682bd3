//! What was found in one package, and whether clients agree on it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Finding, Found, Readers, Rule, Selection, Severity, Subject, rules};

/// What was found in one package.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The file's name.
    pub file_name: String,
    /// Bytes of the file.
    pub size: u64,
    /// MD5 of the file, in hexadecimal.
    pub md5: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// What was found, in order of codes; of each at most fifty.
    pub findings: Vec<Finding>,
    /// How many more there are of a code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<&'static str, usize>,
    /// Whether every client installs the same from it.
    pub installs: Installs,
}

/// Whether every client installs the same from a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Installs {
    /// conda and rattler install the same tree.
    Same,
    /// They do not, because of findings of these codes.
    Differently(BTreeSet<&'static str>),
    /// One of them, or each, refuses the package because of findings of these codes.
    Refused(BTreeSet<&'static str>),
}

impl Report {
    pub(super) fn of(subject: &Subject<'_>, selection: &Selection) -> Self {
        let mut findings = Vec::new();
        let mut more = BTreeMap::new();
        let mut broken = Vec::new();
        for rule in rules() {
            let severity = selection.severity(rule);
            // What clients make of a package does not depend on what somebody wants to hear of.
            if severity.is_none() && rule.readers == Readers::Agree {
                continue;
            }
            let before = findings.len();
            let mut found = Found::new(rule, severity.unwrap_or(rule.severity), &mut findings);
            (rule.check)(subject, &mut found);
            let untold = found.untold();
            if findings.len() > before {
                broken.push(rule);
            }
            if severity.is_none() {
                findings.truncate(before);
            } else if untold > 0 {
                more.insert(rule.code, untold);
            }
        }
        let evidence = subject.evidence;
        Self {
            file_name: evidence.name.as_str().to_owned(),
            size: evidence.size,
            md5: evidence.digests.md5_hex(),
            sha256: evidence.digests.sha256_hex(),
            installs: Installs::told_by(&broken),
            findings,
            more,
        }
    }

    /// How many findings there are of this severity, also of those that are not told one by one.
    pub fn count(&self, severity: Severity) -> usize {
        let of_severity = |finding: &&Finding| finding.severity == severity;
        let told = self.findings.iter().filter(of_severity).count();
        // What is more of a code is as severe as the last that was told.
        let more = self.more.iter().filter(|(code, _)| {
            let last = self.findings.iter().rfind(|finding| finding.code == **code);
            last.is_some_and(|last| last.severity == severity)
        });
        told + more.map(|(_, count)| count).sum::<usize>()
    }

    /// The worst severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

impl Installs {
    fn told_by(broken: &[&'static Rule]) -> Self {
        let codes = |readers: Readers| -> BTreeSet<&'static str> {
            let such = broken.iter().filter(|rule| rule.readers == readers);
            such.map(|rule| rule.code).collect()
        };
        let differ = codes(Readers::Differ);
        let refuse = codes(Readers::Refuse);
        if !refuse.is_empty() {
            Self::Refused(refuse)
        } else if !differ.is_empty() {
            Self::Differently(differ)
        } else {
            Self::Same
        }
    }
}
