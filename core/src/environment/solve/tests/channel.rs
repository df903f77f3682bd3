//! A channel of a few records.

use std::collections::BTreeMap;

use rmp::encode as msgpack;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::super::{Solution, SolveChannel, SolveRequest, VirtualPackages};
use crate::environment::LockedPackage;
use crate::verify::ChannelPlace;

/// Of one record: the file's name, and the record.
pub(super) type Named = (String, Value);

/// A channel in a folder, called `https://conda.example/NAME`.
pub(super) struct TestChannel {
    pub(super) folder: TempDir,
    pub(super) name: &'static str,
}

/// A record of a `.conda`.
pub(super) fn record(name: &str, version: &str, build_number: u64, depends: &[&str]) -> Named {
    let build = build_number.to_string();
    let record = json!({
        "name": name, "version": version, "build": build, "build_number": build_number,
        "depends": depends, "sha256": "ab".repeat(32), "md5": "cd".repeat(16), "size": 7,
        "timestamp": 1_700_000_000_000_i64,
    });
    (format!("{name}-{version}-{build}.conda"), record)
}

/// The record with other members.
pub(super) fn with((file, mut record): Named, members: Value) -> Named {
    let Value::Object(members) = members else {
        panic!("{members} is no object");
    };
    record.as_object_mut().unwrap().extend(members);
    (file, record)
}

/// The same build as `.tar.bz2`.
pub(super) fn twin((file, record): Named) -> Named {
    (file.replace(".conda", ".tar.bz2"), record)
}

/// The documents of each subdir.
fn documents(records: &[(&str, Named)]) -> BTreeMap<String, Value> {
    let mut documents: BTreeMap<String, Value> = BTreeMap::new();
    for (subdir, (file, record)) in records {
        let document = documents
            .entry((*subdir).to_owned())
            .or_insert_with(|| json!({"info": {"subdir": subdir}, "packages": {}, "packages.conda": {}}));
        let section = match file.ends_with(".conda") {
            true => "packages.conda",
            false => "packages",
        };
        document[section][file] = record.clone();
    }
    documents
}

impl TestChannel {
    /// A channel with these records, each in a subdir, in `repodata.json`.
    pub(super) fn new(name: &'static str, records: &[(&str, Named)]) -> Self {
        let channel = Self {
            folder: tempfile::tempdir().unwrap(),
            name,
        };
        for (subdir, document) in documents(records) {
            channel.write(
                &format!("{subdir}/repodata.json"),
                document.to_string().as_bytes(),
            );
        }
        channel
    }

    /// The same with shards, and no other documents.
    pub(super) fn sharded(name: &'static str, records: &[(&str, Named)]) -> Self {
        let channel = Self {
            folder: tempfile::tempdir().unwrap(),
            name,
        };
        for subdir in documents(records).keys() {
            let own = records.iter().filter(|(of, _)| of == subdir);
            let mut by_name: BTreeMap<String, Vec<(&str, Named)>> = BTreeMap::new();
            for (subdir, named) in own {
                let name = named.1["name"].as_str().unwrap().to_owned();
                by_name.entry(name).or_default().push((subdir, named.clone()));
            }
            let mut shards = Map::new();
            for (name, records) in by_name {
                let shard = &documents(&records)[subdir];
                let compressed = zstd::encode_all(&packed(shard)[..], 1).unwrap();
                let digest = base16ct::lower::encode_string(&Sha256::digest(&compressed));
                channel.write(&format!("{subdir}/shards/{digest}.msgpack.zst"), &compressed);
                shards.insert(name, digest.into());
            }
            let info = json!({"subdir": subdir, "base_url": "", "shards_base_url": "./shards/"});
            let index = packed(&json!({"info": info, "shards": shards}));
            let compressed = zstd::encode_all(&index[..], 1).unwrap();
            channel.write(&format!("{subdir}/repodata_shards.msgpack.zst"), &compressed);
        }
        channel
    }

    pub(super) fn write(&self, path: &str, content: &[u8]) {
        let path = self.folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }

    pub(super) fn url(&self) -> String {
        format!("https://conda.example/{}", self.name)
    }
}

/// JSON as msgpack; what looks like a SHA-256 or an MD5 becomes bytes.
pub(super) fn packed(value: &Value) -> Vec<u8> {
    fn write(out: &mut Vec<u8>, value: &Value) {
        match value {
            Value::Object(members) => {
                msgpack::write_map_len(out, members.len() as u32).unwrap();
                for (key, value) in members {
                    msgpack::write_str(out, key).unwrap();
                    write(out, value);
                }
            }
            Value::Array(items) => {
                msgpack::write_array_len(out, items.len() as u32).unwrap();
                for item in items {
                    write(out, item);
                }
            }
            Value::String(text) => match base16ct::lower::decode_vec(text) {
                Ok(bytes) if [16, 32].contains(&bytes.len()) => msgpack::write_bin(out, &bytes).unwrap(),
                _ => msgpack::write_str(out, text).unwrap(),
            },
            Value::Number(number) => {
                msgpack::write_sint(out, number.as_i64().unwrap()).unwrap();
            }
            Value::Bool(value) => msgpack::write_bool(out, *value).unwrap(),
            Value::Null => msgpack::write_nil(out).unwrap(),
        }
    }
    let mut out = Vec::new();
    write(&mut out, value);
    out
}

/// A request for linux-64 against these channels.
pub(super) fn request(channels: &[&TestChannel], specs: &[&str]) -> SolveRequest {
    let channels = channels.iter().map(|channel| {
        let place = ChannelPlace::folder(channel.folder.path());
        SolveChannel::new(&channel.url(), place).unwrap()
    });
    SolveRequest {
        specs: specs.iter().map(|spec| (*spec).to_owned()).collect(),
        platform: "linux-64".parse().unwrap(),
        channels: channels.collect(),
        virtual_packages: VirtualPackages::default(),
        exclude_newer: None,
        timeout: None,
    }
}

/// The chosen files, each as `CHANNEL/SUBDIR/FILE`.
pub(super) fn files(solution: &Solution) -> Vec<String> {
    let urls = solution.lock.packages.iter().map(LockedPackage::url);
    urls.map(|url| url.trim_start_matches("https://conda.example/").to_owned())
        .collect()
}
