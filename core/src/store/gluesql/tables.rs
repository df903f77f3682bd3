//! The tables: conda-index's names and columns as far as GlueSQL can have them, and ours beside
//! them under the prefix `towpath_`.
//!
//! GlueSQL has primary keys of one column only, and reads no range of keys. So conda-index's
//! `stat (stage, path)` is a table for each stage here: each is sorted by path, and reading one
//! does not pass over the others. For the same reason `towpath_artifact` has one row for an
//! artifact's name, with the dates of its earlier bytes in a column.

use gluesql_core::data::Schema;
use gluesql_core::error::Result;
use gluesql_core::store::Store;

use crate::store::Stage;

pub(super) const ABOUT: &str = "about";
pub(super) const ICON: &str = "icon";
pub(super) const INDEX_JSON: &str = "index_json";
pub(super) const POST_INSTALL: &str = "post_install";
pub(super) const RECIPE: &str = "recipe";
pub(super) const RUN_EXPORTS: &str = "run_exports";
pub(super) const TOWPATH_ARTIFACT: &str = "towpath_artifact";
pub(super) const TOWPATH_RECIPE: &str = "towpath_recipe";
pub(super) const TOWPATH_STORE: &str = "towpath_store";

/// Tables that have a row only for artifacts that have such a thing.
pub(super) const OPTIONAL: [&str; 5] = [ABOUT, ICON, RECIPE, RUN_EXPORTS, TOWPATH_RECIPE];

/// Name and columns of each table that no stage has. `name` and `sha256` of a record are computed
/// columns with conda-index; `earlier` is a JSON object of dates by SHA-256.
const TABLES: [(&str, &str); 9] = [
    (ABOUT, "path TEXT PRIMARY KEY, about TEXT NOT NULL"),
    (ICON, "path TEXT PRIMARY KEY, icon_png BYTEA NOT NULL"),
    (
        INDEX_JSON,
        "path TEXT PRIMARY KEY, index_json TEXT NOT NULL, name TEXT NULL, sha256 TEXT NOT NULL",
    ),
    (POST_INSTALL, "path TEXT PRIMARY KEY, post_install TEXT NOT NULL"),
    (RECIPE, "path TEXT PRIMARY KEY, recipe TEXT NOT NULL"),
    (RUN_EXPORTS, "path TEXT PRIMARY KEY, run_exports TEXT NOT NULL"),
    (
        TOWPATH_ARTIFACT,
        "path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, indexed_timestamp INT NOT NULL, earlier TEXT NULL",
    ),
    (
        TOWPATH_RECIPE,
        "path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, is_rendered BOOLEAN NOT NULL, recipe BYTEA NOT NULL",
    ),
    (TOWPATH_STORE, "id TEXT PRIMARY KEY, changes INT NOT NULL"),
];

const STAGE_COLUMNS: &str =
    "path TEXT PRIMARY KEY, mtime FLOAT NOT NULL, size INT NOT NULL, sha256 TEXT NULL, md5 TEXT NULL";

/// The tables of every store that `storage` does not have yet.
pub(super) fn missing(storage: &impl Store) -> Result<Vec<Schema>> {
    let stages = [Stage::FS, Stage::INDEXED].map(|stage| (stage_table(&stage), STAGE_COLUMNS));
    let tables = TABLES.map(|(name, columns)| (name.to_owned(), columns));
    let mut missing = Vec::new();
    for (name, columns) in tables.into_iter().chain(stages) {
        if storage.fetch_schema(&name)?.is_none() {
            missing.push(schema(&name, columns)?);
        }
    }
    Ok(missing)
}

/// The table of a stage that [`stage_table`] named.
pub(super) fn stage_schema(table: &str) -> Result<Schema> {
    schema(table, STAGE_COLUMNS)
}

fn schema(table: &str, columns: &str) -> Result<Schema> {
    Schema::from_ddl(&format!("CREATE TABLE {table} ({columns})"))
}

/// The name of the stage's table. A stage may be called anything; what would not be a plain name in
/// SQL is spelled in hexadecimal, behind an underscore more than plain names have.
pub(super) fn stage_table(stage: &Stage) -> String {
    let name = stage.as_str();
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !name.is_empty() && name.bytes().all(is_plain) {
        format!("stat_{name}")
    } else {
        format!("stat__{}", base16ct::lower::encode_string(name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_have_tables_of_their_own() {
        let named = |name: &str| stage_table(&Stage::named(name));
        assert_eq!(stage_table(&Stage::FS), "stat_fs");
        assert_eq!(named("clone"), "stat_clone");
        assert_eq!(named("FS"), "stat__4653");
        assert_eq!(named("_4653"), "stat__5f34363533");
        assert_eq!(named("é; --"), "stat__c3a93b202d2d");
        assert_eq!(named(""), "stat__");
    }
}
