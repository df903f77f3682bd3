//! Records come into memory.

use super::super::{Bounds, LoadError};
use super::*;

#[test]
fn records_that_are_none_are_left_out_with_a_reason() {
    let document = br#"{"packages": {
        "a-1-0.tar.bz2": {"name": "a", "version": "1"},
        "b": 7, "c": {"name": "c"}, "d": {"name": 5, "version": "1"}, "e": {"name": "e" "version"}, "f": {"name": "", "version": "1"},
        "g-x-0.tar.bz2": {"name": "g", "version": "x y", "build": null, "depends": [1, "a"], "size": "?", "md5": "?"}
    }}"#;
    let mut channel = ChannelRecords::new();
    let loaded = channel.load("noarch", &document[..]).unwrap();
    assert_eq!((loaded.records, loaded.left_out), (2, 5));
    let reasons: Vec<_> = loaded
        .reasons
        .iter()
        .map(|left| (left.key.as_str(), left.reason.as_str()))
        .collect();
    assert_eq!(
        reasons[..3],
        [
            ("b", "is no object"),
            ("c", "has no version"),
            ("d", "has no name")
        ]
    );
    assert!(
        reasons[3].1.starts_with("is not JSON: expected `,` or `}`"),
        "{}",
        reasons[3].1
    );
    assert_eq!(reasons[4], ("f", "has no name"));
    let sql = "SELECT version_order, build, size, md5, depends_count FROM records WHERE name = 'g'";
    assert_eq!(rows(&mut channel, sql), json!([["", "", 0, "", 1]]));
}

#[test]
fn compressed_repodata_in_pieces_is_the_same() {
    let document = repodata(&[record("a", "1", json!({})), record("b", "1", json!({}))]);
    let compressed =
        ruzstd::encoding::compress_to_vec(&*document, ruzstd::encoding::CompressionLevel::Fastest);
    for (bytes, piece) in [
        (&document, 1),
        (&document, 1000),
        (&compressed, 1),
        (&compressed, 1000),
    ] {
        let mut channel = ChannelRecords::new();
        channel.begin("noarch").unwrap();
        for piece in bytes.chunks(piece) {
            channel.take(piece).unwrap();
            assert_eq!(channel.count(), 0);
        }
        assert_eq!(channel.finish().unwrap().records, 2);
        assert_eq!(channel.count(), 2);
    }
}

#[test]
fn of_a_document_that_is_none_nothing_stays() {
    let mut channel = channel();
    let before = channel.count();
    let document = repodata(&[
        record("new", "1", json!({"depends": ["x"]})),
        record("newer", "1", json!({})),
    ]);
    let error = channel
        .load("osx-64", &document[..document.len() - 5])
        .unwrap_err();
    assert!(matches!(error, LoadError::Truncated { .. }));
    assert!(channel.take(b"{}").is_err());
    assert_eq!(channel.count(), before);
    channel.load("osx-64", &*document).unwrap();
    assert_eq!(channel.count(), before + 2);
    assert_eq!(
        rows(
            &mut channel,
            "SELECT name FROM dependencies WHERE dependency = 'x'"
        ),
        json!([["new"]])
    );
}

#[test]
fn a_file_that_comes_again_takes_the_place_of_the_other() {
    let mut channel = channel();
    let before = channel.count();
    let again = [
        record("numpy", "1.10.0", json!({"size": 31})),
        record("numpy", "1.11", json!({"size": 32})),
    ];
    channel.load("linux-64", &*repodata(&again)).unwrap();
    assert_eq!(channel.count(), before + 1);
    let sql = "SELECT version, size, newest, depends_count FROM records WHERE name = 'numpy' AND subdir = 'linux-64' \
         ORDER BY version_order";
    let expected = json!([
        ["1.9.0", 10, false, 1],
        ["1.10.0", 31, false, 0],
        ["1.11", 32, true, 0]
    ]);
    assert_eq!(rows(&mut channel, sql), expected);
    let sql = "SELECT size FROM records WHERE path = 'linux-64/numpy-1.10.0-0.conda'";
    assert_eq!(rows(&mut channel, sql), json!([[31]]));
}

#[test]
fn repodata_v3_brings_its_records() {
    let document = json!({"packages": {}, "packages.conda": {}, "v3": {
        "conda": {"a-1-0": {"name": "a", "version": "1", "extra_depends": {"plot": ["matplotlib >=3"]}}},
        "whl": {"w-1-py3": {"name": "w", "version": "1", "fn": "w-1-py3-none-any.whl"}},
    }});
    let mut channel = ChannelRecords::new();
    channel.load("noarch", document.to_string().as_bytes()).unwrap();
    assert_eq!(
        rows(&mut channel, "SELECT file_name, format FROM records"),
        json!([["a-1-0.conda", "conda"], ["w-1-py3-none-any.whl", "whl"]])
    );
    let sql = "SELECT kind, extra, dependency FROM dependencies";
    assert_eq!(
        rows(&mut channel, sql),
        json!([["extra_depends", "plot", "matplotlib"]])
    );
}

