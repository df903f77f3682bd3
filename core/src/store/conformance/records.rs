//! What is streamed: which records, in which order, with what of the artifact.

use std::io;

use super::*;
use crate::package::{ArchiveFormat, RattlerRecipe};
use crate::store::StoreError;

pub(super) fn file_names_are_ordered_bytewise<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    // In UTF-16 the last two would change places; without case the first two.
    let names = [
        "B-1-0.conda",
        "a #-1.conda",
        "a#-1.conda",
        "a-1-0.conda",
        "a-1-0.tar.bz2",
        "a-1.conda",
        "a_-1.conda",
        "b-1-0.conda",
        "é-1-0.conda",
        "\u{ff61}-1-0.conda",
        "\u{1d4b6}-1-0.conda",
    ];
    let folder: Vec<_> = names.iter().rev().map(|name| read(name, 1)).collect();
    index(store, &folder, day(0));
    assert_eq!(file_names(store, &whole_channel()), names);
}

pub(super) fn package_names_are_ordered_bytewise<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    // No package name is in the order of the file names. Strange names matter too: a shard is
    // made of records that follow each other.
    let package_names = [
        "Zebra",
        "a",
        "a\0",
        "a ",
        "a!",
        "a\"",
        "a#",
        "a\\",
        "a\\u",
        "a]",
        "b",
        "é",
        "\u{ff61}",
        "\u{1d4b6}",
    ];
    let mut folder = Vec::new();
    let mut expected = Vec::new();
    for (position, package_name) in package_names.iter().enumerate() {
        if package_name.contains('\0') && !B::KEEPS_NUL {
            continue;
        }
        let file_names = [
            format!("{:02}-1-0.conda", 99 - position),
            format!("{:02}-2-0.conda", 99 - position),
        ];
        for file_name in file_names {
            folder.push(read_with_name(&file_name, package_name, 1));
            expected.push(file_name);
        }
    }
    index(store, &folder, day(0));
    let by_package = RecordQuery {
        order: Order::PackageName,
        ..whole_channel()
    };
    assert_eq!(file_names(store, &by_package), expected);
}

pub(super) fn artifacts_are_told_apart_by_format<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let names = [
        "a-1-0.conda",
        "a-1-0.tar.bz2",
        "b-1-0.conda.tar.bz2",
        "b-1-0.tar.bz2.conda",
    ];
    index(store, &names.map(|name| read(name, 1)), day(0));
    for order in [Order::FileName, Order::PackageName] {
        let of = |format| RecordQuery {
            format: Some(format),
            order,
            ..whole_channel()
        };
        assert_eq!(
            file_names(store, &of(ArchiveFormat::Conda)),
            ["a-1-0.conda", "b-1-0.tar.bz2.conda"]
        );
        assert_eq!(
            file_names(store, &of(ArchiveFormat::TarBz2)),
            ["a-1-0.tar.bz2", "b-1-0.conda.tar.bz2"]
        );
    }
}

pub(super) fn an_artifact_in_several_stages_is_streamed_once<B: Backend>() {
    let mut place = B::empty();
    let clone = Stage::named("clone");
    let folder = ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"].map(|name| read(name, 1));
    index(place.store(), &folder, day(0));
    place.fill_stage(&clone, &[listed("b-1-0.conda"), listed("c-1-0.conda")]);
    let listing = [listed("a-1-0.conda"), listed("b-1-0.conda")];
    let store = place.store();
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    for order in [Order::FileName, Order::PackageName] {
        let of = |stages: &[&Stage]| RecordQuery {
            stages: stages.iter().copied().cloned().collect(),
            order,
            ..whole_channel()
        };
        let both = of(&[&clone, &Stage::FS]);
        assert_eq!(
            file_names(store, &both),
            ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"]
        );
        let twice = of(&[&clone, &clone]);
        assert_eq!(file_names(store, &twice), ["b-1-0.conda", "c-1-0.conda"]);
        assert_eq!(file_names(store, &of(&[])), [""; 0]);
    }
}

pub(super) fn run_exports_come_when_asked_for<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let folder = [with_run_exports(read("a-1-0.conda", 1)), read("b-1-0.conda", 2)];
    index(store, &folder, day(0));
    let expected: Vec<_> = folder
        .iter()
        .map(|artifact| Streamed {
            file_name: artifact.listed.name.to_string(),
            record: artifact.record.as_str().to_owned(),
            run_exports: artifact.run_exports.clone().map(JsonText::into_string),
            indexed_timestamp: Some(day(0).as_millisecond()),
        })
        .collect();
    assert_eq!(records(store, &whole_channel()), expected);
    let without = RecordQuery {
        run_exports: false,
        ..whole_channel()
    };
    assert!(
        records(store, &without)
            .iter()
            .all(|streamed| streamed.run_exports.is_none())
    );
}

/// An artifact with everything that an artifact can have.
pub(in crate::store) fn read_with_everything(file_name: &str, bytes: u8) -> StoredArtifact {
    StoredArtifact {
        about: Some(JsonText::from_value(&json!({"summary": "all of it"}))),
        recipe: Some(JsonText::from_value(&json!({"package": {}}))),
        rattler_recipe: Some(RattlerRecipe::Rendered(b"recipe: {}".to_vec())),
        icon: Some(b"\x89PNG".to_vec()),
        ..with_run_exports(read(file_name, bytes))
    }
}

