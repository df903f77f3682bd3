//! Several migrators at once, and others in the way.

use std::sync::{Barrier, Mutex};
use std::thread;

use super::*;

#[test]
fn of_sixteen_migrators_all_succeed_and_each_step_runs_once() {
    let fresh = Fresh::new();
    let barrier = Barrier::new(16);
    let ran = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut client = fresh.connect();
                barrier.wait();
                let moved = upgrade(&mut client, Target::Head).unwrap();
                assert_eq!(moved.to, head());
                ran.lock()
                    .unwrap()
                    .extend(moved.steps.into_iter().map(|step| step.version));
                assert_eq!(status(&mut client), current());
            });
        }
    });
    let mut ran = ran.into_inner().unwrap();
    ran.sort_unstable();
    assert_eq!(ran, (1..=head()).collect::<Vec<_>>());
    let mut client = fresh.connect();
    assert_eq!(
        catalogue(&mut client),
        Migrations::postgres().expected(head()).to_string()
    );
    let ids: i64 = client
        .query_one("SELECT count(*) FROM towpath_store", &[])
        .unwrap()
        .get(0);
    assert_eq!(ids, 1);
}

#[test]
fn of_sixteen_adopters_all_succeed() {
    let fresh = Fresh::new();
    fresh.connect().batch_execute(adoption::CONDA_INDEX).unwrap();
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut client = fresh.connect();
                barrier.wait();
                let status = run(&mut client, |runner| runner.bring_up_to_date(&mut silent()));
                assert_eq!(status.unwrap(), current());
            });
        }
    });
    let rows = run(&mut fresh.connect(), |runner| runner.history().unwrap());
    let how: Vec<How> = rows.iter().map(|row| row.how).collect();
    assert_eq!(how, adopted());
}

#[test]
fn a_migrator_that_waits_too_long_names_the_other() {
    let fresh = Fresh::new();
    let mut other = fresh.connect();
    let mut database = PostgresDatabase::new(&mut other).unwrap();
    let taken = database.lock(Execution::EachAlone, &Timeouts::default()).unwrap();
    assert_eq!(taken, Locking::Taken);
    let mut client = fresh.connect();
    let mut waited = 0;
    let error = with_runner(&mut client, &Migrations::postgres(), impatient(), |runner| {
        runner.upgrade(Target::Head, &mut |event| {
            if let Event::Waiting { whom: Some(_) } = event {
                waited += 1;
            }
        })
    });
    let error = error.unwrap_err();
    assert!(
        matches!(&error, MigrateError::Busy { holder: Some(holder), .. } if holder.user == "towpath"),
        "{error}"
    );
    assert!(waited > 1, "{waited}");
    database.release(Execution::EachAlone, End::Commit).unwrap();
    upgrade(&mut client, Target::Head).unwrap();
}

/// Another schema of the database is another lock.
#[test]
fn a_migrator_of_another_schema_is_not_in_the_way() {
    let fresh = Fresh::new();
    let mut other = fresh.connect();
    other
        .batch_execute("CREATE SCHEMA other; SET search_path = other")
        .unwrap();
    let mut database = PostgresDatabase::new(&mut other).unwrap();
    database.lock(Execution::EachAlone, &Timeouts::default()).unwrap();
    let mut client = fresh.connect();
    with_runner(&mut client, &Migrations::postgres(), impatient(), |runner| {
        runner.upgrade(Target::Head, &mut silent()).unwrap();
    });
}

#[test]
fn who_keeps_a_table_is_named_and_waited_for() {
    let fresh = Fresh::at(1);
    let mut client = fresh.connect();
    let mut other = fresh.connect();
    other
        .batch_execute("BEGIN; LOCK TABLE stat IN ACCESS SHARE MODE")
        .unwrap();
    let error = with_runner(&mut client, &Migrations::postgres(), impatient(), |runner| {
        runner.downgrade(Target::Base, DataLoss::Allow, &mut silent())
    });
    let error = error.unwrap_err();
    let pid: i32 = other.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    assert!(
        matches!(&error, MigrateError::Blocked { version: 1, blocker: Some(blocker), .. } if blocker.pid == pid),
        "{error:?}"
    );
    assert!(error.to_string().contains("at `DROP TABLE stat`"), "{error}");
    assert_eq!(status(&mut client).version(), 1);

    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(400));
            other.batch_execute("COMMIT").unwrap();
        });
        let patient = Options {
            timeouts: Timeouts {
                lock: Duration::from_millis(50),
                ..Timeouts::default()
            },
            ..Options::default()
        };
        with_runner(&mut client, &Migrations::postgres(), patient, |runner| {
            runner
                .downgrade(Target::Base, DataLoss::Allow, &mut silent())
                .unwrap();
        });
    });
    assert_eq!(status(&mut client), Status::Empty);
}

#[test]
fn a_statement_that_takes_too_long_is_ended() {
    let fresh = Fresh::new();
    let mut client = fresh.connect();
    let slow = Migration::new(
        1,
        "slow",
        "CREATE TABLE towpath_a (a int); SELECT pg_sleep(60);",
        "",
        "",
    );
    let migrations = Migrations::new(vec![slow], 1);
    let options = Options {
        timeouts: Timeouts {
            statement: Duration::from_millis(100),
            ..Timeouts::default()
        },
        ..Options::default()
    };
    let error = with_runner(&mut client, &migrations, options, |runner| {
        runner.upgrade(Target::Head, &mut silent()).unwrap_err()
    });
    assert!(
        matches!(&error, MigrateError::Statement { source, .. } if source.cause == Cause::TooSlow),
        "{error}"
    );
    assert_eq!(status(&mut client), Status::Empty);
}
