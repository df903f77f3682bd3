//! A channel whose documents the caller gives, read in pure Rust: what is found is what `towpath verify
//! --channel` finds natively (`cli/tests/behaviour/verify/channel.rs`, `channel_documents.rs`).

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};

use rmp::encode as msgpack;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use towpath_core::verify::{
    ChannelDocuments, ChannelPlace, DocumentError, Selection, Wanted, published_builds, read_channels,
};
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{report_of, sound};

const URL: &str = "https://conda.example/main";

/// Documents by their paths in the channel. What was asked for is remembered.
#[derive(Debug, Default)]
struct Held {
    documents: BTreeMap<String, Vec<u8>>,
    /// What the server says of all others.
    otherwise: Option<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl ChannelDocuments for Held {
    fn open(&self, url: &str, _limit: u64) -> Result<Option<Box<dyn Read>>, DocumentError> {
        let path = url.strip_prefix(URL).unwrap().trim_start_matches('/');
        self.asked.lock().unwrap().push(path.to_owned());
        match (self.documents.get(path), self.otherwise) {
            (Some(document), _) => Ok(Some(Box::new(Cursor::new(document.clone())))),
            (None, Some(status)) => Err(DocumentError::Status(status.to_owned())),
            (None, None) => Ok(None),
        }
    }
}

/// How a channel has its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Compressed,
    Shards,
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The channel with these records in noarch.
fn channel<const COUNT: usize>(form: Form, records: [Value; COUNT]) -> Held {
    if form == Form::Shards {
        return sharded(records.map(|record| {
            let shard = json!({"packages": {}, "packages.conda": {file_name(&record): record}});
            (
                record["name"].as_str().unwrap().to_owned(),
                zstd(&as_msgpack(&shard)),
            )
        }));
    }
    let records: BTreeMap<String, Value> = records
        .into_iter()
        .map(|record| (file_name(&record), record))
        .collect();
    let repodata = json!({"info": {"subdir": "noarch"}, "packages.conda": records}).to_string();
    let (path, document) = match form {
        Form::Compressed => ("noarch/repodata.json.zst", zstd(repodata.as_bytes())),
        _ => ("noarch/repodata.json", repodata.into_bytes()),
    };
    Held {
        documents: BTreeMap::from([(path.to_owned(), document)]),
        ..Held::default()
    }
}

/// The channel with these shards in noarch, by name.
fn sharded<const COUNT: usize>(shards: [(String, Vec<u8>); COUNT]) -> Held {
    let mut held = Held::default();
    let mut index = Vec::new();
    msgpack::write_map_len(&mut index, 2).unwrap();
    msgpack::write_str(&mut index, "info").unwrap();
    index.extend(as_msgpack(&json!({"shards_base_url": "./shards/"})));
    msgpack::write_str(&mut index, "shards").unwrap();
    msgpack::write_map_len(&mut index, COUNT as u32).unwrap();
    for (name, shard) in shards {
        let digest = Sha256::digest(&shard);
        msgpack::write_str(&mut index, &name).unwrap();
        msgpack::write_bin(&mut index, &digest).unwrap();
        let file = base16ct::lower::encode_string(&digest);
        held.documents
            .insert(format!("noarch/shards/{file}.msgpack.zst"), shard);
    }
    let path = "noarch/repodata_shards.msgpack.zst".to_owned();
    held.documents.insert(path, zstd(&index));
    held
}

fn file_name(record: &Value) -> String {
    let [name, version, build] = ["name", "version", "build"].map(|key| record[key].as_str().unwrap());
    format!("{name}-{version}-{build}.conda")
}

/// Digests are bytes in shards (CEP 16).
fn as_msgpack(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Object(members) => {
            msgpack::write_map_len(&mut out, members.len() as u32).unwrap();
            for (key, value) in members {
                msgpack::write_str(&mut out, key).unwrap();
                match value.as_str().filter(|_| key == "sha256") {
                    Some(digest) => {
                        let digest = base16ct::lower::decode_vec(digest).unwrap();
                        msgpack::write_bin(&mut out, &digest).unwrap();
                    }
                    None => out.extend(as_msgpack(value)),
                }
            }
        }
        Value::Array(items) => {
            msgpack::write_array_len(&mut out, items.len() as u32).unwrap();
            out.extend(items.iter().flat_map(as_msgpack));
        }
        Value::String(text) => msgpack::write_str(&mut out, text).unwrap(),
        Value::Number(number) => drop(msgpack::write_uint(&mut out, number.as_u64().unwrap()).unwrap()),
        Value::Null => msgpack::write_nil(&mut out).unwrap(),
        other => panic!("no record here has {other}"),
    }
    out
}

fn record(package: &PackageBuilder, sha256: &str) -> Value {
    let mut record = Value::Object(package.index_json().clone());
    record["sha256"] = sha256.into();
    record
}

fn place(held: Held) -> (Arc<Held>, ChannelPlace) {
    let held = Arc::new(held);
    (Arc::clone(&held), ChannelPlace::given(held, &format!("{URL}/")))
}

