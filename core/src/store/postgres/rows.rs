//! Everything that is kept of a subdir, row by row, and back.
//!
//! `jsonb` has no spelling: texts come out in the canonical one, records with the numbers that they
//! were stored with.

use std::collections::BTreeMap;
use std::io;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{IsolationLevel, Row, Transaction};

use super::artifact::{delete, refused_value};
use super::database::{Interruption, PostgresDatabase};
use super::dates::DIGEST;
use super::jsonb::{self, Jsonb};
use super::{Paths, PostgresStore, TABLES_BY_PATH, Written, mtime_column, size_column};
use crate::store::row::canonical;
use crate::store::{
    DateRow, IconRow, Mtime, RattlerRecipeRow, Rejected, Stage, StageRow, StoreError, StoreRow, TextKind,
    TextRow,
};

/// The texts that there are tables for.
fn text_kinds() -> impl Iterator<Item = TextKind> {
    TextKind::ALL
        .into_iter()
        .filter(|kind| TABLES_BY_PATH.contains(&kind.table()))
}

/// Streams every row of the subdir, as of one moment.
pub(super) fn for_each(
    database: &PostgresDatabase,
    paths: &Paths,
    visit: &mut dyn FnMut(StoreRow) -> io::Result<()>,
) -> Result<(), StoreError> {
    // Where the stream goes on when its connection was lost.
    let mut last = None;
    database.read(&mut |client| {
        let mut visit = |row: StoreRow| {
            let (kind, stage, file_name, sha256) = row.key();
            let key = (kind, stage.to_owned(), file_name.to_owned(), sha256.to_owned());
            if last.as_ref().is_none_or(|last| *last < key) {
                visit(row).map_err(Interruption::Visit)?;
                last = Some(key);
            }
            Ok(())
        };
        let mut reading = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()?;
        for stage in stages(&mut reading)? {
            let read: Read<'_> = &|row, file_name| Ok(StoreRow::Stage(stage_row(row, &stage, file_name)?));
            let parameters: [&(dyn ToSql + Sync); 3] = [&paths.start, &paths.end, &stage.as_str()];
            for_each_of(&mut reading, paths, STAGE, &parameters, read, &mut visit)?;
        }
        let parameters: [&(dyn ToSql + Sync); 2] = [&paths.start, &paths.end];
        for_each_of(&mut reading, paths, DATES, &parameters, DATE_ROW, &mut visit)?;
        for kind in text_kinds() {
            let read: Read<'_> = &|row, file_name| Ok(StoreRow::Text(text_row(row, kind, file_name)?));
            for_each_of(&mut reading, paths, &texts(kind), &parameters, read, &mut visit)?;
        }
        for_each_of(&mut reading, paths, ICONS, &parameters, ICON_ROW, &mut visit)?;
        for_each_of(&mut reading, paths, RECIPES, &parameters, RECIPE_ROW, &mut visit)?;
        Ok(reading.commit()?)
    })
}

/// Makes a row of what a query gave for a file name.
type Read<'r> = &'r dyn Fn(&Row, String) -> Result<StoreRow, postgres::Error>;

/// Every stage of the database, one look into the index each.
fn stages(reading: &mut Transaction<'_>) -> Result<Vec<Stage>, postgres::Error> {
    let rows = reading.query(
        "WITH RECURSIVE stage (name) AS (
             (SELECT stage FROM stat ORDER BY stage LIMIT 1)
             UNION ALL
             SELECT (SELECT stage FROM stat WHERE stage > stage.name ORDER BY stage LIMIT 1)
             FROM stage WHERE stage.name IS NOT NULL
         )
         SELECT name FROM stage WHERE name IS NOT NULL",
        &[],
    )?;
    let stages: Result<Vec<Stage>, _> = rows
        .iter()
        .map(|row| row.try_get::<_, String>(0).map(Stage::named))
        .collect();
    let mut stages = stages?;
    stages.sort_unstable();
    Ok(stages)
}

fn for_each_of(
    reading: &mut Transaction<'_>,
    paths: &Paths,
    query: &str,
    parameters: &[&(dyn ToSql + Sync)],
    read: Read<'_>,
    visit: &mut dyn FnMut(StoreRow) -> Result<(), Interruption>,
) -> Result<(), Interruption> {
    let mut rows = reading.query_raw(query, parameters.iter().copied())?;
    while let Some(row) = rows.next()? {
        let file_name = paths.file_name(row.try_get(0)?).to_owned();
        visit(read(&row, file_name)?)?;
    }
    Ok(())
}

