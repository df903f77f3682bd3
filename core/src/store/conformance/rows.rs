//! Everything that is kept, as rows, on the way from one store to another.

use std::io;

use super::records::read_with_everything;
use super::*;
use crate::store::{DateRow, IconRow, RattlerRecipeRow, StageRow, StoreError, StoreRow, TextKind, TextRow};

/// All rows of a store.
pub(super) fn rows(store: &impl Store) -> Vec<StoreRow> {
    let mut rows = Vec::new();
    let visited = store.for_each_row(&mut |row| {
        rows.push(row);
        Ok(())
    });
    visited.unwrap();
    rows
}

fn stage(stage: &str, file_name: &str) -> StageRow {
    StageRow {
        stage: Stage::named(stage),
        file_name: file_name.to_owned(),
        mtime: Some(1_795_218_771.474_335_2),
        size: Some(2_683),
        sha256: None,
        md5: None,
        last_modified: None,
        etag: None,
    }
}

fn date(file_name: &str, sha256: &str, indexed_timestamp: i64) -> StoreRow {
    StoreRow::Date(DateRow {
        file_name: file_name.to_owned(),
        sha256: sha256.to_owned(),
        indexed_timestamp,
    })
}

fn text(kind: TextKind, file_name: &str, json: &str) -> StoreRow {
    StoreRow::Text(TextRow {
        kind,
        file_name: file_name.to_owned(),
        json: json.to_owned(),
    })
}

const WHEEL: &str = "b-1-py3-none-any.whl";

/// A row of every kind, and what is odd in each: stages that no run of towpath fills, columns with
/// nothing in them, files that are no packages, texts in another tool's spelling.
fn one_of_each() -> Vec<StoreRow> {
    let [first, second] = [1, 2].map(|bytes| read("a-1-0.conda", bytes).digests);
    let mut rows = vec![
        StoreRow::Stage(stage("", "a-1-0.conda")),
        StoreRow::Stage(StageRow {
            last_modified: Some("Thu, 01 Jan 1970 00:00:00 GMT".to_owned()),
            etag: Some("\"W/é\"".to_owned()),
            ..stage("Clone; --", "c-1-0.conda")
        }),
        StoreRow::Stage(StageRow {
            mtime: None,
            size: None,
            ..stage("clone", WHEEL)
        }),
        StoreRow::Stage(stage("fs", "a-1-0.conda")),
        StoreRow::Stage(StageRow {
            mtime: Some(-1.0),
            size: Some(5 << 32),
            ..stage("fs", "c-1-0.conda")
        }),
        StoreRow::Stage(StageRow {
            sha256: Some(second.sha256_hex()),
            md5: Some(second.md5_hex()),
            ..stage("indexed", "a-1-0.conda")
        }),
        StoreRow::Stage(stage("indexed", WHEEL)),
        date("a-1-0.conda", &first.sha256_hex(), 1),
        date("a-1-0.conda", &second.sha256_hex(), 2),
        date(WHEEL, "", -3),
        date("gone-1-0.conda", &first.sha256_hex(), 4),
    ];
    for kind in TextKind::ALL {
        rows.push(text(kind, "a-1-0.conda", "{\"n\": 1e3, \"name\": \"\u{e9}\"}"));
        rows.push(text(kind, WHEEL, r#"{"name":"b"}"#));
    }
    rows.push(StoreRow::Icon(IconRow {
        file_name: "a-1-0.conda".to_owned(),
        png: b"\x89PNG\0".to_vec(),
    }));
    rows.extend(["a-1-0.conda", WHEEL].map(|file_name| {
        StoreRow::RattlerRecipe(RattlerRecipeRow {
            file_name: file_name.to_owned(),
            sha256: first.sha256_hex(),
            is_rendered: file_name == WHEEL,
            recipe: b"recipe: {}\0".to_vec(),
        })
    }));
    rows
}

/// What comes back of rows.
fn kept<B: Backend>(rows: Vec<StoreRow>) -> Vec<StoreRow> {
    let rows = rows.into_iter().map(|row| match row {
        StoreRow::Stage(row) if B::PRECISION == Precision::Int4 => StoreRow::Stage(StageRow {
            mtime: row.mtime.map(f64::round),
            size: row.size.filter(|size| *size < 1 << 31),
            ..row
        }),
        StoreRow::Text(row) if !B::KEEPS_TEXT => {
            let json = canonical(row.json.into());
            StoreRow::Text(TextRow { json, ..row })
        }
        row => row,
    });
    rows.filter(|row| {
        let is_log = matches!(row, StoreRow::Text(row) if row.kind == TextKind::RecipeLog);
        B::KEEPS_TEXT || !is_log
    })
    .collect()
}

/// The store's rows, put into one in memory.
fn copy(store: &impl Store) -> MemoryStore {
    let mut copy = MemoryStore::new();
    copy.restore(&rows(store)).unwrap();
    copy
}

/// What documents are made of.
fn assert_stream_the_same(one: &impl Store, other: &impl Store) {
    for order in [Order::FileName, Order::PackageName] {
        for stages in [&["fs"][..], &["fs", "clone", "Clone; --"]] {
            let query = RecordQuery {
                stages: stages.iter().map(|stage| Stage::named(*stage)).collect(),
                order,
                ..whole_channel()
            };
            assert_eq!(records(one, &query), records(other, &query));
        }
    }
    assert_eq!(digests(one), digests(other));
    assert_eq!(descriptions(one), descriptions(other));
    assert_eq!(changed(one, &Stage::FS), changed(other, &Stage::FS));
}

fn descriptions(store: &impl Store) -> Vec<[Option<String>; 6]> {
    let names = ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda", WHEEL].map(str::to_owned);
    let mut descriptions = Vec::new();
    let visited = store.for_each_description(&names, &mut |description| {
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(canonical);
        descriptions.push([
            Some(description.file_name.to_owned()),
            owned(Some(description.record)),
            owned(description.about),
            owned(description.recipe),
            owned(description.post_install),
            owned(description.run_exports),
        ]);
        Ok(())
    });
    visited.unwrap();
    descriptions
}

pub(super) fn everything_that_goes_in_comes_out<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    assert_eq!(rows(store), []);
    assert_eq!(store.restore(&one_of_each()).unwrap(), []);
    assert_eq!(rows(store), kept::<B>(one_of_each()));
    let all = RecordQuery {
        stages: vec![Stage::named("clone"), Stage::FS],
        ..whole_channel()
    };
    assert_eq!(file_names(store, &all), ["a-1-0.conda", WHEEL]);
    let dates = records(store, &all)
        .into_iter()
        .map(|record| record.indexed_timestamp);
    assert_eq!(dates.collect::<Vec<_>>(), [Some(2), Some(-3)]);
}

/// In batches of any size, what an earlier batch had is known in a later one.
pub(super) fn rows_come_in_their_order<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    for row in one_of_each() {
        store.restore(&[row]).unwrap();
    }
    let streamed = rows(store);
    assert!(streamed.is_sorted_by(|one, other| one.key() < other.key()));
    assert_eq!(streamed, kept::<B>(one_of_each()));
    assert_stream_the_same(store, &copy(store));
}

