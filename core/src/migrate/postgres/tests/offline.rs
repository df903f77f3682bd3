//! Scripts to be run later by psql.

use std::process::Output;

use super::*;

fn script(from: u32, to: u32) -> String {
    PostgresDatabase::offline_sql(&Migrations::postgres(), from, to, &Options::default()).unwrap()
}

fn psql(fresh: &Fresh, script: &str) -> Output {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, script.as_bytes()).unwrap();
    program("psql")
        .args(["--no-psqlrc", "--quiet", &fresh.url, "--file"])
        .arg(file.path())
        .output()
        .unwrap()
}

fn succeeds(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The history without who, when and how long.
fn history(fresh: &Fresh) -> Vec<HistoryRow> {
    let mut rows = run(&mut fresh.connect(), |runner| runner.history().unwrap());
    for row in &mut rows {
        row.applied_at = jiff::Timestamp::UNIX_EPOCH;
        row.applied_by = None;
        row.duration_ms = None;
    }
    rows
}

#[rstest::rstest]
#[case(0, 3)]
#[case(0, 2)]
#[case(1, 3)]
#[case(2, 3)]
#[case(3, 2)]
#[case(3, 0)]
#[case(3, 4)]
#[case(4, 3)]
#[case(0, 4)]
#[case(4, 0)]
#[case(2, 1)]
fn a_script_does_what_running_the_steps_does(#[case] from: u32, #[case] to: u32) {
    let (online, offline) = (Fresh::at(from), Fresh::at(from));
    let target = Target::Version(to);
    if from < to {
        upgrade(&mut online.connect(), target).unwrap();
    } else {
        downgrade(&mut online.connect(), target).unwrap();
    }
    succeeds(&psql(&offline, &script(from, to)));
    assert_eq!(history(&offline), history(&online));
    assert_eq!(offline.dump(), online.dump());
    let mut client = offline.connect();
    assert_eq!(catalogue(&mut client), catalogue(&mut online.connect()));
    assert_eq!(status(&mut client).version(), to);
}

#[rstest::rstest]
#[case::behind(1, 2, 3, "the database has version 1, and this step begins with 2")]
#[case::ahead(3, 1, 3, "the database has version 3, and this step begins with 1")]
#[case::not_empty(1, 0, 3, "the schema is not empty")]
fn a_script_for_another_version_does_nothing(
    #[case] version: u32,
    #[case] from: u32,
    #[case] to: u32,
    #[case] says: &str,
) {
    let fresh = Fresh::at(version);
    let before = (fresh.dump(), history(&fresh));
    let output = psql(&fresh, &script(from, to));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains(says), "{said}");
    assert_eq!((fresh.dump(), history(&fresh)), before);
}

#[test]
fn a_script_rebuilds_an_index_that_was_interrupted() {
    let fresh = Fresh::at(2);
    let mut client = fresh.connect();
    client
        .batch_execute(
            "CREATE INDEX towpath_stat_prefix ON stat (size);
             UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'towpath_stat_prefix'::regclass",
        )
        .unwrap();
    succeeds(&psql(&fresh, &script(2, 3)));
    assert_eq!(run(&mut client, |runner| runner.check().unwrap()), []);
}

#[test]
fn a_script_does_not_run_beside_a_migrator() {
    let fresh = Fresh::at(1);
    let mut client = fresh.connect();
    let mut database = PostgresDatabase::new(&mut client).unwrap();
    database.lock(Execution::EachAlone, &Timeouts::default()).unwrap();
    let said = String::from_utf8(psql(&fresh, &script(1, 3)).stderr).unwrap();
    assert!(
        said.contains("another migration of this schema is at work"),
        "{said}"
    );
    database.release(Execution::EachAlone, End::Commit).unwrap();
    succeeds(&psql(&fresh, &script(1, 3)));
}

#[test]
fn there_is_no_script_to_a_version_that_does_not_exist() {
    let next = head() + 1;
    let error =
        PostgresDatabase::offline_sql(&Migrations::postgres(), 0, next, &Options::default()).unwrap_err();
    let says = format!("there is no version {next}");
    assert!(error.to_string().contains(&says), "{error}");
}
