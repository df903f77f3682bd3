//! `towpath db doctor`: what is found out about a database, and how it is told.

use serde_json::Value;
use towpath_tests::PostgresqlDatabase;
use towpath_tests::postgresql::{PASSWORD, new_role};

use crate::db_create::{channel, db, index};

/// What was found, by subject.
struct Report {
    status: i32,
    findings: Vec<Value>,
}

impl Report {
    fn of(url: &str) -> Self {
        let outcome = db(&["doctor", "--json"], url);
        let mut report: Value = serde_json::from_str(outcome.stdout()).unwrap();
        let Value::Array(findings) = report["findings"].take() else {
            panic!("{outcome}")
        };
        Self {
            status: outcome.status(),
            findings,
        }
    }

    /// `health: what` of what is worst about a subject.
    fn told(&self, subject: &str) -> String {
        let of = |health: &str| {
            self.findings
                .iter()
                .find(|finding| finding["subject"] == subject && finding["health"] == health)
        };
        let finding = of("error").or(of("warning")).or(of("ok"));
        let finding = finding.unwrap_or_else(|| panic!("nothing about {subject}: {:?}", self.findings));
        let health = finding["health"].as_str().unwrap();
        assert_eq!(finding["advice"].is_string(), health != "ok", "{finding}");
        format!("{health}: {}", finding["what"].as_str().unwrap())
    }
}

/// A migrated database, and its owner.
fn migrated() -> (PostgresqlDatabase, String) {
    let database = PostgresqlDatabase::to_be_made();
    let url = database.url_as(&new_role("LOGIN CREATEDB"));
    let _ = db(&["create", "--upgrade"], &url).succeeded();
    (database, url)
}

#[test]
fn a_healthy_database_has_no_errors() {
    let (_database, url) = migrated();
    let _ = index(&channel(&["lock"]), &url, &[]).succeeded();
    let report = Report::of(&url);
    assert_eq!(report.status, 0);
    for (subject, begins) in [
        ("version", "ok: PostgreSQL 1"),
        ("encryption", "ok: none, over a Unix socket"),
        ("writable", "ok: "),
        ("connections", "ok: "),
        ("clock", "ok: "),
        ("jit", "ok: o"),
        ("encoding", "ok: UTF8"),
        ("collation", "ok: "),
        ("role", "ok: "),
        ("rights", "ok: the role may read and write, and create tables"),
        ("size", "ok: the database has "),
        ("indexes", "ok: all are valid"),
        ("sessions", "ok: two connections kept a session"),
        ("migrations", "ok: the tables have version 4"),
    ] {
        assert!(
            report.told(subject).starts_with(begins),
            "{}",
            report.told(subject)
        );
    }
    let mut sizes = report
        .findings
        .iter()
        .filter(|finding| finding["subject"] == "size");
    assert!(
        sizes.next_back().unwrap()["what"]
            .as_str()
            .unwrap()
            .contains("index_json ")
    );

    let text = db(&["doctor"], &url).succeeded();
    assert!(text.stdout().contains("\nok       version: PostgreSQL"), "{text}");
}

#[test]
fn who_is_who_is_told() {
    let (database, owner) = migrated();
    let superuser = Report::of(&database.url());
    assert!(superuser.told("role").starts_with("warning: ") && superuser.status == 0);
    let nobody = Report::of(&database.url_as(&new_role("LOGIN")));
    assert!(nobody.told("rights").starts_with("error: the role may not read"));
    assert_eq!(nobody.status, 1);
    let reader = new_role("LOGIN");
    let _ = db(&["roles", "--reader", &reader], &owner).succeeded();
    let reader = Report::of(&database.url_as(&reader));
    assert!(
        reader
            .told("rights")
            .starts_with("warning: the role may read, and not write")
    );
    assert!(reader.told("migrations").starts_with("ok: "));
    assert_eq!(reader.status, 0);
}

#[test]
fn what_is_ill_is_told_with_what_to_do() {
    let (database, url) = migrated();
    database
        .connect()
        .batch_execute(
            "INSERT INTO stat (stage, path) SELECT 'fs', 'a/noarch/' || n FROM generate_series(1, 5000) AS n;
             ALTER TABLE stat SET (autovacuum_enabled = off)",
        )
        .unwrap();
    database
        .connect()
        .batch_execute(
            "DELETE FROM stat;
             UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'towpath_stat_prefix'::regclass;
             UPDATE pg_database SET datcollversion = '0.0' WHERE datname = current_database() AND datcollversion IS NOT NULL;
             DELETE FROM towpath_migration WHERE version > 2",
        )
        .unwrap();
    // A session tells what it did when it ends, and not at once.
    let is_told = || {
        let query = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'stat'";
        database.connect().query_one(query, &[]).unwrap().get::<_, i64>(0) > 4000
    };
    while !is_told() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let report = Report::of(&url);
    assert_eq!(report.status, 1);
    for (subject, begins) in [
        (
            "dead rows",
            "warning: 5000 dead rows stand beside 0 live ones in stat",
        ),
        ("indexes", "warning: towpath_stat_prefix on stat is invalid"),
        (
            "migrations",
            "error: the database has version 2, and this towpath needs 4",
        ),
    ] {
        assert!(
            report.told(subject).starts_with(begins),
            "{}",
            report.told(subject)
        );
    }
    let text = db(&["doctor"], &url);
    assert!(
        text.stdout()
            .contains("-> REINDEX INDEX CONCURRENTLY towpath_stat_prefix;"),
        "{text}"
    );
}

#[test]
fn a_database_that_may_only_be_read_is_ill() {
    let (database, url) = migrated();
    let sql = format!(
        "ALTER DATABASE {} SET default_transaction_read_only = on",
        database.name()
    );
    database.connect().batch_execute(&sql).unwrap();
    let report = Report::of(&url);
    assert!(
        report
            .told("writable")
            .starts_with("error: transactions are read-only")
    );
    assert_eq!(report.status, 1);
}

#[test]
fn another_encoding_is_ill() {
    let database = PostgresqlDatabase::to_be_made();
    let sql = format!(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
        database.name()
    );
    PostgresqlDatabase::new().connect().batch_execute(&sql).unwrap();
    let report = Report::of(&database.url());
    assert!(report.told("encoding").starts_with("error: LATIN1"));
    assert!(
        report
            .told("migrations")
            .starts_with("warning: the database has no tables yet")
    );
}

#[test]
fn a_server_that_is_not_there_is_a_finding() {
    let url = format!("postgresql://me:{PASSWORD}@127.0.0.1:1/channels?sslmode=disable");
    let missing = PostgresqlDatabase::to_be_made();
    for url in [missing.url(), url] {
        let report = Report::of(&url);
        assert!(report.told("connection").starts_with("error: cannot connect to"));
        assert_eq!((report.status, report.findings.len()), (1, 1));
    }
}
