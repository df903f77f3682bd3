//! Files that are in use, or that are no stores: each is told apart and left alone.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::migrate::{Database, End, Execution, Statement, Status, Timeouts};
use crate::store::conformance::{changed, day, file_names, index, read, records, whole_channel};

const AT_ONCE: Duration = Duration::ZERO;

fn refused(path: &Path) -> StoreError {
    match GluesqlStore::open_within(path, AT_ONCE) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn everything_is_there_after_reopening() {
    let RedbInFolder { mut store, folder } = RedbInFolder::empty();
    index(
        &mut store,
        &[read("a-1-0.conda", 1), read("b-1-0.conda", 2)],
        day(0),
    );
    let before = records(&store, &whole_channel());
    let mark = store.change_mark().unwrap();
    assert!(mark.is_some());
    drop(store);
    let mut store = GluesqlStore::open(&redb_in(&folder)).unwrap();
    assert_eq!(records(&store, &whole_channel()), before);
    assert_eq!(changed(&store, &Stage::FS), [""; 0]);
    assert_eq!(store.change_mark().unwrap(), mark);
    store.commit(&[read("b-1-0.conda", 3)], day(1)).unwrap();
    assert_ne!(store.change_mark().unwrap(), mark);
}

/// As stores were before their tables had a history.
#[test]
fn a_store_without_a_history_is_taken_over_as_it_is() {
    let RedbInFolder { mut store, folder } = RedbInFolder::empty();
    index(&mut store, &[read("a-1-0.conda", 1)], day(0));
    let before = records(&store, &whole_channel());
    let mark = store.change_mark().unwrap();
    drop(store);

    let mut file = GluesqlFile::open_to_change(&redb_in(&folder)).unwrap();
    let mut database = file.database();
    let text = "DROP TABLE towpath_migration";
    database
        .lock(Execution::OneTransaction, &Timeouts::default())
        .unwrap();
    database
        .execute(Execution::OneTransaction, Statement { text })
        .unwrap();
    database.release(Execution::OneTransaction, End::Commit).unwrap();
    drop(file);

    let store = GluesqlStore::open(&redb_in(&folder)).unwrap();
    assert_eq!(records(&store, &whole_channel()), before);
    assert_eq!(store.change_mark().unwrap(), mark);
    drop(store);
    let mut file = GluesqlFile::open_to_look(&redb_in(&folder)).unwrap();
    let mut database = file.database();
    let migrations = Migrations::gluesql();
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    assert_eq!(runner.status().unwrap(), Status::Current { version: 1 });
    assert_eq!(runner.check().unwrap(), []);
}

#[test]
fn nothing_but_the_store_is_left_in_its_folder() {
    let RedbInFolder { store, folder } = RedbInFolder::empty();
    let names = || {
        let entries = fs_err::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["towpath.redb", "towpath.redb.owner"]);
    drop(store);
    assert_eq!(names(), ["towpath.redb"]);
}

#[test]
fn a_store_in_use_is_refused_with_its_owner() {
    let RedbInFolder { store, folder } = RedbInFolder::empty();
    let path = redb_in(&folder);
    let start = Instant::now();
    let patience = Duration::from_millis(200);
    assert!(GluesqlStore::open_within(&path, patience).is_err());
    assert!(start.elapsed() >= patience);
    assert_eq!(
        refused(&path).to_string(),
        format!("{} is in use by process {}", path.display(), std::process::id())
    );
    fs_err::write(folder.path().join("towpath.redb.owner"), "nonsense").unwrap();
    assert_eq!(
        refused(&path).to_string(),
        format!("{} is in use by another process", path.display())
    );
    drop(store);
    GluesqlStore::open_within(&path, AT_ONCE).unwrap();
}

#[test]
fn a_store_in_use_is_waited_for() {
    let RedbInFolder { mut store, folder } = RedbInFolder::empty();
    index(&mut store, &[read("a-1-0.conda", 1)], day(0));
    let start = Instant::now();
    let closing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        drop(store);
    });
    let store = GluesqlStore::open(&redb_in(&folder)).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
    closing.join().unwrap();
}

#[test]
fn the_name_of_a_dead_owner_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let owner = folder.path().join("towpath.redb.owner");
    fs_err::write(&owner, "1").unwrap();
    let _store = GluesqlStore::open_within(&redb_in(&folder), AT_ONCE).unwrap();
    assert_eq!(
        fs_err::read_to_string(owner).unwrap(),
        std::process::id().to_string()
    );
}

#[rstest::rstest]
#[case::short(b"redb".to_vec())]
#[case::long(b"not a database ".repeat(4096))]
#[case::zeros(vec![0; 1 << 20])]
fn a_file_that_is_no_database_is_refused_and_left_alone(#[case] bytes: Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = redb_in(&folder);
    fs_err::write(&path, &bytes).unwrap();
    let error = refused(&path);
    assert!(matches!(error, StoreError::NotARedbDatabase { .. }), "{error}");
    assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    assert_eq!(fs_err::read(&path).unwrap(), bytes);
}

#[test]
fn a_database_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = redb_in(&folder);
    let database = redb::Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let theirs = redb::TableDefinition::<&str, u32>::new("theirs");
    transaction.open_table(theirs).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = refused(&path).to_string();
    assert!(error.starts_with(path.to_str().unwrap()), "{error}");
}

#[rstest::rstest]
#[case(9)]
#[case(40)]
#[case(400)]
#[case(40_000)]
fn a_database_without_its_end_is_refused_and_left_alone(#[case] length: usize) {
    let RedbInFolder { mut store, folder } = RedbInFolder::empty();
    index(&mut store, &[read("a-1-0.conda", 1)], day(0));
    drop(store);
    let path = redb_in(&folder);
    let bytes = fs_err::read(&path).unwrap();
    for length in [length, bytes.len() - length] {
        fs_err::write(&path, &bytes[..length]).unwrap();
        assert_eq!(
            refused(&path).to_string(),
            format!("{}: DB corrupted: its end is missing", path.display())
        );
        assert_eq!(fs_err::read(&path).unwrap(), bytes[..length]);
    }
    fs_err::write(&path, &bytes).unwrap();
    GluesqlStore::open(&path).unwrap();
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = redb_in(&folder);
    fs_err::write(&path, b"").unwrap();
    let mut store = GluesqlStore::open(&path).unwrap();
    index(&mut store, &[read("a-1-0.conda", 1)], day(0));
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
}

#[test]
fn a_place_for_no_file_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().to_owned(),
        folder.path().join("no such folder").join("towpath.redb"),
    ] {
        let error = refused(&path).to_string();
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn one_of_many_that_make_the_store_at_once_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = redb_in(&folder);
    thread::scope(|scope| {
        for number in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut store = GluesqlStore::open(path).unwrap();
                let artifact = read(&format!("a-{number}-0.conda"), 1);
                let listing = [artifact.listed.clone()];
                store.replace_listing(&listing, MissingArtifacts::Stay).unwrap();
                store.commit(&[artifact], day(0)).unwrap();
            });
        }
    });
    let store = GluesqlStore::open(&path).unwrap();
    assert_eq!(file_names(&store, &whole_channel()).len(), 4);
}