pub(super) fn nothing_of_a_replaced_artifact_stays<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    index(store, &[read_with_everything("a-1-0.conda", 1)], day(0));
    let replacement = read("a-1-0.conda", 2);
    store.commit(std::slice::from_ref(&replacement), day(1)).unwrap();
    let expected = Streamed {
        file_name: "a-1-0.conda".to_owned(),
        record: replacement.record.into_string(),
        run_exports: None,
        indexed_timestamp: Some(day(1).as_millisecond()),
    };
    assert_eq!(records(store, &whole_channel()), [expected]);
}

pub(super) fn the_last_of_a_name_in_a_batch_stays<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let listing = [listed("a-1-0.conda")];
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    let batch = [read_with_everything("a-1-0.conda", 1), read("a-1-0.conda", 2)];
    store.commit(&batch, day(0)).unwrap();
    let streamed = records(store, &whole_channel());
    assert_eq!(streamed.len(), 1);
    assert_eq!(streamed[0].record, batch[1].record.as_str());
    assert_eq!(streamed[0].run_exports, None);
    assert_eq!(
        digests(store),
        [("a-1-0.conda".to_owned(), batch[1].digests.sha256_hex())]
    );
}

pub(super) fn a_forgotten_artifact_is_read_again<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let folder = [
        read_with_everything("a-1-0.conda", 1),
        read("b-1-0.conda", 2),
        read("c-1-0.conda", 3),
    ];
    index(store, &folder, day(0));
    let before = records(store, &whole_channel());
    let names = [
        name("a-1-0.conda"),
        name("c-1-0.conda"),
        name("never-1-seen.conda"),
    ];
    store.forget(&names).unwrap();
    assert_eq!(file_names(store, &whole_channel()), ["b-1-0.conda"]);
    assert_eq!(
        digests(store),
        [("b-1-0.conda".to_owned(), folder[1].digests.sha256_hex())]
    );
    let changed = store.changed(&Stage::FS).unwrap();
    assert!(changed.iter().all(|changed| !changed.replaces));
    assert_eq!(index(store, &folder, day(0)), ["a-1-0.conda", "c-1-0.conda"]);
    assert_eq!(records(store, &whole_channel()), before);
}

pub(super) fn digests_are_those_last_read<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    assert_eq!(digests(store), []);
    index(store, &[read("b-1-0.conda", 2), read("a-1-0.conda", 1)], day(0));
    store.commit(&[read("b-1-0.conda", 3)], day(1)).unwrap();
    // What the folder lists does not matter.
    store.replace_listing(&[], MissingArtifacts::Leave).unwrap();
    let expected = [("a-1-0.conda", 1), ("b-1-0.conda", 3)]
        .map(|(file_name, bytes)| (file_name.to_owned(), read(file_name, bytes).digests.sha256_hex()));
    assert_eq!(digests(store), expected);
}

pub(super) fn descriptions_come_as_they_are_named<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let described = StoredArtifact {
        about: Some(JsonText::from_value(&json!({"summary": "of b"}))),
        recipe: Some(JsonText::from_value(&json!({"source": {"url": "https://b"}}))),
        ..with_run_exports(read("b-1-0.conda", 2))
    };
    index(store, &[read("a-1-0.conda", 1), described.clone()], day(0));
    // Descriptions are of what was read, whether a folder lists it or not.
    store.replace_listing(&[], MissingArtifacts::Leave).unwrap();
    let wanted = ["b-1-0.conda", "missing-1-0.conda", "a-1-0.conda"].map(str::to_owned);
    let mut seen = Vec::new();
    let visited = store.for_each_description(&wanted, &mut |description| {
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(canonical);
        let texts = [description.about, description.recipe, description.run_exports].map(owned);
        seen.push((
            description.file_name.to_owned(),
            canonical(description.record),
            texts,
        ));
        let facts = owned(description.post_install);
        assert_eq!(facts.as_deref(), Some(described.post_install.as_str()));
        Ok(())
    });
    visited.unwrap();
    let text = |json: &Option<JsonText>| json.clone().map(JsonText::into_string);
    let expected = [
        (
            "b-1-0.conda".to_owned(),
            described.record.as_str().to_owned(),
            [&described.about, &described.recipe, &described.run_exports].map(text),
        ),
        (
            "a-1-0.conda".to_owned(),
            read("a-1-0.conda", 1).record.into_string(),
            [None, None, None],
        ),
    ];
    assert_eq!(seen, expected);
}

pub(super) fn an_error_of_the_visitor_ends_the_visit<B: Backend>() {
    let mut place = B::empty();
    let store = place.store();
    let folder = ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"].map(|name| read(name, 1));
    index(store, &folder, day(0));
    let full = || io::Error::new(io::ErrorKind::StorageFull, "no room for b");
    let assert_is_ours = |error: StoreError| match error {
        StoreError::Io(error) => assert_eq!(error.to_string(), "no room for b"),
        other => panic!("{other}"),
    };

    let mut visited = Vec::new();
    let result = store.for_each_record(&whole_channel(), &mut |stored| {
        visited.push(stored.file_name.to_owned());
        match stored.file_name {
            "b-1-0.conda" => Err(full()),
            _ => Ok(()),
        }
    });
    assert_is_ours(result.unwrap_err());
    assert_eq!(visited, ["a-1-0.conda", "b-1-0.conda"]);

    let mut visited = 0;
    let result = store.for_each_digest(&mut |_, _| {
        visited += 1;
        Err(full())
    });
    assert_is_ours(result.unwrap_err());
    assert_eq!(visited, 1);

    // The store is none the worse for it.
    store.commit(&[read("d-1-0.conda", 4)], day(1)).unwrap();
    assert_eq!(file_names(store, &whole_channel()).len(), 3);
}
