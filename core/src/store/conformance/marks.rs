//! The mark that tells whether anything changed. A backend that cannot tell gives none.

use super::*;
use crate::store::ChangeMark;

/// Panics if two marks say that two states are one.
fn assert_told_apart(one: Option<&ChangeMark>, other: Option<&ChangeMark>) {
    if one.is_some() {
        assert_ne!(one, other);
    }
}

fn commit(place: &mut impl Backend, artifact: StoredArtifact) {
    place.store().commit(&[artifact], day(0)).unwrap();
}

pub(super) fn every_change_changes_the_mark<B: Backend>() {
    let mut place = B::empty();
    let clone = Stage::named("clone");
    type Change<'c, B> = &'c dyn Fn(&mut B);
    let changes: [Change<'_, B>; 8] = [
        &|place| {
            let listing = [listed("a-1-0.conda"), listed("b-1-0.conda")];
            place
                .store()
                .replace_listing(&listing, MissingArtifacts::Leave)
                .unwrap();
        },
        &|place| commit(place, read("a-1-0.conda", 1)),
        &|place| commit(place, read("b-1-0.conda", 1)),
        &|place| commit(place, read("b-1-0.conda", 2)),
        &|place| place.fill_stage(&clone, &[listed("a-1-0.conda")]),
        &|place| place.store().forget(&[name("b-1-0.conda")]).unwrap(),
        &|place| {
            let listing = [listed("a-1-0.conda")];
            place
                .store()
                .replace_listing(&listing, MissingArtifacts::Leave)
                .unwrap();
        },
        &|place| {
            let listing = [listed("c-1-0.conda")];
            place
                .store()
                .replace_listing(&listing, MissingArtifacts::Stay)
                .unwrap();
        },
    ];
    let mut marks = vec![place.store().change_mark().unwrap()];
    for change in changes {
        change(&mut place);
        let mark = place.store().change_mark().unwrap();
        for earlier in &marks {
            assert_told_apart(earlier.as_ref(), mark.as_ref());
        }
        marks.push(mark);
    }
}

pub(super) fn reading_leaves_the_mark<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1)], day(0));
    let mark = store.change_mark().unwrap();
    for order in [Order::FileName, Order::PackageName] {
        let query = RecordQuery {
            order,
            ..whole_channel()
        };
        assert_eq!(records(store, &query).len(), 1);
    }
    assert_eq!(digests(store).len(), 1);
    assert_eq!(changed(store, &Stage::FS), [""; 0]);
    assert_eq!(store.change_mark().unwrap(), mark);
}

pub(super) fn doing_nothing_leaves_the_mark<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let folder = [read("a-1-0.conda", 1), read("b-1-0.conda", 2)];
    index(store, &folder, day(0));
    let mark = store.change_mark().unwrap();
    let listing = folder.map(|artifact| artifact.listed);
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    store.replace_listing(&listing, MissingArtifacts::Stay).unwrap();
    store
        .replace_listing(&listing[..1], MissingArtifacts::Stay)
        .unwrap();
    store.commit(&[], day(1)).unwrap();
    store.forget(&[]).unwrap();
    store.forget(&[name("never-1-seen.conda")]).unwrap();
    store.adopt(day(1)).unwrap();
    store.date_artifacts(day(1)).unwrap();
    assert_eq!(store.change_mark().unwrap(), mark);
}

/// Documents that were built from the old store are not those of the new one.
pub(super) fn a_store_made_anew_has_another_mark<B: Backend>() {
    let mut place = B::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let old = place.store().change_mark().unwrap();
    let mut place = place.emptied();
    index(place.store(), &[read("a-1-0.conda", 2)], day(0));
    let new = place.store().change_mark().unwrap();
    assert_told_apart(old.as_ref(), new.as_ref());
}
