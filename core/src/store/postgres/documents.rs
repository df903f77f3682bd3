//! Streams what documents are made of, row by row.

use std::borrow::Cow;
use std::io;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{Client, Row};

use super::Paths;
use super::database::{Interruption, PostgresDatabase};
use super::dates::DIGEST;
use super::jsonb::Jsonb;
use crate::package::ArchiveFormat;
use crate::store::{Order, RecordQuery, Stage, StoreError, StoredDescription, StoredRecord};

/// How many artifacts are described by one question.
const DESCRIPTIONS_AT_A_TIME: usize = 1000;

/// Where a stream is, so that it can go on there when its connection was lost.
#[derive(Default)]
struct Position {
    visited: bool,
    package_name: Option<String>,
    file_name: String,
}

impl Position {
    fn is_before(&self, package_name: Option<&str>, file_name: &str) -> bool {
        !self.visited || (self.package_name.as_deref(), self.file_name.as_str()) < (package_name, file_name)
    }

    fn advance(&mut self, package_name: Option<&str>, file_name: &str) {
        self.visited = true;
        if self.package_name.as_deref() != package_name {
            self.package_name = package_name.map(str::to_owned);
        }
        self.file_name.clear();
        self.file_name.push_str(file_name);
    }
}

pub(super) fn for_each_record(
    database: &PostgresDatabase,
    paths: &Paths,
    query: &RecordQuery,
    visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
) -> Result<(), StoreError> {
    let sql = record_query(query);
    let stages: Vec<&str> = query.stages.iter().map(Stage::as_str).collect();
    let parameters: [&(dyn ToSql + Sync); 3] = [&stages, &paths.start, &paths.end];
    let mut position = Position::default();
    database.read(&mut |client| {
        for_each_row(client, &sql, &parameters, &mut |row| {
            let file_name = paths.file_name(row.try_get(0)?);
            let package_name: Option<&str> = row.try_get(5)?;
            if !position.is_before(package_name, file_name) {
                return Ok(());
            }
            let exact: Option<&str> = row.try_get(3)?;
            let record = match exact {
                Some(exact) => exact,
                None => text(row, 1)?.ok_or_else(|| no_record(file_name))?,
            };
            let record = StoredRecord {
                file_name,
                record: Cow::Borrowed(record),
                indexed_timestamp: row.try_get(2)?,
                run_exports: text(row, 4)?.map(Cow::Borrowed),
                package_name: package_name.map(Cow::Borrowed),
            };
            visit(record).map_err(Interruption::Visit)?;
            position.advance(package_name, file_name);
            Ok(())
        })
    })
}

fn no_record(file_name: &str) -> Interruption {
    Interruption::BadRow {
        name: file_name.to_owned(),
        what: "its record is not text".to_owned(),
    }
}

/// The text of a `jsonb` column.
fn text(row: &Row, column: usize) -> Result<Option<&str>, postgres::Error> {
    let json: Option<Jsonb<'_>> = row.try_get(column)?;
    Ok(json.map(|json| json.0))
}

fn for_each_row(
    client: &mut Client,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
    visit: &mut dyn FnMut(&Row) -> Result<(), Interruption>,
) -> Result<(), Interruption> {
    let mut rows = client.query_raw(sql, parameters.iter().copied())?;
    while let Some(row) = rows.next()? {
        visit(&row)?;
    }
    Ok(())
}

/// The narrow rows of what is listed are found by a range of an index and sorted; all else is looked
/// up for each of them, in that order. Left to itself the planner joins ranges of which it believes,
/// until somebody analyses the tables, that they hold one row: a minute instead of a tenth of a second.
fn record_query(query: &RecordQuery) -> String {
    let format = match query.format {
        Some(ArchiveFormat::Conda) => "AND path LIKE '%.conda'",
        Some(ArchiveFormat::TarBz2) => "AND path LIKE '%.tar.bz2'",
        None => "",
    };
    // An artifact that several of the stages list is one artifact.
    let distinct = if query.stages.len() > 1 { "DISTINCT" } else { "" };
    let listed = format!(
        "SELECT {distinct} path FROM stat
         WHERE stage = ANY($1) AND path ~>=~ $2 AND path ~<~ $3 {format}"
    );
    let sorted = match query.order {
        Order::FileName => {
            format!("SELECT path, NULL::text AS name FROM ({listed}) AS listed ORDER BY path USING ~<~")
        }
        Order::PackageName => format!(
            r#"SELECT path, name FROM ({listed}) AS listed
               {}
               ORDER BY name COLLATE "C" NULLS FIRST, path USING ~<~"#,
            lookup(
                "CROSS JOIN",
                "name",
                "index_json WHERE path = listed.path",
                "named",
                ""
            )
        ),
    };
    let run_exports = if query.run_exports {
        lookup(
            "LEFT JOIN",
            "run_exports",
            "run_exports WHERE path = listed.path",
            "run_exports",
            "ON true",
        )
    } else {
        "CROSS JOIN (SELECT NULL::jsonb AS run_exports) AS run_exports".to_owned()
    };
    format!(
        "SELECT listed.path, known.index_json, dated.indexed_timestamp, dated.record, run_exports.run_exports,
                listed.name
         FROM ({sorted}) AS listed
         {}
         {}
         {run_exports}",
        lookup(
            "CROSS JOIN",
            "index_json, sha256",
            "index_json WHERE path = listed.path",
            "known",
            ""
        ),
        dated("listed.path"),
    )
}