/// What is found in a package in view of the channel, else why the channel cannot be read.
fn told(package: &PackageBuilder, held: Held) -> Result<Vec<String>, String> {
    let mut report = report_of(&package.file_name(Kind::Conda), package.conda());
    let wanted = Wanted::by(&report.claim);
    let view = read_channels(&place(held).1, &[], &wanted).map_err(|error| error.to_string())?;
    report.compare(&view, &Selection::default());
    let findings = report.findings.iter();
    Ok(findings
        .map(|finding| format!("{} {}", finding.code, finding.what))
        .collect())
}

#[rstest]
fn the_same_is_found_as_natively(#[values(Form::Plain, Form::Compressed, Form::Shards)] form: Form) {
    let records = [
        record(&sound(), &"0a".repeat(32)),
        record(&PackageBuilder::new("gate", "1.5", "0"), &"01".repeat(32)),
        record(&PackageBuilder::new("pump", "0.1", "0"), &"02".repeat(32)),
    ];
    let package = sound().depends(["gate >=2", "sluice", "pump 0.1.*"]);
    let sha256 = base16ct::lower::encode_string(&Sha256::digest(package.conda()));
    assert_eq!(
        told(&package, channel(form, records)).unwrap(),
        [
            format!(
                "G601 noarch in \"{URL}\" has it with sha256 \"{}\"; this file has {sha256}",
                "0a".repeat(32)
            ),
            format!("G603 {URL} has no package \"sluice\""),
            format!("G604 no build in {URL} satisfies \"gate >=2\": the newest is \"1.5\""),
        ]
    );
}

#[test]
fn of_shards_only_the_one_of_a_name_is_asked_for() {
    let names = ["demo", "gate", "pump"];
    let records = names.map(|name| record(&PackageBuilder::new(name, "1", "0"), &"01".repeat(32)));
    let (held, place) = place(channel(Form::Shards, records));
    let found = published_builds(&place, "noarch", "gate").unwrap().records;
    assert_eq!(found[0].file_name, "gate-1-0.conda");
    assert_eq!(found[0].record["sha256"], "01".repeat(32));
    let asked = held.asked.lock().unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[test]
fn a_subdir_that_can_be_none_is_not_asked_for() {
    let package = sound().subdir("../../admin?delete=");
    let report = report_of(&package.file_name(Kind::Conda), package.conda());
    let (held, place) = place(Held::default());
    assert!(read_channels(&place, &[], &Wanted::by(&report.claim)).is_err());
    let asked = held.asked.lock().unwrap();
    assert!(asked.iter().all(|path| path.starts_with("noarch/")), "{asked:?}");
    assert_eq!(asked.len(), 3);
}

/// What a server answers that gives no lists of files, when there is none: not that it is not there.
#[test]
fn what_can_be_done_without_is_done_without() {
    let forbidden = Some("403 Forbidden");
    let mut held = channel(Form::Plain, [record(&sound(), &"0a".repeat(32))]);
    held.otherwise = forbidden;
    assert_eq!(told(&sound(), held).unwrap().len(), 1);
    let held = Held {
        otherwise: forbidden,
        ..Held::default()
    };
    let expected = format!("{URL}/noarch/repodata.json: the server answered 403 Forbidden");
    assert_eq!(told(&sound(), held), Err(expected));
}

#[rstest]
#[case::no_channel(
    "other.json",
    b"",
    "is no channel: it has no repodata.json in noarch (`towpath index` makes it one)"
)]
#[case::no_json(
    "repodata.json",
    b"<html>",
    "/noarch/repodata.json is not repodata: expected value at line 1 column 1"
)]
#[case::no_zstd("repodata.json.zst", b"<html>", "/noarch/repodata.json.zst: ")]
#[case::no_index(
    "repodata_shards.msgpack.zst",
    b"<html>",
    "/noarch/repodata_shards.msgpack.zst is not sharded repodata: "
)]
fn what_is_no_channel_is_told(#[case] path: &str, #[case] content: &[u8], #[case] message: &str) {
    let documents = BTreeMap::from([(format!("noarch/{path}"), content.to_vec())]);
    let held = Held {
        documents,
        ..Held::default()
    };
    let error = told(&sound(), held).unwrap_err();
    let start = error.strip_prefix(URL).unwrap().trim_start();
    assert!(start.starts_with(message), "{error}");
}

#[test]
fn a_shard_that_unpacks_to_too_much_is_refused() {
    let bomb = zstd(&vec![b' '; (64 << 20) + 1]);
    let error = told(&sound(), sharded([("demo".to_owned(), bomb)])).unwrap_err();
    assert!(
        error.ends_with("is not sharded repodata: it has more than 67108864 bytes"),
        "{error}"
    );
}

#[test]
fn a_shard_that_is_another_is_refused() {
    let mut held = channel(Form::Shards, [record(&sound(), &"0a".repeat(32))]);
    let is_shard = |path: &&String| path.contains("/shards/");
    let path = held.documents.keys().find(is_shard).unwrap().clone();
    held.documents.insert(path, b"spoilt".to_vec());
    let error = told(&sound(), held).unwrap_err();
    // The digest of "spoilt".
    let end = "its sha256 is 8d2430f944e87cdd2cead2f9836072b7029fcc34948c286d321af07e6cfdb151";
    assert!(error.ends_with(end), "{error}");
}