pub(super) fn rows_replace_those_with_their_keys_and_no_others<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    store.restore(&one_of_each()).unwrap();
    let sha256 = read("a-1-0.conda", 1).digests.sha256_hex();
    let replacements = [
        StoreRow::Stage(StageRow {
            size: Some(1),
            mtime: Some(1.0),
            ..stage("fs", "a-1-0.conda")
        }),
        date("a-1-0.conda", &sha256, 9),
        text(TextKind::About, "a-1-0.conda", r#"{"summary":"other"}"#),
        text(TextKind::About, "a-1-0.conda", r#"{"summary":"last"}"#),
    ];
    store.restore(&replacements).unwrap();
    let mut expected = kept::<B>(one_of_each());
    for replacement in replacements {
        let row = expected.iter_mut().find(|row| row.key() == replacement.key());
        *row.unwrap() = replacement;
    }
    assert_eq!(rows(store), expected);
}

pub(super) fn a_copy_streams_what_the_original_does<B: Backend>() {
    let mut original = MemoryStore::new();
    let folder = [
        read_with_everything("a-1-0.conda", 1),
        read("b-1-0.conda", 2),
        read_with_name("c-1-0.conda", "Zebra", 3),
    ];
    index(&mut original, &folder, day(0));
    original.commit(&[read("b-1-0.conda", 4)], day(1)).unwrap();
    original.forget(&[name("c-1-0.conda")]).unwrap();
    original.set_stage(&Stage::named("clone"), &[listed("c-1-0.conda")]);
    let mut place = B::empty();
    let store = place.store();
    assert_eq!(store.restore(&rows(&original)).unwrap(), []);
    assert_stream_the_same(&original, store);
    let back = copy(store);
    assert_stream_the_same(&original, &back);
    if B::PRECISION == Precision::Exact {
        assert_eq!(rows(&back), rows(&original));
    }
}

pub(super) fn what_was_copied_is_not_read_again<B: Backend>() {
    let mut original = MemoryStore::new();
    let folder = [read_with_everything("a-1-0.conda", 1), read("b-1-0.conda", 2)];
    index(&mut original, &folder, day(0));
    let mut place = B::empty();
    let store = place.store();
    store.restore(&rows(&original)).unwrap();
    store.adopt(day(1)).unwrap();
    store.date_artifacts(day(1)).unwrap();
    assert_eq!(index(store, &folder, day(2)), [""; 0]);
    assert_eq!(
        records(store, &whole_channel()),
        records(&original, &whole_channel())
    );
}

pub(super) fn nothing_of_a_copied_artifact_stays_when_it_is_replaced<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    // Without dates: another tool has read it.
    let undated = one_of_each()
        .into_iter()
        .filter(|row| !matches!(row, StoreRow::Date(_)));
    store.restore(&undated.collect::<Vec<_>>()).unwrap();
    store.commit(&[read("a-1-0.conda", 3)], day(0)).unwrap();
    let left: Vec<_> = rows(store)
        .into_iter()
        .filter(|row| row.file_name() == "a-1-0.conda")
        .filter(|row| !matches!(row, StoreRow::Stage(_) | StoreRow::Date(_)))
        .map(|row| match row {
            StoreRow::Text(row) => row.kind,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(left, [TextKind::Record, TextKind::PostInstall]);
    assert_eq!(
        records(store, &whole_channel())[0].indexed_timestamp,
        Some(day(0).as_millisecond())
    );
}

pub(super) fn a_copied_artifact_can_be_forgotten<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    // Another tool keeps the record of what it did not read in a file.
    let rows_of_a = one_of_each().into_iter().filter(|row| {
        !matches!(row, StoreRow::Stage(row) if row.stage == Stage::INDEXED)
            && row.file_name() == "a-1-0.conda"
    });
    store.restore(&rows_of_a.collect::<Vec<_>>()).unwrap();
    assert!(store.changed(&Stage::FS).unwrap()[0].replaces);
    store.forget(&[name("a-1-0.conda")]).unwrap();
    let is_left = |row: &StoreRow| matches!(row, StoreRow::Stage(_) | StoreRow::Date(_));
    assert!(rows(store).iter().all(is_left));
    assert!(!store.changed(&Stage::FS).unwrap()[0].replaces);
}

pub(super) fn what_cannot_be_kept_is_rejected_and_read_again<B: Backend>() {
    let mut original = MemoryStore::new();
    let odd = StoredArtifact {
        about: Some(JsonText::from_value(&json!({"summary": "a\0b"}))),
        ..read("a-1-0.conda", 1)
    };
    let folder = [odd, read("b-1-0.conda", 2)];
    index(&mut original, &folder, day(0));
    let mut place = B::empty();
    let store = place.store();
    let rejected = store.restore(&rows(&original)).unwrap();
    if B::KEEPS_NUL {
        assert_eq!(rejected, []);
        assert_stream_the_same(&original, store);
        return;
    }
    let names: Vec<_> = rejected
        .iter()
        .map(|rejected| rejected.file_name.as_str())
        .collect();
    assert_eq!(names, ["a-1-0.conda"]);
    assert!(rejected[0].why.contains("U+0000"), "{}", rejected[0].why);
    assert_eq!(file_names(store, &whole_channel()), ["b-1-0.conda"]);
    assert_eq!(changed(store, &Stage::FS), ["a-1-0.conda"]);
}

/// PostgreSQL's `jsonb` has numbers of its own.
pub(super) fn numbers_of_a_record_come_out_as_they_went_in<B: Backend>() {
    let mut original = MemoryStore::new();
    let record = json!({"name": "a", "large": 1e22, "minus": -0.0, "small": 1e-7});
    let artifact = StoredArtifact {
        record: JsonText::from_value(&record),
        ..read("a-1-0.conda", 1)
    };
    index(&mut original, &[artifact], day(0));
    let mut place = B::empty();
    for batch in rows(&original).chunks(1) {
        place.store().restore(batch).unwrap();
    }
    let expected = records(&original, &whole_channel());
    assert_eq!(records(place.store(), &whole_channel()), expected);
    assert_eq!(records(&copy(place.store()), &whole_channel()), expected);
}

pub(super) fn nothing_is_left_after_clearing<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    assert!(store.is_empty().unwrap());
    for row in one_of_each() {
        if matches!(&row, StoreRow::Text(row) if row.kind == TextKind::RecipeLog) {
            continue;
        }
        store.restore(std::slice::from_ref(&row)).unwrap();
        assert!(!store.is_empty().unwrap(), "{row:?}");
        store.clear().unwrap();
        assert!(store.is_empty().unwrap(), "{row:?}");
    }
    store.restore(&one_of_each()).unwrap();
    store.clear().unwrap();
    assert_eq!(rows(store), []);
    // It goes on as a new one.
    assert_eq!(index(store, &[read("a-1-0.conda", 1)], day(5)), ["a-1-0.conda"]);
    let date = records(store, &whole_channel())[0].indexed_timestamp;
    assert_eq!(date, Some(day(5).as_millisecond()));
}

