//! The steps on files.

use std::path::Path;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::migrate::{Access, DataLoss, Event, How, MigrateError, Moved, Options, Runner, Status, Target};

/// A file as conda-index makes it.
struct File {
    folder: TempDir,
}

const CONDA_INDEX: &str = "
    CREATE TABLE about (path TEXT PRIMARY KEY, about BLOB);
    CREATE TABLE index_json (
            path TEXT PRIMARY KEY, index_json BLOB,
            name AS (json_extract(index_json, '$.name')),
            sha256 AS (json_extract(index_json, '$.sha256'))
        );
    CREATE TABLE recipe (path TEXT PRIMARY KEY, recipe BLOB);
    CREATE TABLE recipe_log (path TEXT PRIMARY KEY, recipe_log BLOB);
    CREATE TABLE run_exports (path TEXT PRIMARY KEY, run_exports BLOB);
    CREATE TABLE post_install (path TEXT PRIMARY KEY, post_install BLOB);
    CREATE TABLE icon (path TEXT PRIMARY KEY, icon_png BLOB);
    CREATE TABLE stat (
                stage TEXT NOT NULL DEFAULT 'indexed',
                path TEXT NOT NULL,
                mtime NUMBER,
                size INTEGER,
                sha256 TEXT,
                md5 TEXT,
                last_modified TEXT,
                etag TEXT
            );
    CREATE UNIQUE INDEX idx_stat ON stat (path, stage);
    CREATE INDEX idx_stat_stage ON stat (stage, path);
    PRAGMA user_version = 2;
";

impl File {
    fn new() -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        file.connect().execute_batch(CONDA_INDEX).unwrap();
        file
    }

    fn at_head() -> Self {
        let file = Self::new();
        upgrade(&file.connect(), Target::Head).unwrap();
        file
    }

    fn connect(&self) -> Connection {
        connect(&self.folder.path().join("cache.db"))
    }
}

fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    connection.busy_timeout(Duration::from_secs(60)).unwrap();
    connection
}

fn run<T>(connection: &Connection, work: impl FnOnce(&mut Runner<'_, SqliteDatabase<'_>>) -> T) -> T {
    let mut database = SqliteDatabase::new(connection);
    work(&mut Runner::new(
        &mut database,
        &Migrations::sqlite(),
        Options::default(),
    ))
}

fn silent() -> impl FnMut(Event<'_>) {
    |_| {}
}

fn upgrade(connection: &Connection, target: Target) -> Result<Moved, MigrateError> {
    run(connection, |runner| runner.upgrade(target, &mut silent()))
}

fn catalogue(connection: &Connection) -> String {
    SqliteDatabase::new(connection).catalogue().unwrap().to_string()
}

/// What `.schema` says, and the rows of the tables that conda-index does not know.
fn schema(connection: &Connection) -> Vec<String> {
    connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .unwrap()
        .query_map((), |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// The snapshots that are compiled in are what the steps make. `UPDATE_CATALOGUE=1` writes them.
#[test]
fn every_step_leaves_the_catalogue_that_is_compiled_in() {
    let file = File::new();
    let connection = file.connect();
    let migrations = Migrations::sqlite();
    for version in 0..=migrations.head() {
        if std::env::var_os("UPDATE_CATALOGUE").is_some() {
            let path = format!(
                "{}/src/migrate/sqlite/catalogue/{version:04}.txt",
                env!("CARGO_MANIFEST_DIR"),
            );
            fs_err::write(path, catalogue(&connection)).unwrap();
        } else {
            assert_eq!(catalogue(&connection), migrations.expected(version).to_string());
        }
        if version < migrations.head() {
            upgrade(&connection, Target::Up(1)).unwrap();
        }
    }
}

/// The same of the file of a channel's environments, with rows in it.
#[test]
fn the_steps_of_environments_go_up_and_down() {
    let connection = Connection::open_in_memory().unwrap();
    let migrations = Migrations::sqlite_environments();
    let mut database = SqliteDatabase::new(&connection);
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    runner.upgrade(Target::Head, &mut silent()).unwrap();
    let live = catalogue(&connection);
    if std::env::var_os("UPDATE_CATALOGUE").is_some() {
        let path = "src/migrate/sqlite/environments/catalogue/0001.txt";
        fs_err::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), live).unwrap();
        return;
    }
    assert_eq!(live, migrations.expected(1).to_string());
    let before = schema(&connection);
    connection
        .execute_batch(
            "INSERT INTO towpath_namespace (name, created_at) VALUES ('team', '2026-01-01T00:00:00.000000Z')",
        )
        .unwrap();
    let mut database = SqliteDatabase::new(&connection);
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    assert_eq!(runner.check().unwrap(), []);
    let refused = runner.downgrade(Target::Base, DataLoss::Refuse, &mut silent());
    assert!(
        refused.unwrap_err().to_string().contains("towpath_namespace"),
        "{before:?}"
    );
    runner
        .downgrade(Target::Base, DataLoss::Allow, &mut silent())
        .unwrap();
    assert!(!catalogue(&connection).contains("towpath_namespace"));
    let mut database = SqliteDatabase::new(&connection);
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    runner.upgrade(Target::Head, &mut silent()).unwrap();
    assert_eq!(schema(&connection), before);
}