#[test]
fn what_is_beyond_the_bounds_is_left_out() {
    let document = repodata(&[record("a", "1", json!({})), record("b", "1", json!({}))]);
    let mut channel = ChannelRecords::with_bounds(Bounds {
        records: 1,
        ..Bounds::default()
    });
    let loaded = channel.load("noarch", &*document).unwrap();
    assert_eq!((loaded.records, loaded.left_out), (1, 1));
    assert_eq!(
        loaded.reasons[0].reason,
        "is one more than the 1 records that are held"
    );
    let bounds = Bounds {
        document_bytes: 50,
        ..Bounds::default()
    };
    let error = ChannelRecords::with_bounds(bounds)
        .load("noarch", &*document)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document is too large: it has more than 50 bytes"
    );
}

#[test]
fn a_document_that_fails_leaves_its_room_to_others() {
    let long = |name: &str| record(name, "1", json!({"summary": "x".repeat(600_000)}));
    let document = repodata(&[long("a"), long("b")]);
    let mut channel = ChannelRecords::with_bounds(Bounds {
        record_bytes: (1 << 20) + 1,
        ..Bounds::default()
    });
    assert!(channel.load("noarch", &document[..document.len() - 1]).is_err());
    let loaded = channel.load("noarch", &*repodata(&[record("c", "1", json!({}))]));
    assert_eq!(loaded.unwrap().records, 1);
    let sql = "SELECT file_name FROM records";
    assert_eq!(rows(&mut channel, sql), json!([["c-1-0.conda"]]));
}

#[test]
fn a_subdir_is_one() {
    let error = ChannelRecords::new().begin("../x").unwrap_err().to_string();
    assert!(
        error.starts_with("the subdir \"../x\" is neither noarch nor"),
        "{error}"
    );
}

#[test]
fn a_shard_brings_its_records() {
    // {"packages": {}, "packages.conda": {"a-1-0.conda": {"name": "a", "version": "1", "size": 300,
    // "sha256": bytes}}}
    let mut shard = b"\x82\xa8packages\x80\xaepackages.conda\x81\xaba-1-0.conda\x84".to_vec();
    shard.extend(b"\xa4name\xa1a\xa7version\xa11\xa4size\xcd\x01\x2c\xa6sha256\xc4\x20");
    shard.extend([0xab; 32]);
    let compressed = ruzstd::encoding::compress_to_vec(&*shard, ruzstd::encoding::CompressionLevel::Fastest);
    for bytes in [&shard, &compressed] {
        let mut channel = ChannelRecords::new();
        assert_eq!(channel.load_shard("noarch", bytes).unwrap().records, 1);
        let sql = "SELECT path, size, sha256 FROM records";
        assert_eq!(
            rows(&mut channel, sql),
            json!([["noarch/a-1-0.conda", 300, "ab".repeat(32)]])
        );
    }
    let error = |bytes: &[u8]| {
        ChannelRecords::new()
            .load_shard("noarch", bytes)
            .unwrap_err()
            .to_string()
    };
    let nested = [b"\x81\xa8packages\x81\xa1a".as_slice(), &[0x91; 1000]].concat();
    for bytes in [&shard[..60], &nested, b"\xdd\xff\xff\xff\xff", b"\x07"] {
        let error = error(bytes);
        assert!(error.starts_with("the shard cannot be read: "), "{error}");
    }
    assert!(error(b"\x80").contains("has no packages"));
}

#[test]
fn of_a_shard_what_is_no_record_is_left_out() {
    // {"packages": {"a": 7, "b": {"name": "b", "version": "1"}}}
    let shard = b"\x81\xa8packages\x82\xa1a\x07\xa1b\x82\xa4name\xa1b\xa7version\xa11";
    let loaded = ChannelRecords::new().load_shard("noarch", shard).unwrap();
    assert_eq!((loaded.records, loaded.left_out), (1, 1));
    assert_eq!(loaded.reasons[0].reason, "is no object");
}

#[test]
fn a_shard_is_bounded() {
    let zeros = vec![0; (64 << 20) + 1];
    let error = ChannelRecords::new().load_shard("noarch", &zeros).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge(_)), "{error}");
}
