//! `channeldata.json` of both tools, which differ in when a package was built last.
//!
//! CEP 38 asks for the time of the newest build. conda-index gives that of the build it looked at
//! last.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::channel::files;

/// 9999-12-31 in seconds: greater numbers are milliseconds.
const LAST_SECOND: i64 = 253_402_300_799;

/// The document, and by name when its packages were built, which it no longer says.
#[derive(Debug)]
pub(crate) struct Channeldata {
    document: Value,
    built: BTreeMap<String, i64>,
}

impl Channeldata {
    /// The one of a channel, which may be compressed with zstd.
    pub(crate) fn of(channel: &Path) -> Self {
        let path = channel.join("channeldata.json");
        let bytes = if path.is_file() {
            fs_err::read(path).unwrap()
        } else {
            let compressed = fs_err::read(path.with_extension("json.zst")).unwrap();
            zstd::decode_all(&compressed[..]).unwrap()
        };
        let mut document: Value = serde_json::from_slice(&bytes).unwrap();
        let packages = document["packages"].as_object_mut().unwrap();
        let built = packages.iter_mut().map(|(name, package)| {
            let timestamp = package.as_object_mut().unwrap().remove("timestamp");
            (name.clone(), timestamp.unwrap().as_i64().unwrap())
        });
        Self {
            built: built.collect(),
            document,
        }
    }

    /// What it says of each package but its time.
    pub(crate) fn packages(&self) -> &Map<String, Value> {
        self.document["packages"].as_object().unwrap()
    }

    /// Asserts that this says what conda-index's says, and that each package was built when the
    /// newest of its records in `published`, a channel's folder, was.
    pub(crate) fn assert_is(&self, theirs: &Self, published: &Path) {
        for (name, package) in theirs.packages() {
            assert_eq!(Some(package), self.packages().get(name), "{name}");
        }
        assert_eq!(self.document, theirs.document);
        assert_eq!(self.built, newest_builds(published));
        for (name, built) in &theirs.built {
            assert!(self.built[name] >= *built, "{name}");
        }
    }
}

/// When the newest package of each name was built, in seconds, from each subdir's `repodata.json`.
fn newest_builds(channel: &Path) -> BTreeMap<String, i64> {
    let mut newest = BTreeMap::<String, i64>::new();
    let documents = files(channel)
        .into_iter()
        .filter(|path| path.ends_with("repodata.json"));
    for path in documents {
        let document: Value = serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
        for key in ["packages", "packages.conda"] {
            for record in document[key].as_object().unwrap().values() {
                let built = record.get("timestamp").map_or(0, |time| time.as_i64().unwrap());
                let seconds = if built > LAST_SECOND { built / 1000 } else { built };
                let name = record["name"].as_str().unwrap().to_owned();
                let known = newest.entry(name).or_default();
                *known = seconds.max(*known);
            }
        }
    }
    newest
}
