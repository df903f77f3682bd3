//! Patch instructions: corrections to records that are published without touching packages.
//!
//! `patch_instructions.json` maps artifact names to changed fields, and lists artifacts to revoke
//! and to remove. Version 2 (CEP 21) may change run exports too.

mod merge;
#[cfg(feature = "native")]
mod source;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;

#[cfg(feature = "native")]
pub(crate) use source::from_file;
#[cfg(feature = "native")]
pub use source::{PatchSource, PatchSourceError, SourcedInstructions};

use self::merge::merge_fields;
use crate::json::{self, JsonError, JsonText};
use crate::package::{ArchiveFormat, ArtifactName};

/// The newest version of instructions that is known (CEP 21).
const KNOWN_VERSION: u64 = 2;

/// What a revoked record depends on, so that no client can install it.
const REVOKED: &str = "package_has_been_revoked";

/// Instructions, ready to be applied to records.
#[derive(Clone, Debug)]
pub struct PatchInstructions {
    packages: BTreeMap<String, RecordPatch>,
    packages_conda: BTreeMap<String, RecordPatch>,
    revoke: BTreeSet<String>,
    remove: BTreeSet<String>,
    document: JsonText,
}

#[derive(Clone, Debug)]
enum RecordPatch {
    /// The record is left out, without being listed as removed.
    Drop,
    /// Fields are replaced, merged or deleted.
    Fields {
        record: Map<String, Value>,
        run_exports: Option<Value>,
    },
}