const STAGE: &str = "SELECT path, mtime, size, sha256, md5, last_modified, etag FROM stat
    WHERE stage = $3 AND path ~>=~ $1 AND path ~<~ $2 ORDER BY path USING ~<~";

const DATES: &str = "SELECT path, sha256, indexed_timestamp FROM towpath_artifact
    WHERE path ~>=~ $1 AND path ~<~ $2 ORDER BY path USING ~<~, sha256 USING ~<~";

const ICONS: &str = "SELECT path, icon_png FROM icon
    WHERE path ~>=~ $1 AND path ~<~ $2 AND icon_png IS NOT NULL ORDER BY path USING ~<~";

const RECIPES: &str = "SELECT path, sha256, is_rendered, recipe FROM towpath_recipe
    WHERE path ~>=~ $1 AND path ~<~ $2 ORDER BY path USING ~<~";

fn texts(kind: TextKind) -> String {
    let table = kind.table();
    let (exact, join) = match kind {
        TextKind::Record => (
            "dated.record",
            format!(
                "LEFT JOIN stat AS indexed ON indexed.path = known.path AND indexed.stage = 'indexed'
                 LEFT JOIN towpath_artifact AS dated ON dated.path = known.path AND dated.sha256 = {DIGEST}"
            ),
        ),
        _ => ("NULL::text", String::new()),
    };
    format!(
        "SELECT known.path, known.{table}, {exact} FROM {table} AS known {join}
         WHERE known.path ~>=~ $1 AND known.path ~<~ $2 AND known.{table} IS NOT NULL
         ORDER BY known.path USING ~<~"
    )
}

fn stage_row(row: &Row, stage: &Stage, file_name: String) -> Result<StageRow, postgres::Error> {
    let size: Option<i32> = row.try_get(2)?;
    Ok(StageRow {
        stage: stage.clone(),
        file_name,
        mtime: row.try_get::<_, Option<i32>>(1)?.map(f64::from),
        size: size.and_then(|size| size.try_into().ok()),
        sha256: row.try_get(3)?,
        md5: row.try_get(4)?,
        last_modified: row.try_get(5)?,
        etag: row.try_get(6)?,
    })
}

fn text_row(row: &Row, kind: TextKind, file_name: String) -> Result<TextRow, postgres::Error> {
    let exact: Option<String> = row.try_get(2)?;
    let json = match exact {
        Some(exact) => exact,
        None => canonical(row.try_get::<_, Jsonb<'_>>(1)?.0).into_owned(),
    };
    Ok(TextRow {
        kind,
        file_name,
        json,
    })
}

const DATE_ROW: Read<'static> = &|row, file_name| {
    Ok(StoreRow::Date(DateRow {
        file_name,
        sha256: row.try_get(1)?,
        indexed_timestamp: row.try_get(2)?,
    }))
};

const ICON_ROW: Read<'static> = &|row, file_name| {
    Ok(StoreRow::Icon(IconRow {
        file_name,
        png: row.try_get(1)?,
    }))
};

const RECIPE_ROW: Read<'static> = &|row, file_name| {
    Ok(StoreRow::RattlerRecipe(RattlerRecipeRow {
        file_name,
        sha256: row.try_get(1)?,
        is_rendered: row.try_get(2)?,
        recipe: row.try_get(3)?,
    }))
};

/// Writes rows in place of those with their keys. Where the server refuses some value, each row is
/// tried by itself, and what was read of its artifact goes with a row that is refused.
pub(super) fn restore(store: &PostgresStore, rows: &[StoreRow]) -> Result<Vec<Rejected>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let paths = &store.paths;
    let whole = store.write(&mut |transaction| {
        let batch = Batch::of(rows);
        batch.write(transaction, paths)?;
        Ok(Written { result: (), rows: 1 })
    });
    match whole {
        Err(StoreError::Postgres { source, .. }) if refused_value(&source).is_some() => {}
        result => return result.map(|()| Vec::new()),
    }
    store.write(&mut |transaction| {
        let mut rejected = BTreeMap::new();
        for row in rows {
            let mut attempt = transaction.transaction()?;
            match Batch::of(std::slice::from_ref(row)).write(&mut attempt, paths) {
                Ok(()) => attempt.commit()?,
                Err(Interruption::Postgres(error)) => match refused_value(&error) {
                    Some(why) => {
                        rejected.entry(row.file_name().to_owned()).or_insert(why);
                    }
                    None => return Err(error.into()),
                },
                Err(other) => return Err(other),
            }
        }
        // A name that is itself refused stands for no row.
        let refused: Vec<String> = rejected
            .keys()
            .filter(|file_name| !file_name.contains('\0'))
            .map(|file_name| paths.path(file_name))
            .collect();
        delete(transaction, &refused)?;
        let result = rejected
            .into_iter()
            .map(|(file_name, why)| Rejected { file_name, why })
            .collect();
        Ok(Written { result, rows: 1 })
    })
}

