//! `info/paths.json`: what the package says of its payload.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::shallow::{NUMBER, Shallow};
use crate::json::{self, JsonError};

/// How many entries are kept; real packages have up to some hundred thousand.
const ENTRIES_MAX: usize = 1_000_000;

/// What is read of an entry.
const KEYS: [&str; 7] = [
    "_path",
    "path_type",
    "sha256",
    "size_in_bytes",
    "prefix_placeholder",
    "file_mode",
    "no_link",
];

/// What `info/paths.json` says.
#[derive(Debug)]
pub struct PathsJson {
    /// `paths_version`.
    pub version: Option<Value>,
    /// Whether `paths` is there.
    pub has_list: bool,
    /// `paths`, as far as they could be read.
    pub entries: Vec<PathEntry>,
    /// Whether there are more of them than are kept.
    pub is_cut: bool,
    /// Why not all of it could be read, if so.
    pub failure: Option<JsonError>,
}

/// What `paths.json` says of one path. Members of another type than they should have are in
/// `oddities`, in words.
#[derive(Clone, Debug, Default)]
pub struct PathEntry {
    /// `_path`.
    pub path: String,
    /// `path_type`.
    pub path_type: Option<String>,
    /// `sha256`.
    pub sha256: Option<String>,
    /// `size_in_bytes`.
    pub size: Option<u64>,
    /// `prefix_placeholder`.
    pub placeholder: Option<String>,
    /// `file_mode`.
    pub file_mode: Option<String>,
    /// What is wrong with the entry itself, if anything.
    pub oddities: Vec<String>,
}

impl PathsJson {
    pub(super) fn of(content: &[u8]) -> Self {
        let mut paths = Self {
            version: None,
            has_list: false,
            entries: Vec::new(),
            is_cut: false,
            failure: None,
        };
        paths.failure = match json::decode(content) {
            None => Some(JsonError::Encoding),
            Some(text) => {
                let mut deserializer = serde_json::Deserializer::from_str(&text);
                let read = deserializer
                    .deserialize_any(Top(&mut paths))
                    .and_then(|()| deserializer.end());
                read.err().map(JsonError::from)
            }
        };
        paths
    }

    /// Whether all that it lists is known: only then is what it does not list not listed.
    pub fn is_whole(&self) -> bool {
        let is_named = |entry: &PathEntry| !entry.path.is_empty();
        self.failure.is_none() && self.has_list && !self.is_cut && self.entries.iter().all(is_named)
    }
}

