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
/// and the old ones keep their date should they come back. The id tells this database from one
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
        is_rendered INTEGER NOT NULL,
        recipe BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS towpath_store (id TEXT NOT NULL);
    INSERT INTO towpath_store (id)
        SELECT lower(hex(randomblob(8))) WHERE NOT EXISTS (SELECT 1 FROM towpath_store);
";

/// The SHA-256 of the artifact of `known` (its record) and `indexed` (its row of that stage), empty
/// if nobody knows. Rows that conda-index brought over from a cache of conda-build have none.
pub(super) const DIGEST: &str = "COALESCE(indexed.sha256, known.sha256, '')";

/// Artifacts that have a record and no indexed timestamp.
pub(super) fn from_undated() -> String {
    format!(
        "FROM index_json AS known
         LEFT JOIN stat AS indexed ON indexed.path = known.path AND indexed.stage = 'indexed'
         WHERE NOT EXISTS (
             SELECT 1 FROM towpath_artifact AS dated
             WHERE dated.path = known.path AND dated.sha256 = {DIGEST}
         )"
    )
}

/// When an artifact of [`from_undated`] became part of the channel, told from the record's
/// `timestamp` (in milliseconds, or in seconds before the year 9999), else from the modification
/// time; never later than `:now`.
pub(super) const DATE_OF_OLD_ARTIFACT: &str = "
    CAST(MIN(:now, COALESCE(
        CASE
        WHEN json_type(known.index_json, '$.timestamp') NOT IN ('integer', 'real') THEN NULL
        WHEN json_extract(known.index_json, '$.timestamp') > 253402300799
            THEN json_extract(known.index_json, '$.timestamp')
        WHEN json_extract(known.index_json, '$.timestamp') > 0
            THEN json_extract(known.index_json, '$.timestamp') * 1000
        END,
        indexed.mtime * 1000,
        :now
    )) AS INTEGER)
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
