//! The steps on storages in memory and in files.

#[cfg(feature = "gluesql-redb")]
use gluesql_core::store::Transaction;
use gluesql_memory_storage::MemoryStorage;

use super::*;
use crate::migrate::{Access, DataLoss, Event, How, MigrateError, Moved, Options, Runner, Status, Target};

fn run<S: RowStorage, T>(
    storage: &mut S,
    work: impl FnOnce(&mut Runner<'_, GluesqlDatabase<'_, S>>) -> T,
) -> T {
    let mut database = GluesqlDatabase::new(storage);
    work(&mut Runner::new(
        &mut database,
        &Migrations::gluesql(),
        Options::default(),
    ))
}

fn silent() -> impl FnMut(Event<'_>) {
    |_| {}
}

fn upgrade<S: RowStorage>(storage: &mut S, target: Target) -> Result<Moved, MigrateError> {
    run(storage, |runner| runner.upgrade(target, &mut silent()))
}

fn catalogue<S: RowStorage>(storage: &mut S) -> String {
    GluesqlDatabase::new(storage).catalogue().unwrap().to_string()
}

fn execute_sql<S: RowStorage>(storage: &mut S, sql: &str) {
    let mut database = GluesqlDatabase::new(storage);
    let execution = Execution::OneTransaction;
    database.lock(execution, &Timeouts::default()).unwrap();
    database.execute(execution, Statement { text: sql }).unwrap();
    database.release(execution, End::Commit).unwrap();
}

fn at_head() -> MemoryStorage {
    let mut storage = MemoryStorage::default();
    upgrade(&mut storage, Target::Head).unwrap();
    storage
}

/// The snapshots that are compiled in are what the steps make. `UPDATE_CATALOGUE=1` writes them.
#[test]
fn every_step_leaves_the_catalogue_that_is_compiled_in() {
    let mut storage = MemoryStorage::default();
    let migrations = Migrations::gluesql();
    for version in 1..=migrations.head() {
        upgrade(&mut storage, Target::Up(1)).unwrap();
        if std::env::var_os("UPDATE_CATALOGUE").is_some() {
            let path = format!(
                "{}/src/migrate/gluesql/catalogue/{version:04}.txt",
                env!("CARGO_MANIFEST_DIR"),
            );
            fs_err::write(path, catalogue(&mut storage)).unwrap();
        } else {
            assert_eq!(catalogue(&mut storage), migrations.expected(version).to_string());
        }
    }
}

/// The same of the file of a channel's environments, with rows in it.
#[test]
fn the_steps_of_environments_go_up_and_down() {
    let mut storage = MemoryStorage::default();
    let migrations = Migrations::gluesql_environments();
    let up = |storage: &mut MemoryStorage| {
        let mut database = GluesqlDatabase::new(storage);
        let mut runner = Runner::new(&mut database, &migrations, Options::default());
        runner.upgrade(Target::Head, &mut silent()).unwrap();
    };
    let down = |storage: &mut MemoryStorage, loss: DataLoss| {
        let mut database = GluesqlDatabase::new(storage);
        let mut runner = Runner::new(&mut database, &migrations, Options::default());
        runner.downgrade(Target::Base, loss, &mut silent()).map(|_| ())
    };
    up(&mut storage);
    let live = catalogue(&mut storage);
    if std::env::var_os("UPDATE_CATALOGUE").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/migrate/gluesql/environments/catalogue/0001.txt"
        );
        fs_err::write(path, live).unwrap();
        return;
    }
    assert_eq!(live, migrations.expected(1).to_string());
    execute_sql(
        &mut storage,
        "INSERT INTO towpath_sequence VALUES ('towpath_build', 7)",
    );
    let refused = down(&mut storage, DataLoss::Refuse).unwrap_err();
    assert!(refused.to_string().contains("towpath_sequence"), "{refused}");
    down(&mut storage, DataLoss::Allow).unwrap();
    assert!(!catalogue(&mut storage).contains("towpath_sequence"));
    up(&mut storage);
    assert_eq!(catalogue(&mut storage), live);
}

#[test]
fn every_step_is_one_transaction() {
    for step in Migrations::gluesql().iter() {
        for script in [&step.up, &step.down] {
            assert_eq!(script.execution(), Execution::OneTransaction);
        }
    }
}

#[test]
fn the_history_says_what_ran() {
    let rows = run(&mut at_head(), |runner| runner.history().unwrap());
    assert_eq!(rows.len(), 1);
    let migrations = Migrations::gluesql();
    let step = migrations.get(1).unwrap();
    assert_eq!(
        (&*rows[0].name, &rows[0].sha256, rows[0].how),
        (&*step.name, &step.up.sha256(), How::Applied)
    );
    assert_eq!(rows[0].down_sql.as_deref(), Some(step.down.text()));
    let age = jiff::Timestamp::now().duration_since(rows[0].applied_at);
    assert!(age.as_secs().abs() < 600, "{age:?}");
}

