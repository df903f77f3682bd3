//! Sharded repodata: a document for each package name, and an index of them (CEP 16, CEP 21).
//!
//! A shard is named by the digest of its bytes. Its records carry their run exports, and their
//! digests as bytes.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use rmp::encode as msgpack;
use serde_json::{Map, Value};

use super::edition::RecordedFile;
use super::patch::Patched;
use super::{DocumentOptions, Edition, Place, Published, monolithic, run_exports};
use crate::json::JsonText;
use crate::package::ArchiveFormat;
use crate::store::{Order, RecordQuery, Store, StoreError};

/// The records of one package name.
#[derive(Clone, Debug, Default)]
pub struct RecordGroup {
    /// The package name.
    pub name: String,
    records: Vec<GroupedRecord>,
}

#[derive(Clone, Debug)]
struct GroupedRecord {
    file: RecordedFile,
    record: JsonText,
    run_exports: Value,
    indexed_timestamp: Option<i64>,
}

/// Records by what they are known by in their map.
pub type Records = BTreeMap<String, Map<String, Value>>;

/// One shard: the records of a package name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shard {
    /// Records of `.tar.bz2` artifacts by file name.
    pub packages: Records,
    /// Records of `.conda` artifacts by file name.
    pub packages_conda: Records,
    /// Records that stand under `v3`, by map and key (CEP 48).
    pub v3: BTreeMap<&'static str, Records>,
    /// Artifacts that a patch removed.
    pub removed: Vec<String>,
}

/// The index of a subdir's shards.
#[derive(Clone, Debug, PartialEq)]
pub struct ShardIndex {
    /// Where the shards are, relative to the index.
    pub shards_base_url: String,
    /// What `info` says of repodata revisions (CEP 48), if anything.
    pub revisions: Option<Value>,
    /// The SHA-256 of each name's shard, by name.
    pub shards: BTreeMap<String, [u8; 32]>,
}

impl Shard {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ShardIndex {
    /// The index of an edition, with these shards in this place.
    pub fn new(edition: &Edition<'_>, shards_base_url: &str, shards: BTreeMap<String, [u8; 32]>) -> Self {
        Self {
            shards_base_url: shards_base_url.to_owned(),
            revisions: edition
                .options
                .repodata_next
                .then(|| monolithic::revisions(edition)),
            shards,
        }
    }
}

/// Streams the records of the subdir name by name, in order of name.
///
/// # Errors
///
/// When the store or `visit` fails.
pub fn for_each_group(
    store: &dyn Store,
    edition: &Edition<'_>,
    visit: &mut dyn FnMut(RecordGroup) -> io::Result<()>,
) -> Result<(), StoreError> {
    let query = RecordQuery {
        run_exports: true,
        ..edition.options.query(None, Order::PackageName)
    };
    let mut group = RecordGroup::default();
    store.for_each_record(&query, &mut |stored| {
        let Some(file) = RecordedFile::of(stored.file_name) else {
            return Ok(());
        };
        // Records that were read here have a name; another tool may have stored one without.
        let Some(name) = stored.package_name.as_deref() else {
            return Ok(());
        };
        let record = edition.stored_text(stored.file_name, stored.record.clone())?;
        if name != group.name && !group.records.is_empty() {
            visit(std::mem::take(&mut group))?;
        }
        group.name = name.to_owned();
        group.records.push(GroupedRecord {
            file,
            record,
            run_exports: run_exports::of_record(&stored),
            indexed_timestamp: stored.indexed_timestamp,
        });
        Ok(())
    })?;
    if !group.records.is_empty() {
        visit(group)?;
    }
    Ok(())
}

impl RecordGroup {
    /// Whether the patch of an edition is about any of the records.
    pub fn is_patched(&self, edition: &Edition<'_>) -> bool {
        self.records
            .iter()
            .any(|grouped| edition.patched(&grouped.file, &grouped.record) != Patched::Untouched)
    }

