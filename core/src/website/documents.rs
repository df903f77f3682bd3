//! A channel of which there are documents and nothing else: its records are put into stores.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use bzip2::read::MultiBzDecoder;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::WebsiteError;
use crate::channel::{ChannelFolder, Subdir};
use crate::index::BoxedStore;
use crate::json::JsonText;
use crate::publish::FileStamp;
use crate::store::{DateRow, Stage, StageRow, Store, StoreRow, TextKind, TextRow};

/// How many records go into a store at a time.
const BATCH: usize = 1_000;

/// A subdir with a `repodata.json`, perhaps compressed.
pub(super) struct FoundDocument {
    pub subdir: Subdir,
    path: PathBuf,
    run_exports: Option<PathBuf>,
}

/// The subdirs of a channel that have repodata, sorted.
pub(super) fn find(channel: &ChannelFolder) -> io::Result<Vec<FoundDocument>> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(channel.output())? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(subdir) = name.to_str().and_then(|name| name.parse::<Subdir>().ok()) else {
            continue;
        };
        if let Some(path) = document(&entry.path(), "repodata.json") {
            found.push(FoundDocument {
                subdir,
                path,
                run_exports: document(&entry.path(), "run_exports.json"),
            });
        }
    }
    found.sort_by(|one, other| one.subdir.cmp(&other.subdir));
    Ok(found)
}

/// The document of this name in a folder, or the same compressed.
fn document(folder: &Path, name: &str) -> Option<PathBuf> {
    ["", ".zst", ".bz2"]
        .map(|extension| folder.join(format!("{name}{extension}")))
        .into_iter()
        .find(|path| path.is_file())
}

/// What tells that documents are the same as before.
pub(super) fn stamps(found: &[FoundDocument], channel: &ChannelFolder) -> io::Result<String> {
    let mut stamps = String::from("documents");
    let others = [document(channel.output(), "channeldata.json")];
    let paths = found
        .iter()
        .flat_map(|document| [Some(&document.path), document.run_exports.as_ref()])
        .chain(others.iter().map(Option::as_ref))
        .flatten();
    for path in paths {
        // A mirror may have links, which stay as they are when what they lead to is another.
        let stamp = FileStamp::of(&fs_err::canonicalize(path)?);
        stamps.push_str(&format!("; {}: {stamp:?}", path.display()));
    }
    Ok(stamps)
}

/// Puts the records of a subdir into a store of this run. With it comes where the packages are, if
/// the document says so (CEP 15).
pub(super) fn into_store(
    found: &FoundDocument,
    temporary: &Path,
) -> Result<(BoxedStore, Option<String>), WebsiteError> {
    let mut store = new_store(temporary, &found.subdir)?;
    let mut rows = Rows::default();
    let mut base_url = None;
    let taken = read(&found.path, &mut |entry| {
        match entry {
            Entry::BaseUrl(url) => base_url = Some(url),
            Entry::Record { file_name, record } => rows.take(file_name, record),
        }
        rows.flush(&mut *store, BATCH)
    });
    taken.map_err(|source| WebsiteError::document(&found.path, source))?;
    if let Some(path) = &found.run_exports {
        let taken = read(path, &mut |entry| {
            if let Entry::Record { file_name, record } = entry {
                rows.take_run_exports(file_name, &record);
            }
            rows.flush(&mut *store, BATCH)
        });
        taken.map_err(|source| WebsiteError::document(path, source))?;
    }
    rows.flush(&mut *store, 1)?;
    Ok((store, base_url.filter(|url| !url.is_empty())))
}

#[cfg(feature = "sqlite")]
fn new_store(temporary: &Path, subdir: &Subdir) -> Result<BoxedStore, WebsiteError> {
    let path = temporary.join(format!("{subdir}.db"));
    Ok(Box::new(crate::store::SqliteStore::open(&path)?))
}

#[cfg(not(feature = "sqlite"))]
fn new_store(_: &Path, _: &Subdir) -> Result<BoxedStore, WebsiteError> {
    Ok(Box::new(crate::store::MemoryStore::new()))
}

/// What `channeldata.json` says of packages, if there is one.
pub(super) fn channeldata(
    channel: &ChannelFolder,
) -> Result<BTreeMap<String, Map<String, Value>>, WebsiteError> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        packages: BTreeMap<String, Map<String, Value>>,
    }
    let Some(path) = document(channel.output(), "channeldata.json") else {
        return Ok(BTreeMap::new());
    };
    let read: Result<Document, _> = open(&path)
        .map_err(serde_json::Error::io)
        .and_then(serde_json::from_reader);
    let document = read.map_err(|source| WebsiteError::document(&path, source.into()))?;
    Ok(document.packages)
}

