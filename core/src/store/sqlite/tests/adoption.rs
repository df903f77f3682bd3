//! Taking over a database that conda-index filled, and taking turns with it.

use super::*;
use crate::json::JsonText;

/// A database that conda-index made and filled, opened for the first time.
fn adopted(fill: impl FnOnce(&Connection)) -> SqliteInFolder {
    let folder = tempfile::tempdir().unwrap();
    fill(&conda_index_database(&database_in(&folder), 2));
    let mut store = open_without_syncs(&database_in(&folder));
    store.adopt(day(0)).unwrap();
    SqliteInFolder { store, folder }
}

/// When each artifact of the channel became part of it, in order of file name.
fn dates(store: &SqliteStore) -> Vec<Option<i64>> {
    let records = records_as_spelled(store, &whole_channel());
    records
        .into_iter()
        .map(|record| record.indexed_timestamp)
        .collect()
}

#[test]
fn what_conda_index_read_is_not_read_again() {
    let record = r#"{"name":"a","version":"1.0","build_number":0,"md5":"x","sha256":"y","size":2683}"#;
    let mut place = adopted(|raw| {
        conda_index_reads(raw, "a-1-0.tar.bz2", record, "1795218771.4743352", 1);
        conda_index_reads(raw, "b-1-0.conda", r#"{"name": "b", "n": 1e3}"#, "1700000000", 2);
        raw.execute(
            "INSERT INTO run_exports VALUES ('a-1-0.tar.bz2', '{\"weak\": [\"a\"]}')",
            (),
        )
        .unwrap();
    });
    // The folder holds what conda-index saw in it.
    let with_mtime = |file_name, mtime| ListedArtifact {
        mtime,
        ..listed(file_name)
    };
    let listing = [
        with_mtime("a-1-0.tar.bz2", Mtime::from_unix(1_795_218_771, 474_335_200)),
        with_mtime("b-1-0.conda", Mtime::from_unix(1_700_000_000, 0)),
    ];
    let store = place.store();
    let mark = store.change_mark().unwrap();
    assert_eq!(
        store.replace_listing(&listing, MissingArtifacts::Leave).unwrap(),
        0
    );
    assert_eq!(store.change_mark().unwrap(), mark);
    assert_eq!(changed(store, &Stage::FS), [""; 0]);

    let records = records_as_spelled(store, &whole_channel());
    assert_eq!(records[0].record, record);
    assert_eq!(records[0].run_exports.as_deref(), Some(r#"{"weak": ["a"]}"#));
    let respelled = JsonText::from_stored(records[1].record.as_str().into()).unwrap();
    assert_eq!(respelled.as_str(), r#"{"n":1000.0,"name":"b"}"#);
}

const MTIME: i64 = 1_500_000_000_250;

#[rstest::rstest]
#[case::milliseconds(r#""timestamp": 1557771554052"#, 1_557_771_554_052)]
#[case::fractional_milliseconds(r#""timestamp": 1557771554052.4"#, 1_557_771_554_052)]
#[case::seconds(r#""timestamp": 1557771554"#, 1_557_771_554_000)]
#[case::fractional_seconds(r#""timestamp": 1557771554.052"#, 1_557_771_554_052)]
#[case::string(r#""timestamp": "1557771554052""#, MTIME)]
#[case::negative(r#""timestamp": -1557771554052"#, MTIME)]
#[case::zero(r#""timestamp": 0"#, MTIME)]
#[case::boolean(r#""timestamp": true"#, MTIME)]
#[case::null(r#""timestamp": null"#, MTIME)]
#[case::list(r#""timestamp": [1557771554052]"#, MTIME)]
#[case::missing(r#""version": "1""#, MTIME)]
#[case::future(r#""timestamp": 4102444800000"#, day(0).as_millisecond())]
#[case::future_seconds(r#""timestamp": 4102444800"#, day(0).as_millisecond())]
#[case::beyond_integers(r#""timestamp": 1000000000000000000000"#, day(0).as_millisecond())]
fn old_artifacts_are_dated_by_their_timestamp_or_time(#[case] member: &str, #[case] expected: i64) {
    let place = adopted(|raw| {
        let record = format!(r#"{{"name": "a", {member}}}"#);
        conda_index_reads(raw, "a-1-0.conda", &record, "1500000000.25", 1);
    });
    assert_eq!(dates(&place.store), [Some(expected)]);
}

#[test]
fn an_old_artifact_without_any_time_is_dated_now() {
    let place = adopted(|raw| conda_index_reads(raw, "a-1-0.conda", r#"{"name": "a"}"#, "NULL", 1));
    assert_eq!(dates(&place.store), [Some(day(0).as_millisecond())]);
    let future = adopted(|raw| conda_index_reads(raw, "a-1-0.conda", r#"{"name": "a"}"#, "4102444800", 1));
    assert_eq!(dates(&future.store), [Some(day(0).as_millisecond())]);
}

#[test]
fn what_conda_index_adds_later_is_dated_now() {
    let mut place =
        adopted(|raw| conda_index_reads(raw, "a-1-0.conda", r#"{"name": "a"}"#, "1500000000.25", 1));
    let record = r#"{"name": "b", "timestamp": 1557771554052}"#;
    conda_index_reads(&place.raw(), "b-1-0.conda", record, "1500000000.25", 2);
    // Other bytes under an old name are an artifact of their own.
    conda_index_reads(&place.raw(), "a-1-0.conda", r#"{"name": "a"}"#, "1600000000", 3);
    let store = place.store();
    assert_eq!(dates(store), [None, None]);
    store.adopt(day(1)).unwrap();
    assert_eq!(dates(store), [None, None]);
    store.date_artifacts(day(2)).unwrap();
    assert_eq!(dates(store), [Some(day(2).as_millisecond()); 2]);
    store.date_artifacts(day(3)).unwrap();
    assert_eq!(dates(store), [Some(day(2).as_millisecond()); 2]);
}

/// conda-index's legacy caches knew size and time of an artifact; its digest is in the record alone.
#[test]
fn an_old_artifact_is_known_by_the_digest_in_its_record() {
    let artifact = read("a-1-0.conda", 1);
    let mut place = adopted(|raw| {
        conda_index_reads(raw, "a-1-0.conda", artifact.record.as_str(), "1500000000.25", 1);
        raw.execute("UPDATE stat SET sha256 = NULL, md5 = NULL", ())
            .unwrap();
    });
    let known = [("a-1-0.conda".to_owned(), artifact.digests.sha256_hex())];
    assert_eq!(digests(&place.store), known);
    assert_eq!(dates(&place.store), [Some(MTIME)]);
    assert_eq!(index(place.store(), &[artifact], day(1)), ["a-1-0.conda"]);
    assert_eq!(dates(&place.store), [Some(MTIME)]);
    place.store().date_artifacts(day(2)).unwrap();
    assert_eq!(dates(&place.store), [Some(MTIME)]);
}

/// conda-index takes a time or size that nobody knows for the same.
#[test]
fn an_unknown_time_or_size_is_not_a_change() {
    let clone = Stage::named("clone");
    let mut place = adopted(|raw| {
        for file_name in ["a-1-0.conda", "b-1-0.conda", "c-1-0.conda"] {
            conda_index_reads(raw, file_name, r#"{"name": "a"}"#, "1500000000.25", 1);
        }
        raw.execute_batch(
            "INSERT INTO stat (stage, path, mtime, size) VALUES
                 ('clone', 'a-1-0.conda', NULL, 2683),
                 ('clone', 'b-1-0.conda', 1500000000.25, NULL),
                 ('clone', 'c-1-0.conda', NULL, 1),
                 ('clone', 'd-1-0.conda', NULL, NULL)",
        )
        .unwrap();
    });
    let store = place.store();
    assert_eq!(changed(store, &clone), ["c-1-0.conda", "d-1-0.conda"]);
    let batch: Vec<_> = store
        .changed(&clone)
        .unwrap()
        .into_iter()
        .map(|changed| StoredArtifact {
            listed: changed.artifact.clone(),
            ..read(changed.artifact.name.as_str(), 2)
        })
        .collect();
    store.commit(&batch, day(1)).unwrap();
    assert_eq!(changed(store, &clone), [""; 0]);
}

/// Wheels, listed through conda-index's Python interface.
#[test]
fn rows_that_are_no_conda_packages_are_let_be() {
    let mut place = adopted(|raw| {
        for file_name in ["a-1-py3-none-any.whl", "b-1-0.CONDA", "c-1-0.conda"] {
            conda_index_reads(raw, file_name, r#"{"name": "a"}"#, "1500000000.25", 1);
        }
        raw.execute("UPDATE stat SET mtime = 1 WHERE stage = 'indexed'", ())
            .unwrap();
    });
    assert_eq!(changed(place.store(), &Stage::FS), ["c-1-0.conda"]);
    let conda = RecordQuery {
        format: Some(crate::package::ArchiveFormat::Conda),
        ..whole_channel()
    };
    assert_eq!(file_names(place.store(), &conda), ["c-1-0.conda"]);
    place
        .store()
        .replace_listing(&[], MissingArtifacts::Leave)
        .unwrap();
    assert_eq!(
        tables_with(&place.raw(), "a-1-py3-none-any.whl"),
        ["index_json", "indexed"]
    );
}

#[rstest::rstest]
#[case::null("NULL")]
#[case::number("5")]
fn a_record_that_is_no_text_is_named(#[case] literal: &str) {
    let place = adopted(|raw| {
        conda_index_reads(raw, "a-1-0.conda", "{}", "1", 1);
        raw.execute(&format!("UPDATE index_json SET index_json = {literal}"), ())
            .unwrap();
    });
    let error = place
        .store
        .for_each_record(&whole_channel(), &mut |_| Ok(()))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store's row for a-1-0.conda: its record is not text"
    );
}

/// Other tools may store bytes that are no UTF-8, in an old description for one.
#[test]
fn text_in_another_encoding_is_streamed_with_replacements() {
    let place = adopted(|raw| {
        conda_index_reads(raw, "a-1-0.conda", "{}", "1", 1);
        raw.execute("UPDATE index_json SET index_json = CAST(x'22e922' AS TEXT)", ())
            .unwrap();
    });
    assert_eq!(
        records_as_spelled(&place.store, &whole_channel())[0].record,
        "\"\u{fffd}\""
    );
}
