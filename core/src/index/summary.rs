//! What a run did.

use crate::channel::Subdir;
use crate::index::IndexError;
use crate::repodata::DocumentFinding;

/// What a run did, subdir by subdir in order of name.
#[derive(Clone, Debug, Default)]
pub struct IndexSummary {
    /// The subdirs.
    pub subdirs: Vec<SubdirSummary>,
    /// The documents of the channel as a whole.
    pub channel: ChannelSummary,
}

/// What became of the documents of the channel as a whole.
#[derive(Clone, Debug, Default)]
pub struct ChannelSummary {
    /// Documents that were written because they changed.
    pub documents_written: Vec<String>,
    /// Why they are as they were before.
    pub failure: Option<String>,
}

/// What a run did in one subdir.
#[derive(Clone, Debug, Default)]
pub struct SubdirSummary {
    /// The subdir's name.
    pub subdir: String,
    /// Packages that are new.
    pub added: usize,
    /// Packages that were read again.
    pub changed: usize,
    /// Packages that are gone.
    pub removed: usize,
    /// Packages that are not part of the channel though they lie in its folder.
    pub left_out: Vec<LeftOut>,
    /// What was odd.
    pub warnings: Vec<Warning>,
    /// Documents that were written because they changed.
    pub documents_written: Vec<String>,
    /// Shards that were removed because no index has named them for long.
    pub shards_removed: usize,
    /// Bytes of packages that were read.
    pub bytes_read: u64,
    /// Another process was at work on the subdir, and it was left to it.
    pub skipped: bool,
    /// Why the subdir's documents are as they were before.
    pub failure: Option<String>,
}

/// A package that could not be indexed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its file name.
    pub file_name: String,
    /// Why, in one line of some hundred characters at most.
    pub reason: String,
}

/// The most characters that a reason has.
const REASON_CHARACTERS: usize = 500;

impl LeftOut {
    /// What a package says of itself (names of members, wrong values) may be part of `reason`, and
    /// is shortened to what a log can take.
    pub(super) fn new(file_name: String, reason: &str) -> Self {
        let reason = shortened(reason);
        Self { file_name, reason }
    }
}

impl Warning {
    /// What a package says of itself may be part of `what`, and is shortened as reasons are.
    pub(super) fn new(file_name: String, what: &str) -> Self {
        let what = shortened(what);
        Self { file_name, what }
    }
}

fn shortened(reason: &str) -> String {
    let mut characters = reason.chars().map(|character| match character {
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    });
    let mut reason: String = characters.by_ref().take(REASON_CHARACTERS).collect();
    if characters.next().is_some() {
        reason.push('…');
    }
    reason
}

/// Something odd that was no reason to leave a package out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The file that it is about.
    pub file_name: String,
    /// What, in one line.
    pub what: String,
}

impl SubdirSummary {
    pub(super) fn of(subdir: &Subdir) -> Self {
        Self {
            subdir: subdir.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// Tells what was noticed while documents were made.
    pub(super) fn extend(&mut self, findings: Vec<DocumentFinding>) {
        for finding in findings {
            if finding.is_left_out {
                self.left_out.push(LeftOut::new(finding.file_name, &finding.what));
            } else {
                self.warnings.push(Warning::new(finding.file_name, &finding.what));
            }
        }
    }

    pub(super) fn skipped(subdir: &Subdir) -> Self {
        Self {
            skipped: true,
            ..Self::of(subdir)
        }
    }

    pub(super) fn failed(subdir: &Subdir, error: &IndexError) -> Self {
        Self {
            failure: Some(error.to_string()),
            ..Self::of(subdir)
        }
    }
}

impl IndexSummary {
    /// Whether any package was left out.
    pub fn has_left_out(&self) -> bool {
        self.subdirs.iter().any(|subdir| !subdir.left_out.is_empty())
    }

    /// Whether any documents could not be brought up to date.
    pub fn has_failures(&self) -> bool {
        self.channel.failure.is_some() || self.subdirs.iter().any(|subdir| subdir.failure.is_some())
    }
}
