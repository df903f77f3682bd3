//! Steps that ended half-way, and run again.

use std::thread;

use super::*;

/// An index build waits for whoever is in an older transaction: here it is killed meanwhile.
#[test]
fn a_migrator_that_is_killed_while_it_builds_an_index_leaves_a_step_that_runs_again() {
    let fresh = Fresh::at(2);
    let mut reader = fresh.connect();
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM towpath_store")
        .unwrap();
    let mut killed = fresh.connect();
    let pid: i32 = killed.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    let mut client = fresh.connect();
    thread::scope(|scope| {
        let migrator = scope.spawn(|| upgrade(&mut killed, Target::Head));
        while invalid_indexes(&mut client) == 0 {
            thread::sleep(Duration::from_millis(10));
        }
        client
            .execute("SELECT pg_terminate_backend($1)", &[&pid])
            .unwrap();
        migrator.join().unwrap().unwrap_err();
    });
    while client
        .query_opt("SELECT FROM pg_stat_activity WHERE pid = $1", &[&pid])
        .unwrap()
        .is_some()
    {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(status(&mut client).version(), 2);
    assert_eq!(invalid_indexes(&mut client), 1);
    let drifts = run(&mut client, |runner| runner.check().unwrap());
    assert!(drifts[0].sentence.contains("towpath_stat_prefix"), "{drifts:?}");

    reader.batch_execute("COMMIT").unwrap();
    upgrade(&mut client, Target::Head).unwrap();
    assert_eq!(invalid_indexes(&mut client), 0);
    assert_eq!(
        catalogue(&mut client),
        Migrations::postgres().expected(head()).to_string()
    );
}

/// Whatever statement it is at, the database has the version before or the one after.
#[test]
fn a_migrator_that_is_killed_within_a_transaction_leaves_nothing() {
    let fresh = Fresh::at(1);
    let before = fresh.dump();
    let mut steps: Vec<Migration> = Migrations::postgres().first(1).iter().cloned().collect();
    let up = "CREATE TABLE towpath_a (a int); SELECT pg_sleep(60); CREATE TABLE towpath_b (a int);";
    steps.push(Migration::new(2, "slow", up, "", ""));
    let slow = Migrations::new(steps, ADOPTABLE);
    let mut killed = fresh.connect();
    let pid: i32 = killed.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    let mut client = fresh.connect();
    thread::scope(|scope| {
        let migrator = scope.spawn(|| {
            with_runner(&mut killed, &slow, Options::default(), |runner| {
                runner.upgrade(Target::Head, &mut silent())
            })
        });
        let asleep = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'";
        while client.query_opt(asleep, &[&pid]).unwrap().is_none() {
            thread::sleep(Duration::from_millis(10));
        }
        client
            .execute("SELECT pg_terminate_backend($1)", &[&pid])
            .unwrap();
        migrator.join().unwrap().unwrap_err();
    });
    assert_eq!(fresh.dump(), before);
    upgrade(&mut client, Target::Head).unwrap();
}

/// A whole step that cannot be finished in time says who is in the way, and does not leave the
/// session's settings as they are within it.
#[test]
fn an_index_build_that_waits_too_long_names_the_transaction() {
    let fresh = Fresh::at(2);
    let mut reader = fresh.connect();
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT id FROM towpath_store")
        .unwrap();
    let mut client = fresh.connect();
    client.batch_execute("SET lock_timeout = '7s'").unwrap();
    let error = with_runner(&mut client, &Migrations::postgres(), impatient(), |runner| {
        runner.upgrade(Target::Head, &mut silent()).unwrap_err()
    });
    let text = error.to_string();
    assert!(
        matches!(error, MigrateError::Blocked { version: 3, .. }),
        "{text}"
    );
    assert!(text.contains("SELECT id FROM towpath_store"), "{text}");
    let timeout: String = client.query_one("SHOW lock_timeout", &[]).unwrap().get(0);
    assert_eq!(timeout, "7s");
    let locks: i64 = client
        .query_one(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(locks, 0);

    reader.batch_execute("COMMIT").unwrap();
    upgrade(&mut client, Target::Head).unwrap();
    assert_eq!(invalid_indexes(&mut client), 0);
}

#[test]
fn a_step_that_fails_leaves_nothing_and_says_where() {
    let fresh = Fresh::at(1);
    let mut client = fresh.connect();
    let before = fresh.dump();
    let mut steps: Vec<Migration> = Migrations::postgres().first(1).iter().cloned().collect();
    steps.push(Migration::new(
        2,
        "broken",
        "CREATE TABLE towpath_a (a int);\nCREATE TABLE stat (a int);",
        "",
        "",
    ));
    let broken = Migrations::new(steps, ADOPTABLE);
    let error = with_runner(&mut client, &broken, Options::default(), |runner| {
        runner
            .upgrade(Target::Head, &mut silent())
            .unwrap_err()
            .to_string()
    });
    assert_eq!(
        error,
        "step 2 (broken) failed: relation \"stat\" already exists, at `CREATE TABLE stat (a int)`"
    );
    assert_eq!(fresh.dump(), before);
    upgrade(&mut client, Target::Head).unwrap();
}

/// `IF NOT EXISTS` looks at the name only.
#[test]
fn an_index_of_the_same_name_and_another_definition_is_found() {
    let fresh = Fresh::at(2);
    let mut client = fresh.connect();
    client
        .batch_execute("CREATE INDEX towpath_stat_prefix ON stat (size)")
        .unwrap();
    upgrade(&mut client, Target::Head).unwrap();
    let drifts = run(&mut client, |runner| runner.check().unwrap());
    let sentences: Vec<&str> = drifts.iter().map(|drift| drift.sentence.as_str()).collect();
    assert_eq!(
        sentences,
        [
            "index stat.towpath_stat_prefix is `CREATE INDEX towpath_stat_prefix ON stat USING btree (size)` \
             and should be `CREATE INDEX towpath_stat_prefix ON stat USING btree (stage, path \
             text_pattern_ops) INCLUDE (mtime, size)`"
        ]
    );
}

fn invalid_indexes(client: &mut Client) -> i64 {
    client
        .query_one("SELECT count(*) FROM pg_index WHERE NOT indisvalid", &[])
        .unwrap()
        .get(0)
}
