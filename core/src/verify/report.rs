//! What was found in one package, and whether clients agree on it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{ChannelView, Check, Claim, Finding, Found, Readers, Selection, Severity, Subject, rules};

/// The rule about attestations.
const ATTESTATION: &str = "G613";

/// What was found in one package.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Report {
    /// The file's name.
    pub file_name: String,
    /// Bytes of the file.
    pub size: u64,
    /// MD5 of the file, in hexadecimal.
    pub md5: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// What was found, in order of codes; of each at most fifty of a severity.
    pub findings: Vec<Finding>,
    /// How many more there are of a code and severity.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        test,
        ts(as = "Option<BTreeMap<String, BTreeMap<Severity, usize>>>", optional)
    )]
    pub more: BTreeMap<&'static str, BTreeMap<Severity, usize>>,
    /// Whether every client installs the same from it.
    pub installs: Installs,
    /// What is known of the attestation beside the file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub attestation: Option<Attestation>,
    /// What it says of itself, for comparison with a channel.
    #[serde(skip)]
    pub claim: Option<Claim>,
}

/// What is known of an attestation (CEP 27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Attestation {
    /// Whether it says what this file is; if not, findings say why.
    pub statement_matches: bool,
    /// Whether its signature was checked. That is never done here: it takes the keys of others.
    pub signature_checked: bool,
}

/// Whether every client installs the same from a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "verdict", content = "codes", rename_all = "lowercase")]
pub enum Installs {
    /// conda and rattler install the same tree.
    Same,
    /// They do not, because of findings of these codes.
    Differently(BTreeSet<&'static str>),
    /// One of them, or each, refuses the package because of findings of these codes.
    Refused(BTreeSet<&'static str>),
}

impl Installs {
    /// What clients do not agree on, in words, and the codes of the findings that say so; nothing if they
    /// agree.
    pub fn disagreement(&self) -> Option<(&'static str, &BTreeSet<&'static str>)> {
        match self {
            Self::Same => None,
            Self::Differently(codes) => Some(("conda and rattler do not install the same from it", codes)),
            Self::Refused(codes) => Some(("conda or rattler, or both, refuse it", codes)),
        }
    }
}

impl Report {
    pub(super) fn of(subject: &Subject<'_>, selection: &Selection) -> Self {
        let mut findings = Vec::new();
        let mut more = BTreeMap::new();
        let mut broken = Vec::new();
        for rule in rules() {
            let severity = selection.severity(rule);
            let (Check::Package(check) | Check::Both(check, _)) = rule.check else {
                continue;
            };
            let before = findings.len();
            let mut found = Found::new(rule, severity.unwrap_or(rule.severity), &mut findings);
            // Also if nobody wants to hear of it: what clients make of a package does not depend on that.
            check(subject, &mut found);
            let untold = found.untold();
            broken.extend(found.readers().iter().map(|readers| (rule.code, *readers)));
            if severity.is_none() {
                findings.truncate(before);
            } else if !untold.is_empty() {
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
            attestation: subject.attestation.map(|_| Attestation {
                statement_matches: !broken.iter().any(|(code, _)| *code == ATTESTATION),
                signature_checked: false,
            }),
            findings,
            more,
            claim: Claim::of(subject),
        }
    }

    /// Adds what rules have against the package in view of the channel that it is to be added to.
    /// The claim is used up.
    pub fn compare(&mut self, channel: &ChannelView, selection: &Selection) {
        let Some(claim) = self.claim.take() else {
            return;
        };
        for rule in rules() {
            let (Check::Channel(check) | Check::Both(_, check)) = rule.check else {
                continue;
            };
            let severity = selection.severity(rule);
            let before = self.findings.len();
            let mut found = Found::new(rule, severity.unwrap_or(rule.severity), &mut self.findings);
            check(&claim, channel, &mut found);
            let untold = found.untold();
            let is_kept = found.readers().is_empty();
            if let Some(attestation) = self.attestation.as_mut().filter(|_| rule.code == ATTESTATION) {
                attestation.statement_matches &= is_kept;
            }
            if severity.is_none() {
                self.findings.truncate(before);
            } else if !untold.is_empty() {
                let more = self.more.entry(rule.code).or_default();
                for (severity, count) in untold {
                    *more.entry(severity).or_default() += count;
                }
            }
        }
        self.findings.sort_by_key(|finding| finding.code);
    }

    /// How many findings there are of this severity, also of those that are not told one by one.
    pub fn count(&self, severity: Severity) -> usize {
        let told = self
            .findings
            .iter()
            .filter(|finding| finding.severity == severity);
        let more = self.more.values().filter_map(|counts| counts.get(&severity));
        told.count() + more.sum::<usize>()
    }

    /// The worst severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

impl Installs {
    fn told_by(broken: &[(&'static str, Readers)]) -> Self {
        let codes = |readers: Readers| -> BTreeSet<&'static str> {
            let such = broken.iter().filter(|(_, of_rule)| *of_rule == readers);
            such.map(|(code, _)| *code).collect()
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