/// Rows by table and key: sorted, and each key once, for no statement may write to a row twice.
#[derive(Default)]
struct Batch<'r> {
    stages: BTreeMap<(&'r Stage, &'r str), &'r StageRow>,
    dates: BTreeMap<(&'r str, &'r str), i64>,
    texts: BTreeMap<TextKind, BTreeMap<&'r str, &'r str>>,
    icons: BTreeMap<&'r str, &'r [u8]>,
    recipes: BTreeMap<&'r str, &'r RattlerRecipeRow>,
}

impl<'r> Batch<'r> {
    fn of(rows: &'r [StoreRow]) -> Self {
        let mut batch = Self::default();
        for row in rows {
            match row {
                StoreRow::Stage(row) => {
                    batch.stages.insert((&row.stage, &row.file_name), row);
                }
                StoreRow::Date(row) => {
                    batch
                        .dates
                        .insert((&row.file_name, &row.sha256), row.indexed_timestamp);
                }
                StoreRow::Text(row) => {
                    let texts = batch.texts.entry(row.kind).or_default();
                    texts.insert(&row.file_name, &row.json);
                }
                StoreRow::Icon(row) => {
                    batch.icons.insert(&row.file_name, &row.png);
                }
                StoreRow::RattlerRecipe(row) => {
                    batch.recipes.insert(&row.file_name, row);
                }
            }
        }
        batch
    }

    fn write(&self, transaction: &mut Transaction<'_>, paths: &Paths) -> Result<(), Interruption> {
        if !self.stages.is_empty() {
            self.write_stages(transaction, paths)?;
        }
        if !self.dates.is_empty() {
            self.write_dates(transaction, paths)?;
        }
        for kind in text_kinds() {
            if let Some(texts) = self.texts.get(&kind) {
                write_texts(transaction, paths, kind, texts)?;
            }
        }
        if !self.icons.is_empty() {
            self.write_icons(transaction, paths)?;
        }
        if !self.recipes.is_empty() {
            self.write_recipes(transaction, paths)?;
        }
        Ok(())
    }

    fn write_stages(&self, transaction: &mut Transaction<'_>, paths: &Paths) -> Result<(), postgres::Error> {
        let rows = || self.stages.values();
        let text = |column: fn(&StageRow) -> &Option<String>| -> Vec<Option<&str>> {
            rows().map(|row| column(row).as_deref()).collect()
        };
        let stage: Vec<&str> = rows().map(|row| row.stage.as_str()).collect();
        let path: Vec<String> = rows().map(|row| paths.path(&row.file_name)).collect();
        let mtime: Vec<Option<i32>> = rows()
            .map(|row| mtime_column(Mtime::from_seconds(row.mtime?)))
            .collect();
        let size: Vec<Option<i32>> = rows().map(|row| size_column(row.size?)).collect();
        transaction.execute(
            "INSERT INTO stat (stage, path, mtime, size, sha256, md5, last_modified, etag)
             SELECT * FROM UNNEST(
                 $1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[]
             )
             ON CONFLICT (stage, path) DO UPDATE
             SET mtime = excluded.mtime, size = excluded.size, sha256 = excluded.sha256, md5 = excluded.md5,
                 last_modified = excluded.last_modified, etag = excluded.etag",
            &[
                &stage,
                &path,
                &mtime,
                &size,
                &text(|row| &row.sha256),
                &text(|row| &row.md5),
                &text(|row| &row.last_modified),
                &text(|row| &row.etag),
            ],
        )?;
        Ok(())
    }

