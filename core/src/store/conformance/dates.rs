//! When an artifact became part of the channel (CEP 47): set once, and kept.

use super::*;

/// The indexed timestamp of every artifact of the channel.
fn dates(store: &impl Store) -> Vec<Option<i64>> {
    let records = records(store, &whole_channel());
    records
        .into_iter()
        .map(|record| record.indexed_timestamp)
        .collect()
}

fn milliseconds(number: i64) -> Option<i64> {
    Some(day(number).as_millisecond())
}

pub(super) fn an_artifact_keeps_its_first_date<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1)], day(0));
    // It is touched, and read again; it leaves, and returns.
    let touched = StoredArtifact {
        listed: ListedArtifact {
            mtime: Mtime::from_unix(1_800_000_000, 0),
            ..listed("a-1-0.conda")
        },
        ..read("a-1-0.conda", 1)
    };
    let folder = [touched, read("b-1-0.conda", 2)];
    assert_eq!(index(store, &folder, day(1)), ["a-1-0.conda", "b-1-0.conda"]);
    assert_eq!(dates(store), [milliseconds(0), milliseconds(1)]);
    index(store, &[], day(2));
    index(store, &folder, day(3));
    assert_eq!(dates(store), [milliseconds(0), milliseconds(1)]);
}

pub(super) fn other_bytes_have_a_date_of_their_own<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1)], day(0));
    for (bytes, now, expected) in [(2, 1, 1), (1, 2, 0), (3, 3, 3), (2, 4, 1)] {
        store.commit(&[read("a-1-0.conda", bytes)], day(now)).unwrap();
        assert_eq!(dates(store), [milliseconds(expected)]);
    }
}

pub(super) fn dates_are_of_names_and_bytes<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1)], day(0));
    index(store, &[read("a-1-0.conda", 1), read("b-1-0.conda", 1)], day(1));
    assert_eq!(dates(store), [milliseconds(0), milliseconds(1)]);
}

pub(super) fn a_forgotten_artifact_keeps_its_date<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1), read("b-1-0.conda", 1)], day(0));
    store.forget(&[name("a-1-0.conda"), name("b-1-0.conda")]).unwrap();
    store
        .commit(&[read("a-1-0.conda", 1), read("b-1-0.conda", 2)], day(1))
        .unwrap();
    assert_eq!(dates(store), [milliseconds(0), milliseconds(1)]);
}

pub(super) fn nothing_that_was_committed_is_dated_again<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    store.adopt(day(0)).unwrap();
    store.date_artifacts(day(0)).unwrap();
    index(store, &[read("a-1-0.conda", 1)], day(1));
    store.adopt(day(2)).unwrap();
    store.date_artifacts(day(2)).unwrap();
    assert_eq!(dates(store), [milliseconds(1)]);
    // An artifact that is known and not listed keeps its date as well.
    index(store, &[], day(3));
    store.date_artifacts(day(3)).unwrap();
    index(store, &[read("a-1-0.conda", 1)], day(4));
    assert_eq!(dates(store), [milliseconds(1)]);
}
