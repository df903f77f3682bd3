//! One file and several users: other tools, other connections, transactions that fail.

use super::*;
use crate::store::conformance::read_with_everything;

#[test]
fn every_table_has_a_row_of_what_was_read_and_none_of_what_was_replaced() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read_with_everything("a-1-0.conda", 1)], day(0));
    let raw = place.raw();
    // Nothing writes this table any more; databases from before have rows in it.
    raw.execute("INSERT INTO recipe_log VALUES ('a-1-0.conda', '{}')", ())
        .unwrap();
    let mut everything = super::super::schema::TABLES_BY_PATH.to_vec();
    everything.extend(["fs", "indexed"]);
    assert_eq!(tables_with(&raw, "a-1-0.conda"), everything);

    place.store().commit(&[read("a-1-0.conda", 2)], day(1)).unwrap();
    let least = ["index_json", "post_install", "fs", "indexed"];
    assert_eq!(tables_with(&raw, "a-1-0.conda"), least);

    place
        .store()
        .commit(&[read_with_everything("a-1-0.conda", 1)], day(2))
        .unwrap();
    raw.execute("INSERT INTO recipe_log VALUES ('a-1-0.conda', '{}')", ())
        .unwrap();
    place
        .store()
        .forget(&[read("a-1-0.conda", 1).listed.name])
        .unwrap();
    assert_eq!(tables_with(&raw, "a-1-0.conda"), ["fs"]);
}

#[test]
fn a_commit_that_fails_keeps_nothing_of_its_batch() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let before = records_as_spelled(place.store(), &whole_channel());
    let batch = ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"].map(|name| read_with_everything(name, 2));
    let raw = place.raw();
    // The table is the last that is written.
    raw.execute_batch(
        "CREATE TRIGGER no_b BEFORE INSERT ON towpath_artifact WHEN NEW.path = 'b-1-0.conda'
         BEGIN SELECT RAISE(ABORT, 'no room for b'); END",
    )
    .unwrap();
    let mark = place.store().change_mark().unwrap();
    let error = place.store().commit(&batch, day(1)).unwrap_err().to_string();
    assert_eq!(error, format!("{}: no room for b", place.path().display()));
    assert_eq!(records_as_spelled(place.store(), &whole_channel()), before);
    assert_eq!(
        tables_with(&raw, "a-1-0.conda"),
        ["index_json", "post_install", "fs", "indexed"]
    );
    assert_eq!(tables_with(&raw, "b-1-0.conda"), [""; 0]);
    assert_eq!(place.store().change_mark().unwrap(), mark);

    raw.execute("DROP TRIGGER no_b", ()).unwrap();
    place.store().commit(&batch, day(2)).unwrap();
    let dates: Vec<i64> = raw
        .prepare("SELECT indexed_timestamp FROM towpath_artifact ORDER BY indexed_timestamp")
        .unwrap()
        .query_map((), |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let day = |number| day(number).as_millisecond();
    assert_eq!(dates, [day(0), day(2), day(2), day(2)]);
}

#[test]
fn a_listing_or_a_forgetting_that_fails_changes_nothing() {
    let mut place = SqliteInFolder::empty();
    let folder = ["a-1-0.conda", "b-1-0.conda"].map(|name| read_with_everything(name, 1));
    index(place.store(), &folder, day(0));
    let before = records_as_spelled(place.store(), &whole_channel());
    place
        .raw()
        .execute_batch(
            "CREATE TRIGGER keep_b BEFORE DELETE ON stat WHEN OLD.path = 'b-1-0.conda'
             BEGIN SELECT RAISE(ABORT, 'b stays'); END",
        )
        .unwrap();
    let store = place.store();
    store
        .replace_listing(&[listed("c-1-0.conda")], MissingArtifacts::Leave)
        .unwrap_err();
    store
        .forget(&folder.map(|artifact| artifact.listed.name))
        .unwrap_err();
    assert_eq!(changed(store, &Stage::FS), [""; 0]);
    assert_eq!(records_as_spelled(store, &whole_channel()), before);
}

#[test]
fn another_connection_changes_the_mark() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let before = place.store().change_mark().unwrap();
    assert!(before.is_some());
    place
        .raw()
        .execute("UPDATE index_json SET index_json = '{}'", ())
        .unwrap();
    assert_ne!(place.store().change_mark().unwrap(), before);
}

#[test]
fn the_mark_outlives_the_store() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let before = place.store().change_mark().unwrap();
    let again = open_without_syncs(&place.path());
    assert_eq!(again.change_mark().unwrap(), before);
}

/// conda-index 0.5 made such databases, and their mode is kept.
#[test]
fn a_database_with_a_write_ahead_log_is_used_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let raw = conda_index_database(&database_in(&folder), 1);
    let mode: String = raw
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    let mut store = open_without_syncs(&database_in(&folder));
    index(&mut store, &[read("a-1-0.conda", 1)], day(0));
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
    assert_eq!(store.change_mark().unwrap(), None);
    drop(store);
    let mode: String = raw
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    let known: i64 = raw
        .query_row("SELECT count(*) FROM index_json", (), |row| row.get(0))
        .unwrap();
    assert_eq!(known, 1);
}

/// conda-index knows no lock but `SQLite`'s own.
#[test]
fn a_commit_waits_for_another_tool_to_finish() {
    let mut place = SqliteInFolder::empty();
    let mut raw = place.raw();
    let (begun, has_begun) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let transaction = raw
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .unwrap();
            transaction
                .execute("INSERT INTO index_json (path) VALUES ('theirs-1-0.conda')", ())
                .unwrap();
            begun.send(()).unwrap();
            std::thread::sleep(Duration::from_millis(100));
            transaction.commit().unwrap();
        });
        has_begun.recv().unwrap();
        place
            .store()
            .commit(&[read("ours-1-0.conda", 1)], day(0))
            .unwrap();
    });
    let known: i64 = place
        .raw()
        .query_row("SELECT count(*) FROM index_json", (), |row| row.get(0))
        .unwrap();
    assert_eq!(known, 2);
}

/// Closing any handle on a file drops all locks that the process has on it (POSIX), so a mark must
/// not be read through a handle that is closed thereafter.
#[cfg(target_os = "linux")]
#[test]
fn reading_the_mark_keeps_the_locks_of_a_read_that_goes_on() {
    use std::os::unix::fs::MetadataExt;

    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let inode = format!(":{} ", fs_err::metadata(place.path()).unwrap().ino());
    if !Path::new("/proc/locks").exists() {
        return;
    }
    let locks = || {
        let all = fs_err::read_to_string("/proc/locks").unwrap();
        all.lines().filter(|line| line.contains(&inode)).count()
    };
    let store = &place.store;
    store
        .for_each_record(&whole_channel(), &mut |_| {
            let before = locks();
            assert_ne!(before, 0);
            store.change_mark().unwrap();
            assert_eq!(locks(), before);
            Ok(())
        })
        .unwrap();
}
