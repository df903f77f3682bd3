//! Reads what matters out of a channel's `repodata.json`, record after record.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use thiserror::Error;

use super::{ChannelView, PublishedRecord, Section, Wanted};

/// Why a channel could not be read.
#[derive(Debug, Error)]
pub enum ChannelError {
    /// It has no repodata for any subdir that matters.
    #[error("{0} is no channel: it has no repodata.json in {1} (`towpath index` makes it one)")]
    NoRepodata(String, String),
    /// A document could not be read.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// A document is not JSON, or not repodata.
    #[error("{0} is not repodata: {1}")]
    Json(String, serde_json::Error),
}

/// Reads what matters out of the channel in a folder.
///
/// # Errors
///
/// When the folder is no channel, or a document of it cannot be read.
pub fn read_channel_folder(folder: &Path, wanted: &Wanted) -> Result<ChannelView, ChannelError> {
    let channel = folder.display().to_string();
    let mut view = ChannelView::new(&channel);
    let mut is_channel = false;
    for subdir in wanted.own_subdirs() {
        let path = folder.join(subdir).join("repodata.json");
        let file = match fs_err::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ChannelError::Io(path, error)),
        };
        is_channel = true;
        read_repodata(BufReader::new(file), subdir, wanted, &mut view)
            .map_err(|error| ChannelError::Json(path.display().to_string(), error))?;
    }
    if !is_channel {
        let subdirs: Vec<&str> = wanted.own_subdirs().collect();
        return Err(ChannelError::NoRepodata(channel, subdirs.join(" or ")));
    }
    Ok(view)
}

/// Reads what matters out of one document.
pub(super) fn read_repodata(
    document: impl Read,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_reader(document);
    let reading = Reading { subdir, wanted, view };
    deserializer.deserialize_map(Top(reading))?;
    deserializer.end()
}

struct Reading<'a> {
    subdir: &'a str,
    wanted: &'a Wanted,
    view: &'a mut ChannelView,
}

impl Reading<'_> {
    fn take(&mut self, file_name: String, section: Section, record: Map<String, Value>) {
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
struct Top<'a>(Reading<'a>);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "packages" | "packages.conda" => {
                    members.next_value_seed(Records(&mut self.0, Section::Legacy, ""))?;
                }
                "v3" => members.next_value_seed(Sections(&mut self.0))?,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// `v3`: a map of records for each kind of artifact.
struct Sections<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Sections<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Sections<'_, '_> {
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
struct Records<'a, 'b>(&'a mut Reading<'b>, Section, &'a str);

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("records by file name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some((key, record)) = records.next_entry::<String, Map<String, Value>>()? {
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
