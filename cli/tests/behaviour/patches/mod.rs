//! Patch instructions: what they do to each document, where they come from, and when documents
//! are written because of them.

mod generator;
mod instructions;
mod package;
mod runs;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::published::Published;

const PATCH: &str = "noarch/patch_instructions.json";
const SHARDS: &str = "repodata_shards.msgpack.zst";

/// A pair of both formats, and one package of each.
fn channel() -> ChannelBuilder {
    let package = |name| {
        PackageBuilder::new(name, "1", "0")
            .depends(["old"])
            .run_exports(json!({"weak": ["old"]}))
    };
    ChannelBuilder::new()
        .package(&package("pair"), Kind::TarBz2)
        .package(&package("pair"), Kind::Conda)
        .package(&package("quay"), Kind::Conda)
        .package(&package("weir"), Kind::TarBz2)
}

fn noarch(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "noarch")
}

/// Instructions that set `depends` of every package in the channel to this.
fn depending_on(depends: &str) -> Value {
    json!({
        "packages": {"pair-1-0.tar.bz2": {"depends": [depends]}, "weir-1-0.tar.bz2": {"depends": [depends]}},
        "packages.conda": {"quay-1-0.conda": {"depends": [depends]}},
    })
}

/// What each record of a document depends on.
fn depends(document: &Value) -> BTreeMap<String, Value> {
    ["packages", "packages.conda"]
        .iter()
        .filter_map(|key| document[key].as_object())
        .flatten()
        .map(|(file_name, record)| (file_name.clone(), record["depends"][0].clone()))
        .collect()
}

/// What every record of `repodata.json` depends on, which must be the same in all of them, and in
/// the shards if they are there.
fn depends_of_all(channel: &ChannelBuilder) -> String {
    let published = noarch(channel);
    let repodata = depends(&published.json("repodata.json"));
    if published.has(SHARDS) {
        let shards = published.shards(SHARDS);
        let in_shards: BTreeMap<_, _> = shards.values().flat_map(depends).collect();
        assert_eq!(in_shards, repodata);
    }
    let mut values: Vec<_> = repodata.into_values().collect();
    assert_eq!(values.len(), 4);
    values.dedup();
    assert_eq!(values.len(), 1, "{values:?}");
    values[0].as_str().unwrap().to_owned()
}
