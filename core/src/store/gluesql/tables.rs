//! The names of the tables, and the tables of stages that not every store has.
//!
//! The [migrations](crate::migrate::Migrations::gluesql) make the others.

use gluesql_core::data::Schema;
use gluesql_core::error::Result;
use gluesql_core::store::Store;

use crate::store::Stage;

pub(super) const ABOUT: &str = "about";
pub(super) const ICON: &str = "icon";
pub(super) const INDEX_JSON: &str = "index_json";
pub(super) const POST_INSTALL: &str = "post_install";
pub(super) const RECIPE: &str = "recipe";
pub(super) const RECIPE_LOG: &str = "recipe_log";
pub(super) const RUN_EXPORTS: &str = "run_exports";
pub(super) const TOWPATH_ARTIFACT: &str = "towpath_artifact";
pub(super) const TOWPATH_RECIPE: &str = "towpath_recipe";
pub(super) const TOWPATH_STORE: &str = "towpath_store";

/// Tables that have a row only for artifacts that have such a thing.
pub(super) const OPTIONAL: [&str; 6] = [ABOUT, ICON, RECIPE, RECIPE_LOG, RUN_EXPORTS, TOWPATH_RECIPE];

/// As the migrations make the tables of the stages that every store has.
const STAGE_COLUMNS: &str = "path TEXT PRIMARY KEY, mtime FLOAT NULL, size INT NULL, sha256 TEXT NULL, \
     md5 TEXT NULL, last_modified TEXT NULL, etag TEXT NULL";

/// The table of a stage that [`stage_table`] named.
pub(super) fn stage_schema(table: &str) -> Result<Schema> {
    Schema::from_ddl(&format!("CREATE TABLE {table} ({STAGE_COLUMNS})"))
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

/// The stage of the table with this name, if it is one that [`stage_table`] gave.
pub(super) fn stage_of_table(table: &str) -> Option<Stage> {
    let name = table.strip_prefix("stat_")?;
    let Some(digits) = name.strip_prefix('_') else {
        return Some(Stage::named(name));
    };
    let bytes = base16ct::lower::decode_vec(digits).ok()?;
    String::from_utf8(bytes).ok().map(Stage::named)
}

/// The stages that have tables, in order of their names.
pub(super) fn stages(storage: &impl Store) -> Result<Vec<Stage>> {
    let tables = storage.fetch_all_schemas()?;
    let stages = tables
        .iter()
        .filter_map(|table| stage_of_table(&table.table_name));
    let mut stages: Vec<Stage> = stages.collect();
    stages.sort_unstable();
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::Migrations;

    #[test]
    fn all_stages_have_tables_of_one_kind() {
        let expected = Migrations::gluesql().expected(1).to_string();
        for stage in [Stage::FS, Stage::INDEXED] {
            let schema = stage_schema(&stage_table(&stage)).unwrap();
            let ddl = schema.to_ddl();
            assert!(expected.contains(ddl.trim_end_matches(';')), "{ddl}");
        }
    }

    #[test]
    fn stages_have_tables_of_their_own() {
        let named = |name: &str| stage_table(&Stage::named(name));
        assert_eq!(stage_table(&Stage::FS), "stat_fs");
        assert_eq!(named("clone"), "stat_clone");
        assert_eq!(named("FS"), "stat__4653");
        assert_eq!(named("_4653"), "stat__5f34363533");
        assert_eq!(named("é; --"), "stat__c3a93b202d2d");
        assert_eq!(named(""), "stat__");
        for name in ["clone", "FS", "_4653", "é; --", ""] {
            assert_eq!(stage_of_table(&named(name)), Some(Stage::named(name)));
        }
        assert_eq!(stage_of_table("about"), None);
    }
}