pub(super) fn an_error_of_the_visitor_ends_the_stream_of_rows<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    store.restore(&one_of_each()).unwrap();
    for end in 1..=kept::<B>(one_of_each()).len() {
        let mut visited = 0;
        let result = store.for_each_row(&mut |_| {
            visited += 1;
            match visited == end {
                true => Err(io::Error::new(io::ErrorKind::StorageFull, "no room")),
                false => Ok(()),
            }
        });
        assert!(matches!(result, Err(StoreError::Io(error)) if error.to_string() == "no room"));
        assert_eq!(visited, end);
    }
    store.commit(&[read("d-1-0.conda", 4)], day(1)).unwrap();
}

pub(super) fn files_leave_the_stage_that_they_are_taken_out_of<B: Backend>() {
    let mut place = B::empty();
    let clone = Stage::named("clone");
    let folder = ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"].map(|name| read(name, 1));
    index(place.store(), &folder, day(0));
    place.fill_stage(&clone, &[listed("a-1-0.conda")]);
    let store = place.store();
    let names = ["a-1-0.conda", "never-1-seen.conda", "c-1-0.conda"].map(str::to_owned);
    assert_eq!(store.unlist(&Stage::FS, &names).unwrap(), 2);
    assert_eq!(file_names(store, &whole_channel()), ["b-1-0.conda"]);
    let of_clone = RecordQuery {
        stages: vec![clone],
        ..whole_channel()
    };
    assert_eq!(file_names(store, &of_clone), ["a-1-0.conda"]);
    // What was read of it is known when it returns.
    assert_eq!(index(store, &folder, day(1)), [""; 0]);
    assert_eq!(file_names(store, &whole_channel()).len(), 3);
    assert_eq!(store.unlist(&Stage::named("unheard-of"), &names).unwrap(), 0);
}

