//! Streams what documents are made of, row by row.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params_from_iter};

use super::dates::DIGEST;
use super::{StoreError, error_at};
use crate::package::ArchiveFormat;
use crate::store::{Order, RecordQuery, Stage, StoredDescription, StoredRecord};

/// What ended a stream before its last row.
pub(super) enum ReadError {
    Sqlite(rusqlite::Error),
    NotText { file_name: String },
    BadRow { file_name: String, what: String },
    Visit(io::Error),
}

impl ReadError {
    /// The error of the store at `path`.
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Sqlite(source) => error_at(path, source),
            Self::NotText { file_name } => StoreError::BadRow {
                name: file_name,
                what: "its record is not text".to_owned(),
            },
            Self::BadRow { file_name, what } => StoreError::BadRow {
                name: file_name,
                what,
            },
            Self::Visit(source) => StoreError::Io(source),
        }
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

pub(super) fn for_each_record(
    connection: &Connection,
    query: &RecordQuery,
    visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
) -> Result<(), ReadError> {
    let mut statement = connection.prepare(&record_query(query))?;
    let mut rows = statement.query(params_from_iter(query.stages.iter().map(Stage::as_str)))?;
    while let Some(row) = rows.next()? {
        let file_name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let record = StoredRecord {
            file_name,
            record: text(row, 1)?.ok_or_else(|| ReadError::NotText {
                file_name: file_name.to_owned(),
            })?,
            indexed_timestamp: row.get(2)?,
            run_exports: text(row, 3)?,
            package_name: text(row, 4)?,
        };
        visit(record).map_err(ReadError::Visit)?;
    }
    Ok(())
}

/// The text in a column; these are declared BLOB and hold TEXT.
fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Option<Cow<'a, str>>> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(Some(String::from_utf8_lossy(bytes))),
        _ => Ok(None),
    }
}

fn record_query(query: &RecordQuery) -> String {
    let placeholders = vec!["?"; query.stages.len()].join(", ");
    let (run_exports, run_exports_join) = if query.run_exports {
        (
            "run_exports.run_exports",
            "LEFT JOIN run_exports ON run_exports.path = listed.path",
        )
    } else {
        ("NULL", "")
    };
    // It is computed from the record's text, which is not for nothing.
    let package_name = match query.order {
        Order::FileName => "NULL",
        Order::PackageName => "known.name",
    };
    let format = match query.format {
        Some(ArchiveFormat::Conda) => "AND listed.path GLOB '*.conda'",
        Some(ArchiveFormat::TarBz2) => "AND listed.path GLOB '*.tar.bz2'",
        None => "",
    };
    let order = match query.order {
        Order::FileName => "listed.path",
        Order::PackageName => "5, listed.path",
    };
    // An artifact that several of the stages list is one artifact.
    let group = if query.stages.len() > 1 {
        "GROUP BY listed.path"
    } else {
        ""
    };
    format!(
        "SELECT listed.path, known.index_json, dated.indexed_timestamp, {run_exports}, {package_name}
         FROM stat AS listed
         JOIN index_json AS known ON known.path = listed.path
         LEFT JOIN stat AS indexed ON indexed.path = listed.path AND indexed.stage = 'indexed'
         LEFT JOIN towpath_artifact AS dated
                ON dated.path = listed.path AND dated.sha256 = {DIGEST}
         {run_exports_join}
         WHERE listed.stage IN ({placeholders}) {format}
         {group}
         ORDER BY {order}"
    )
}

pub(super) fn for_each_description(
    connection: &Connection,
    file_names: &[String],
    visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
) -> Result<(), ReadError> {
    let mut statement = connection.prepare(
        "SELECT known.index_json, about, recipe, post_install, run_exports
         FROM index_json AS known
         LEFT JOIN about ON about.path = known.path
         LEFT JOIN recipe ON recipe.path = known.path
         LEFT JOIN post_install ON post_install.path = known.path
         LEFT JOIN run_exports ON run_exports.path = known.path
         WHERE known.path = ?1",
    )?;
    for file_name in file_names {
        let mut rows = statement.query([file_name])?;
        if let Some(row) = rows.next()? {
            let description = StoredDescription {
                file_name,
                record: text(row, 0)?.ok_or_else(|| ReadError::NotText {
                    file_name: file_name.clone(),
                })?,
                about: text(row, 1)?,
                recipe: text(row, 2)?,
                post_install: text(row, 3)?,
                run_exports: text(row, 4)?,
            };
            visit(description).map_err(ReadError::Visit)?;
        }
    }
    Ok(())
}

pub(super) fn for_each_digest(
    connection: &Connection,
    visit: &mut dyn FnMut(&str, &str) -> io::Result<()>,
) -> Result<(), ReadError> {
    let mut statement = connection.prepare(&format!(
        "SELECT indexed.path, {DIGEST} AS digest
         FROM stat AS indexed
         LEFT JOIN index_json AS known ON known.path = indexed.path
         WHERE indexed.stage = 'indexed' AND digest <> ''
         ORDER BY indexed.path"
    ))?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        visit(text(0)?, text(1)?).map_err(ReadError::Visit)?;
    }
    Ok(())
}