/// Rows that are to go into a store.
#[derive(Default)]
struct Rows {
    stages: Vec<StoreRow>,
    dates: Vec<StoreRow>,
    texts: Vec<StoreRow>,
}

impl Rows {
    fn take(&mut self, file_name: String, record: Map<String, Value>) {
        let digest = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        self.stages.push(StoreRow::Stage(StageRow {
            stage: Stage::FS,
            file_name: file_name.clone(),
            mtime: None,
            size: record.get("size").and_then(Value::as_u64),
            sha256: digest("sha256"),
            md5: digest("md5"),
            last_modified: None,
            etag: None,
        }));
        if let Some(indexed_timestamp) = record.get("indexed_timestamp").and_then(Value::as_i64) {
            self.dates.push(StoreRow::Date(DateRow {
                file_name: file_name.clone(),
                sha256: digest("sha256").unwrap_or_default(),
                indexed_timestamp,
            }));
        }
        self.texts.push(StoreRow::Text(TextRow {
            kind: TextKind::Record,
            file_name,
            json: JsonText::from_value(&record.into()).into_string(),
        }));
    }

    fn take_run_exports(&mut self, file_name: String, entry: &Map<String, Value>) {
        if let Some(run_exports) = entry.get("run_exports") {
            self.texts.push(StoreRow::Text(TextRow {
                kind: TextKind::RunExports,
                file_name,
                json: JsonText::from_value(run_exports).into_string(),
            }));
        }
    }

    /// Puts them into the store, if there are so many.
    fn flush(&mut self, store: &mut dyn Store, at_least: usize) -> Result<(), WebsiteError> {
        if self.texts.len() >= at_least {
            let mut rows = std::mem::take(&mut self.stages);
            rows.append(&mut self.dates);
            rows.append(&mut self.texts);
            store.restore(&rows)?;
        }
        Ok(())
    }
}

/// What stands in a document of records.
enum Entry {
    /// Where the packages are (CEP 15).
    BaseUrl(String),
    /// A file, and what the document says of it.
    Record {
        file_name: String,
        record: Map<String, Value>,
    },
}

type Take<'a> = dyn FnMut(Entry) -> Result<(), WebsiteError> + 'a;

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = fs_err::File::open(path)?;
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("zst") => Box::new(BufReader::with_capacity(1 << 17, zstd::Decoder::new(file)?)),
        Some("bz2") => Box::new(BufReader::with_capacity(1 << 17, MultiBzDecoder::new(file))),
        _ => Box::new(BufReader::with_capacity(1 << 17, file)),
    })
}

/// Reads a document, one record at a time.
fn read(path: &Path, take: &mut Take<'_>) -> io::Result<()> {
    let file = open(path)?;
    let mut deserializer = serde_json::Deserializer::from_reader(file);
    Document { take }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(())
}

struct Document<'a, 'b> {
    take: &'a mut Take<'b>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("repodata, an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut document: A) -> Result<(), A::Error> {
        while let Some(key) = document.next_key::<String>()? {
            match key.as_str() {
                "info" => {
                    let info: Map<String, Value> = document.next_value()?;
                    if let Some(Value::String(url)) = info.get("base_url") {
                        let entry = Entry::BaseUrl(url.clone());
                        (self.take)(entry).map_err(serde::de::Error::custom)?;
                    }
                }
                "packages" | "packages.conda" => {
                    document.next_value_seed(Records {
                        suffix: "",
                        take: &mut *self.take,
                    })?;
                }
                "v3" => document.next_value_seed(RevisionMaps {
                    take: &mut *self.take,
                })?,
                _ => {
                    document.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The maps under `v3`, whose keys are file names without their ends (CEP 48).
struct RevisionMaps<'a, 'b> {
    take: &'a mut Take<'b>,
}

impl<'de> DeserializeSeed<'de> for RevisionMaps<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RevisionMaps<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the maps of repodata v3, an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut maps: A) -> Result<(), A::Error> {
        while let Some(key) = maps.next_key::<String>()? {
            let suffix = match key.as_str() {
                "conda" => ".conda",
                "tar.bz2" => ".tar.bz2",
                _ => {
                    maps.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            maps.next_value_seed(Records {
                suffix,
                take: &mut *self.take,
            })?;
        }
        Ok(())
    }
}

/// A map of records.
struct Records<'a, 'b> {
    suffix: &'static str,
    take: &'a mut Take<'b>,
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("records by file name, an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some((key, record)) = records.next_entry::<String, Map<String, Value>>()? {
            let file_name = format!("{key}{}", self.suffix);
            (self.take)(Entry::Record { file_name, record }).map_err(serde::de::Error::custom)?;
        }
        Ok(())
    }
}