    /// The shard of an edition.
    ///
    /// # Errors
    ///
    /// When a record cannot be published as the edition wants it.
    pub fn shard(&self, edition: &Edition<'_>) -> io::Result<Shard> {
        let mut shard = Shard::default();
        for grouped in &self.records {
            let file_name = grouped.file.as_str();
            let (place, record) = match grouped.published(edition)? {
                PublishedText::Record { place, record } => (place, record),
                PublishedText::Removed => {
                    shard.removed.push(file_name.to_owned());
                    continue;
                }
                PublishedText::LeftOut => continue,
            };
            let mut record = record.to_object();
            record.insert("run_exports".to_owned(), grouped.run_exports(edition));
            let map = match place {
                Place::Packages(ArchiveFormat::TarBz2) => &mut shard.packages,
                Place::Packages(ArchiveFormat::Conda) => &mut shard.packages_conda,
                Place::V3(ArchiveFormat::Conda) => shard.v3.entry("conda").or_default(),
                Place::V3(ArchiveFormat::TarBz2) => shard.v3.entry("tar.bz2").or_default(),
                Place::V3Wheel { .. } => shard.v3.entry("whl").or_default(),
            };
            map.insert(place.key(file_name).to_owned(), record);
        }
        shard.removed.sort_unstable();
        Ok(shard)
    }
}

/// A record as an edition publishes it.
#[derive(Clone, Debug)]
pub struct PublishedRecord {
    /// The file's name.
    pub file_name: String,
    /// The record as documents have it.
    pub record: JsonText,
    /// The record as the package has it, if a patch changed anything.
    pub in_package: Option<JsonText>,
    /// Its run exports; empty if it has none.
    pub run_exports: Value,
    /// When the artifact became part of the channel, in milliseconds (CEP 47), if known.
    pub indexed_timestamp: Option<i64>,
}

enum PublishedText {
    Record { place: Place, record: JsonText },
    Removed,
    LeftOut,
}

impl GroupedRecord {
    fn published(&self, edition: &Edition<'_>) -> io::Result<PublishedText> {
        Ok(match edition.publish(&self.file, self.record.clone()) {
            Published::Record { place, record } => PublishedText::Record {
                record: edition.written(&place, record, self.indexed_timestamp)?,
                place,
            },
            Published::Removed => PublishedText::Removed,
            Published::LeftOut => PublishedText::LeftOut,
        })
    }

