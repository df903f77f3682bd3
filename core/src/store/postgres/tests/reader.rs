//! Who may only read sees what the others see, and changes nothing.

use super::*;
use crate::store::conformance::{
    changed, day, digests, index, listed, read, read_with_everything, records, whole_channel,
};
use crate::store::{Order, RecordQuery};

/// The same subdir, for a role that may only read.
fn reader(place: &Channel<OwnDatabase>) -> PostgresStore {
    let role = unique("reader");
    Channel::<OwnDatabase>::raw()
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .unwrap();
    let settings = OwnDatabase::settings().with_user(&role, None);
    let database = PostgresDatabase::connect(settings, Retry::default()).unwrap();
    PostgresStore::new(database, &place.prefix, &subdir())
}

#[test]
fn a_reader_sees_all_that_is_kept() {
    let mut place = Channel::<OwnDatabase>::empty();
    index(
        place.store(),
        &[read("b-1-0.conda", 1), read_with_everything("a-1-0.conda", 2)],
        day(0),
    );
    let reader = reader(&place);
    for order in [Order::FileName, Order::PackageName] {
        let query = RecordQuery {
            order,
            ..whole_channel()
        };
        assert_eq!(records(&reader, &query), records(place.store(), &query));
    }
    assert_eq!(digests(&reader), digests(place.store()));
    assert_eq!(changed(&reader, &Stage::FS), [""; 0]);
    assert_eq!(
        reader.change_mark().unwrap(),
        place.store().change_mark().unwrap()
    );
    assert!(reader.is_known().unwrap());
}

#[test]
fn a_reader_changes_nothing_and_is_told_so() {
    let mut place = Channel::<OwnDatabase>::empty();
    index(place.store(), &[read("a-1-0.conda", 1)], day(0));
    let mark = place.store().change_mark().unwrap();
    let mut reader = reader(&place);
    let refused = [
        reader
            .replace_listing(&[listed("b-1-0.conda")], MissingArtifacts::Leave)
            .map(|_| ()),
        reader.commit(&[read("b-1-0.conda", 1)], day(1)).map(|_| ()),
        reader.forget(&[listed("a-1-0.conda").name]),
    ];
    for error in refused.map(Result::unwrap_err) {
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
    assert_eq!(place.store().change_mark().unwrap(), mark);
}
