//! Wheels, which get into a store through conda-index's Python interface and stand under `v3`.

use std::path::Path;
use std::process::Command;

use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions, RepoData};
use serde_json::{Map, Value, json};
use towpath_tests::{Kind, PackageBuilder};

use super::{AS_CONDA_INDEX, LATER};
use crate::channel::TestChannel;
use crate::peer::Peer;
use crate::{python, towpath};

/// Wheels as a converter of Python's package index makes records of them.
fn wheels() -> Value {
    let wheel = |name: &str, version: &str, depends: Value, more: Value| {
        let file_name = format!("{name}-{version}-py3-none-any.whl");
        let mut record = json!({
            "name": name, "version": version, "build": "py3_none_any_0", "build_number": 0,
            "depends": depends, "fn": file_name, "noarch": "python", "subdir": "noarch",
            "size": 4711, "timestamp": 1_750_000_000_000_u64, "md5": null, "sha256": "5a".repeat(32),
            "url": format!("https://files.pythonhosted.org/packages/{file_name}"),
        });
        let (record_of, more) = (record.as_object_mut().unwrap(), more.as_object().unwrap().clone());
        record_of.extend(more);
        (file_name, record)
    };
    let wheels = [
        wheel("plain", "1.0", json!(["python >=3.9"]), json!({})),
        wheel(
            "plain",
            "1.1",
            json!(["python >=3.9,<4", "lock 1.*"]),
            json!({"license": "MIT"}),
        ),
        wheel(
            "modern",
            "2.0.post1",
            json!([
                "colorama[version='>=0.4',when=\"__win\"]",
                "plain[extras=[tools]]",
                "numpy"
            ]),
            json!({"extra_depends": {"tools": ["windlass >=1,!=1.2"], "none": []}, "constrains": ["old <2"]}),
        ),
        wheel(
            "short",
            "0.1",
            json!([]),
            json!({"timestamp": null, "url": "relative/short-0.1.whl"}),
        ),
    ];
    Value::Object(Map::from_iter(wheels))
}

fn channel() -> TestChannel {
    let channel = TestChannel::empty();
    channel.put(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda, LATER);
    channel
}

/// The records of wheels, with every spec as it is understood: of several forms any may stand.
fn of_wheels(channel: &Path) -> Value {
    let bytes = fs_err::read(channel.join("noarch/repodata.json")).unwrap();
    let mut document: Value = serde_json::from_slice(&bytes).unwrap();
    for record in document["v3"]["whl"].as_object_mut().unwrap().values_mut() {
        for key in ["depends", "constrains"] {
            understand(&mut record[key]);
        }
        for group in record["extra_depends"].as_object_mut().into_iter().flatten() {
            understand(group.1);
        }
    }
    document["v3"]["whl"].take()
}

fn understand(specs: &mut Value) {
    let options = ParseMatchSpecOptions::lenient()
        .with_extras(true)
        .with_conditionals(true);
    for spec in specs.as_array_mut().into_iter().flatten() {
        let understood = MatchSpec::from_str(spec.as_str().unwrap(), options).unwrap();
        *spec = format!("{understood:?}").into();
    }
}

#[test]
fn they_stand_under_v3_by_the_same_keys_with_the_same_records() {
    let Some(peer) = Peer::found() else { return };
    let (theirs, ours) = (channel(), channel());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/parity/wheels.py");
    let mut index = Command::new(&peer.python);
    index.arg(script).arg(theirs.path()).arg(wheels().to_string());
    python::output(&mut index);
    ours.take_caches_of(&theirs);
    let options = ["--include-stage", "md", "--repodata-next", "--write-shards"];
    let run = towpath::index(ours.path(), &[&options[..], &AS_CONDA_INDEX].concat());
    assert_eq!(run.stderr, "", "something was left out");
    assert_eq!(of_wheels(ours.path()), of_wheels(theirs.path()));

    let repodata = RepoData::from_path(ours.path().join("noarch/repodata.json")).unwrap();
    let mut urls: Vec<&str> = repodata.v3.whl.values().map(|wheel| wheel.url.as_str()).collect();
    urls.sort_unstable();
    let records = wheels();
    let mut expected: Vec<&str> = records
        .as_object()
        .unwrap()
        .values()
        .map(|record| record["url"].as_str().unwrap())
        .collect();
    expected.sort_unstable();
    assert_eq!(urls, expected);
}
