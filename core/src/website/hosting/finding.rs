//! What a check finds, and what is to be done about it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::Host;
use crate::verify::Severity;

/// How many findings of one name a report lists; the others are counted.
const LISTED: usize = 20;

/// What a finding of one name always has.
pub(super) struct Check {
    /// Its name, which never changes its meaning.
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) mend: &'static str,
}

/// Something that would break on a host, or is good to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HostingFinding {
    /// An error breaks the channel, or a part of it, on this host; a warning does so under some
    /// circumstances or at some time; a note is good to know.
    pub severity: Severity,
    /// The name of what is found, such as `lfs-pointer`; it stays the same from version to version.
    pub name: &'static str,
    /// The file or folder it is about, relative to the folder, with `/` between folders.
    pub file: Option<String>,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub mend: &'static str,
}

/// What was found of a folder in view of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HostingReport {
    /// The host.
    pub host: Host,
    /// How many files would be published.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// What was found, the worst first; of each name no more than a few.
    pub findings: Vec<HostingFinding>,
    /// How many findings are not listed, by name.
    pub more: BTreeMap<&'static str, u64>,
    /// Lines for a shell that upload the folder as it should be.
    pub advice: Vec<String>,
}

impl HostingReport {
    /// How many findings are of a severity, those that are not listed too.
    pub fn count(&self, severity: Severity) -> u64 {
        let of_severity = |name: &str| {
            let mut findings = self.findings.iter();
            findings.any(|finding| finding.name == name && finding.severity == severity)
        };
        let listed = self
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count();
        let more = self.more.iter().filter(|(name, _)| of_severity(name));
        listed as u64 + more.map(|(_, count)| count).sum::<u64>()
    }
}

/// Findings while they are found.
#[derive(Default)]
pub(super) struct Findings {
    listed: Vec<HostingFinding>,
    counts: BTreeMap<&'static str, u64>,
}

impl Findings {
    /// Adds what is to be said of the folder as a whole.
    pub(super) fn add(&mut self, check: &Check, what: String) {
        self.push(check, None, what);
    }

    /// Adds what is to be said of one file or folder.
    pub(super) fn add_of(&mut self, check: &Check, file: &str, what: impl Into<String>) {
        self.push(check, Some(file.to_owned()), what.into());
    }

    /// Adds what was found elsewhere.
    pub(super) fn append(&mut self, other: Self) {
        for (name, count) in other.counts {
            let known = self.counts.entry(name).or_default();
            let room = (LISTED as u64).saturating_sub(*known);
            *known += count;
            let of_name = other.listed.iter().filter(|finding| finding.name == name);
            self.listed.extend(of_name.take(room as usize).cloned());
        }
    }

    fn push(&mut self, check: &Check, file: Option<String>, what: String) {
        let count = self.counts.entry(check.name).or_default();
        *count += 1;
        if *count <= LISTED as u64 {
            self.listed.push(HostingFinding {
                severity: check.severity,
                name: check.name,
                file,
                what,
                mend: check.mend,
            });
        }
    }

    pub(super) fn into_report(
        mut self,
        host: Host,
        files: u64,
        bytes: u64,
        advice: Vec<String>,
    ) -> HostingReport {
        self.listed
            .sort_by_key(|finding| (Reverse(finding.severity), finding.name));
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(LISTED as u64);
            *count > 0
        });
        HostingReport {
            host,
            files,
            bytes,
            findings: self.listed,
            more: self.counts,
            advice,
        }
    }
}
