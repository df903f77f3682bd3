//! The tables: conda-index's as it makes them, and older ones brought up to date.

use super::*;

/// Every table with its columns and indexes, a line each.
fn description(connection: &Connection) -> String {
    let mut lines = connection
        .prepare(
            "SELECT line FROM (
                 SELECT made.name AS made, 1 AS part, x.cid AS position,
                        made.name || ': ' || x.name || ' ' || x.type
                        || iif(x.pk, ' key', '') || iif(x.\"notnull\", ' not null', '')
                        || ifnull(' default ' || x.dflt_value, '')
                        || CASE x.hidden WHEN 0 THEN '' WHEN 2 THEN 'computed when read' ELSE x.hidden END AS line
                 FROM sqlite_schema AS made, pragma_table_xinfo(made.name) AS x
                 WHERE made.type = 'table'
                 UNION ALL
                 SELECT made.name, 2, l.name,
                        made.name || ': ' || iif(l.\"unique\", 'unique ', '') || 'index ' || l.name || ' of '
                        || (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) AS i)
                 FROM sqlite_schema AS made, pragma_index_list(made.name) AS l
                 WHERE made.type = 'table'
             )
             ORDER BY made, part, position",
        )
        .unwrap();
    let lines = lines.query_map((), |row| row.get::<_, String>(0)).unwrap();
    lines.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

fn pragma(connection: &Connection, name: &str) -> String {
    let value: rusqlite::types::Value = connection
        .pragma_query_value(None, name, |row| row.get(0))
        .unwrap();
    match value {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_database_has_the_tables_of_conda_index() {
    let place = SqliteInFolder::empty();
    let raw = place.raw();
    insta::assert_snapshot!(description(&raw), @r"
    about: path TEXT key
    about: about BLOB
    about: unique index sqlite_autoindex_about_1 of path
    icon: path TEXT key
    icon: icon_png BLOB
    icon: unique index sqlite_autoindex_icon_1 of path
    index_json: path TEXT key
    index_json: index_json BLOB
    index_json: name computed when read
    index_json: sha256 computed when read
    index_json: unique index sqlite_autoindex_index_json_1 of path
    post_install: path TEXT key
    post_install: post_install BLOB
    post_install: unique index sqlite_autoindex_post_install_1 of path
    recipe: path TEXT key
    recipe: recipe BLOB
    recipe: unique index sqlite_autoindex_recipe_1 of path
    recipe_log: path TEXT key
    recipe_log: recipe_log BLOB
    recipe_log: unique index sqlite_autoindex_recipe_log_1 of path
    run_exports: path TEXT key
    run_exports: run_exports BLOB
    run_exports: unique index sqlite_autoindex_run_exports_1 of path
    stat: stage TEXT not null default 'indexed'
    stat: path TEXT not null
    stat: mtime NUMBER
    stat: size INTEGER
    stat: sha256 TEXT
    stat: md5 TEXT
    stat: last_modified TEXT
    stat: etag TEXT
    stat: unique index idx_stat of path, stage
    stat: index idx_stat_stage of stage, path
    towpath_artifact: path TEXT key not null
    towpath_artifact: sha256 TEXT key not null
    towpath_artifact: indexed_timestamp INTEGER not null
    towpath_artifact: unique index sqlite_autoindex_towpath_artifact_1 of path, sha256
    towpath_migration: version INTEGER key
    towpath_migration: name TEXT not null
    towpath_migration: sha256 TEXT not null
    towpath_migration: down_sql TEXT
    towpath_migration: min_reader INTEGER not null
    towpath_migration: min_writer INTEGER not null
    towpath_migration: how TEXT not null
    towpath_migration: applied_at TEXT not null
    towpath_migration: applied_by TEXT
    towpath_migration: tool TEXT not null
    towpath_migration: duration_ms INTEGER
    towpath_recipe: path TEXT key
    towpath_recipe: sha256 TEXT not null
    towpath_recipe: is_rendered INTEGER not null
    towpath_recipe: recipe BLOB not null
    towpath_recipe: unique index sqlite_autoindex_towpath_recipe_1 of path
    towpath_store: id TEXT not null
    ");
    assert_eq!(pragma(&raw, "user_version"), "2");
    assert_eq!(pragma(&raw, "journal_mode"), "delete");
    assert_eq!(pragma(&raw, "encoding"), "UTF-8");

    let theirs = tempfile::tempdir().unwrap();
    let theirs = conda_index_database(&database_in(&theirs), 2);
    let ours = description(&raw);
    for line in description(&theirs).lines() {
        assert!(ours.contains(line), "{line}");
    }
}

#[test]
fn name_and_digest_are_told_from_the_record() {
    let mut place = SqliteInFolder::empty();
    let artifact = read("a-1-0.conda", 1);
    let sha256 = artifact.digests.sha256_hex();
    index(place.store(), &[artifact], day(0));
    let told: (String, String) = place
        .raw()
        .query_row("SELECT name, sha256 FROM index_json", (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(told, ("a".to_owned(), sha256));
}

/// What conda-index reads of an artifact stands in its tables as it would write it there.
#[test]
fn rows_are_spelled_as_conda_index_spells_them() {
    let mut place = SqliteInFolder::empty();
    let artifact = crate::store::conformance::read_with_everything("a-1-0.conda", 1);
    index(place.store(), &[artifact], day(0));
    let raw = place.raw();
    for (table, column) in [
        ("about", "about"),
        ("index_json", "index_json"),
        ("post_install", "post_install"),
        ("recipe", "recipe"),
        ("run_exports", "run_exports"),
        ("icon", "icon_png"),
    ] {
        let kind: String = raw
            .query_row(&format!("SELECT typeof({column}) FROM {table}"), (), |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(kind, if table == "icon" { "blob" } else { "text" }, "{table}");
    }
    let mut rows = raw
        .prepare("SELECT concat_ws(' ', stage, path, mtime, typeof(mtime), size, sha256, md5) FROM stat ORDER BY stage")
        .unwrap();
    let rows: Vec<String> = rows
        .query_map((), |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        rows,
        [
            "fs a-1-0.conda 1795218771.4743352 real 2683".to_owned(),
            format!(
                "indexed a-1-0.conda 1795218771.4743352 real 2683 {} {}",
                "01".repeat(32),
                "01".repeat(16)
            ),
        ]
    );
}

/// Puts a row for `path` into every table that conda-index had from the beginning.
fn fill(connection: &Connection, path: &str) {
    for table in [
        "about",
        "recipe",
        "recipe_log",
        "run_exports",
        "post_install",
        "icon",
    ] {
        connection
            .execute(&format!("INSERT INTO {table} VALUES (?1, '{{}}')"), [path])
            .unwrap();
    }
    conda_index_reads(
        connection,
        path,
        r#"{"name": "a", "sha256": "digest"}"#,
        "1557771554",
        1,
    );
}

#[rstest::rstest]
#[case::paths_with_folders(0, "some channel/linux-64/a-1-0.conda")]
#[case::paths_with_a_folder(0, "linux-64/a-1-0.conda")]
#[case::bare_names_in_version_0(0, "a-1-0.conda")]
#[case::no_computed_columns(1, "a-1-0.conda")]
fn an_older_database_is_brought_up_to_date(#[case] user_version: i64, #[case] path: &str) {
    let folder = tempfile::tempdir().unwrap();
    let raw = conda_index_database(&database_in(&folder), user_version);
    fill(&raw, path);
    let store = open_without_syncs(&database_in(&folder));

    assert_eq!(description(&raw), description(&SqliteInFolder::empty().raw()));
    assert_eq!(pragma(&raw, "user_version"), "2");
    assert_eq!(
        tables_with(&raw, "a-1-0.conda"),
        [
            "about",
            "index_json",
            "recipe",
            "recipe_log",
            "run_exports",
            "post_install",
            "icon",
            "fs",
            "indexed"
        ]
    );
    let told: (String, String) = raw
        .query_row("SELECT name, sha256 FROM index_json", (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(told, ("a".to_owned(), "digest".to_owned()));
    assert_eq!(changed(&store, &Stage::FS), [""; 0]);
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
}

/// conda-index leaves the row with the folder where it is.
#[test]
fn of_two_rows_with_one_name_the_bare_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let raw = conda_index_database(&database_in(&folder), 0);
    conda_index_reads(&raw, "linux-64/a-1-0.conda", r#"{"name": "old"}"#, "1", 1);
    conda_index_reads(&raw, "a-1-0.conda", r#"{"name": "new"}"#, "2", 2);
    let store = open_without_syncs(&database_in(&folder));
    let records = records_as_spelled(&store, &whole_channel());
    let of_a: Vec<_> = records
        .iter()
        .filter(|record| record.file_name == "a-1-0.conda")
        .map(|record| record.record.as_str())
        .collect();
    assert_eq!(of_a, [r#"{"name": "new"}"#]);
}

/// Version 2 and no tables of ours: what conda-index made, and towpath has not seen yet.
#[test]
fn tables_of_ours_are_added_beside_those_of_conda_index() {
    let folder = tempfile::tempdir().unwrap();
    let raw = conda_index_database(&database_in(&folder), 2);
    fill(&raw, "a-1-0.conda");
    let before = tables_with(&raw, "a-1-0.conda");
    drop(open_without_syncs(&database_in(&folder)));
    assert_eq!(description(&raw), description(&SqliteInFolder::empty().raw()));
    assert_eq!(tables_with(&raw, "a-1-0.conda"), before);
}

#[test]
fn a_database_that_cannot_be_brought_up_to_date_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let raw = conda_index_database(&database_in(&folder), 0);
    conda_index_reads(&raw, "linux-64/a-1-0.conda", r#"{"name": "a"}"#, "1", 1);
    // Two rows that the index of version 2 does not allow.
    raw.execute_batch(
        "DROP INDEX idx_stat;
         INSERT INTO stat (stage, path) VALUES ('fs', 'b-1-0.conda'), ('fs', 'b-1-0.conda');",
    )
    .unwrap();
    drop(raw);
    let before = fs_err::read(database_in(&folder)).unwrap();
    let error = SqliteStore::open(&database_in(&folder))
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("UNIQUE constraint failed"), "{error}");
    assert_eq!(fs_err::read(database_in(&folder)).unwrap(), before);
}

/// Opening a database that is up to date does not write to it.
#[test]
fn opening_again_changes_nothing() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let before = fs_err::read(place.path()).unwrap();
    let store = open_without_syncs(&place.path());
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
    assert_eq!(fs_err::read(place.path()).unwrap(), before);
}

/// Before there was a history, towpath made the same tables without one.
#[test]
fn tables_of_ours_from_before_the_history_are_adopted() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let raw = place.raw();
    let before = description(&raw);
    let id = |connection: &Connection| -> String {
        connection
            .query_row("SELECT id FROM towpath_store", (), |row| row.get(0))
            .unwrap()
    };
    let id_before = id(&raw);
    raw.execute_batch("DROP TABLE towpath_migration").unwrap();
    let store = open_without_syncs(&place.path());
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
    assert_eq!(description(&raw), before);
    assert_eq!(id(&raw), id_before);
    let history: String = raw
        .query_row("SELECT version || how FROM towpath_migration", (), |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(history, "1adopted");
}

#[test]
fn tables_of_ours_that_are_not_ours_are_refused_and_left_alone() {
    let place = SqliteInFolder::empty();
    place
        .raw()
        .execute_batch("DROP TABLE towpath_migration; ALTER TABLE towpath_recipe ADD COLUMN more")
        .unwrap();
    let before = fs_err::read(place.path()).unwrap();
    let error = SqliteStore::open(&place.path()).err().unwrap().to_string();
    assert!(error.contains("table towpath_recipe is `CREATE TABLE"), "{error}");
    assert_eq!(fs_err::read(place.path()).unwrap(), before);
}
