//! What a call changes of artifacts that were read: a row in each table that knows something of
//! them.
//!
//! An artifact's rows in `stat_indexed`, `index_json` and `post_install` come and go together, but for
//! what another tool has read and a copy brought here; its row in `towpath_artifact` comes with them
//! and stays.

use std::collections::BTreeMap;

use gluesql_core::data::Value;
use jiff::Timestamp;

use super::changes::{Changes, optional_text};
use super::dates::Dates;
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
        if dates.was_known || fetch(storage, tables::INDEX_JSON, path)?.is_some() {
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
    let name = member(&artifact.record, "name");
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
            Value::Null,
            Value::Null,
        ],
    );
}

/// A member of a record, if it is text.
pub(super) fn member(record: &JsonText, wanted: &str) -> Option<String> {
    let mut members = record.as_slice().members()?;
    let (_, value) = members.find(|(key, _)| *key == wanted)?;
    value.text().map(std::borrow::Cow::into_owned)
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
        if fetch(storage, &indexed, path)?.is_some() || fetch(storage, tables::INDEX_JSON, path)?.is_some() {
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