    fn run_exports(&self, edition: &Edition<'_>) -> Value {
        let run_exports = self.run_exports.clone();
        match (edition.patch, &self.file) {
            (Some(patch), RecordedFile::Artifact(artifact)) => {
                patch.apply_to_run_exports(artifact, run_exports)
            }
            _ => run_exports,
        }
    }
}

impl RecordGroup {
    /// The records as an edition publishes them, in order of file name.
    ///
    /// # Errors
    ///
    /// When a record cannot be published as the edition wants it.
    pub fn published(&self, edition: &Edition<'_>) -> io::Result<Vec<PublishedRecord>> {
        let mut published = Vec::with_capacity(self.records.len());
        for grouped in &self.records {
            let PublishedText::Record { record, .. } = grouped.published(edition)? else {
                continue;
            };
            let is_patched = edition.patched(&grouped.file, &grouped.record) != Patched::Untouched;
            published.push(PublishedRecord {
                file_name: grouped.file.as_str().to_owned(),
                record,
                in_package: is_patched.then(|| grouped.record.clone()),
                run_exports: grouped.run_exports(edition),
                indexed_timestamp: grouped.indexed_timestamp,
            });
        }
        Ok(published)
    }
}

/// A shard in msgpack, not yet compressed.
pub fn shard_bytes(shard: &Shard) -> Vec<u8> {
    let mut out = Vec::new();
    let members = 2 + usize::from(!shard.v3.is_empty()) + usize::from(!shard.removed.is_empty());
    write_map_len(&mut out, members);
    write_records(&mut out, "packages", &shard.packages);
    write_records(&mut out, "packages.conda", &shard.packages_conda);
    if !shard.v3.is_empty() {
        write_str(&mut out, "v3");
        write_map_len(&mut out, shard.v3.len());
        for (map, records) in &shard.v3 {
            write_records(&mut out, map, records);
        }
    }
    if !shard.removed.is_empty() {
        write_str(&mut out, "removed");
        write_value(&mut out, &shard.removed.clone().into());
    }
    out
}

fn write_records(out: &mut Vec<u8>, map: &str, records: &Records) {
    write_str(out, map);
    write_map_len(out, records.len());
    for (key, record) in records {
        write_str(out, key);
        write_map_len(out, record.len());
        for (key, value) in record {
            write_str(out, key);
            match digest_bytes(key, value) {
                Some(digest) => write_bin(out, &digest),
                None => write_value(out, value),
            }
        }
    }
}

/// A shard index in msgpack, not yet compressed.
pub fn shard_index_bytes(index: &ShardIndex, options: &DocumentOptions, created_at: Timestamp) -> Vec<u8> {
    let mut info = vec![
        (
            "base_url",
            Value::from(options.packages_url().unwrap_or_default()),
        ),
        ("shards_base_url", index.shards_base_url.as_str().into()),
        (
            "created_at",
            created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
        ),
        ("subdir", options.subdir.as_str().into()),
    ];
    if !options.relations.is_empty() {
        info.push(("channel_relations", monolithic::relations(options)));
    }
    if let Some(revisions) = &index.revisions {
        info.push(("repodata_revisions", revisions.clone()));
    }
    let mut out = Vec::new();
    write_map_len(&mut out, 3);
    write_str(&mut out, "version");
    write_value(&mut out, &1.into());
    write_str(&mut out, "info");
    write_map_len(&mut out, info.len());
    for (key, value) in info {
        write_str(&mut out, key);
        write_value(&mut out, &value);
    }
    write_str(&mut out, "shards");
    write_map_len(&mut out, index.shards.len());
    for (name, digest) in &index.shards {
        write_str(&mut out, name);
        write_bin(&mut out, digest);
    }
    out
}

/// The bytes that a record's digest spells, if the key is one of a digest and spells any.
fn digest_bytes(key: &str, value: &Value) -> Option<Vec<u8>> {
    match (key, value) {
        ("md5" | "sha256", Value::String(hex)) => base16ct::mixed::decode_vec(hex).ok(),
        _ => None,
    }
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => infallible(msgpack::write_nil(out)),
        Value::Bool(value) => infallible(msgpack::write_bool(out, *value)),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(unsigned), ..) => infallible(msgpack::write_uint(out, unsigned)),
            (None, Some(signed), _) => infallible(msgpack::write_sint(out, signed)),
            // An integer beyond 64 bits, which msgpack cannot hold, becomes a float.
            (None, None, float) => infallible(msgpack::write_f64(out, float.unwrap_or_default())),
        },
        Value::String(text) => write_str(out, text),
        Value::Array(items) => {
            infallible(msgpack::write_array_len(out, length(items.len())));
            items.iter().for_each(|item| write_value(out, item));
        }
        Value::Object(members) => {
            write_map_len(out, members.len());
            for (key, member) in members {
                write_str(out, key);
                write_value(out, member);
            }
        }
    }
}

fn write_str(out: &mut Vec<u8>, text: &str) {
    infallible(msgpack::write_str(out, text));
}

fn write_bin(out: &mut Vec<u8>, bytes: &[u8]) {
    infallible(msgpack::write_bin(out, bytes));
}

fn write_map_len(out: &mut Vec<u8>, members: usize) {
    infallible(msgpack::write_map_len(out, length(members)));
}

/// Writing to memory does not fail: what comes back says which marker was written, no more.
fn infallible<T, E>(written: Result<T, E>) {
    drop(written);
}

/// msgpack counts in 32 bits, more than any bounded member of a package can have.
fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
