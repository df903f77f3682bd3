//! The tables as GlueSQL itself sees them.

use gluesql_core::prelude::{Glue, Payload};

use super::*;
use crate::package::RattlerRecipe;
use crate::store::conformance::{day, index, listed, read, read_with_everything};

/// A store with everything that a store can have.
fn full() -> InMemory {
    let mut store = InMemory::in_memory().unwrap();
    let source = StoredArtifact {
        rattler_recipe: Some(RattlerRecipe::Source(b"recipe: {}".to_vec())),
        ..read("b-1-0.conda", 2)
    };
    index(
        &mut store,
        &[read_with_everything("a-1-0.conda", 1), source],
        day(0),
    );
    store
        .commit(&[read_with_everything("a-1-0.conda", 3)], day(1))
        .unwrap();
    store
        .set_stage(&Stage::named("up/stream"), &[listed("c-1-0.conda")])
        .unwrap();
    store
}

fn select(store: &InMemory, query: &str) -> Vec<Vec<Value>> {
    let mut glue = Glue::new(store.storage().clone());
    match glue.execute(query).unwrap().remove(0) {
        Payload::Select { rows, .. } => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn people_can_query_the_tables() {
    let store = full();
    let text = |text: &str| Value::Str(text.to_owned());
    assert_eq!(
        select(
            &store,
            "SELECT listed.path, known.name, dated.indexed_timestamp
             FROM stat_fs AS listed
             JOIN index_json AS known ON known.path = listed.path
             LEFT JOIN towpath_artifact AS dated ON dated.path = listed.path
             ORDER BY listed.path"
        ),
        [
            [
                text("a-1-0.conda"),
                text("a"),
                Value::I64(day(1).as_millisecond())
            ],
            [
                text("b-1-0.conda"),
                text("b"),
                Value::I64(day(0).as_millisecond())
            ],
        ]
    );
    let first = read("a-1-0.conda", 1).digests.sha256_hex();
    assert_eq!(
        select(
            &store,
            "SELECT earlier FROM towpath_artifact WHERE path = 'a-1-0.conda'"
        ),
        [[text(&format!("{{\"{first}\":{}}}", day(0).as_millisecond()))]]
    );
    assert_eq!(
        select(&store, "SELECT is_rendered FROM towpath_recipe ORDER BY path"),
        [[Value::Bool(true)], [Value::Bool(false)]]
    );
}

/// The way in that is fast checks nothing: a row with other types would be found here.
#[test]
fn every_row_is_of_its_tables_types() {
    let storage = full().storage().clone();
    let mut filled = 0;
    for item in storage.items.values() {
        let columns = item.schema.column_defs.as_ref().unwrap();
        for row in item.rows.values() {
            filled += 1;
            assert_eq!(row.len(), columns.len(), "{}", item.schema.table_name);
            for (value, column) in row.iter().zip(columns) {
                let place = format!("{}.{}", item.schema.table_name, column.name);
                value.validate_type(&column.data_type).expect(&place);
                assert!(column.nullable || *value != Value::Null, "{place}");
            }
        }
    }
    // Two listed, two indexed, one upstream; two records, facts, dates and recipes of rattler-build;
    // about, icon, recipe and run exports of one; one step of the tables' history.
    assert_eq!(filled, 5 + 4 * 2 + 4 + 1);
}

#[test]
fn a_storage_that_was_filled_before_goes_on() {
    let store = full();
    let again = GluesqlStore::over(store.storage().clone()).unwrap();
    assert_eq!(again.changed(&Stage::FS).unwrap(), []);
    assert_eq!(again.changed(&Stage::named("up/stream")).unwrap().len(), 1);
}

#[test]
fn a_row_that_is_not_as_it_should_be_is_named() {
    let mut storage = full().storage().clone();
    let rows = &mut storage.items.get_mut("stat_fs").unwrap().rows;
    rows.values_mut().next().unwrap()[1] = Value::Bool(true);
    let store = GluesqlStore::over(storage).unwrap();
    assert_eq!(
        store.changed(&Stage::FS).unwrap_err().to_string(),
        "the store's row for a-1-0.conda: its column 2 is not a number"
    );
}
