//! The metadata in JSON.

use serde_json::Value;

use super::duplicate_keys::duplicate_keys;
use crate::json::{self, JsonError};

/// Bytes of a document that is read; real ones have less than 100 KiB. A list of small objects takes
/// some ninety times its bytes in memory.
pub(super) const DOCUMENT_MAX: u64 = 1 << 20;

/// The documents of the metadata that are JSON objects. (`info/paths.json` is one of its own.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// `info/index.json`.
    Index,
    /// `info/about.json`.
    About,
    /// `info/run_exports.json`.
    RunExports,
    /// `info/link.json`.
    Link,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Index, Self::About, Self::RunExports, Self::Link];

    /// Its path in the package.
    pub fn path(self) -> &'static str {
        match self {
            Self::Index => "info/index.json",
            Self::About => "info/about.json",
            Self::RunExports => "info/run_exports.json",
            Self::Link => "info/link.json",
        }
    }
}

/// A document of the metadata.
#[derive(Debug)]
pub struct JsonDocument {
    /// Bytes of the member.
    pub size: u64,
    /// Whether it is UTF-8 without a byte order mark.
    pub is_plain_utf8: bool,
    /// What it says, or why it says nothing. Of keys that are there twice the last one holds.
    pub read: Result<Value, JsonError>,
    /// Where objects have a key for the second time, such as `extra.sha`; the first fifty.
    pub duplicate_keys: Vec<String>,
}

impl JsonDocument {
    pub(super) fn of(content: &[u8]) -> Self {
        let is_marked = content.starts_with("\u{feff}".as_bytes());
        Self {
            size: content.len() as u64,
            is_plain_utf8: !is_marked && std::str::from_utf8(content).is_ok(),
            read: json::parse(content),
            duplicate_keys: json::decode(content)
                .map(|text| duplicate_keys(&text))
                .unwrap_or_default(),
        }
    }

    /// What it says, if it is JSON.
    pub fn value(&self) -> Option<&Value> {
        self.read.as_ref().ok()
    }
}
