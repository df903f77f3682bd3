//! Files that are no databases, or none that can be used: each is told apart and left alone.

use super::*;

fn open(path: &Path) -> StoreError {
    match SqliteStore::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database_in(&folder);
    drop(conda_index_database(&path, 3));
    let before = fs_err::read(&path).unwrap();
    let error = open(&path);
    assert!(matches!(
        error,
        StoreError::TooNew {
            found: 3,
            known: 2,
            ..
        }
    ));
    assert_eq!(
        error.to_string(),
        format!(
            "{} has version 3, and this towpath knows versions up to 2; it was left as it is",
            path.display()
        )
    );
    assert_eq!(fs_err::read(&path).unwrap(), before);
}

#[rstest::rstest]
#[case::short(b"not a database".to_vec())]
#[case::long(b"not a database ".repeat(4096))]
fn a_file_that_is_no_database_is_refused_and_left_alone(#[case] bytes: Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = database_in(&folder);
    fs_err::write(&path, &bytes).unwrap();
    let error = open(&path);
    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
    assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    assert_eq!(fs_err::read(&path).unwrap(), bytes);
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = database_in(&folder);
    fs_err::write(&path, b"").unwrap();
    let mut store = open_without_syncs(&path);
    index(&mut store, &[read("a-1-0.conda", 1)], day(0));
    assert_eq!(file_names(&store, &whole_channel()), ["a-1-0.conda"]);
}

#[test]
fn a_place_for_no_file_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().to_owned(),
        folder.path().join("no such folder").join("cache.db"),
    ] {
        let error = open(&path).to_string();
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
        assert!(error.contains("unable to open database file"), "{error}");
    }
}

#[test]
fn a_database_that_cannot_be_written_is_refused() {
    let mut place = SqliteInFolder::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let mut permissions = fs_err::metadata(place.path()).unwrap().permissions();
    permissions.set_readonly(true);
    fs_err::set_permissions(place.path(), permissions).unwrap();
    if fs_err::OpenOptions::new().append(true).open(place.path()).is_ok() {
        // Nothing is read-only to root.
        return;
    }
    let error = open(&place.path());
    assert_eq!(
        error.to_string(),
        format!(
            "{} cannot be written: what is read of packages is kept there",
            place.path().display()
        )
    );
}