/// An entry is read key by key: what no client looks for may be of any size.
impl<'de> Deserialize<'de> for PathEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = PathEntry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an entry of paths")
    }

    fn visit_bool<E>(self, _: bool) -> Result<PathEntry, E> {
        Ok(PathEntry::no_object())
    }

    fn visit_unit<E>(self) -> Result<PathEntry, E> {
        Ok(PathEntry::no_object())
    }

    fn visit_i64<E>(self, _: i64) -> Result<PathEntry, E> {
        Ok(PathEntry::no_object())
    }

    fn visit_u64<E>(self, _: u64) -> Result<PathEntry, E> {
        Ok(PathEntry::no_object())
    }

    fn visit_str<E>(self, _: &str) -> Result<PathEntry, E> {
        Ok(PathEntry::no_object())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<PathEntry, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(PathEntry::no_object())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<PathEntry, A::Error> {
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        while let Some(key) = members.next_key::<String>()? {
            if key == NUMBER {
                members.next_value::<IgnoredAny>()?;
                return Ok(PathEntry::no_object());
            }
            if KEYS.contains(&&*key) {
                let Shallow(value) = members.next_value()?;
                known.insert(key, value);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(PathEntry::of(known))
    }
}

impl PathEntry {
    fn no_object() -> Self {
        Self {
            oddities: vec!["it is not an object".to_owned()],
            ..Self::default()
        }
    }

    fn of(members: BTreeMap<String, Value>) -> Self {
        let mut entry = Self::default();
        for (key, value) in members {
            let text = |field: &mut Option<String>, value: Value, oddities: &mut Vec<String>| match value {
                Value::String(text) => *field = Some(text),
                Value::Null => {}
                _ => oddities.push(format!("its {key} is not text")),
            };
            match key.as_str() {
                "_path" => match value {
                    Value::String(path) => entry.path = path,
                    _ => entry.oddities.push("its _path is not text".to_owned()),
                },
                "path_type" => text(&mut entry.path_type, value, &mut entry.oddities),
                "sha256" => text(&mut entry.sha256, value, &mut entry.oddities),
                "prefix_placeholder" => text(&mut entry.placeholder, value, &mut entry.oddities),
                "file_mode" => text(&mut entry.file_mode, value, &mut entry.oddities),
                "size_in_bytes" => {
                    entry.size = value.as_u64();
                    if entry.size.is_none() && !value.is_null() {
                        entry
                            .oddities
                            .push("its size_in_bytes is not a number of bytes".to_owned());
                    }
                }
                "no_link" if !value.is_boolean() => {
                    entry.oddities.push("its no_link is not true or false".to_owned());
                }
                _ => {}
            }
        }
        if entry.path.is_empty() && entry.oddities.is_empty() {
            entry.oddities.push("it has no _path".to_owned());
        }
        entry
    }
}

struct Top<'a>(&'a mut PathsJson);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "paths" => {
                    self.0.has_list = true;
                    members.next_value_seed(Entries(self.0))?;
                }
                "paths_version" => self.0.version = Some(members.next_value::<Shallow>()?.0),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Entries<'a>(&'a mut PathsJson);

impl<'de> serde::de::DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of paths")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while self.0.entries.len() < ENTRIES_MAX {
            match entries.next_element()? {
                Some(entry) => self.0.entries.push(entry),
                None => return Ok(()),
            }
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {
            self.0.is_cut = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_to_its_end_and_kept_up_to_a_limit() {
        let list = |count: usize| {
            let paths = r#"{"_path":"a"},"#.repeat(count - 1);
            PathsJson::of(format!(r#"{{"paths": [{paths}{{"_path":"a"}}], "paths_version": 1}}"#).as_bytes())
        };
        let most = list(ENTRIES_MAX);
        assert!(most.is_whole());
        let more = list(ENTRIES_MAX + 1);
        assert!(more.is_cut && !more.is_whole());
        assert_eq!(more.entries.len(), ENTRIES_MAX);
        assert_eq!(more.version, Some(1.into()));
    }

    #[test]
    fn what_can_be_read_is_read() {
        let paths = PathsJson::of(
            br#"{"paths_version": 1, "paths": [{"_path": "a", "size_in_bytes": "3"}, 5, {"_path": "b"}]"#,
        );
        assert!(paths.failure.is_some());
        assert_eq!(paths.version, Some(1.into()));
        assert_eq!(paths.entries.len(), 3);
        assert_eq!(
            paths.entries[0].oddities,
            ["its size_in_bytes is not a number of bytes"]
        );
        assert_eq!(paths.entries[1].oddities, ["it is not an object"]);
    }

    #[test]
    fn what_is_not_looked_for_is_not_kept() {
        let many = "[0],".repeat(1000);
        let text = format!(
            r#"{{"paths_version": [{many}0], "paths": [{{"_path": "a", "x": [{many}0], "sha256": [{many}0]}}, 5, [{many}0], 1.5e7]}}"#
        );
        let paths = PathsJson::of(text.as_bytes());
        assert!(paths.failure.is_none());
        assert_eq!(paths.version, Some(Value::Array(Vec::new())));
        let oddities: Vec<_> = paths
            .entries
            .iter()
            .map(|entry| entry.oddities.join("; "))
            .collect();
        let no_object = "it is not an object";
        assert_eq!(
            oddities,
            ["its sha256 is not text", no_object, no_object, no_object]
        );
    }
}
