//! What a call changes of artifacts that were read: a row in each table that knows something of
//! them.
//!
//! An artifact's rows in `stat_indexed`, `index_json` and `post_install` come and go together; its
//! row in `towpath_artifact` comes with them and stays.

use std::collections::BTreeMap;

use gluesql_core::data::Value;
use jiff::Timestamp;

use super::changes::{Changes, optional_text};
use super::rows::{Failure, fetch};
use super::storage::RowStorage;
use super::tables::{self, stage_table};
use crate::json::JsonText;
use crate::package::{ArtifactName, RattlerRecipe};
use crate::store::{Stage, StoredArtifact};

/// Replaces all rows of the artifacts, and dates those that never were.
pub(super) fn write_all(
    storage: &impl RowStorage,
    batch: &[StoredArtifact],
    now: Timestamp,
) -> Result<Changes, Failure> {
    let mut changes = Changes::default();
    // Of artifacts with one name the last stays, but all of them are dated. Sorted rows are written
    // faster.
    let mut latest = BTreeMap::new();
    for artifact in batch {
        let path = artifact.listed.name.as_str();
        let (_, dates) = match latest.remove(path) {
            Some(earlier) => earlier,
            None => (artifact, Dates::of(storage, path)?),
        };
        latest.insert(path, (artifact, dates.with(artifact.digests.sha256_hex(), now)));
    }
    for (path, (artifact, dates)) in latest {
        if dates.was_known {
            for table in tables::OPTIONAL {
                changes.remove(table, path);
            }
        }
        write(&mut changes, path, artifact);
        dates.write(&mut changes, path);
    }
    Ok(changes)
}

fn write(changes: &mut Changes, path: &str, artifact: &StoredArtifact) {
    let sha256 = || Value::Str(artifact.digests.sha256_hex());
    let name = package_name(&artifact.record);
    let record = Value::Str(artifact.record.as_str().to_owned());
    changes.write(
        tables::INDEX_JSON,
        path,
        [record, optional_text(name.as_deref()), sha256()],
    );
    let texts = [
        (tables::ABOUT, artifact.about.as_ref()),
        (tables::RECIPE, artifact.recipe.as_ref()),
        (tables::RUN_EXPORTS, artifact.run_exports.as_ref()),
        (tables::POST_INSTALL, Some(&artifact.post_install)),
    ];
    for (table, text) in texts {
        if let Some(text) = text {
            changes.write(table, path, [Value::Str(text.as_str().to_owned())]);
        }
    }
    if let Some(icon) = &artifact.icon {
        changes.write(tables::ICON, path, [Value::Bytea(icon.clone())]);
    }
    if let Some(recipe) = &artifact.rattler_recipe {
        let (is_rendered, recipe) = match recipe {
            RattlerRecipe::Rendered(recipe) => (true, recipe),
            RattlerRecipe::Source(recipe) => (false, recipe),
        };
        changes.write(
            tables::TOWPATH_RECIPE,
            path,
            [sha256(), Value::Bool(is_rendered), Value::Bytea(recipe.clone())],
        );
    }
    changes.write(
        &stage_table(&Stage::INDEXED),
        path,
        [
            Value::F64(artifact.listed.mtime.seconds()),
            Value::I64(size_column(artifact.listed.size)),
            sha256(),
            Value::Str(artifact.digests.md5_hex()),
        ],
    );
}

/// The name in a record, if it is text.
fn package_name(record: &JsonText) -> Option<String> {
    let mut members = record.as_slice().members()?;
    let (_, name) = members.find(|(key, _)| *key == "name")?;
    name.text().map(std::borrow::Cow::into_owned)
}

/// GlueSQL's integers have a sign; a size beyond them cannot be of a file.
pub(super) fn size_column(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Removes all rows of the artifacts that are known, but for their dates.
pub(super) fn forget_all(storage: &impl RowStorage, names: &[ArtifactName]) -> Result<Changes, Failure> {
    let mut changes = Changes::default();
    let indexed = stage_table(&Stage::INDEXED);
    for name in names {
        let path = name.as_str();
        if fetch(storage, &indexed, path)?.is_some() {
            for table in [&indexed, tables::INDEX_JSON, tables::POST_INSTALL]
                .into_iter()
                .chain(tables::OPTIONAL)
            {
                changes.remove(table, path);
            }
        }
    }
    Ok(changes)
}

/// The dates of all bytes that an artifact's name ever stood for, in milliseconds by SHA-256.
struct Dates {
    /// Whether the store had dates before, and so may have other rows.
    was_known: bool,
    has_changed: bool,
    current: String,
    all: BTreeMap<String, i64>,
}

impl Dates {
    fn of(storage: &impl RowStorage, path: &str) -> Result<Self, Failure> {
        let mut dates = Self {
            was_known: false,
            has_changed: false,
            current: String::new(),
            all: BTreeMap::new(),
        };
        if let Some(row) = fetch(storage, tables::TOWPATH_ARTIFACT, path)? {
            dates.was_known = true;
            row.text(1)?.clone_into(&mut dates.current);
            if let Some(earlier) = row.optional_text(3)? {
                dates.all = serde_json::from_str(earlier).map_err(|source| Failure::BadRow {
                    path: path.to_owned(),
                    what: format!("its earlier dates cannot be read: {source}"),
                })?;
            }
            dates.all.insert(dates.current.clone(), row.integer(2)?);
        }
        Ok(dates)
    }

    /// The same with these bytes as the current ones, dated if they never were.
    fn with(mut self, sha256: String, now: Timestamp) -> Self {
        if self.current != sha256 {
            self.all.entry(sha256.clone()).or_insert(now.as_millisecond());
            self.current = sha256;
            self.has_changed = true;
        }
        self
    }

    fn write(mut self, changes: &mut Changes, path: &str) {
        if !self.has_changed {
            return;
        }
        if let Some(date) = self.all.remove(&self.current) {
            let earlier = (!self.all.is_empty()).then(|| serde_json::json!(self.all).to_string());
            changes.write(
                tables::TOWPATH_ARTIFACT,
                path,
                [
                    Value::Str(self.current),
                    Value::I64(date),
                    optional_text(earlier.as_deref()),
                ],
            );
        }
    }
}
