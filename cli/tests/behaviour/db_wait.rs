//! `towpath db wait`: for a server, and for its tables.

use std::time::{Duration, Instant};

use rstest::rstest;
use towpath_tests::PostgresqlDatabase;
use towpath_tests::postgresql::{PASSWORD, new_role};

use crate::db_create::db;
use crate::environment::Towpath;

#[test]
fn a_server_that_is_there_is_not_waited_for() {
    let database = PostgresqlDatabase::new();
    let url = database.url_as(&new_role("LOGIN"));
    let outcome = db(&["wait"], &url).succeeded();
    assert!(outcome.stderr().contains("is ready after"), "{outcome}");
}

#[test]
fn a_server_that_is_not_there_is_waited_for_until_the_time_is_over() {
    let url = format!("postgresql://me:{PASSWORD}@127.0.0.1:1/channels");
    let started = Instant::now();
    let outcome = db(&["wait", "--timeout", "1500ms"], &url);
    assert!(started.elapsed() >= Duration::from_millis(1200));
    assert_eq!(
        (outcome.status(), outcome.stderr().lines().count()),
        (1, 1),
        "{outcome}"
    );
    for part in ["not ready within 1.5 s", "127.0.0.1", "no server listens there"] {
        assert!(outcome.stderr().contains(part), "{outcome}");
    }
}

/// A host that takes connections and never says a word.
#[test]
fn a_server_that_is_silent_is_not_waited_for_longer() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "postgresql://me@{}/channels?sslmode=disable",
        silent.local_addr().unwrap()
    );
    let started = Instant::now();
    let outcome = db(&["wait", "--timeout", "2"], &url);
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("no answer within"), "{outcome}");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_database_is_ready_when_somebody_has_upgraded_it() {
    let database = PostgresqlDatabase::to_be_made();
    let outcome = db(&["wait", "--ready", "--timeout", "500ms"], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("make the database first"), "{outcome}");

    let _ = db(&["create"], &database.url()).succeeded();
    let _ = db(&["wait"], &database.url()).succeeded();
    let outcome = db(&["wait", "--ready", "--timeout", "500ms"], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("has no tables yet"), "{outcome}");

    let mut waiting = Towpath::new(["db", "wait", "--ready", "--db-url", &database.url()]).start();
    std::thread::sleep(Duration::from_millis(500));
    assert!(!waiting.is_over());
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
    let _ = waiting.wait().succeeded();
}

#[rstest]
#[case("soon")]
#[case("-1s")]
fn a_time_that_is_none(#[case] time: &str) {
    let timeout = format!("--timeout={time}");
    assert_eq!(db(&["wait", &timeout], "postgresql:///nowhere").status(), 2);
}
