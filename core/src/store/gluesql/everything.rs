//! Everything that is kept, row by row, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use gluesql_core::data::Value;

use super::artifact::{member, size_column};
use super::changes::{Changes, optional_text};
use super::dates::Dates;
use super::rows::{Cursor, Failure, Row, fetch};
use super::storage::RowStorage;
use super::tables::{self, stage_schema, stage_table};
use crate::json::JsonText;
use crate::store::{DateRow, IconRow, RattlerRecipeRow, Stage, StageRow, StoreRow, TextKind, TextRow};

/// Streams every row.
pub(super) fn for_each(
    storage: &impl RowStorage,
    visit: &mut dyn FnMut(StoreRow) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut visit = |row| visit(row).map_err(Failure::Visit);
    for stage in tables::stages(storage)? {
        let mut rows = Cursor::open(storage, &stage_table(&stage))?;
        while let Some(row) = rows.step()? {
            visit(StoreRow::Stage(stage_row(&stage, &row)?))?;
        }
    }
    let mut rows = Cursor::open(storage, tables::TOWPATH_ARTIFACT)?;
    while let Some(row) = rows.step()? {
        for (sha256, indexed_timestamp) in Dates::of_row(&row)?.into_all() {
            visit(StoreRow::Date(DateRow {
                file_name: row.path().to_owned(),
                sha256,
                indexed_timestamp,
            }))?;
        }
    }
    for kind in TextKind::ALL {
        let mut rows = Cursor::open(storage, kind.table())?;
        while let Some(row) = rows.step()? {
            visit(StoreRow::Text(TextRow {
                kind,
                file_name: row.path().to_owned(),
                json: row.text(1)?.to_owned(),
            }))?;
        }
    }
    let mut rows = Cursor::open(storage, tables::ICON)?;
    while let Some(row) = rows.step()? {
        visit(StoreRow::Icon(IconRow {
            file_name: row.path().to_owned(),
            png: row.bytes(1)?.to_owned(),
        }))?;
    }
    let mut rows = Cursor::open(storage, tables::TOWPATH_RECIPE)?;
    while let Some(row) = rows.step()? {
        visit(StoreRow::RattlerRecipe(RattlerRecipeRow {
            file_name: row.path().to_owned(),
            sha256: row.text(1)?.to_owned(),
            is_rendered: row.boolean(2)?,
            recipe: row.bytes(3)?.to_owned(),
        }))?;
    }
    Ok(())
}

fn stage_row(stage: &Stage, row: &Row<'_>) -> Result<StageRow, Failure> {
    let text = |column| Ok::<_, Failure>(row.optional_text(column)?.map(str::to_owned));
    Ok(StageRow {
        stage: stage.clone(),
        file_name: row.path().to_owned(),
        mtime: row.optional_float(1)?,
        size: row.optional_integer(2)?.and_then(|size| size.try_into().ok()),
        sha256: text(3)?,
        md5: text(4)?,
        last_modified: text(5)?,
        etag: text(6)?,
    })
}

/// Writes the rows in place of those with their keys.
pub(super) fn restore(storage: &impl RowStorage, rows: &[StoreRow]) -> Result<Changes, Failure> {
    let mut restoring = Restoring {
        storage,
        changes: Changes::default(),
        made: BTreeSet::new(),
        digests: BTreeMap::new(),
        dates: BTreeMap::new(),
    };
    for row in rows {
        restoring.take(row)?;
    }
    let Restoring {
        mut changes, dates, ..
    } = restoring;
    for (path, dates) in dates {
        dates.write(&mut changes, path);
    }
    Ok(changes)
}

/// A batch of rows on its way, and what later rows have to know of earlier ones.
struct Restoring<'r, S> {
    storage: &'r S,
    changes: Changes,
    /// The stages' tables that are known to be there.
    made: BTreeSet<String>,
    /// What stage `indexed` says of artifacts' digests.
    digests: BTreeMap<&'r str, Option<&'r str>>,
    dates: BTreeMap<&'r str, Dates>,
}