#[test]
fn a_step_back_and_forth_changes_nothing() {
    let file = File::new();
    let connection = file.connect();
    let before = schema(&connection);
    for version in 1..=Migrations::sqlite().head() {
        upgrade(&connection, Target::Version(version)).unwrap();
    }
    let after = schema(&connection);
    let error = run(&connection, |runner| {
        runner.downgrade(Target::Base, DataLoss::Refuse, &mut silent())
    });
    let error = error.unwrap_err().to_string();
    assert!(error.contains("1 row of towpath_store;"), "{error}");
    run(&connection, |runner| {
        runner
            .downgrade(Target::Base, DataLoss::Allow, &mut silent())
            .unwrap();
    });
    assert_eq!(schema(&connection), before);
    upgrade(&connection, Target::Head).unwrap();
    assert_eq!(schema(&connection), after);
}

#[test]
fn every_step_is_one_transaction() {
    for step in Migrations::sqlite().iter() {
        for script in [&step.up, &step.down] {
            assert_eq!(script.execution(), Execution::OneTransaction);
            for statement in script.statements() {
                assert_ne!(
                    statement.effect(),
                    crate::migrate::Effect::Unknown,
                    "{}",
                    statement.text
                );
            }
        }
    }
}

#[test]
fn the_history_says_what_ran() {
    let file = File::at_head();
    let connection = file.connect();
    let rows = run(&connection, |runner| runner.history().unwrap());
    assert_eq!(rows.len(), 1);
    let migrations = Migrations::sqlite();
    let step = migrations.get(1).unwrap();
    assert_eq!(
        (&*rows[0].name, &rows[0].sha256),
        (&*step.name, &step.up.sha256())
    );
    assert_eq!(rows[0].down_sql.as_deref(), Some(step.down.text()));
    let age = jiff::Timestamp::now().duration_since(rows[0].applied_at);
    assert!(age.as_secs().abs() < 600, "{age:?}");
}

/// As towpath made its tables before there was a history.
const BEFORE: &str = "
    CREATE TABLE IF NOT EXISTS towpath_artifact (
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        indexed_timestamp INTEGER NOT NULL,
        PRIMARY KEY (path, sha256)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS towpath_recipe (
        path TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        is_rendered INTEGER NOT NULL,
        recipe BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS towpath_store (id TEXT NOT NULL);
    INSERT INTO towpath_store (id) VALUES ('before');
";

#[test]
fn of_sixteen_that_open_a_database_from_before_all_succeed_and_one_adopts_it() {
    for made_before in ["", BEFORE] {
        let file = File::new();
        file.connect().execute_batch(made_before).unwrap();
        let barrier = Barrier::new(16);
        let steps = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let connection = file.connect();
                    barrier.wait();
                    let status = run(&connection, |runner| {
                        runner.bring_up_to_date(&mut |event| {
                            if let Event::Finished { .. } = event {
                                *steps.lock().unwrap() += 1;
                            }
                        })
                    });
                    assert_eq!(status.unwrap(), Status::Current { version: 1 });
                });
            }
        });
        let connection = file.connect();
        let (how, ran) = if made_before.is_empty() {
            (How::Applied, 1)
        } else {
            (How::Adopted, 0)
        };
        assert_eq!(*steps.lock().unwrap(), ran);
        let rows = run(&connection, |runner| runner.history().unwrap());
        assert_eq!(rows.iter().map(|row| row.how).collect::<Vec<_>>(), [how]);
        assert_eq!(
            catalogue(&connection),
            Migrations::sqlite().expected(1).to_string()
        );
        let ids: i64 = connection
            .query_row("SELECT count(*) FROM towpath_store", (), |row| row.get(0))
            .unwrap();
        assert_eq!(ids, 1);
    }
}

