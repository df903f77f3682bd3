//! A backend against the store in memory: after the same calls both hold the same.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestRunner;

use super::rows::rows;
use super::*;
use crate::package::ArchiveFormat;

/// Few names, so that calls meet. They sort otherwise than their packages.
const FILE_NAMES: [&str; 6] = [
    "B-1-0.conda",
    "a#-1-0.tar.bz2",
    "a-1-0.conda",
    "a-1-0.tar.bz2",
    "a_-1-0.conda",
    "é-1-0.tar.bz2",
];

const PACKAGE_NAMES: [&str; 4] = ["a", "a b", "B", "é"];

#[derive(Clone, Debug)]
enum Call {
    List(Vec<ListedArtifact>, MissingArtifacts),
    FillStage(Vec<ListedArtifact>),
    Commit(Vec<StoredArtifact>),
    Forget(Vec<ArtifactName>),
    Date,
}

fn any_call(precision: Precision) -> impl Strategy<Value = Call> {
    let missing = select(vec![MissingArtifacts::Leave, MissingArtifacts::Stay]);
    let names = subsequence(FILE_NAMES.map(name).to_vec(), 0..=3);
    prop_oneof![
        3 => (any_listing(precision), missing).prop_map(|(listing, missing)| Call::List(listing, missing)),
        1 => any_listing(precision).prop_map(Call::FillStage),
        3 => prop::collection::vec(any_artifact(precision), 0..4).prop_map(Call::Commit),
        1 => names.prop_map(Call::Forget),
        1 => Just(Call::Date),
    ]
}

fn any_listing(precision: Precision) -> impl Strategy<Value = Vec<ListedArtifact>> {
    let states = prop::collection::vec(any_state(precision), FILE_NAMES.len());
    (subsequence(FILE_NAMES.to_vec(), 0..=FILE_NAMES.len()), states).prop_map(|(file_names, states)| {
        let listing = file_names.into_iter().zip(states);
        listing
            .map(|(file_name, (mtime, size))| ListedArtifact {
                name: name(file_name),
                mtime,
                size,
            })
            .collect()
    })
}

/// Modification time and size. One time is a whole number, which `SQLite` keeps as an integer.
fn any_state(precision: Precision) -> impl Strategy<Value = (Mtime, u64)> {
    let (mtime, size) = match precision {
        Precision::Exact => (1_795_218_771.474_335_2, 1 << 40),
        Precision::Int4 => (1_795_218_771.0, 1 << 30),
    };
    let mtimes = [1_700_000_000.0, mtime].map(Mtime::from_seconds);
    (select(mtimes.to_vec()), select(vec![10, size]))
}

fn any_artifact(precision: Precision) -> impl Strategy<Value = StoredArtifact> {
    let names = (select(FILE_NAMES.to_vec()), select(PACKAGE_NAMES.to_vec()));
    (names, any_state(precision), 0_u8..3, any::<bool>()).prop_map(
        |((file_name, package_name), (mtime, size), bytes, has_run_exports)| {
            let artifact = read_with_name(file_name, package_name, bytes);
            let listed = ListedArtifact {
                name: name(file_name),
                mtime,
                size,
            };
            let artifact = StoredArtifact { listed, ..artifact };
            if has_run_exports {
                with_run_exports(artifact)
            } else {
                artifact
            }
        },
    )
}

/// Makes the call; says what it returned.
fn make<B: Backend>(call: &Call, place: &mut B, now: Timestamp) -> Option<usize> {
    match call {
        Call::List(listing, missing) => Some(place.store().replace_listing(listing, *missing).unwrap()),
        Call::FillStage(listing) => {
            place.fill_stage(&Stage::named("clone"), listing);
            None
        }
        Call::Commit(batch) => {
            place.store().commit(batch, now).unwrap();
            None
        }
        Call::Forget(names) => {
            place.store().forget(names).unwrap();
            None
        }
        Call::Date => {
            place.store().adopt(now).unwrap();
            place.store().date_artifacts(now).unwrap();
            None
        }
    }
}

fn assert_same(one: &impl Store, other: &impl Store) {
    let clone = Stage::named("clone");
    for upstream in [&Stage::FS, &clone] {
        assert_eq!(one.changed(upstream).unwrap(), other.changed(upstream).unwrap());
    }
    for stages in [vec![Stage::FS], vec![Stage::FS, clone]] {
        for order in [Order::FileName, Order::PackageName] {
            for format in [None, Some(ArchiveFormat::Conda), Some(ArchiveFormat::TarBz2)] {
                let query = RecordQuery {
                    stages: stages.clone(),
                    format,
                    order,
                    run_exports: true,
                };
                assert_eq!(records(one, &query), records(other, &query), "{query:?}");
            }
        }
    }
    assert_eq!(digests(one), digests(other));
}

pub(super) fn behaves_as_memory_does<B: Backend>() {
    let config = ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let calls = prop::collection::vec(any_call(B::PRECISION), 1..12);
    let run = |calls: Vec<Call>| {
        let mut memory = MemoryStore::new();
        let mut place = B::empty();
        for (number, call) in (0..).zip(&calls) {
            let now = day(number);
            assert_eq!(
                make(call, &mut memory, now),
                make(call, &mut place, now),
                "{call:?}"
            );
            assert_same(&memory, place.store());
        }
        // What the store keeps is what the store in memory keeps, not only what it streams.
        assert_eq!(rows(place.store()), rows(&memory));
        Ok(())
    };
    TestRunner::new(config).run(&calls, run).unwrap();
}
