//! `towpath db erd`: the tables of a live database, drawn.

use rstest::rstest;
use towpath_tests::PostgresqlDatabase;

use crate::db_create::{channel, db, index};
use crate::environment::{self, Towpath};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/erd.md");

/// Where its value is 1, the committed diagram is written anew.
const UPDATE: &str = "UPDATE_ERD";

fn migrated() -> PostgresqlDatabase {
    let database = PostgresqlDatabase::new();
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
    database
}

#[test]
fn the_committed_diagram_is_that_of_a_new_database() {
    let drawn = db(&["erd", "--format", "md"], &migrated().url()).succeeded();
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        fs_err::write(COMMITTED, drawn.stdout()).unwrap();
    }
    let committed = fs_err::read_to_string(COMMITTED).unwrap();
    assert!(
        committed == drawn.stdout(),
        "docs/erd.md is not what the migrations make: {UPDATE}=1 writes it anew"
    );
}

#[test]
fn foreign_keys_are_lines_and_links_by_value_are_dotted() {
    let database = migrated();
    database
        .connect()
        .batch_execute(
            "CREATE TABLE towpath_parent (a integer, b integer, PRIMARY KEY (a, b));
             CREATE TABLE towpath_child (x integer, y integer UNIQUE, FOREIGN KEY (x, y) REFERENCES towpath_parent);
             CREATE TABLE of_somebody_else (id integer)",
        )
        .unwrap();
    let drawn = db(&["erd"], &database.url()).succeeded();
    for line in [
        r#"    towpath_parent ||--o| towpath_child : "x, y""#,
        r#"    index_json |o..o{ stat : "path, same value""#,
        "        integer y UK, FK",
        "        text path PK",
    ] {
        assert!(drawn.stdout().contains(line), "{line}: {drawn}");
    }
    assert!(!drawn.stdout().contains("of_somebody_else"));
}

#[test]
fn what_is_excluded_is_not_drawn() {
    let args = ["erd", "--exclude", "towpath_*", "--exclude", "?con"];
    let drawn = db(&args, &migrated().url()).succeeded();
    assert!(drawn.stdout().contains("about {"), "{drawn}");
    assert!(
        !drawn.stdout().contains("towpath_") && !drawn.stdout().contains("icon"),
        "{drawn}"
    );
}

#[rstest]
#[case("svg", "<svg ", "</svg>\n")]
#[case("dot", "digraph ", "}\n")]
#[case("mermaid", "erDiagram\n", "\"\n")]
fn forms(#[case] format: &str, #[case] begins: &str, #[case] ends: &str) {
    let database = migrated();
    let drawn = db(&["erd", "--format", format], &database.url()).succeeded();
    assert!(
        drawn.stdout().starts_with(begins) && drawn.stdout().ends_with(ends),
        "{drawn}"
    );
    for table in ["index_json", "towpath_channel"] {
        assert!(drawn.stdout().contains(table), "{drawn}");
    }
}

#[test]
fn a_channel_in_sqlite_has_tables_too() {
    let packages = channel(&["lock"]);
    let erd = || Towpath::new(["db", "erd"]).arg(packages.path()).run();
    let nothing = erd();
    assert_eq!(nothing.status(), 1);
    assert!(nothing.stderr().contains("has no database"), "{nothing}");
    let _ = environment::index(&packages, &[]).succeeded();
    let drawn = erd().succeeded();
    for line in [
        r#"    index_json |o..o{ towpath_artifact : "path, same value""#,
        "        INTEGER indexed_timestamp",
        "        TEXT path PK",
    ] {
        assert!(drawn.stdout().contains(line), "{line}: {drawn}");
    }
}

#[test]
fn tables_of_gluesql_are_not_drawn() {
    let packages = channel(&["lock"]);
    let _ = environment::index(&packages, &["--db", "gluesql"]).succeeded();
    let outcome = Towpath::new(["db", "erd"]).arg(packages.path()).run();
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("is kept in GlueSQL"), "{outcome}");
}

/// As somebody who may only read, and in a schema.
#[test]
fn a_diagram_needs_no_rights() {
    let database = PostgresqlDatabase::new();
    let url = format!("{}?schema=Other%20%22one%22", database.url());
    let _ = db(&["create", "--upgrade"], &url).succeeded();
    let _ = index(&channel(&["lock"]), &url, &[]).succeeded();
    let role = towpath_tests::postgresql::new_role("LOGIN");
    let _ = db(&["roles", "--reader", &role], &url).succeeded();
    let reader = format!("{}?schema=Other%20%22one%22", database.url_as(&role));
    let drawn = db(&["erd"], &reader).succeeded();
    assert!(drawn.stdout() == db(&["erd"], &url).succeeded().stdout());
    assert!(drawn.stdout().contains("index_json |o..o{ stat"));
}