pub(super) fn files_that_no_stage_lists_are_told_apart<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    store.restore(&one_of_each()).unwrap();
    let names = [WHEEL, "c-1-0.conda", "gone-1-0.conda", "a-1-0.conda"].map(str::to_owned);
    let listed = |stage: &str| store.listed(&Stage::named(stage), &names).unwrap();
    assert_eq!(listed("fs"), ["c-1-0.conda", "a-1-0.conda"]);
    assert_eq!(listed("clone"), [WHEEL]);
    assert_eq!(listed("unheard-of"), [""; 0]);
}

pub(super) fn moving_rows_changes_the_mark<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let mut marks = vec![store.change_mark().unwrap()];
    store.restore(&one_of_each()).unwrap();
    marks.push(store.change_mark().unwrap());
    store.unlist(&Stage::FS, &["a-1-0.conda".to_owned()]).unwrap();
    marks.push(store.change_mark().unwrap());
    store.clear().unwrap();
    marks.push(store.change_mark().unwrap());
    store.restore(&one_of_each()).unwrap();
    marks.push(store.change_mark().unwrap());
    for (position, mark) in marks.iter().enumerate() {
        let earlier = &marks[..position];
        assert!(mark.is_none() || !earlier.contains(mark), "{position}");
    }
    // Looking, and taking out what is not there, is no change.
    assert!(!store.is_empty().unwrap());
    assert_eq!(rows(store), kept::<B>(one_of_each()));
    store
        .unlist(&Stage::FS, &["never-1-seen.conda".to_owned()])
        .unwrap();
    store.restore(&[]).unwrap();
    assert_eq!(store.change_mark().unwrap().as_ref(), marks[4].as_ref());
}
