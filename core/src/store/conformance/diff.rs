//! The way from a listing to the artifacts that have to be read, and to those that are part of
//! the channel.

use super::*;
use crate::store::ChangedArtifact;

pub(super) fn a_new_artifact_is_changed_until_it_is_read<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let listing = [listed("a-1-0.conda"), listed("b-1-0.tar.bz2")];
    assert_eq!(
        store.replace_listing(&listing, MissingArtifacts::Leave).unwrap(),
        0
    );
    let expected = listing.map(|artifact| ChangedArtifact {
        artifact: B::PRECISION.kept(artifact),
        replaces: false,
    });
    assert_eq!(store.changed(&Stage::FS).unwrap(), expected);

    store.commit(&[read("a-1-0.conda", 1)], day(0)).unwrap();
    assert_eq!(changed(store, &Stage::FS), ["b-1-0.tar.bz2"]);
}

pub(super) fn an_artifact_with_another_time_or_size_is_changed<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1), read("b-1-0.conda", 2)], day(0));
    let known = listed("a-1-0.conda");
    let with_mtime = |mtime| ListedArtifact {
        mtime: Mtime::from_seconds(mtime),
        ..known.clone()
    };
    let with_size = |size| ListedArtifact {
        size,
        ..known.clone()
    };
    let mtime = known.mtime.seconds();
    let (later, earlier, large) = match B::PRECISION {
        Precision::Exact => (mtime.next_up(), mtime.next_down(), 5 << 32),
        Precision::Int4 => (mtime + 1.0, mtime - 1.0, (1 << 31) - 1),
    };
    for other in [
        with_mtime(later),
        with_mtime(earlier),
        with_mtime(0.0),
        with_mtime(-1.5),
        with_size(known.size + 1),
        with_size(large),
    ] {
        let listing = [other.clone(), listed("b-1-0.conda")];
        store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
        let expected = [ChangedArtifact {
            artifact: B::PRECISION.kept(other.clone()),
            replaces: true,
        }];
        assert_eq!(store.changed(&Stage::FS).unwrap(), expected);

        // Read in this state it is unchanged; back in the old one it is not.
        let batch = [StoredArtifact {
            listed: other,
            ..read("a-1-0.conda", 1)
        }];
        store.commit(&batch, day(1)).unwrap();
        assert_eq!(changed(store, &Stage::FS), [""; 0]);
        index(store, &[read("a-1-0.conda", 1), read("b-1-0.conda", 2)], day(2));
    }
}

pub(super) fn an_unread_artifact_is_no_part_of_the_channel<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let listing = [listed("a-1-0.conda")];
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    store.commit(&[read("b-1-0.conda", 1)], day(0)).unwrap();
    assert_eq!(file_names(store, &whole_channel()), [""; 0]);
}

pub(super) fn an_artifact_leaves_with_the_listing_and_returns_unread<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let (a, b) = (read("a-1-0.conda", 1), with_run_exports(read("b-1-0.conda", 2)));
    index(store, &[a.clone(), b.clone()], day(0));
    let before = records(store, &whole_channel());
    assert_eq!(before.len(), 2);

    let removed = store.replace_listing(std::slice::from_ref(&a.listed), MissingArtifacts::Leave);
    assert_eq!(removed.unwrap(), 1);
    assert_eq!(file_names(store, &whole_channel()), ["a-1-0.conda"]);
    assert_eq!(changed(store, &Stage::FS), [""; 0]);

    assert_eq!(index(store, &[a, b], day(1)), [""; 0]);
    assert_eq!(records(store, &whole_channel()), before);

    assert_eq!(store.replace_listing(&[], MissingArtifacts::Leave).unwrap(), 2);
    assert_eq!(file_names(store, &whole_channel()), [""; 0]);
}

pub(super) fn a_partial_listing_removes_nothing<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read("a-1-0.conda", 1), read("c-1-0.conda", 3)], day(0));
    let listing = [listed("b-1-0.conda"), listed("d-1-0.conda")];
    assert_eq!(
        store.replace_listing(&listing, MissingArtifacts::Stay).unwrap(),
        0
    );
    assert_eq!(changed(store, &Stage::FS), ["b-1-0.conda", "d-1-0.conda"]);
    store.commit(&[read("b-1-0.conda", 2)], day(1)).unwrap();
    assert_eq!(
        file_names(store, &whole_channel()),
        ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"]
    );

    // What stayed is not forgotten: the next whole listing removes it.
    let removed = store.replace_listing(&listing, MissingArtifacts::Leave);
    assert_eq!(removed.unwrap(), 2);
    assert_eq!(file_names(store, &whole_channel()), ["b-1-0.conda"]);
}

pub(super) fn a_listing_has_each_artifact_as_last_listed<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let first = listed("a-1-0.conda");
    let second = ListedArtifact {
        size: 7,
        mtime: Mtime::from_unix(1_800_000_000, 0),
        ..first.clone()
    };
    for missing in [MissingArtifacts::Leave, MissingArtifacts::Stay] {
        for listing in [&first, &second] {
            assert_eq!(
                store
                    .replace_listing(std::slice::from_ref(listing), missing)
                    .unwrap(),
                0
            );
            let kept = B::PRECISION.kept(listing.clone());
            assert_eq!(store.changed(&Stage::FS).unwrap()[0].artifact, kept);
        }
    }
}

pub(super) fn changed_artifacts_come_in_order_of_name<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let names = [
        "B-1-0.conda",
        "a#1-0.conda",
        "a-1-0.conda",
        "a_1-0.conda",
        "é-1-0.conda",
    ];
    store
        .replace_listing(&names.map(listed), MissingArtifacts::Leave)
        .unwrap();
    assert_eq!(changed(store, &Stage::FS), names);
}

pub(super) fn another_stage_can_be_the_upstream<B: Backend>() {
    let mut place = B::empty();
    let clone = Stage::named("clone");
    index(
        place.store(),
        &[read("a-1-0.conda", 1), read("b-1-0.conda", 2)],
        day(0),
    );
    let touched = ListedArtifact {
        size: 6,
        ..listed("b-1-0.conda")
    };
    place.fill_stage(&clone, &[touched.clone(), listed("c-1-0.conda")]);
    let store = place.store();
    assert_eq!(
        store.changed(&clone).unwrap(),
        [
            ChangedArtifact {
                artifact: B::PRECISION.kept(touched),
                replaces: true
            },
            ChangedArtifact {
                artifact: B::PRECISION.kept(listed("c-1-0.conda")),
                replaces: false
            }
        ]
    );
    let of_clone = RecordQuery {
        stages: vec![clone.clone()],
        ..whole_channel()
    };
    assert_eq!(file_names(store, &of_clone), ["b-1-0.conda"]);

    // A listing of the folder fills stage `fs` and no other.
    store.replace_listing(&[], MissingArtifacts::Leave).unwrap();
    assert_eq!(changed(store, &clone), ["b-1-0.conda", "c-1-0.conda"]);
    assert_eq!(file_names(store, &of_clone), ["b-1-0.conda"]);
    let unknown = Stage::named("unheard-of");
    assert_eq!(changed(store, &unknown), [""; 0]);
}