impl<'r, S: RowStorage> Restoring<'r, S> {
    fn take(&mut self, row: &'r StoreRow) -> Result<(), Failure> {
        match row {
            StoreRow::Stage(row) => self.take_stage(row),
            StoreRow::Date(row) => {
                self.dates(&row.file_name)?
                    .set(&row.sha256, row.indexed_timestamp);
                Ok(())
            }
            StoreRow::Text(row) if row.kind == TextKind::Record => self.take_record(row),
            StoreRow::Text(row) => {
                let json = Value::Str(row.json.clone());
                self.changes.write(row.kind.table(), &row.file_name, [json]);
                Ok(())
            }
            StoreRow::Icon(row) => {
                let png = Value::Bytea(row.png.clone());
                self.changes.write(tables::ICON, &row.file_name, [png]);
                Ok(())
            }
            StoreRow::RattlerRecipe(row) => {
                self.changes.write(
                    tables::TOWPATH_RECIPE,
                    &row.file_name,
                    [
                        Value::Str(row.sha256.clone()),
                        Value::Bool(row.is_rendered),
                        Value::Bytea(row.recipe.clone()),
                    ],
                );
                Ok(())
            }
        }
    }

    fn take_stage(&mut self, row: &'r StageRow) -> Result<(), Failure> {
        let table = stage_table(&row.stage);
        if !self.made.contains(&table) {
            if self.storage.fetch_schema(&table)?.is_none() {
                self.changes.make(stage_schema(&table)?);
            }
            self.made.insert(table.clone());
        }
        if row.stage == Stage::INDEXED {
            self.digests.insert(&row.file_name, row.sha256.as_deref());
        }
        self.changes.write(
            &table,
            &row.file_name,
            [
                row.mtime.map_or(Value::Null, Value::F64),
                row.size.map(size_column).map_or(Value::Null, Value::I64),
                optional_text(row.sha256.as_deref()),
                optional_text(row.md5.as_deref()),
                optional_text(row.last_modified.as_deref()),
                optional_text(row.etag.as_deref()),
            ],
        );
        Ok(())
    }

    /// The digest that stage `indexed` tells counts, else the one in the record.
    fn take_record(&mut self, row: &'r TextRow) -> Result<(), Failure> {
        let path = row.file_name.as_str();
        let record = JsonText::from_stored(row.json.as_str().into()).ok();
        let indexed = match self.digests.get(path) {
            Some(digest) => digest.map(str::to_owned),
            None => match fetch(self.storage, &stage_table(&Stage::INDEXED), path)? {
                Some(indexed) => indexed.optional_text(3)?.map(str::to_owned),
                None => None,
            },
        };
        let in_record = |key| record.as_ref().and_then(|record| member(record, key));
        let sha256 = indexed.or_else(|| in_record("sha256")).unwrap_or_default();
        self.dates(path)?.make_current(&sha256);
        self.changes.write(
            tables::INDEX_JSON,
            path,
            [
                Value::Str(row.json.clone()),
                optional_text(in_record("name").as_deref()),
                Value::Str(sha256),
            ],
        );
        Ok(())
    }

    fn dates(&mut self, path: &'r str) -> Result<&mut Dates, Failure> {
        use std::collections::btree_map::Entry;
        Ok(match self.dates.entry(path) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Dates::of(self.storage, path)?),
        })
    }
}

/// The tables with rows of artifacts.
fn row_tables(storage: &impl RowStorage) -> Result<Vec<String>, Failure> {
    let stages = tables::stages(storage)?;
    let others = [tables::INDEX_JSON, tables::POST_INSTALL, tables::TOWPATH_ARTIFACT];
    let others = others.into_iter().chain(tables::OPTIONAL).map(str::to_owned);
    Ok(stages.iter().map(stage_table).chain(others).collect())
}

/// Removes every row.
pub(super) fn clear(storage: &impl RowStorage) -> Result<Changes, Failure> {
    let mut changes = Changes::default();
    for table in row_tables(storage)? {
        let mut rows = Cursor::open(storage, &table)?;
        while let Some(row) = rows.step()? {
            changes.remove(&table, row.path());
        }
    }
    Ok(changes)
}

/// Whether there is no row.
pub(super) fn is_none(storage: &impl RowStorage) -> Result<bool, Failure> {
    for table in row_tables(storage)? {
        if Cursor::open(storage, &table)?.head().is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}
