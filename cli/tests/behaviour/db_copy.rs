//! `towpath db copy`: what is known of a channel moves from one kind of database to another.

use std::time::Duration;

use fs_err::File;
use insta::assert_snapshot;
use postgres::{Client, NoTls};
use rstest::rstest;
use rusqlite::Connection;

use crate::databases::{BACKENDS, Backend, Kept, new_database, sql};
use crate::environment::{Outcome, Towpath};
use crate::published::Published;

fn copy(kept: &Kept, from: Backend, to: Backend, args: &[&str]) -> Outcome {
    kept.call(&["db", "copy"], &["--from", from.name(), "--to", to.name()])
        .args(args)
        .run()
}

/// The nearest to a proof that nothing is lost: documents stay as they are, byte for byte, dates and
/// all, and no package has to be read again.
#[test]
fn documents_are_the_same_from_every_database() {
    for from in BACKENDS {
        for to in BACKENDS.into_iter().filter(|to| *to != from) {
            let kept = Kept::new();
            let _ = kept.index(from, &[]).succeeded();
            let before = kept.documents();
            assert!(
                before["noarch/repodata.json"]
                    .windows(17)
                    .any(|text| text == b"indexed_timestamp")
            );
            let outcome = copy(&kept, from, to, &[]);
            insta::allow_duplicates! {
                assert_snapshot!(outcome, @"
                exit status: 0
                ----- stderr -----
                linux-64: 2 packages copied (16 rows)
                noarch: 2 packages copied (12 rows)
                ");
            }
            assert_eq!(kept.read_and_removed(to), (0, 0), "{from:?} to {to:?}");
            assert!(kept.documents() == before, "{from:?} to {to:?}");
            // The source is as it was, too.
            assert_eq!(kept.read_and_removed(from), (0, 0), "{from:?} to {to:?}");
            assert!(kept.documents() == before, "{from:?} to {to:?}");
        }
    }
}

/// From one to the next, and back to where it began.
#[test]
fn nothing_is_lost_on_a_round_trip() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let dump = |backend: Backend| {
        let outcome = kept.call(&["db", "dump"], &["--db", backend.name()]).run();
        outcome.succeeded().stdout().to_owned()
    };
    let before = dump(Backend::Sqlite3);
    let _ = copy(&kept, Backend::Sqlite3, Backend::Gluesql, &[]).succeeded();
    assert_eq!(dump(Backend::Gluesql), before);
    let _ = copy(&kept, Backend::Gluesql, Backend::Postgresql, &[]).succeeded();
    let _ = copy(&kept, Backend::Postgresql, Backend::Sqlite3, &["--replace"]).succeeded();
    // Times are those of the files again.
    assert_eq!(dump(Backend::Sqlite3), before);
}

/// What conda-index put there is kept as well: wheels, stages of its own, columns that towpath does
/// not fill, and artifacts that towpath has not dated yet.
#[rstest]
#[case(Backend::Gluesql)]
#[case(Backend::Postgresql)]
fn what_another_tool_has_stored_is_copied(#[case] to: Backend) {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let store = kept.channel.path().join("noarch/.cache/cache.db");
    let connection = Connection::open(&store).unwrap();
    connection
        .execute_batch(
            r#"INSERT INTO stat (stage, path, mtime, size, etag) VALUES
                   ('md', 'far-1-0.conda', 1.0, 5000000000, 'W/"1"'), ('md', 'a-1-py3-none-any.whl', NULL, NULL, NULL);
               INSERT INTO index_json (path, index_json)
               VALUES ('far-1-0.conda', '{"name": "far", "version": "1", "build": "0", "n": 1e3}'),
                      ('a-1-py3-none-any.whl', '{"name": "a", "version": "1", "build": "0"}');"#,
        )
        .unwrap();
    drop(connection);
    let args = ["--include-stage", "md", "--repodata-next"];
    let _ = kept.index(Backend::Sqlite3, &args).succeeded();
    let before = kept.documents();
    let _ = copy(&kept, Backend::Sqlite3, to, &[]).succeeded();
    let _ = kept.index(to, &args).succeeded();
    assert!(kept.documents() == before);
    let records = Published::of(&kept.channel, "noarch").json("repodata.json");
    assert_eq!(records["packages.conda"]["far-1-0.conda"]["n"], 1000.0);
    fs_err::remove_file(&store).unwrap();
    let _ = copy(&kept, to, Backend::Sqlite3, &["--subdir", "noarch"]).succeeded();
    let connection = Connection::open(&store).unwrap();
    let etag: String = connection
        .query_row(
            "SELECT etag FROM stat WHERE path = 'far-1-0.conda' AND stage = 'md'",
            (),
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(etag, "W/\"1\"");
}

/// conda-index has never heard of dates; which of its artifacts are old is told before they move.
#[test]
fn what_conda_index_read_is_dated_as_old() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    for subdir in ["noarch", "linux-64"] {
        let store = kept.channel.path().join(subdir).join(".cache/cache.db");
        Connection::open(store)
            .unwrap()
            .execute("DELETE FROM towpath_artifact", ())
            .unwrap();
    }
    let _ = copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]).succeeded();
    let _ = kept.index(Backend::Postgresql, &[]).succeeded();
    let records = Published::of(&kept.channel, "noarch").records();
    for record in records.values() {
        let dated = record["indexed_timestamp"].as_u64().unwrap();
        assert!(dated < 1_710_000_000_000, "{record}");
    }
}

