//! `info/paths.json`: what the package says of its payload.

use std::fmt;

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::json::{self, JsonError};

/// How many entries are kept; real packages have up to some hundred thousand.
const ENTRIES_MAX: usize = 1_000_000;

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

impl PathEntry {
    fn of(value: Value) -> Self {
        let mut entry = Self::default();
        let Value::Object(members) = value else {
            entry.oddities.push("it is not an object".to_owned());
            return entry;
        };
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
                "paths_version" => self.0.version = Some(members.next_value()?),
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
            match entries.next_element::<Value>()? {
                Some(value) => self.0.entries.push(PathEntry::of(value)),
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
}
