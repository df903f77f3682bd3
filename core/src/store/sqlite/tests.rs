//! What of the store in `SQLite` others can see: the file, its tables, and what other tools may
//! do to them.

mod adoption;
mod opening;
mod schema;
mod sharing;

use rusqlite::params;
use tempfile::TempDir;

use super::*;
use crate::package::Digests;
use crate::store::conformance::{
    Backend, changed, day, digests, file_names, index, listed, read, records_as_spelled, whole_channel,
};

/// A store in a folder of its own.
pub(in crate::store) struct SqliteInFolder {
    // The store is closed before its folder goes.
    store: SqliteStore,
    folder: TempDir,
}

impl SqliteInFolder {
    fn path(&self) -> PathBuf {
        database_in(&self.folder)
    }

    /// A connection such as another tool has.
    fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

fn database_in(folder: &TempDir) -> PathBuf {
    folder.path().join("cache.db")
}

fn open_without_syncs(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path).unwrap();
    // Waiting for the disk is no part of what is tested.
    store
        .connection
        .pragma_update(None, "synchronous", "OFF")
        .unwrap();
    store
}

impl Backend for SqliteInFolder {
    type Store = SqliteStore;

    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open_without_syncs(&database_in(&folder));
        Self { store, folder }
    }

    fn emptied(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        fs_err::remove_file(database_in(&folder)).unwrap();
        let store = open_without_syncs(&database_in(&folder));
        Self { store, folder }
    }

    fn store(&mut self) -> &mut SqliteStore {
        &mut self.store
    }

    fn fill_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) {
        let mut connection = self.raw();
        let transaction = connection.transaction().unwrap();
        transaction
            .execute("DELETE FROM stat WHERE stage = ?1", [stage.as_str()])
            .unwrap();
        for listed in listing {
            transaction
                .execute(
                    "INSERT INTO stat (stage, path, mtime, size) VALUES (?1, ?2, ?3, ?4)",
                    params![
                        stage.as_str(),
                        listed.name.as_str(),
                        listed.mtime.seconds(),
                        size_column(listed.size)
                    ],
                )
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}

/// Makes a database as conda-index of this schema version leaves it.
fn conda_index_database(path: &Path, user_version: i64) -> Connection {
    let connection = Connection::open(path).unwrap();
    for (table, column) in [
        ("about", "about"),
        ("recipe", "recipe"),
        ("recipe_log", "recipe_log"),
        ("run_exports", "run_exports"),
        ("post_install", "post_install"),
        ("icon", "icon_png"),
    ] {
        connection
            .execute(
                &format!("CREATE TABLE {table} (path TEXT PRIMARY KEY, {column} BLOB)"),
                (),
            )
            .unwrap();
    }
    let generated = match user_version {
        0 | 1 => "",
        _ => {
            ", name AS (json_extract(index_json, '$.name')), sha256 AS (json_extract(index_json, '$.sha256'))"
        }
    };
    connection
        .execute_batch(&format!(
            "CREATE TABLE index_json (path TEXT PRIMARY KEY, index_json BLOB{generated});
             CREATE TABLE stat (
                 stage TEXT NOT NULL DEFAULT 'indexed', path TEXT NOT NULL, mtime NUMBER, size INTEGER,
                 sha256 TEXT, md5 TEXT, last_modified TEXT, etag TEXT
             );
             CREATE UNIQUE INDEX idx_stat ON stat (path, stage);
             CREATE INDEX idx_stat_stage ON stat (stage, path);
             PRAGMA user_version = {user_version};"
        ))
        .unwrap();
    connection
}

/// Lists and reads an artifact as conda-index does; `mtime` is an SQL literal.
fn conda_index_reads(connection: &Connection, file_name: &str, record: &str, mtime: &str, bytes: u8) {
    let digests = Digests {
        md5: [bytes; 16],
        sha256: [bytes; 32],
    };
    connection
        .execute(
            "INSERT OR REPLACE INTO index_json (path, index_json) VALUES (?1, ?2)",
            [file_name, record],
        )
        .unwrap();
    connection
        .execute(
            &format!(
                "INSERT OR REPLACE INTO stat (stage, path, mtime, size) VALUES ('fs', ?1, {mtime}, 2683)"
            ),
            [file_name],
        )
        .unwrap();
    connection
        .execute(
            &format!(
                "INSERT OR REPLACE INTO stat (stage, path, mtime, size, sha256, md5)
                 VALUES ('indexed', ?1, {mtime}, 2683, ?2, ?3)"
            ),
            [file_name, &digests.sha256_hex(), &digests.md5_hex()],
        )
        .unwrap();
}

/// The tables that have a row for the artifact, stages of `stat` by their name.
fn tables_with(connection: &Connection, file_name: &str) -> Vec<String> {
    let mut tables: Vec<String> = super::schema::TABLES_BY_PATH
        .into_iter()
        .filter(|table| connection.table_exists(None, *table).unwrap())
        .filter(|table| {
            connection
                .prepare(&format!("SELECT 1 FROM {table} WHERE path = ?1"))
                .unwrap()
                .exists([file_name])
                .unwrap()
        })
        .map(str::to_owned)
        .collect();
    let mut stages = connection
        .prepare("SELECT stage FROM stat WHERE path = ?1 ORDER BY stage")
        .unwrap();
    let stages = stages.query_map([file_name], |row| row.get(0)).unwrap();
    tables.extend(stages.map(Result::unwrap));
    tables
}