/// Whole seconds are all that PostgreSQL has; a file that agrees as far as that goes is the one that
/// was read, and any other is read again.
#[test]
fn a_file_that_changed_before_the_copy_is_read_after_it() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Postgresql, &[]).succeeded();
    let path = "noarch/lock-1.0-0.conda";
    kept.set_modified(path, Duration::from_millis(1_700_000_100_250));
    let _ = copy(&kept, Backend::Postgresql, Backend::Sqlite3, &[]).succeeded();
    assert_eq!(kept.read_and_removed(Backend::Sqlite3), (1, 0));
    assert_eq!(kept.read_and_removed(Backend::Sqlite3), (0, 0));
}

#[test]
fn packages_without_files_move_too() {
    let mut kept = Kept::new();
    let _ = kept.index(Backend::Postgresql, &[]).succeeded();
    kept.channel = kept.channel.remove("linux-64");
    let _ = copy(&kept, Backend::Postgresql, Backend::Gluesql, &[]).succeeded();
    let outcome = kept
        .index(Backend::Gluesql, &["--update-only", "--no-update-cache"])
        .succeeded();
    assert_eq!(
        Published::of(&kept.channel, "linux-64").json("repodata.json")["packages.conda"]
            .as_object()
            .unwrap()
            .len(),
        2,
        "{outcome}"
    );
}

#[rstest]
#[case(Backend::Sqlite3, Backend::Postgresql)]
#[case(Backend::Postgresql, Backend::Gluesql)]
#[case(Backend::Gluesql, Backend::Sqlite3)]
fn what_the_target_knows_is_not_overwritten_unless_asked_for(#[case] from: Backend, #[case] to: Backend) {
    let kept = Kept::new();
    let _ = kept.index(to, &[]).succeeded();
    let before = kept.documents();
    // The source is younger, and so are its dates.
    std::thread::sleep(Duration::from_millis(5));
    let _ = kept.index(from, &[]).succeeded();
    let after = kept.documents();
    assert!(before != after);
    insta::allow_duplicates! {
        assert_snapshot!(copy(&kept, from, to, &[]), @"
        exit status: 1
        ----- stderr -----
        error: the target already knows packages of linux-64; nothing was moved (--replace forgets what it knows of them)
        ");
    }
    let _ = kept.index(to, &[]).succeeded();
    assert!(kept.documents() == before);
    let _ = copy(&kept, from, to, &["--replace"]).succeeded();
    assert_eq!(kept.read_and_removed(to), (0, 0));
    assert!(kept.documents() == after);
}

#[test]
fn one_server_may_be_copied_to_another() {
    let mut kept = Kept::new();
    let _ = kept.index(Backend::Postgresql, &[]).succeeded();
    let before = kept.documents();
    let other = new_database();
    let _ = copy(
        &kept,
        Backend::Postgresql,
        Backend::Postgresql,
        &["--to-db-url", &other],
    )
    .succeeded();
    kept.url = other;
    assert_eq!(kept.read_and_removed(Backend::Postgresql), (0, 0));
    assert!(kept.documents() == before);
}

#[rstest]
#[case(Backend::Sqlite3)]
#[case(Backend::Gluesql)]
#[case(Backend::Postgresql)]
fn a_database_is_not_copied_to_itself(#[case] backend: Backend) {
    let kept = Kept::new();
    let _ = kept.index(backend, &[]).succeeded();
    insta::allow_duplicates! {
        assert_snapshot!(copy(&kept, backend, backend, &["--replace"]), @"
        exit status: 1
        ----- stderr -----
        error: source and target are the same database
        ");
    }
    assert_eq!(kept.read_and_removed(backend), (0, 0));
}

#[test]
fn subdirs_may_be_named() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let to = Backend::Gluesql;
    assert_snapshot!(copy(&kept, Backend::Sqlite3, to, &["--subdir", "noarch"]), @"
    exit status: 0
    ----- stderr -----
    noarch: 2 packages copied (12 rows)
    ");
    assert_eq!(kept.read_and_removed(to), (2, 0));
    assert_snapshot!(copy(&kept, Backend::Sqlite3, to, &["--subdir", "osx-64"]), @"
    exit status: 1
    ----- stderr -----
    error: nothing is known of osx-64
    ");
    assert!(!kept.channel.path().join("osx-64").exists());
}

#[test]
fn a_channel_that_nobody_has_indexed_has_nothing_to_copy() {
    let kept = Kept::new();
    assert_snapshot!(copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]), @"
    exit status: 0
    ----- stderr -----
    nothing copied: nothing is known of any subdir
    ");
    let outcome = Towpath::new([
        "db",
        "copy",
        "no-such-channel",
        "--from",
        "sqlite3",
        "--to",
        "gluesql",
    ])
    .run();
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("no-such-channel"), "{outcome}");
}

#[test]
fn a_copy_waits_for_a_run() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let lock = File::create(kept.channel.path().join("noarch/.cache/towpath.lock")).unwrap();
    lock.file().try_lock().unwrap();
    let args = ["--from", "sqlite3", "--to", "gluesql"];
    let mut running = kept.call(&["db", "copy"], &args).start();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!running.is_over());
    drop(lock);
    let _ = running.wait().succeeded();
    assert_eq!(kept.read_and_removed(Backend::Gluesql), (0, 0));
}

