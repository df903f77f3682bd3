//! Questions and their answers, over small repodata.

mod conditions;
mod loading;
mod searching;
mod selecting;
mod shared;

use serde_json::{Value, json};

use super::ChannelRecords;

/// A record with a name, a version, and other members.
fn record(name: &str, version: &str, others: Value) -> Value {
    let mut record = json!({"name": name, "version": version, "build": "0", "build_number": 0});
    let (Value::Object(members), Value::Object(others)) = (&mut record, others) else {
        panic!("not an object");
    };
    members.extend(others);
    record
}

fn repodata(records: &[Value]) -> Vec<u8> {
    let packages: serde_json::Map<String, Value> = records
        .iter()
        .map(|record| {
            let part = |key: &str| record[key].as_str().unwrap().to_owned();
            let file_name = format!("{}-{}-{}.conda", part("name"), part("version"), part("build"));
            (file_name, record.clone())
        })
        .collect();
    serde_json::to_vec(&json!({"packages.conda": packages})).unwrap()
}

/// A small channel: three builds of `numpy`, one of them noarch, and what is around.
fn channel() -> ChannelRecords {
    let mut channel = ChannelRecords::new();
    let linux = [
        record(
            "numpy",
            "1.9.0",
            json!({"depends": ["python >=3.8"], "license": "BSD-3-Clause", "size": 10}),
        ),
        record(
            "numpy",
            "1.10.0",
            json!({
                "depends": ["python >=3.9", "libblas"], "constrains": ["numba <0.5"], "license": "BSD-3-Clause",
                "size": 30, "timestamp": 1_700_000_000_000_i64, "sha256": "ab".repeat(32),
            }),
        ),
        record("python", "3.12.0", json!({"license": "PSF-2.0", "size": 100})),
        record(
            "libblas",
            "3.9",
            json!({"license": "BSD-3-Clause", "track_features": ["a", "b"]}),
        ),
    ];
    let noarch = [
        record("numpy", "1.9.0rc1", json!({"noarch": "python", "size": 5})),
        record(
            "numpydoc",
            "1",
            json!({"noarch": "python", "depends": ["numpy", "sphinx"]}),
        ),
        record("py-numpy-tools", "1", json!({"noarch": "python"})),
        record("mynumpy", "1", json!({"noarch": "generic"})),
    ];
    channel.load("linux-64", &*repodata(&linux)).unwrap();
    channel.load("noarch", &*repodata(&noarch)).unwrap();
    channel
}

/// The rows of an answer, in JSON.
fn rows(channel: &mut ChannelRecords, sql: &str) -> Value {
    let table = channel
        .select(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert!(!table.truncated);
    serde_json::to_value(table.rows).unwrap()
}
