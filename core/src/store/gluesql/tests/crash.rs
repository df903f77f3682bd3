//! A process that is killed loses nothing that it committed, and leaves no half of a batch.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::store::conformance::{day, digests, file_names, read_with_everything, records, whole_channel};

const BATCH: usize = 20;

/// Some artifacts that sort between those of other batches.
fn batch(number: usize) -> Vec<StoredArtifact> {
    let file_name = |of_batch| format!("a{of_batch:02}-{number:04}-0.conda");
    (0..BATCH)
        .map(|of_batch| read_with_everything(&file_name(of_batch), 1))
        .collect()
}

/// The process that is killed: this test in a folder of its own.
#[test]
#[ignore = "it is run by the test below"]
fn commit_until_killed() {
    if !Path::new("to be killed").exists() {
        return;
    }
    let mut store = GluesqlStore::open(Path::new("towpath.redb")).unwrap();
    for number in 0..10_000 {
        let batch = batch(number);
        let listing: Vec<_> = batch.iter().map(|artifact| artifact.listed.clone()).collect();
        store.replace_listing(&listing, MissingArtifacts::Stay).unwrap();
        store.commit(&batch, day(0)).unwrap();
        println!("committed {number}");
    }
}

#[rstest::rstest]
#[case(1)]
#[case(7)]
fn a_killed_process_leaves_whole_batches(#[case] acknowledged: usize) {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("to be killed"), "").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture"])
        .arg("store::gluesql::tests::crash::commit_until_killed")
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let committed = lines.filter(|line| line.as_ref().unwrap().starts_with("committed "));
    assert_eq!(committed.take(acknowledged).count(), acknowledged);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(folder.path().join("towpath.redb.owner").exists());

    let store = GluesqlStore::open(&redb_in(&folder)).unwrap();
    let known = digests(&store).len();
    assert!(
        known >= acknowledged * BATCH && known.is_multiple_of(BATCH),
        "{known}"
    );
    let records = records(&store, &whole_channel());
    assert_eq!(records.len(), known);
    assert!(
        records.iter().all(|record| record.run_exports.is_some()
            && record.indexed_timestamp == Some(day(0).as_millisecond()))
    );
}

#[test]
fn what_is_not_committed_is_gone() {
    let RedbInFolder { mut store, folder } = RedbInFolder::empty();
    let first = batch(0);
    let listing: Vec<_> = first.iter().map(|artifact| artifact.listed.clone()).collect();
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    let mark = store.change_mark().unwrap();
    let changes = artifact::write_all(&store.storage, &first, day(0));
    let changes = changes.map_err(|failure| failure.of("it")).unwrap();
    changes.apply(&mut store.storage).unwrap();
    drop(store);
    let store = GluesqlStore::open(&redb_in(&folder)).unwrap();
    assert_eq!(file_names(&store, &whole_channel()), [""; 0]);
    assert_eq!(store.change_mark().unwrap(), mark);
}
