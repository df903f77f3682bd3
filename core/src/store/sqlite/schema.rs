//! The tables, and how older databases come to have them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, error_at};

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

/// Ours. An artifact is its name and its bytes: other bytes under the same name are dated anew,
/// and the old ones keep their date should they come back. A recipe says which bytes it is of, for
/// another tool that reads the artifact anew does not replace it. The id tells this database from one
/// that is made in its place after somebody removed it.
const TOWPATH_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS towpath_artifact (
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        indexed_timestamp INTEGER NOT NULL,
        PRIMARY KEY (path, sha256)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS towpath_recipe (
        path TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        is_rendered INTEGER NOT NULL,
        recipe BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS towpath_store (id TEXT NOT NULL);
    INSERT INTO towpath_store (id)
        SELECT lower(hex(randomblob(8))) WHERE NOT EXISTS (SELECT 1 FROM towpath_store);
";

/// Makes the tables that are missing, and brings a database of an older conda-index up to date.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let at = |source| error_at(path, source);
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(at)?;
    if found > USER_VERSION {
        return Err(StoreError::TooNew {
            path: path.to_owned(),
            found,
            known: USER_VERSION,
        });
    }
    let has_our_tables = connection
        .table_exists(Some("main"), "towpath_store")
        .map_err(at)?;
    if found == USER_VERSION && has_our_tables {
        return Ok(());
    }
    let mut migrate = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(CONDA_INDEX_TABLES)?;
        transaction.execute_batch(TOWPATH_TABLES)?;
        if found == 0 {
            strip_folders_from_paths(&transaction)?;
        }
        if found < USER_VERSION {
            add_generated_columns(&transaction)?;
            transaction.pragma_update(None, "user_version", USER_VERSION)?;
        }
        transaction.commit()
    };
    migrate().map_err(at)
}

/// Version 0 had paths of several components in its tables; version 1 has file names.
fn strip_folders_from_paths(connection: &Connection) -> rusqlite::Result<()> {
    for table in TABLES_BY_PATH.iter().chain(&["stat"]) {
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