/// A join that looks up one row at a time.
fn lookup(join: &str, columns: &str, from: &str, name: &str, on: &str) -> String {
    format!("{join} LATERAL (SELECT {columns} FROM {from} OFFSET 0) AS {name} {on}")
}

/// Joins that look up the digest that was read of the artifact at `path`, and its date. `known` is the
/// artifact's row of `index_json`.
pub(super) fn dated(path: &str) -> String {
    let indexed = lookup(
        "LEFT JOIN",
        "sha256, mtime",
        &format!("stat WHERE stage = 'indexed' AND path = {path}"),
        "indexed",
        "ON true",
    );
    let dated = lookup(
        "LEFT JOIN",
        "path, indexed_timestamp, record",
        &format!("towpath_artifact WHERE path = {path} AND sha256 = {DIGEST}"),
        "dated",
        "ON true",
    );
    format!("{indexed} {dated}")
}

pub(super) fn for_each_description(
    database: &PostgresDatabase,
    paths: &Paths,
    file_names: &[String],
    visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
) -> Result<(), StoreError> {
    for file_names in file_names.chunks(DESCRIPTIONS_AT_A_TIME) {
        let wanted: Vec<String> = file_names.iter().map(|name| paths.path(name)).collect();
        let mut visited = 0;
        database.read(&mut |client| {
            for_each_row(client, DESCRIPTIONS, &[&wanted], &mut |row| {
                let place: i64 = row.try_get(0)?;
                if place <= visited {
                    return Ok(());
                }
                let file_name = paths.file_name(row.try_get(1)?);
                let description = StoredDescription {
                    file_name,
                    record: Cow::Borrowed(text(row, 2)?.ok_or_else(|| no_record(file_name))?),
                    about: text(row, 3)?.map(Cow::Borrowed),
                    recipe: text(row, 4)?.map(Cow::Borrowed),
                    post_install: text(row, 5)?.map(Cow::Borrowed),
                    run_exports: text(row, 6)?.map(Cow::Borrowed),
                };
                visit(description).map_err(Interruption::Visit)?;
                visited = place;
                Ok(())
            })
        })?;
    }
    Ok(())
}

const DESCRIPTIONS: &str = "
    SELECT place, wanted.path, known.index_json, about, recipe, post_install, run_exports
    FROM UNNEST($1::text[]) WITH ORDINALITY AS wanted (path, place)
    JOIN index_json AS known ON known.path = wanted.path
    LEFT JOIN about ON about.path = wanted.path
    LEFT JOIN recipe ON recipe.path = wanted.path
    LEFT JOIN post_install ON post_install.path = wanted.path
    LEFT JOIN run_exports ON run_exports.path = wanted.path
    ORDER BY place";

pub(super) fn for_each_digest(
    database: &PostgresDatabase,
    paths: &Paths,
    visit: &mut dyn FnMut(&str, &str) -> io::Result<()>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT indexed.path, {DIGEST}
         FROM stat AS indexed
         LEFT JOIN LATERAL (SELECT sha256 FROM index_json WHERE path = indexed.path OFFSET 0) AS known ON true
         WHERE indexed.stage = 'indexed' AND indexed.path ~>=~ $1 AND indexed.path ~<~ $2 AND {DIGEST} <> ''
         ORDER BY indexed.path USING ~<~"
    );
    let mut position = Position::default();
    database.read(&mut |client| {
        for_each_row(client, &sql, &[&paths.start, &paths.end], &mut |row| {
            let file_name = paths.file_name(row.try_get(0)?);
            if position.is_before(None, file_name) {
                visit(file_name, row.try_get(1)?).map_err(Interruption::Visit)?;
                position.advance(None, file_name);
            }
            Ok(())
        })
    })
}
