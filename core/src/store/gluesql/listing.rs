//! Compares what stages list, by walking sorted tables side by side.

use gluesql_core::data::Value;

use super::artifact::size_column;
use super::changes::Changes;
use super::rows::{Cursor, Failure, Row, fetch};
use super::storage::RowStorage;
use super::tables::{INDEX_JSON, stage_schema, stage_table};
use crate::package::ArtifactName;
use crate::store::difference::Comparison;
use crate::store::{ChangedArtifact, ListedArtifact, MissingArtifacts, Mtime, Stage};

/// Makes `listing` (sorted) the content of a stage; says how many rows go. Most artifacts are listed
/// as they were: only rows that differ are written.
pub(super) fn replace(
    storage: &impl RowStorage,
    stage: &Stage,
    listing: &[ListedArtifact],
    missing: MissingArtifacts,
) -> Result<(Changes, usize), Failure> {
    let table = stage_table(stage);
    let mut changes = Changes::default();
    if storage.fetch_schema(&table)?.is_none() {
        changes.make(stage_schema(&table)?);
    }
    let mut comparison = Comparison::with(listing);
    let mut rows = Cursor::open_if_made(storage, &table)?;
    while let Some(row) = rows.step()? {
        let known = state(&row)?;
        comparison.take_row(row.path(), |listed| {
            known == (Some(listed.mtime.seconds()), Some(size_column(listed.size)))
        });
    }
    let mut difference = comparison.finish();
    if missing == MissingArtifacts::Stay {
        difference.missing.clear();
    }
    for path in &difference.missing {
        changes.remove(&table, path);
    }
    for listed in difference.listed {
        let mtime = Value::F64(listed.mtime.seconds());
        let size = Value::I64(size_column(listed.size));
        changes.write(
            &table,
            listed.name.as_str(),
            [mtime, size, Value::Null, Value::Null, Value::Null, Value::Null],
        );
    }
    Ok((changes, difference.missing.len()))
}

/// The artifacts that `upstream` lists and that were not read in that state.
pub(super) fn changed(storage: &impl RowStorage, upstream: &Stage) -> Result<Vec<ChangedArtifact>, Failure> {
    let mut changed = Vec::new();
    let mut listed = Cursor::open_if_made(storage, &stage_table(upstream))?;
    let mut indexed = Cursor::open(storage, &stage_table(&Stage::INDEXED))?;
    while let Some(row) = listed.step()? {
        let known = indexed.seek(row.path())?.map(state).transpose()?;
        let (mtime, size) = state(&row)?;
        if known.is_some_and(|known| !differs(known.0, mtime) && !differs(known.1, size)) {
            continue;
        }
        // Rows that are no artifacts are not ours to read.
        let Ok(name) = ArtifactName::new(row.path()) else {
            continue;
        };
        let replaces = known.is_some() || fetch(storage, INDEX_JSON, row.path())?.is_some();
        changed.push(ChangedArtifact {
            artifact: ListedArtifact {
                name,
                mtime: Mtime::from_seconds(mtime.unwrap_or_default()),
                size: size.and_then(|size| size.try_into().ok()).unwrap_or_default(),
            },
            replaces,
        });
    }
    Ok(changed)
}

/// Modification time and size, as far as they are known.
fn state(row: &Row<'_>) -> Result<(Option<f64>, Option<i64>), Failure> {
    Ok((row.optional_float(1)?, row.optional_integer(2)?))
}

/// What is not known is no difference.
fn differs<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

/// Which of the files the stage lists.
pub(super) fn listed(
    storage: &impl RowStorage,
    stage: &Stage,
    file_names: &[String],
) -> Result<Vec<String>, Failure> {
    let table = stage_table(stage);
    let mut listed = Vec::new();
    if storage.fetch_schema(&table)?.is_some() {
        for file_name in file_names {
            if fetch(storage, &table, file_name)?.is_some() {
                listed.push(file_name.clone());
            }
        }
    }
    Ok(listed)
}

/// Takes the files out of the stage; says how many rows go.
pub(super) fn unlist(
    storage: &impl RowStorage,
    stage: &Stage,
    file_names: &[String],
) -> Result<(Changes, usize), Failure> {
    let mut changes = Changes::default();
    let mut listed = listed(storage, stage, file_names)?;
    listed.sort_unstable();
    listed.dedup();
    for file_name in &listed {
        changes.remove(&stage_table(stage), file_name);
    }
    Ok((changes, listed.len()))
}
