//! What conda-index's columns in PostgreSQL have no room for.

use serde_json::json;

use super::*;
use crate::json::JsonText;
use crate::store::conformance::{changed, day, file_names, index, listed, read, records, whole_channel};

fn with_record(artifact: StoredArtifact, key: &str, value: serde_json::Value) -> StoredArtifact {
    let mut record = artifact.record.to_object();
    record.insert(key.to_owned(), value);
    StoredArtifact {
        record: JsonText::from_value(&serde_json::Value::Object(record)),
        ..artifact
    }
}

/// Whether the package is read once, and not again.
fn is_read_once(place: &mut Channel<OwnDatabase>, state: ListedArtifact) -> bool {
    let artifact = StoredArtifact {
        listed: state,
        ..read("a-1-0.conda", 1)
    };
    let folder = [artifact];
    index(place.store(), &folder, day(0)) == ["a-1-0.conda"]
        && index(place.store(), &folder, day(1)) == [""; 0]
}

#[test]
fn a_package_of_more_than_two_gibibytes_is_read_once() {
    let mut place = Channel::<OwnDatabase>::empty();
    let state = ListedArtifact {
        size: 3 << 30,
        ..listed("a-1-0.conda")
    };
    assert!(is_read_once(&mut place, state));
    let path = place.path("a-1-0.conda");
    let sizes = Channel::<OwnDatabase>::raw()
        .query("SELECT size FROM stat WHERE path = $1", &[&path])
        .unwrap();
    let sizes: Vec<Option<i32>> = sizes.iter().map(|row| row.get(0)).collect();
    assert_eq!(sizes, [None, None]);
}

#[test]
fn a_package_from_after_2038_is_read_once() {
    let mut place = Channel::<OwnDatabase>::empty();
    let state = ListedArtifact {
        mtime: Mtime::from_unix(4_000_000_000, 0),
        ..listed("a-1-0.conda")
    };
    assert!(is_read_once(&mut place, state));
}

#[rstest::rstest]
#[case(1_700_000_000, 499_999_999, 1_700_000_001)]
#[case(1_700_000_000, 499_999_000, 1_700_000_000)]
#[case(1_700_000_000, 500_000_000, 1_700_000_001)]
#[case(-3, 500_000_000, -3)]
#[case(-2, 250_000_000, -2)]
#[case(0, 0, 0)]
fn times_are_rounded_half_away_from_zero(
    #[case] seconds: i64,
    #[case] nanoseconds: u32,
    #[case] expected: i32,
) {
    assert_eq!(
        mtime_column(Mtime::from_unix(seconds, nanoseconds)),
        Some(expected)
    );
    // As PostgreSQL itself rounds what conda-index sends.
    let sent = format!("{:?}", Mtime::from_unix(seconds, nanoseconds).seconds());
    let rounded: i32 = Channel::<OwnDatabase>::raw()
        .query_one(&format!("SELECT ({sent}::numeric)::integer"), &[])
        .unwrap()
        .get(0);
    assert_eq!(rounded, expected);
}

#[test]
fn a_character_that_jsonb_refuses_leaves_one_package_out() {
    let mut place = Channel::<OwnDatabase>::empty();
    let store = place.store();
    index(store, &[read("b-1-0.conda", 1)], day(0));
    let listing = ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"].map(listed);
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    let refused = with_record(read("b-1-0.conda", 2), "license", json!("MIT\0"));
    let batch = [read("a-1-0.conda", 3), refused, read("c-1-0.conda", 4)];
    let rejected = store.commit(&batch, day(1)).unwrap();
    assert_eq!(rejected.len(), 1);
    assert_eq!(rejected[0].file_name, "b-1-0.conda");
    assert_eq!(
        rejected[0].why,
        "its metadata has the character U+0000, which PostgreSQL cannot keep"
    );
    assert_eq!(
        file_names(store, &whole_channel()),
        ["a-1-0.conda", "c-1-0.conda"]
    );
    assert_eq!(changed(store, &Stage::FS), ["b-1-0.conda"]);
}

#[rstest::rstest]
#[case(json!(1e22))]
#[case(json!(-0.0))]
#[case(json!(1e-7))]
#[case(json!(1.5))]
fn numbers_come_back_as_they_were(#[case] number: serde_json::Value) {
    let mut place = Channel::<OwnDatabase>::empty();
    let artifact = with_record(read("a-1-0.conda", 1), "number", number);
    index(place.store(), std::slice::from_ref(&artifact), day(0));
    let streamed = records(place.store(), &whole_channel());
    assert_eq!(streamed[0].record, artifact.record.as_str());
}
