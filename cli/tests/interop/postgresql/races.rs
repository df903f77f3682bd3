//! Several runs at once on one database.

use std::process::{Child, Command, Stdio};

use towpath_tests::PostgresqlDatabase;

use crate::channel::{Packages, TestChannel, generator};
use crate::documents::Documents;
use crate::towpath::{self, Run};

fn start(channel: &TestChannel, url: &str, more: &[&str]) -> Child {
    let options = ["--db", "postgresql", "--db-url", url, "--no-indexed-timestamp"];
    towpath::command(channel.path(), &[&options, more].concat())
        .spawn()
        .unwrap()
}

fn finish(run: Child) -> Run {
    Run::of(&run.wait_with_output().unwrap())
}

#[test]
fn of_sixteen_first_runs_all_succeed_and_the_tables_are_made_once() {
    let database = PostgresqlDatabase::new();
    let packages = Packages::generated(&generator(0.0), 10);
    let channels: Vec<_> = (0..16).map(|_| packages.channel()).collect();
    let runs: Vec<_> = channels
        .iter()
        .map(|channel| start(channel, &database.url(), &[]))
        .collect();
    for run in runs {
        let run = finish(run);
        assert_eq!((run.status, run.read()), (Some(0), 10), "{}", run.stderr);
    }
    let steps: Vec<i64> = database
        .connect()
        .query("SELECT version FROM towpath_migration ORDER BY version", &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(steps, (1..=steps.len() as i64).collect::<Vec<_>>());
    for channel in &channels {
        assert_eq!(channel.records().len(), 10);
    }
}

/// Two machines with copies of one channel: they share what is known of the packages.
#[test]
fn of_two_runs_over_copies_of_a_channel_one_waits_and_reads_nothing() {
    let database = PostgresqlDatabase::new();
    let packages = Packages::generated(&generator(0.0), 400);
    let copies = [packages.channel(), packages.channel()];
    for copy in &copies {
        let cache = copy.path().join(".cache");
        fs_err::create_dir(&cache).unwrap();
        fs_err::write(cache.join("cache.json"), r#"{"channel_id": "both"}"#).unwrap();
    }
    let runs = [0, 1].map(|copy| start(&copies[copy], &database.url(), &[]));
    let runs = runs.map(finish);
    let read: u64 = runs.iter().map(Run::read).sum();
    assert_eq!(read, 400, "{runs:?}");
    Documents::json(copies[0].path()).assert_are(&Documents::json(copies[1].path()));
    assert_eq!(copies[0].records().len(), 400);
}

#[test]
fn a_subdir_that_another_machine_indexes_is_skipped_or_an_error() {
    let database = PostgresqlDatabase::new();
    let channel = Packages::generated(&generator(0.0), 20).channel();
    assert_eq!(finish(start(&channel, &database.url(), &[])).status, Some(0));
    let prefix: serde_json::Value =
        serde_json::from_slice(&fs_err::read(channel.path().join(".cache/cache.json")).unwrap()).unwrap();
    let name = format!("towpath public {}/noarch", prefix["channel_id"].as_str().unwrap());
    let mut other = database.connect();
    other
        .execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", &[&name])
        .unwrap();
    let run = finish(start(&channel, &database.url(), &["--on-busy", "skip"]));
    assert_eq!(
        (run.status, run.skipped()),
        (Some(0), vec!["noarch"]),
        "{}",
        run.stderr
    );
    let run = finish(start(&channel, &database.url(), &["--on-busy", "fail"]));
    assert_eq!(run.status, Some(1));
    assert!(
        run.stderr.contains("another process is indexing noarch"),
        "{}",
        run.stderr
    );
    // Whoever held it is gone, and so is the lock.
    drop(other);
    assert_eq!(
        finish(start(&channel, &database.url(), &["--on-busy", "fail"])).status,
        Some(0)
    );
}

/// Steps of the tables, down and up again, while packages are read and recorded.
#[test]
fn a_run_goes_on_while_the_tables_are_migrated() {
    let database = PostgresqlDatabase::new();
    let url = database.url();
    let packages = Packages::generated(&generator(0.0), 600);
    let (channel, in_sqlite) = (packages.channel(), packages.channel());
    let upgrade = |target: &[&str]| {
        let status = Command::new(env!("CARGO_BIN_EXE_towpath"))
            .arg("db")
            .args(target)
            .args(["--db-url", &url])
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{target:?}");
    };
    upgrade(&["upgrade"]);
    let mut run = start(&channel, &url, &[]);
    // It has looked at the version once it writes.
    let mut client = database.connect();
    while !client
        .query_one("SELECT EXISTS (SELECT FROM index_json)", &[])
        .unwrap()
        .get::<_, bool>(0)
    {
        assert!(
            run.try_wait().unwrap().is_none(),
            "it ended before it began to write"
        );
    }
    upgrade(&["downgrade", "2"]);
    upgrade(&["upgrade"]);
    let run = finish(run);
    assert_eq!((run.status, run.read()), (Some(0), 600), "{run:?}");
    towpath::index(in_sqlite.path(), &["--no-indexed-timestamp"]);
    Documents::json(channel.path()).assert_are(&Documents::json(in_sqlite.path()));
}