#[test]
fn a_part_of_the_tables_is_refused() {
    let file = File::new();
    let connection = file.connect();
    connection
        .execute_batch("CREATE TABLE towpath_store (id TEXT NOT NULL)")
        .unwrap();
    let error = run(&connection, |runner| runner.bring_up_to_date(&mut silent()));
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("tables of the same names: towpath_store"),
        "{error}"
    );
}

#[test]
fn a_newer_database_is_written_while_it_may_be() {
    for (level, access) in [(1, Access::Write), (2, Access::Refused)] {
        let file = File::at_head();
        let connection = file.connect();
        connection
            .execute(
                "INSERT INTO towpath_migration
                 SELECT 2, 'newer', '', NULL, ?1, ?1, how, applied_at, applied_by, tool, duration_ms
                 FROM towpath_migration",
                [level],
            )
            .unwrap();
        let opened = run(&connection, |runner| runner.bring_up_to_date(&mut silent()));
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
#[case("DROP TABLE towpath_recipe", "table towpath_recipe is missing", true)]
#[case("CREATE TABLE towpath_more (a)", "table towpath_more is no part", true)]
#[case(
    "CREATE INDEX towpath_more ON stat (md5)",
    "index stat.towpath_more is no part",
    true
)]
#[case("DROP TABLE icon", "table icon is missing", true)]
#[case("DROP INDEX idx_stat_stage", "index stat.idx_stat_stage is missing", true)]
#[case(
    "DROP INDEX idx_stat; CREATE INDEX idx_stat ON stat (path)",
    "index stat.idx_stat is missing",
    false
)]
#[case(
    "ALTER TABLE index_json DROP COLUMN name",
    "column index_json.name is missing",
    true
)]
#[case("ALTER TABLE stat ADD COLUMN more", "column stat.more is no part", true)]
#[case(
    "ALTER TABLE stat DROP COLUMN md5; ALTER TABLE stat ADD COLUMN md5 BLOB",
    "stat.md5 is `BLOB`",
    false
)]
#[case(
    "ALTER TABLE towpath_recipe ADD COLUMN more",
    "table towpath_recipe is `CREATE TABLE",
    false
)]
fn drift_is_found_and_mended_where_sqlite_can(
    #[case] change: &str,
    #[case] sentence: &str,
    #[case] can_be_mended: bool,
) {
    let file = File::at_head();
    let connection = file.connect();
    let check = || run(&connection, |runner| runner.check().unwrap());
    assert_eq!(check(), []);
    connection.execute_batch(change).unwrap();
    let drifts = check();
    assert!(
        drifts.iter().any(|drift| drift.sentence.contains(sentence)),
        "{drifts:?}"
    );
    if !can_be_mended {
        return;
    }
    for statement in drifts.iter().flat_map(|drift| &drift.repair) {
        connection.execute_batch(statement).unwrap();
    }
    assert_eq!(check(), []);
}

#[test]
fn another_tools_index_or_table_is_no_drift() {
    let file = File::at_head();
    let connection = file.connect();
    connection
        .execute_batch("CREATE TABLE theirs (a); CREATE INDEX theirs_stat ON stat (md5)")
        .unwrap();
    assert_eq!(run(&connection, |runner| runner.check().unwrap()), []);
}