/// `jsonb` has no U+0000. The package is left out, as an index run would.
#[test]
fn what_the_target_cannot_keep_is_left_out() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let store = kept.channel.path().join("noarch/.cache/cache.db");
    Connection::open(store)
        .unwrap()
        .execute(
            r#"UPDATE about SET about = '{"summary": "\u0000"}' WHERE path = 'lock-1.0-0.conda'"#,
            (),
        )
        .unwrap();
    assert_snapshot!(copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]), @"
    exit status: 3
    ----- stderr -----
    linux-64: 2 packages copied (16 rows)
    left out: noarch/lock-1.0-0.conda: its metadata has the character U+0000, which PostgreSQL cannot keep
    noarch: 1 package copied (12 rows)
    ");
    assert_eq!(kept.read_and_removed(Backend::Postgresql), (1, 0));
}

/// A copy that fails leaves nothing behind that a later run could take for all there is.
#[test]
fn a_copy_that_fails_leaves_nothing() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    sql(&kept.url, "ALTER TABLE icon RENAME TO no_icon");
    let outcome = copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    sql(
        &kept.url,
        "ALTER TABLE no_icon RENAME TO icon; ALTER TABLE icon ADD CHECK (false)",
    );
    let outcome = copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("icon"), "{outcome}");
    let mut client = Client::connect(&kept.url, NoTls).unwrap();
    for table in ["stat", "index_json", "towpath_artifact"] {
        let query = format!("SELECT count(*) FROM {table} WHERE path LIKE '%/linux-64/%'");
        let rows: i64 = client.query_one(&query, &[]).unwrap().get(0);
        assert_eq!(rows, 0, "{table}");
    }
}

/// A process that is killed may have said that packages were read, and not yet what they are: a run
/// that went on from there would publish a channel without them.
#[test]
fn what_a_killed_copy_leaves_behind_is_not_published() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let before = kept.documents();
    let mut client = Client::connect(&kept.url, NoTls).unwrap();
    let mut blocking = client.transaction().unwrap();
    blocking.batch_execute("LOCK TABLE icon IN SHARE MODE").unwrap();
    let args = ["--from", "sqlite3", "--to", "postgresql"];
    let mut running = kept.call(&["db", "copy"], &args).start();
    let waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'icon'::regclass AND NOT granted";
    while blocking.query_one(waiting, &[]).unwrap().get::<_, i64>(0) == 0 {
        assert!(!running.is_over());
        std::thread::sleep(Duration::from_millis(10));
    }
    running.kill();
    let _ = running.wait();
    blocking.commit().unwrap();

    assert_snapshot!(kept.index(Backend::Postgresql, &["--subdir", "linux-64"]), @"
    exit status: 1
    ----- stderr -----
    error: linux-64: what is known of linux-64 is not whole: towpath db copy or load was filling its store and did not come to an end; do it again with --replace
    some of its documents may be as they were
    error: channeldata.json is as it was: it is of the whole channel, and linux-64 could not be indexed
    [CHANNEL] (linux-64): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    let outcome = copy(
        &kept,
        Backend::Postgresql,
        Backend::Gluesql,
        &["--subdir", "linux-64"],
    );
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(kept.documents() == before);
    assert_eq!(
        copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]).status(),
        1
    );
    let _ = copy(&kept, Backend::Sqlite3, Backend::Postgresql, &["--replace"]).succeeded();
    assert_eq!(kept.read_and_removed(Backend::Postgresql), (0, 0));
    assert!(kept.documents() == before);
}
