//! Streams what documents are made of, row by row.

use std::borrow::Cow;
use std::io;

use super::rows::{Cursor, Failure, Row, fetch};
use super::storage::RowStorage;
use super::tables::{self, stage_table};
use crate::store::{Order, RecordQuery, Stage, StoredDescription, StoredRecord};

pub(super) fn for_each_record(
    storage: &impl RowStorage,
    query: &RecordQuery,
    visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    match query.order {
        Order::FileName => by_file_name(storage, query, visit),
        Order::PackageName => by_package_name(storage, query, visit),
    }
}

fn by_file_name(
    storage: &impl RowStorage,
    query: &RecordQuery,
    visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut run_exports = match query.run_exports {
        true => Some(Cursor::open(storage, tables::RUN_EXPORTS)?),
        false => None,
    };
    for_each_listed(storage, query, |record, indexed_timestamp| {
        let run_exports = match &mut run_exports {
            Some(rows) => rows.seek(record.path())?,
            None => None,
        };
        visit(StoredRecord {
            file_name: record.path(),
            package_name: None,
            record: Cow::Borrowed(record.text(1)?),
            run_exports: text(run_exports)?,
            indexed_timestamp,
        })
        .map_err(Failure::Visit)
    })
}

/// No storage is sorted in this way. Only names are held in memory; records are fetched one by one.
fn by_package_name(
    storage: &impl RowStorage,
    query: &RecordQuery,
    visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut keys = Vec::new();
    for_each_listed(storage, query, |record, indexed_timestamp| {
        let package_name = record.optional_text(2)?.map(str::to_owned);
        keys.push((package_name, record.path().to_owned(), indexed_timestamp));
        Ok(())
    })?;
    keys.sort_unstable();
    for (package_name, path, indexed_timestamp) in keys {
        let Some(record) = fetch(storage, tables::INDEX_JSON, &path)? else {
            continue;
        };
        let run_exports = match query.run_exports {
            true => fetch(storage, tables::RUN_EXPORTS, &path)?,
            false => None,
        };
        visit(StoredRecord {
            file_name: &path,
            package_name: package_name.map(Cow::Owned),
            record: Cow::Borrowed(record.text(1)?),
            run_exports: text(run_exports.as_ref())?,
            indexed_timestamp,
        })
        .map_err(Failure::Visit)?;
    }
    Ok(())
}

/// Visits the rows of `index_json` that the query wants, with their dates.
fn for_each_listed(
    storage: &impl RowStorage,
    query: &RecordQuery,
    mut visit: impl FnMut(&Row<'_>, Option<i64>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut stages = Vec::new();
    for stage in &query.stages {
        stages.push(Cursor::open_if_made(storage, &stage_table(stage))?);
    }
    let mut records = Cursor::open(storage, tables::INDEX_JSON)?;
    let mut dates = Cursor::open(storage, tables::TOWPATH_ARTIFACT)?;
    while let Some(path) = next_path(&mut stages)? {
        if query
            .format
            .is_some_and(|format| !path.ends_with(format.extension()))
        {
            continue;
        }
        let Some(record) = records.seek(&path)? else {
            continue;
        };
        let date = match dates.seek(&path)? {
            Some(dated) if dated.text(1)? == record.text(3)? => Some(dated.integer(2)?),
            _ => None,
        };
        visit(record, date)?;
    }
    Ok(())
}

/// The next path that any of the stages lists.
fn next_path(stages: &mut [Cursor<'_>]) -> Result<Option<String>, Failure> {
    let heads = stages.iter().filter_map(Cursor::head);
    let Some(path) = heads.map(Row::path).min().map(str::to_owned) else {
        return Ok(None);
    };
    for stage in stages {
        if stage.head().is_some_and(|head| head.path() == path) {
            stage.step()?;
        }
    }
    Ok(Some(path))
}

/// The text of an artifact in a table that knows one thing of it.
fn text<'r>(row: Option<&'r Row<'_>>) -> Result<Option<Cow<'r, str>>, Failure> {
    row.map(|row| row.text(1).map(Cow::Borrowed)).transpose()
}

pub(super) fn for_each_description(
    storage: &impl RowStorage,
    file_names: &[String],
    visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    for file_name in file_names {
        let Some(record) = fetch(storage, tables::INDEX_JSON, file_name)? else {
            continue;
        };
        let about = fetch(storage, tables::ABOUT, file_name)?;
        let recipe = fetch(storage, tables::RECIPE, file_name)?;
        let post_install = fetch(storage, tables::POST_INSTALL, file_name)?;
        let run_exports = fetch(storage, tables::RUN_EXPORTS, file_name)?;
        visit(StoredDescription {
            file_name,
            record: Cow::Borrowed(record.text(1)?),
            about: text(about.as_ref())?,
            recipe: text(recipe.as_ref())?,
            post_install: text(post_install.as_ref())?,
            run_exports: text(run_exports.as_ref())?,
        })
        .map_err(Failure::Visit)?;
    }
    Ok(())
}

pub(super) fn for_each_digest(
    storage: &impl RowStorage,
    visit: &mut dyn FnMut(&str, &str) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut indexed = Cursor::open(storage, &stage_table(&Stage::INDEXED))?;
    while let Some(row) = indexed.step()? {
        let sha256 = match row.optional_text(3)? {
            Some(sha256) => sha256.to_owned(),
            None => match fetch(storage, tables::INDEX_JSON, row.path())? {
                Some(record) => record.text(3)?.to_owned(),
                None => continue,
            },
        };
        if !sha256.is_empty() {
            visit(row.path(), &sha256).map_err(Failure::Visit)?;
        }
    }
    Ok(())
}
