//! Reads a `repodata.json` as a stream: what it says of the subdir, and which files with which
//! sizes it promises.

use std::fmt;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// What a document says of its subdir.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Info {
    /// Where the packages are, if not beside the document (CEP 15).
    #[serde(default)]
    pub(super) base_url: Option<String>,
}

/// Gives `promised` each file that the document has a record of, and the size that the record says.
/// The inner error is for a document that makes no sense.
pub(super) fn read(
    path: &Path,
    promised: &mut dyn FnMut(String, Option<u64>),
) -> io::Result<Result<Info, serde_json::Error>> {
    let file = io::BufReader::new(fs_err::File::open(path)?);
    let mut parser = serde_json::Deserializer::from_reader(file);
    let mut info = Info::default();
    let document = Document {
        info: &mut info,
        promised,
    };
    let read = document.deserialize(&mut parser).and_then(|()| parser.end());
    match read {
        Err(error) if error.is_io() => Err(error.into()),
        other => Ok(other.map(|()| info)),
    }
}

/// The outermost object.
struct Document<'a> {
    info: &'a mut Info,
    promised: &'a mut dyn FnMut(String, Option<u64>),
}

/// An object with a record for each file.
struct Records<'a> {
    /// What stands behind a key in the file's name: nothing, but under `v3` (CEP 48).
    extension: String,
    promised: &'a mut dyn FnMut(String, Option<u64>),
}

/// The object `v3`: a map of records for each kind of file (CEP 48).
struct Revision<'a> {
    promised: &'a mut dyn FnMut(String, Option<u64>),
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    size: Option<Value>,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object, as repodata is")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "info" => *self.info = members.next_value()?,
                "packages" | "packages.conda" => members.next_value_seed(Records {
                    extension: String::new(),
                    promised: self.promised,
                })?,
                "v3" => members.next_value_seed(Revision {
                    promised: self.promised,
                })?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Records<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a record for each file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some((key, record)) = members.next_entry::<String, Record>()? {
            let size = record.size.as_ref().and_then(Value::as_u64);
            (self.promised)(key + &self.extension, size);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Revision<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Revision<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a map for each kind of file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(kind) = members.next_key::<String>()? {
            members.next_value_seed(Records {
                extension: format!(".{kind}"),
                promised: self.promised,
            })?;
        }
        Ok(())
    }
}
