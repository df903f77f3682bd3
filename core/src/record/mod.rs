//! The package record: what a channel says of an artifact.
//!
//! It is the `info/index.json` of the package (CEP 34) without what is of the build only, and with
//! what can be known of the finished file only: its digests and its size (CEP 36). Nothing else is
//! added or changed: unknown keys are published as they are. A [`Policy`](crate::policy::Policy)
//! checks what clients make of it.

mod build_time;
mod identity;
pub(crate) mod names;
mod revision;
pub(crate) mod version_order;

use serde_json::{Map, Value};

pub use build_time::BuildTime;
pub use identity::RecordIdentity;
pub use revision::{Revision, RevisionSummary};
#[cfg(feature = "match-spec")]
pub use revision::{V3FormError, v3_form};

use crate::json::JsonText;
use crate::package::Digests;

/// Keys of `info/index.json` that no record carries: they are of the build, or can be told from
/// the subdir.
const KEYS_NOT_IN_RECORDS: [&str; 10] = [
    "arch",
    "binstar",
    "has_prefix",
    "machine",
    "mtime",
    "operatingsystem",
    "platform",
    "requires_features",
    "target-triplet",
    "ucs",
];

/// The record of an artifact with this index and these digests, of `size` bytes.
pub fn record_text(mut index: Map<String, Value>, digests: &Digests, size: u64) -> JsonText {
    for key in KEYS_NOT_IN_RECORDS {
        index.remove(key);
    }
    index.insert("md5".to_owned(), digests.md5_hex().into());
    index.insert("sha256".to_owned(), digests.sha256_hex().into());
    index.insert("size".to_owned(), size.into());
    JsonText::from_value(&index.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_known_of_the_file_replaces_what_the_index_says() {
        let index = json!({
            "name": "x", "arch": "x86_64", "platform": "linux", "subdir": "linux-64", "odd": null, "size": 1,
        });
        let digests = Digests {
            md5: [0; 16],
            sha256: [0xab; 32],
        };
        let record = record_text(index.as_object().unwrap().clone(), &digests, 7).to_object();
        let keys: Vec<&str> = record.keys().map(String::as_str).collect();
        assert_eq!(keys, ["md5", "name", "odd", "sha256", "size", "subdir"]);
        assert_eq!(record["size"], 7);
        assert_eq!(record["sha256"], "ab".repeat(32));
    }
}
