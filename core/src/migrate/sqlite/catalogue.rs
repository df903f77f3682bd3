//! Reads the live catalogue of a file.
//!
//! Our tables are what their `CREATE TABLE` says. conda-index's are compared by their columns: its
//! versions spell them in different ways.

use rusqlite::Connection;

use super::super::catalogue::{Catalogue, Kind, Object};

/// Whether a table is conda-index's or ours: a condition on `made` (`sqlite_schema`).
const OURS: &str = "(made.name IN ('about', 'icon', 'index_json', 'post_install', 'recipe', 'recipe_log',
    'run_exports', 'stat') OR made.name GLOB 'towpath_*')";

pub(super) fn table_names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!(
        "SELECT made.name FROM sqlite_schema AS made
         WHERE made.type IN ('table', 'view') AND {OURS} ORDER BY 1"
    ))?;
    statement.query_map((), |row| row.get(0))?.collect()
}

pub(super) fn read(connection: &Connection) -> rusqlite::Result<Catalogue> {
    let mut objects = Vec::new();
    let mut tables = connection.prepare(&format!(
        "SELECT made.name, made.sql FROM sqlite_schema AS made
         WHERE made.type IN ('table', 'view') AND {OURS}"
    ))?;
    let mut rows = tables.query(())?;
    while let Some(row) = rows.next()? {
        let (name, sql): (String, String) = (row.get(0)?, squeezed(&row.get::<_, String>(1)?));
        let is_towpaths = name.starts_with("towpath_");
        if !is_towpaths {
            objects.extend(columns(connection, &name, &sql)?);
        }
        objects.push(Object {
            kind: Kind::Table,
            table: name.clone(),
            name,
            definition: if is_towpaths { sql } else { "TABLE".to_owned() },
            is_valid: true,
        });
    }
    objects.extend(indexes(connection)?);
    Ok(Catalogue::new(objects))
}

/// The columns of a table, and its key.
fn columns(connection: &Connection, table: &str, sql: &str) -> rusqlite::Result<Vec<Object>> {
    let object = |kind, name: String, definition| Object {
        kind,
        table: table.to_owned(),
        name,
        definition,
        is_valid: true,
    };
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value, hidden, pk FROM pragma_table_xinfo(?1) ORDER BY cid",
    )?;
    let mut objects = Vec::new();
    let mut key = Vec::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let mut parts: Vec<String> = vec![row.get(1)?];
        if row.get(2)? {
            parts.push("NOT NULL".to_owned());
        }
        if let Some(default) = row.get::<_, Option<String>>(3)? {
            parts.push(format!("DEFAULT {default}"));
        }
        if row.get::<_, u8>(4)? != 0 {
            parts.push(format!("AS {}", expression_of(sql, &name).unwrap_or_default()));
        }
        if row.get::<_, u32>(5)? > 0 {
            key.push(name.clone());
        }
        parts.retain(|part| !part.is_empty());
        objects.push(object(Kind::Column, name, parts.join(" ")));
    }
    if !key.is_empty() {
        let definition = format!("PRIMARY KEY ({})", key.join(", "));
        objects.push(object(Kind::Constraint, format!("{table}_pkey"), definition));
    }
    Ok(objects)
}

/// The parenthesised expression that a column is computed by, from the table's squeezed SQL.
fn expression_of<'s>(sql: &'s str, column: &str) -> Option<&'s str> {
    let marker = format!(" {column} AS (");
    let start = sql.find(&marker)? + marker.len() - 1;
    let mut depth = 0_usize;
    for (at, c) in sql[start..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return sql.get(start..=start + at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The indexes that somebody made; plain ones of other names are nobody's business but their
/// owner's.
fn indexes(connection: &Connection) -> rusqlite::Result<Vec<Object>> {
    let mut statement = connection.prepare(&format!(
        "SELECT made.name, l.name, l.\"unique\",
                (SELECT group_concat(coalesce(i.name, '()'), ', ') FROM pragma_index_info(l.name) AS i)
         FROM sqlite_schema AS made, pragma_index_list(made.name) AS l
         WHERE made.type = 'table' AND l.origin = 'c' AND {OURS}
           AND (l.\"unique\" OR l.name GLOB 'towpath_*' OR l.name = 'idx_stat_stage')"
    ))?;
    let objects = statement.query_map((), |row| {
        let (table, name): (String, String) = (row.get(0)?, row.get(1)?);
        let unique = if row.get(2)? { "UNIQUE " } else { "" };
        let columns: String = row.get(3)?;
        Ok(Object {
            kind: Kind::Index,
            definition: format!("CREATE {unique}INDEX {name} ON {table} ({columns})"),
            table,
            name,
            is_valid: true,
        })
    })?;
    objects.collect()
}

/// The text without what only looks different.
fn squeezed(sql: &str) -> String {
    let text = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("( ", "(").replace(" )", ")")
}
