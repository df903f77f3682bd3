//! Reads what matters out of a document of a channel, record after record: repodata in JSON, or a shard
//! in msgpack, which has the same members.

use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{ChannelView, PublishedRecord, Section, Wanted};
use crate::json::msgpack::Record;

/// What a document says of itself, as far as it matters.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Info {
    /// Where packages are, if they are not beside the document (CEP 15).
    #[serde(default)]
    pub(crate) base_url: Option<String>,
    /// Where shards are, in an index of them (CEP 16).
    #[serde(default)]
    pub(super) shards_base_url: String,
    /// Other channels (CEP 42).
    #[serde(default)]
    pub(super) channel_relations: Relations,
}

/// Other channels that clients load with this one (CEP 42), as they stand there.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Relations {
    #[serde(default)]
    pub(super) base: Option<String>,
    #[serde(default)]
    pub(super) overrides: Option<String>,
}

/// Takes what is read of a document, in the document's order.
pub(crate) trait RecordSink {
    /// A record in the document's format.
    type Record: DeserializeOwned;

    /// What the document says of itself.
    fn take_info(&mut self, info: Info);

    /// A record of a file.
    fn take(&mut self, file_name: String, section: Section, record: Self::Record);
}

/// Reads `repodata.json`.
pub(crate) fn read_repodata_into(document: impl Read, sink: &mut impl RecordSink) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_reader(document);
    deserializer.deserialize_map(Top(sink))?;
    deserializer.end()
}

/// Reads a shard.
pub(crate) fn read_shard_into<'de, D: Deserializer<'de>>(
    shard: D,
    sink: &mut impl RecordSink,
) -> Result<(), D::Error> {
    shard.deserialize_map(Top(sink))
}

/// Reads what matters out of `repodata.json`; what it says of itself.
pub(super) fn read_repodata(
    document: impl Read,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> serde_json::Result<Info> {
    let mut reading = Reading::<Map<String, Value>>::new(subdir, wanted, view);
    read_repodata_into(document, &mut reading)?;
    Ok(reading.info)
}

/// Reads what matters out of a shard.
pub(super) fn read_shard<'de, D: Deserializer<'de>>(
    shard: D,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> Result<(), D::Error> {
    read_shard_into(shard, &mut Reading::<Record>::new(subdir, wanted, view))
}

/// What is being read, of records in some format.
struct Reading<'a, R> {
    subdir: &'a str,
    wanted: &'a Wanted,
    view: &'a mut ChannelView,
    info: Info,
    format: PhantomData<R>,
}

impl<'a, R> Reading<'a, R> {
    fn new(subdir: &'a str, wanted: &'a Wanted, view: &'a mut ChannelView) -> Self {
        Self {
            subdir,
            wanted,
            view,
            info: Info::default(),
            format: PhantomData,
        }
    }
}

impl<R: DeserializeOwned + Into<Map<String, Value>>> RecordSink for Reading<'_, R> {
    type Record = R;

    fn take_info(&mut self, info: Info) {
        self.info = info;
    }

    fn take(&mut self, file_name: String, section: Section, record: R) {
        let record = record.into();
        let Some(name) = record.get("name").and_then(Value::as_str) else {
            return;
        };
        if self.wanted.contains(self.subdir, name) {
            let name = name.to_owned();
            let record = PublishedRecord {
                file_name,
                section,
                record,
            };
            self.view.add_record(self.subdir, &name, record);
        } else {
            self.view.add_name(self.subdir, name);
        }
    }
}

/// The document: maps of records, and others that do not matter.
struct Top<'a, S>(&'a mut S);

impl<'de, S: RecordSink> Visitor<'de> for Top<'_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "packages" | "packages.conda" => {
                    members.next_value_seed(Records(&mut *self.0, Section::Legacy, ""))?;
                }
                "info" => self.0.take_info(members.next_value()?),
                "v3" => members.next_value_seed(Sections(&mut *self.0))?,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// `v3`: a map of records for each kind of artifact.
struct Sections<'a, S>(&'a mut S);

impl<'de, S: RecordSink> DeserializeSeed<'de> for Sections<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: RecordSink> Visitor<'de> for Sections<'_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of records by kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut kinds: A) -> Result<(), A::Error> {
        while let Some(kind) = kinds.next_key::<String>()? {
            let ending = format!(".{kind}");
            kinds.next_value_seed(Records(self.0, Section::V3, &ending))?;
        }
        Ok(())
    }
}

/// Records by file name, and what is missing at the ends of the names.
struct Records<'a, S>(&'a mut S, Section, &'a str);

impl<'de, S: RecordSink> DeserializeSeed<'de> for Records<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: RecordSink> Visitor<'de> for Records<'_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("records by file name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some((key, record)) = records.next_entry::<String, S::Record>()? {
            self.0.take(key + self.2, self.1, record);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{ArtifactName, Digests};
    use crate::verify::against::Claim;

    #[test]
    fn only_what_matters_is_kept() {
        let claim = Claim {
            file: ArtifactName::new("a-1-0.conda").unwrap(),
            subdir: "linux-64".to_owned(),
            name: "a".to_owned(),
            index: serde_json::from_str(r#"{"depends": ["b >=1"]}"#).unwrap(),
            digests: Digests {
                md5: [0; 16],
                sha256: [0; 32],
            },
            size: 1,
            target_channel: None,
        };
        let wanted = Wanted::by([&claim]);
        let mut view = ChannelView::new("x");
        let document = br#"{"info": {}, "packages": {"b-1-0.tar.bz2": {"name": "b"}},
            "packages.conda": {"c-1-0.conda": {"name": "c"}}, "v3": {"conda": {"a-0-0": {"name": "a"}}}}"#;
        read_repodata(&document[..], "linux-64", &wanted, &mut view).unwrap();
        assert_eq!(view.names().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(view.records("linux-64", "b").len(), 1);
        let v3 = view.record_of("linux-64", "a", "a-0-0.conda").unwrap();
        assert_eq!(v3.section, Section::V3);
        assert!(view.records("linux-64", "c").is_empty());
    }
}
