//! One look at every record of an edition before any document is written: which are left out, and
//! which stand under `v3`.
//!
//! A document begins with what can only be known of all its records (CEP 48), and every document of
//! an edition is to leave out the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::DocumentOptions;
use super::edition::{Edition, RecordedFile};
use super::patch::{PatchInstructions, Patched};
use crate::json::JsonText;
use crate::package::ArchiveFormat;
use crate::policy::{Action, Policy};
use crate::record::{RecordIdentity, Revision, RevisionSummary, v3_form};
use crate::store::{Order, Store, StoreError};

/// What a look at the records told.
#[derive(Clone, Debug, Default)]
pub struct Review {
    left_out: BTreeSet<String>,
    v3: BTreeSet<String>,
    /// Wheels by file name, each with its key under `v3`.
    wheels: BTreeMap<String, String>,
    wheel_keys: BTreeSet<String>,
    summary: RevisionSummary,
    /// What people should know, in order of file name.
    pub findings: Vec<DocumentFinding>,
}

/// Something that was noticed while documents were made, and that people should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFinding {
    /// The file that it is about.
    pub file_name: String,
    /// Whether the file is in no document because of it.
    pub is_left_out: bool,
    /// What, in a sentence.
    pub what: String,
}

/// The most characters that a finding has: what a package says may be part of it.
const CHARACTERS_MAX: usize = 500;

impl DocumentFinding {
    /// Says `what` of a file, shortened to what a log can take.
    pub(crate) fn new(file_name: String, is_left_out: bool, what: &str) -> Self {
        Self {
            file_name,
            is_left_out,
            what: what.chars().take(CHARACTERS_MAX).collect(),
        }
    }
}

impl Review {
    /// Looks at the records of the edition that `patch` makes, or of the one as the packages say.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn of(
        store: &dyn Store,
        options: &DocumentOptions,
        patch: Option<&PatchInstructions>,
        policy: &Policy,
    ) -> Result<Self, StoreError> {
        let mut review = Self::default();
        let edition = Edition {
            options,
            patch,
            review: &Self::default(),
        };
        let query = options.query(None, Order::FileName);
        store.for_each_record(&query, &mut |stored| {
            let Some(file) = RecordedFile::of(stored.file_name) else {
                return Ok(());
            };
            let record = edition.stored_text(stored.file_name, stored.record.clone())?;
            let record = match edition.patched(&file, &record) {
                Patched::Untouched => record,
                Patched::Changed(record) => record,
                Patched::Removed | Patched::Dropped => return Ok(()),
            };
            review.look_at(&file, &record, options, policy, stored.indexed_timestamp);
            Ok(())
        })?;
        Ok(review)
    }

    fn look_at(
        &mut self,
        file: &RecordedFile,
        record: &JsonText,
        options: &DocumentOptions,
        policy: &Policy,
        indexed_timestamp: Option<i64>,
    ) {
        let mut is_left_out = false;
        match file {
            RecordedFile::Artifact(artifact) => {
                for finding in policy.review(&options.subdir, artifact, record, indexed_timestamp) {
                    is_left_out |= finding.action == Action::Reject;
                    self.tell(file, finding.action == Action::Reject, &finding.what);
                }
                if is_left_out || Revision::of(record) == Revision::Legacy {
                    return;
                }
                if !options.repodata_next {
                    let what = "it needs repodata v3, which older clients cannot read; --repodata-next publishes it \
                                for those that can (CEP 48)";
                    return self.tell(file, true, what);
                }
            }
            RecordedFile::Wheel(file_name) => {
                if !options.repodata_next {
                    return;
                }
                let Some(key) = RecordIdentity::of(record).distribution() else {
                    let what = "its record lacks a name, version or build, and a wheel is known by these";
                    return self.tell(file, true, what);
                };
                if !self.wheel_keys.insert(key.clone()) {
                    let what = format!("another wheel is known as {key} already (CEP 48)");
                    return self.tell(file, true, &what);
                }
                self.wheels.insert(file_name.clone(), key);
            }
        }
        match v3_form(record) {
            Ok(_) => {
                self.v3.insert(file.as_str().to_owned());
                self.summary
                    .add(indexed_timestamp.filter(|_| options.indexed_timestamp));
            }
            Err(why) => self.tell(
                file,
                true,
                &format!("it needs repodata v3, and cannot be written so: {why}"),
            ),
        }
    }

    fn tell(&mut self, file: &RecordedFile, is_left_out: bool, what: &str) {
        let file_name = file.as_str().to_owned();
        if is_left_out {
            self.left_out.insert(file_name.clone());
        }
        self.findings
            .push(DocumentFinding::new(file_name, is_left_out, what));
    }

    /// Whether the record is in no document.
    pub(super) fn leaves_out(&self, file_name: &str) -> bool {
        self.left_out.contains(file_name)
    }

    /// Whether the record stands under `v3`.
    pub(super) fn is_v3(&self, file_name: &str) -> bool {
        self.v3.contains(file_name)
    }

    /// The key of a wheel under `v3`.
    pub(super) fn wheel_key(&self, file_name: &str) -> Option<&str> {
        self.wheels.get(file_name).map(String::as_str)
    }

    /// Whether any record may stand in the map under `v3` of this format, or of wheels.
    pub(super) fn has_any_in(&self, format: Option<ArchiveFormat>) -> bool {
        match format {
            Some(_) => self.v3.len() > self.wheels.len(),
            None => !self.wheels.is_empty(),
        }
    }

    /// What `info.repodata_revisions` says of `v3`.
    pub(super) fn v3_summary(&self) -> &RevisionSummary {
        &self.summary
    }
}