/// Why instructions cannot be used.
#[derive(Debug, Error)]
pub enum PatchError {
    /// They are no JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// They are of another shape.
    #[error("is not of the shape of patch instructions: {0}")]
    Shape(#[from] serde_json::Error),
    /// They are of a version to come.
    #[error("has patch_instructions_version {found}, and this towpath knows versions up to {KNOWN_VERSION}")]
    TooNew {
        /// The version.
        found: u64,
    },
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Patched {
    /// No instruction is about it.
    Untouched,
    /// It is published in this form.
    Changed(JsonText),
    /// It is left out, and its name is listed as removed.
    Removed,
    /// It is left out.
    Dropped,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    patch_instructions_version: Option<u64>,
    #[serde(default)]
    packages: BTreeMap<String, Option<Map<String, Value>>>,
    #[serde(default, rename = "packages.conda")]
    packages_conda: BTreeMap<String, Option<Map<String, Value>>>,
    #[serde(default)]
    revoke: BTreeSet<String>,
    #[serde(default)]
    remove: BTreeSet<String>,
}

impl PatchInstructions {
    /// Reads instructions. An empty object, like `null`, is no instructions.
    ///
    /// # Errors
    ///
    /// When they are no JSON, of another shape, or of an unknown version.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, PatchError> {
        let value = json::parse(bytes)?;
        if value.is_null() || value.as_object().is_some_and(Map::is_empty) {
            return Ok(None);
        }
        let text = JsonText::from_value(&value);
        // serde would take a list for the fields of a document, one after another.
        let members: Map<String, Value> = serde_json::from_value(value)?;
        let document: Document = serde_json::from_value(members.into())?;
        let version = document.patch_instructions_version.unwrap_or(1);
        if version > KNOWN_VERSION {
            return Err(PatchError::TooNew { found: version });
        }
        let prepared = |patches: BTreeMap<_, Option<_>>| {
            patches
                .into_iter()
                .map(|(name, fields)| (name, RecordPatch::new(fields, version)))
                .collect()
        };
        Ok(Some(Self {
            packages: prepared(document.packages),
            packages_conda: prepared(document.packages_conda),
            revoke: document.revoke,
            remove: document.remove,
            document: text,
        }))
    }

    /// The instructions as a document.
    pub fn document(&self) -> &JsonText {
        &self.document
    }

    /// The SHA-256 of the document, as hexadecimal digits.
    pub fn digest(&self) -> String {
        base16ct::lower::encode_string(&Sha256::digest(self.document.as_str().as_bytes()))
    }

    /// Applies the instructions to the record of `name`.
    pub fn apply(&self, name: &ArtifactName, record: &JsonText) -> Patched {
        let patches = self.patches_of(name);
        if patches.iter().any(|patch| matches!(patch, RecordPatch::Drop)) {
            return Patched::Dropped;
        }
        if Self::lists(&self.remove, name) {
            return Patched::Removed;
        }
        let is_revoked = Self::lists(&self.revoke, name);
        if patches.is_empty() && !is_revoked {
            return Patched::Untouched;
        }
        let mut members = record.to_object();
        for patch in patches {
            if let RecordPatch::Fields { record, .. } = patch {
                merge_fields(&mut members, record);
            }
        }
        if is_revoked {
            revoke(&mut members);
        }
        Patched::Changed(JsonText::from_value(&members.into()))
    }

    /// Applies the instructions to the run exports of `name` (version 2 only, CEP 21).
    pub fn apply_to_run_exports(&self, name: &ArtifactName, run_exports: Value) -> Value {
        let mut holder = Map::new();
        holder.insert("run_exports".to_owned(), run_exports);
        for patch in self.patches_of(name) {
            if let RecordPatch::Fields {
                run_exports: Some(patch),
                ..
            } = patch
            {
                let patch = Map::from_iter([("run_exports".to_owned(), patch.clone())]);
                merge_fields(&mut holder, &patch);
            }
        }
        holder.remove("run_exports").unwrap_or_else(|| json!({}))
    }

    /// What is said of the fields of `name`, in the order in which it applies. What `packages`
    /// says of a `.tar.bz2` holds for the same build's `.conda` too.
    fn patches_of(&self, name: &ArtifactName) -> Vec<&RecordPatch> {
        let own = self.packages.get(name.as_str());
        match name.format() {
            ArchiveFormat::TarBz2 => own.into_iter().collect(),
            ArchiveFormat::Conda => {
                let of_twin = self.packages.get(name.twin().as_str());
                [of_twin, own, self.packages_conda.get(name.as_str())]
                    .into_iter()
                    .flatten()
                    .collect()
            }
        }
    }

    /// Whether `names` has this artifact, or its `.tar.bz2` twin if it is a `.conda`.
    fn lists(names: &BTreeSet<String>, name: &ArtifactName) -> bool {
        names.contains(name.as_str())
            || name.format() == ArchiveFormat::Conda && names.contains(name.twin().as_str())
    }
}

impl RecordPatch {
    fn new(fields: Option<Map<String, Value>>, version: u64) -> Self {
        let Some(mut record) = fields else {
            return Self::Drop;
        };
        // When an artifact became part of the channel is no opinion (CEP 47).
        record.remove("indexed_timestamp");
        let run_exports = if version >= 2 {
            record.remove("run_exports")
        } else {
            None
        };
        Self::Fields { record, run_exports }
    }
}

fn revoke(record: &mut Map<String, Value>) {
    record.insert("revoked".to_owned(), true.into());
    let depends = record.entry("depends").or_insert_with(|| json!([]));
    match depends {
        Value::Array(depends) if depends.iter().any(|depend| depend == REVOKED) => {}
        Value::Array(depends) => depends.push(REVOKED.into()),
        other => *other = json!([REVOKED]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(instructions: &Value, file_name: &str, record: &Value) -> String {
        let instructions = PatchInstructions::parse(instructions.to_string().as_bytes())
            .unwrap()
            .unwrap();
        let name = ArtifactName::new(file_name).unwrap();
        match instructions.apply(&name, &JsonText::from_value(record)) {
            Patched::Changed(record) => record.into_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_said_of_a_tar_bz2_holds_for_its_twin() {
        let patch = json!({"packages": {"a-1-0.tar.bz2": {"depends": ["b"]}}, "packages.conda": {"a-1-0.conda": {"x": 1}}});
        assert_eq!(
            patched(&patch, "a-1-0.tar.bz2", &json!({})),
            r#"{"depends":["b"]}"#
        );
        assert_eq!(
            patched(&patch, "a-1-0.conda", &json!({})),
            r#"{"depends":["b"],"x":1}"#
        );
        assert_eq!(patched(&patch, "c-1-0.conda", &json!({})), "Untouched");
    }

    #[test]
    fn revoking_twice_is_revoking_once() {
        let patch = json!({"packages": {"a-1-0.tar.bz2": {"depends": ["b"]}}, "revoke": ["a-1-0.tar.bz2", "a-1-0.conda"]});
        let expected = r#"{"depends":["b","package_has_been_revoked"],"revoked":true}"#;
        assert_eq!(
            patched(&patch, "a-1-0.tar.bz2", &json!({"depends": []})),
            expected
        );
        assert_eq!(patched(&patch, "a-1-0.conda", &json!({})), expected);
    }

    #[test]
    fn a_conda_is_removed_without_its_twin() {
        let patch = json!({"remove": ["e-1.0-0.tar.bz2", "f-1.0-0.conda"]});
        assert_eq!(patched(&patch, "e-1.0-0.tar.bz2", &json!({})), "Removed");
        assert_eq!(patched(&patch, "e-1.0-0.conda", &json!({})), "Removed");
        assert_eq!(patched(&patch, "f-1.0-0.conda", &json!({})), "Removed");
        assert_eq!(patched(&patch, "f-1.0-0.tar.bz2", &json!({})), "Untouched");
    }

    #[test]
    fn null_for_a_record_drops_it() {
        let patch = json!({"packages": {"a-1-0.tar.bz2": null}});
        assert_eq!(patched(&patch, "a-1-0.conda", &json!({})), "Dropped");
    }

    #[test]
    fn the_indexed_timestamp_is_never_patched() {
        let patch = json!({"packages.conda": {"a-1-0.conda": {"indexed_timestamp": 1}}});
        assert_eq!(
            patched(&patch, "a-1-0.conda", &json!({"indexed_timestamp": 2})),
            r#"{"indexed_timestamp":2}"#
        );
    }

    #[test]
    fn run_exports_are_patched_by_version_2_only() {
        let name = ArtifactName::new("a-1-0.conda").unwrap();
        for (version, weak) in [(1, "old"), (2, "new")] {
            let patch = json!({"patch_instructions_version": version, "packages": {"a-1-0.tar.bz2": {"run_exports": {"weak": ["new"]}}}});
            let patch = PatchInstructions::parse(patch.to_string().as_bytes())
                .unwrap()
                .unwrap();
            let run_exports = patch.apply_to_run_exports(&name, json!({"weak": ["old"], "strong": ["s"]}));
            assert_eq!(run_exports, json!({"weak": [weak], "strong": ["s"]}));
        }
    }

    #[rstest::rstest]
    #[case(
        r#"{"patch_instructions_version": 3}"#,
        "has patch_instructions_version 3, and this towpath knows versions up to 2"
    )]
    #[case(
        r#"{"packages": []}"#,
        "is not of the shape of patch instructions: invalid type: sequence, expected a map"
    )]
    #[case("{", "is not JSON: EOF while parsing an object at line 1 column 1")]
    fn unusable_instructions_say_why(#[case] document: &str, #[case] message: &str) {
        assert_eq!(
            PatchInstructions::parse(document.as_bytes())
                .unwrap_err()
                .to_string(),
            message
        );
    }

    #[test]
    fn empty_instructions_are_none() {
        assert!(PatchInstructions::parse(b"{}").unwrap().is_none());
    }
}
