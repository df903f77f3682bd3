//! The tables, and how older databases come to have them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, error_at};
use crate::migrate::{Access, Migrations, Options, Runner, SqliteDatabase};

/// The `user_version` of conda-index 0.13, and the newest that is known here. It is never raised:
/// conda-index refuses what it does not know.
const USER_VERSION: i64 = 2;

/// Tables with what was read of an artifact, one row each.
pub(super) const TABLES_BY_PATH: [&str; 8] = [
    "about",
    "index_json",
    "recipe",
    "recipe_log",
    "run_exports",
    "post_install",
    "icon",
    "towpath_recipe",
];

/// conda-index's tables, as it makes them.
const CONDA_INDEX_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS about (path TEXT PRIMARY KEY, about BLOB);
    CREATE TABLE IF NOT EXISTS index_json (
        path TEXT PRIMARY KEY, index_json BLOB,
        name AS (json_extract(index_json, '$.name')),
        sha256 AS (json_extract(index_json, '$.sha256'))
    );
    CREATE TABLE IF NOT EXISTS recipe (path TEXT PRIMARY KEY, recipe BLOB);
    CREATE TABLE IF NOT EXISTS recipe_log (path TEXT PRIMARY KEY, recipe_log BLOB);
    CREATE TABLE IF NOT EXISTS run_exports (path TEXT PRIMARY KEY, run_exports BLOB);
    CREATE TABLE IF NOT EXISTS post_install (path TEXT PRIMARY KEY, post_install BLOB);
    CREATE TABLE IF NOT EXISTS icon (path TEXT PRIMARY KEY, icon_png BLOB);
    CREATE TABLE IF NOT EXISTS stat (
        stage TEXT NOT NULL DEFAULT 'indexed',
        path TEXT NOT NULL,
        mtime NUMBER,
        size INTEGER,
        sha256 TEXT,
        md5 TEXT,
        last_modified TEXT,
        etag TEXT
    );
    CREATE UNIQUE INDEX IF NOT EXISTS idx_stat ON stat (path, stage);
    CREATE INDEX IF NOT EXISTS idx_stat_stage ON stat (stage, path);
";

/// Makes the tables that are missing, and brings a database of an older conda-index or towpath up
/// to date.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found = user_version(connection, path)?;
    let migrations = Migrations::sqlite();
    let wrong = |source| StoreError::Migrate {
        store: path.display().to_string(),
        source: Box::new(source),
    };
    let mut database = SqliteDatabase::new(connection);
    let status = Runner::new(&mut database, &migrations, Options::default()).status();
    if found == USER_VERSION && status.map_err(wrong)?.access() == Access::Write {
        return Ok(());
    }
    prepare_conda_indexs_tables(connection).map_err(|source| error_at(path, source))?;
    let mut database = SqliteDatabase::new(connection);
    Runner::new(&mut database, &migrations, Options::default())
        .bring_up_to_date(&mut |_| {})
        .map_err(wrong)?;
    Ok(())
}

/// The version of conda-index's tables, unless it is a newer one than is known here.
pub(super) fn user_version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|source| error_at(path, source))?;
    if found > USER_VERSION {
        return Err(StoreError::TooNew {
            path: path.to_owned(),
            found,
            known: USER_VERSION,
        });
    }
    Ok(found)
}

/// Makes what the newest conda-index has and this database lacks.
pub(super) fn bring_conda_indexs_tables_up_to_date(
    connection: &mut Connection,
    path: &Path,
) -> Result<(), StoreError> {
    if user_version(connection, path)? < USER_VERSION {
        prepare_conda_indexs_tables(connection).map_err(|source| error_at(path, source))?;
    }
    Ok(())
}

/// Makes conda-index's tables as the newest conda-index does.
fn prepare_conda_indexs_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it since.
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    transaction.execute_batch(CONDA_INDEX_TABLES)?;
    if found == 0 {
        strip_folders_from_paths(&transaction)?;
    }
    if found < USER_VERSION {
        add_generated_columns(&transaction)?;
        transaction.pragma_update(None, "user_version", USER_VERSION)?;
    }
    transaction.commit()
}

/// Version 0 had paths of several components in its tables; version 1 has file names.
fn strip_folders_from_paths(connection: &Connection) -> rusqlite::Result<()> {
    // Ours are younger than version 0.
    let theirs = TABLES_BY_PATH
        .iter()
        .filter(|table| !table.starts_with("towpath_"));
    for table in theirs.chain(&["stat"]) {
        // rtrim with every character of the path but the slash leaves the folders.
        connection.execute(
            &format!(
                "UPDATE OR IGNORE {table} SET path = substr(path, length(rtrim(path, replace(path, '/', ''))) + 1)
                 WHERE path LIKE '%/%'"
            ),
            (),
        )?;
    }
    Ok(())
}

/// Version 2 tells name and digest from the record in two computed columns.
fn add_generated_columns(connection: &Connection) -> rusqlite::Result<()> {
    for column in ["name", "sha256"] {
        let exists = connection
            .prepare("SELECT 1 FROM pragma_table_xinfo('index_json') WHERE name = ?1")?
            .exists([column])?;
        if !exists {
            connection.execute_batch(&format!(
                "ALTER TABLE index_json ADD COLUMN {column} AS (json_extract(index_json, '$.{column}'))"
            ))?;
        }
    }
    Ok(())
}