    fn write_dates(&self, transaction: &mut Transaction<'_>, paths: &Paths) -> Result<(), postgres::Error> {
        let path: Vec<String> = self
            .dates
            .keys()
            .map(|(file_name, _)| paths.path(file_name))
            .collect();
        let sha256: Vec<&str> = self.dates.keys().map(|(_, sha256)| *sha256).collect();
        let date: Vec<i64> = self.dates.values().copied().collect();
        transaction.execute(
            "INSERT INTO towpath_artifact (path, sha256, indexed_timestamp)
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::bigint[])
             ON CONFLICT (path, sha256) DO UPDATE SET indexed_timestamp = excluded.indexed_timestamp",
            &[&path, &sha256, &date],
        )?;
        Ok(())
    }

    fn write_icons(&self, transaction: &mut Transaction<'_>, paths: &Paths) -> Result<(), postgres::Error> {
        let path: Vec<String> = self.icons.keys().map(|file_name| paths.path(file_name)).collect();
        let icon: Vec<&[u8]> = self.icons.values().copied().collect();
        transaction.execute(
            "INSERT INTO icon (path, icon_png) SELECT * FROM UNNEST($1::text[], $2::bytea[])
             ON CONFLICT (path) DO UPDATE SET icon_png = excluded.icon_png",
            &[&path, &icon],
        )?;
        Ok(())
    }

    fn write_recipes(&self, transaction: &mut Transaction<'_>, paths: &Paths) -> Result<(), postgres::Error> {
        let rows = || self.recipes.values();
        let path: Vec<String> = rows().map(|row| paths.path(&row.file_name)).collect();
        let sha256: Vec<&str> = rows().map(|row| row.sha256.as_str()).collect();
        let is_rendered: Vec<bool> = rows().map(|row| row.is_rendered).collect();
        let recipe: Vec<&[u8]> = rows().map(|row| row.recipe.as_slice()).collect();
        transaction.execute(
            "INSERT INTO towpath_recipe (path, sha256, is_rendered, recipe)
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::boolean[], $4::bytea[])
             ON CONFLICT (path) DO UPDATE
             SET sha256 = excluded.sha256, is_rendered = excluded.is_rendered, recipe = excluded.recipe",
            &[&path, &sha256, &is_rendered, &recipe],
        )?;
        Ok(())
    }
}

fn write_texts(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    kind: TextKind,
    texts: &BTreeMap<&str, &str>,
) -> Result<(), postgres::Error> {
    let table = kind.table();
    let path: Vec<String> = texts.keys().map(|file_name| paths.path(file_name)).collect();
    let json: Vec<_> = texts.values().map(|json| canonical(json)).collect();
    let json: Vec<&str> = json.iter().map(AsRef::as_ref).collect();
    transaction.execute(
        &format!(
            "INSERT INTO {table} (path, {table})
             SELECT path, json::jsonb FROM UNNEST($1::text[], $2::text[]) AS new (path, json)
             ON CONFLICT (path) DO UPDATE SET {table} = excluded.{table}"
        ),
        &[&path, &json],
    )?;
    if kind == TextKind::Record {
        let exact: Vec<Option<&str>> = json
            .into_iter()
            .map(|record| jsonb::changes(record).then_some(record))
            .collect();
        transaction.execute(
            &format!(
                "UPDATE towpath_artifact AS dated SET record = new.record
                 FROM UNNEST($1::text[], $2::text[]) AS new (path, record)
                 JOIN index_json AS known ON known.path = new.path
                 LEFT JOIN stat AS indexed ON indexed.path = new.path AND indexed.stage = 'indexed'
                 WHERE dated.path = new.path AND dated.sha256 = {DIGEST}
                   AND dated.record IS DISTINCT FROM new.record"
            ),
            &[&path, &exact],
        )?;
    }
    Ok(())
}

/// The tables that have rows of artifacts.
fn tables() -> impl Iterator<Item = &'static str> {
    TABLES_BY_PATH.into_iter().chain(["stat", "towpath_artifact"])
}

/// Removes every row of the subdir; says how many.
pub(super) fn clear(transaction: &mut Transaction<'_>, paths: &Paths) -> Result<u64, Interruption> {
    let mut rows = 0;
    for table in tables() {
        rows += transaction.execute(
            &format!("DELETE FROM {table} WHERE path ~>=~ $1 AND path ~<~ $2"),
            &[&paths.start, &paths.end],
        )?;
    }
    Ok(rows)
}

/// Whether there is no row of the subdir.
pub(super) fn are_none(client: &mut postgres::Client, paths: &Paths) -> Result<bool, Interruption> {
    for table in tables() {
        let row = client.query_one(
            &format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE path ~>=~ $1 AND path ~<~ $2)"),
            &[&paths.start, &paths.end],
        )?;
        if row.try_get(0)? {
            return Ok(false);
        }
    }
    Ok(true)
}
