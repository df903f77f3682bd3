//! Everything that is kept, row by row, and back.

use std::io;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction, params};

use super::documents::ReadError;
use super::schema::TABLES_BY_PATH;
use super::size_column;
use crate::store::{DateRow, IconRow, RattlerRecipeRow, Stage, StageRow, StoreRow, TextKind, TextRow};

/// Makes a row of what a query gave for a file name; `None` if that is nothing.
type Read<'r> = &'r dyn Fn(&Row<'_>, String) -> Result<Option<StoreRow>, ReadError>;

/// Streams every row, as of one moment.
pub(super) fn for_each(
    connection: &Connection,
    visit: &mut dyn FnMut(StoreRow) -> io::Result<()>,
) -> Result<(), ReadError> {
    let reading = connection.unchecked_transaction()?;
    for_each_of(
        &reading,
        "SELECT path, stage, mtime, size, sha256, md5, last_modified, etag FROM stat ORDER BY stage, path",
        &|row, file_name| {
            Ok(Some(StoreRow::Stage(StageRow {
                file_name,
                stage: Stage::named(row.get::<_, String>(1)?),
                mtime: row.get(2)?,
                size: row
                    .get::<_, Option<i64>>(3)?
                    .and_then(|size| size.try_into().ok()),
                sha256: row.get(4)?,
                md5: row.get(5)?,
                last_modified: row.get(6)?,
                etag: row.get(7)?,
            })))
        },
        visit,
    )?;
    for_each_of(
        &reading,
        "SELECT path, sha256, indexed_timestamp FROM towpath_artifact ORDER BY path, sha256",
        &|row, file_name| {
            Ok(Some(StoreRow::Date(DateRow {
                file_name,
                sha256: row.get(1)?,
                indexed_timestamp: row.get(2)?,
            })))
        },
        visit,
    )?;
    for kind in TextKind::ALL {
        let table = kind.table();
        for_each_of(
            &reading,
            &format!("SELECT path, {table} FROM {table} ORDER BY path"),
            &|row, file_name| {
                let json = match row.get_ref(1)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
                    // Nothing is known.
                    ValueRef::Null => return Ok(None),
                    ValueRef::Integer(_) | ValueRef::Real(_) => {
                        return Err(ReadError::BadRow {
                            file_name,
                            what: format!("what {table} has of it is not text"),
                        });
                    }
                };
                Ok(Some(StoreRow::Text(TextRow {
                    kind,
                    file_name,
                    json: json.into_owned(),
                })))
            },
            visit,
        )?;
    }
    for_each_of(
        &reading,
        "SELECT path, icon_png FROM icon WHERE icon_png IS NOT NULL ORDER BY path",
        &|row, file_name| {
            let png = bytes(row, 1)?;
            Ok(Some(StoreRow::Icon(IconRow { file_name, png })))
        },
        visit,
    )?;
    for_each_of(
        &reading,
        "SELECT path, sha256, is_rendered, recipe FROM towpath_recipe ORDER BY path",
        &|row, file_name| {
            Ok(Some(StoreRow::RattlerRecipe(RattlerRecipeRow {
                file_name,
                sha256: row.get(1)?,
                is_rendered: row.get(2)?,
                recipe: bytes(row, 3)?,
            })))
        },
        visit,
    )?;
    Ok(reading.commit()?)
}

/// Streams the rows of a query, whose first column is the file name.
fn for_each_of(
    connection: &Connection,
    query: &str,
    read: Read<'_>,
    visit: &mut dyn FnMut(StoreRow) -> io::Result<()>,
) -> Result<(), ReadError> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        if let Some(row) = read(row, row.get(0)?)? {
            visit(row).map_err(ReadError::Visit)?;
        }
    }
    Ok(())
}

/// Bytes, also where another tool has stored them as text.
fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
        _ => row.get(column),
    }
}

/// Writes a row in place of the one with its key.
pub(super) fn write(transaction: &Transaction<'_>, row: &StoreRow) -> rusqlite::Result<()> {
    match row {
        StoreRow::Stage(row) => transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO stat (stage, path, mtime, size, sha256, md5, last_modified, etag)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                row.stage.as_str(),
                row.file_name,
                row.mtime,
                row.size.map(size_column),
                row.sha256,
                row.md5,
                row.last_modified,
                row.etag
            ]),
        StoreRow::Date(row) => transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO towpath_artifact (path, sha256, indexed_timestamp) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![row.file_name, row.sha256, row.indexed_timestamp]),
        StoreRow::Text(row) => {
            let table = row.kind.table();
            transaction
                .prepare_cached(&format!(
                    "INSERT OR REPLACE INTO {table} (path, {table}) VALUES (?1, ?2)"
                ))?
                .execute(params![row.file_name, row.json])
        }
        StoreRow::Icon(row) => transaction
            .prepare_cached("INSERT OR REPLACE INTO icon (path, icon_png) VALUES (?1, ?2)")?
            .execute(params![row.file_name, row.png]),
        StoreRow::RattlerRecipe(row) => transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO towpath_recipe (path, sha256, is_rendered, recipe)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![row.file_name, row.sha256, row.is_rendered, row.recipe]),
    }
    .map(drop)
}

/// The tables that have rows of artifacts.
fn tables() -> impl Iterator<Item = &'static str> {
    TABLES_BY_PATH.into_iter().chain(["stat", "towpath_artifact"])
}

/// Removes every row.
pub(super) fn clear(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    for table in tables() {
        transaction.execute(&format!("DELETE FROM {table}"), ())?;
    }
    Ok(())
}

/// Whether there is no row.
pub(super) fn are_none(connection: &Connection) -> rusqlite::Result<bool> {
    for table in tables() {
        if connection
            .prepare(&format!("SELECT 1 FROM {table} LIMIT 1"))?
            .exists(())?
        {
            return Ok(false);
        }
    }
    Ok(true)
}
