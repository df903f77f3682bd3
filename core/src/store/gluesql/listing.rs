//! Compares what stages list, by walking sorted tables side by side.

use gluesql_core::data::Value;

use super::artifact::size_column;
use super::changes::Changes;
use super::rows::{Cursor, Failure, Row};
use super::storage::RowStorage;
use super::tables::{stage_schema, stage_table};
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
            known == (listed.mtime.seconds(), size_column(listed.size))
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
            [mtime, size, Value::Null, Value::Null],
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
        let known = indexed.seek(row.path())?;
        let listed_state = state(&row)?;
        if known.map(state).transpose()? == Some(listed_state) {
            continue;
        }
        // Rows that are no artifacts are not ours to read.
        let Ok(name) = ArtifactName::new(row.path()) else {
            continue;
        };
        let (mtime, size) = listed_state;
        changed.push(ChangedArtifact {
            artifact: ListedArtifact {
                name,
                mtime: Mtime::from_seconds(mtime),
                size: size.try_into().unwrap_or_default(),
            },
            replaces: known.is_some(),
        });
    }
    Ok(changed)
}

/// Modification time and size.
fn state(row: &Row<'_>) -> Result<(f64, i64), Failure> {
    Ok((row.float(1)?, row.integer(2)?))
}