#[test]
fn a_step_back_asks_for_leave_and_leaves_nothing() {
    let mut storage = at_head();
    execute_sql(&mut storage, "INSERT INTO towpath_store VALUES ('a', 1)");
    let error = run(&mut storage, |runner| {
        runner.downgrade(Target::Base, DataLoss::Refuse, &mut silent())
    });
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("1 row of towpath_store, 0 rows of stat_"),
        "{error}"
    );
    run(&mut storage, |runner| {
        runner
            .downgrade(Target::Base, DataLoss::Allow, &mut silent())
            .unwrap();
    });
    assert_eq!(storage.items.len(), 0);
    assert_eq!(
        run(&mut storage, |runner| runner.status().unwrap()),
        Status::Empty
    );
}

#[test]
fn tables_without_a_history_are_adopted_with_their_rows() {
    let mut storage = at_head();
    execute_sql(&mut storage, "INSERT INTO towpath_store VALUES ('a', 1)");
    execute_sql(&mut storage, "DROP TABLE towpath_migration");
    assert_eq!(
        run(&mut storage, |runner| runner.status().unwrap()),
        Status::Unmanaged
    );
    let status = run(&mut storage, |runner| {
        runner.bring_up_to_date(&mut silent()).unwrap()
    });
    assert_eq!(status, Status::Current { version: 1 });
    let rows = run(&mut storage, |runner| runner.history().unwrap());
    assert_eq!(rows.iter().map(|row| row.how).collect::<Vec<_>>(), [How::Adopted]);
    assert_eq!(storage.items["towpath_store"].rows.len(), 1);
}

#[test]
fn a_newer_store_is_written_while_it_may_be() {
    for (level, access) in [(1, Access::Write), (2, Access::Refused)] {
        let mut storage = at_head();
        execute_sql(
            &mut storage,
            &format!(
                "INSERT INTO towpath_migration VALUES
                 (2, 'newer', '', NULL, {level}, {level}, 'applied', NOW(), NULL, 'newer', NULL)"
            ),
        );
        let opened = run(&mut storage, |runner| runner.bring_up_to_date(&mut silent()));
        match opened {
            Ok(status) => assert_eq!(status.access(), access),
            Err(error) => {
                assert_eq!(access, Access::Refused);
                assert!(
                    matches!(error, MigrateError::Newer { version: 2, known: 1 }),
                    "{error}"
                );
            }
        }
    }
}

#[rstest::rstest]
#[case("DROP TABLE icon", "table icon is missing", true)]
#[case("CREATE TABLE towpath_more (a INT)", "table towpath_more is no part", true)]
#[case(
    "ALTER TABLE about ADD COLUMN more INT NULL",
    "table about is `CREATE TABLE",
    false
)]
fn drift_is_found_and_mended_where_gluesql_can(
    #[case] change: &str,
    #[case] sentence: &str,
    #[case] can_be_mended: bool,
) {
    let mut storage = at_head();
    let check = |storage: &mut MemoryStorage| run(storage, |runner| runner.check().unwrap());
    assert_eq!(check(&mut storage), []);
    execute_sql(&mut storage, change);
    let drifts = check(&mut storage);
    assert!(drifts[0].sentence.contains(sentence), "{drifts:?}");
    assert_eq!(!drifts[0].repair.is_empty(), can_be_mended);
    for statement in drifts.iter().flat_map(|drift| &drift.repair) {
        execute_sql(&mut storage, statement);
    }
    assert_eq!(check(&mut storage).is_empty(), can_be_mended);
}

#[test]
fn tables_of_further_stages_and_of_others_are_no_drift() {
    let mut storage = at_head();
    execute_sql(&mut storage, "CREATE TABLE stat_clone (path TEXT PRIMARY KEY)");
    execute_sql(&mut storage, "CREATE TABLE theirs (a INT)");
    assert_eq!(run(&mut storage, |runner| runner.check().unwrap()), []);
    let mut empty = MemoryStorage::default();
    execute_sql(&mut empty, "CREATE TABLE stat_clone (path TEXT PRIMARY KEY)");
    assert_eq!(run(&mut empty, |runner| runner.status().unwrap()), Status::Empty);
}

#[cfg(feature = "gluesql-redb")]
#[test]
fn a_step_in_a_file_that_fails_leaves_nothing() {
    use gluesql_redb_storage::RedbStorage;

    let folder = tempfile::tempdir().unwrap();
    let mut storage = RedbStorage::new(folder.path().join("towpath.redb")).unwrap();
    storage.begin(true).unwrap();
    let broken = Migration::new(
        1,
        "broken",
        "CREATE TABLE towpath_a (a INT);\nINSERT INTO towpath_a VALUES ('x');",
        "",
        "",
    );
    let migrations = Migrations::new(vec![broken], ADOPTABLE);
    let mut database = GluesqlDatabase::new(&mut storage);
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    let error = runner.upgrade(Target::Head, &mut silent()).unwrap_err();
    assert!(error.to_string().contains("at `INSERT INTO towpath_a"), "{error}");
    assert_eq!(runner.status().unwrap(), Status::Empty);
    upgrade(&mut storage, Target::Head).unwrap();
    assert_eq!(catalogue(&mut storage), catalogue(&mut at_head()));
    assert_eq!(run(&mut storage, |runner| runner.check().unwrap()), []);
    storage.rollback().unwrap();
}
