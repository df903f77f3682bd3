//! The records of a subdir, read when their names are known.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use rattler_conda_types::{Channel, PackageRecord, RepoDataRecord, package::DistArchiveIdentifier};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::channel::{ChannelState, SolveChannel, StateDocument};
use super::shelf::Shelf;
use crate::channel::Subdir;
use crate::json::msgpack::{Record, deserializer};
use crate::package::ArtifactName;
use crate::verify::against::{
    Info, PublishedShards, RecordSink, for_each_shard, read_repodata_into, read_shard_into, shard_index,
    with_repodata,
};
use crate::verify::{ChannelError, Section};

/// A subdir of a channel, of which records can be read by name.
pub(super) struct SubdirRecords<'a> {
    channel: &'a SolveChannel,
    source: Source,
    pub(super) state: ChannelState,
    /// How many of its records are of no package, or cannot be read.
    pub(super) unreadable: usize,
}

/// Where records are taken from.
enum Source {
    Shelf(Shelf),
    Shards(PublishedShards),
}

impl<'a> SubdirRecords<'a> {
    /// A subdir, if the channel has it: of shards the index is read (CEP 16), else `repodata.json.zst`,
    /// else `repodata.json`, which are read whole.
    ///
    /// # Errors
    ///
    /// When a document is there and cannot be read.
    pub(super) fn open(channel: &'a SolveChannel, subdir: &Subdir) -> Result<Option<Self>, ChannelError> {
        let place = channel.place();
        if let Some((location, index)) = shard_index(place, subdir.as_str())?
            && let Some((shards, info)) = PublishedShards::of(location, &index)?
        {
            let sha256 = Sha256::digest(&index).into();
            let state = state(channel, subdir, StateDocument::ShardIndex, sha256, &info);
            return Ok(Some(Self {
                channel,
                source: Source::Shards(shards),
                state,
                unreadable: 0,
            }));
        }
        with_repodata(place, subdir.as_str(), |location, document| {
            let failed = |error| ChannelError::Io(location.to_string(), error);
            let mut document = Hashed {
                inner: document,
                hasher: Sha256::new(),
            };
            let mut shelf = Shelf::default();
            let buffered = io::BufReader::with_capacity(64 << 10, &mut document);
            read_repodata_into(buffered, &mut shelf)
                .map_err(|error| ChannelError::of_json(location, error))?;
            let shelf = shelf.finished().map_err(failed)?;
            let sha256 = document.hasher.finalize().into();
            Ok(Self {
                channel,
                state: state(channel, subdir, StateDocument::Repodata, sha256, &shelf.info),
                unreadable: shelf.unreadable,
                source: Source::Shelf(shelf),
            })
        })
    }

    /// The records of some names, in order of file name. Of two of one file, the last counts.
    ///
    /// # Errors
    ///
    /// When a shard cannot be read.
    pub(super) fn records(&mut self, names: &BTreeSet<String>) -> Result<Vec<RepoDataRecord>, ChannelError> {
        let mut read = Reading::default();
        let asked = names.iter().map(String::as_str);
        match &self.source {
            Source::Shelf(shelf) => shelf
                .for_each_record(asked, |file_name, record| {
                    read.add(file_name, serde_json::from_str(record).ok());
                })
                .map_err(|error| ChannelError::Io(self.state.url.clone(), error))?,
            Source::Shards(shards) => {
                let shards = shards.named(asked);
                for_each_shard(self.channel.place(), &shards, |shard, content| {
                    read_shard_into(&mut deserializer(&content), &mut read)
                        .map_err(|error| ChannelError::Msgpack(shard.to_string(), error.to_string()))
                })?;
            }
        }
        self.unreadable += read.unreadable;
        let (subdir, channel) = (&self.state.subdir, self.channel.canonical());
        // A shard may hold what it does not promise.
        let is_asked = |record: &PackageRecord| names.contains(record.name.as_normalized());
        let records = read.records.into_iter().filter(|(_, record)| is_asked(record));
        let records: Vec<RepoDataRecord> = records
            .filter_map(|(file_name, record)| located(&file_name, record, channel, subdir))
            .collect();
        Ok(records)
    }
}

/// What is read of a subdir, by file name.
#[derive(Default)]
struct Reading {
    records: BTreeMap<String, PackageRecord>,
    unreadable: usize,
}

impl Reading {
    fn add(&mut self, file_name: &str, record: Option<PackageRecord>) {
        let is_well_named = DistArchiveIdentifier::try_from_filename(file_name).is_some();
        match record {
            Some(record) if is_well_named => {
                self.records.insert(file_name.to_owned(), record);
            }
            _ => self.unreadable += 1,
        }
    }
}

impl RecordSink for Reading {
    type Record = Record;

    /// A shard says nothing of itself that its index does not.
    fn take_info(&mut self, _: Info) {}

    fn take(&mut self, file_name: String, _: Section, record: Record) {
        match ArtifactName::new(file_name) {
            Ok(file) => {
                let record: Map<String, Value> = record.into();
                self.add(file.as_str(), serde_json::from_value(Value::Object(record)).ok());
            }
            Err(_) => self.unreadable += 1,
        }
    }
}

/// A record as the solver takes it, with where its file is: in the channel's own folder, which tells it
/// from all others.
fn located(
    file_name: &str,
    mut record: PackageRecord,
    channel: &Channel,
    subdir: &Subdir,
) -> Option<RepoDataRecord> {
    record.subdir = subdir.to_string();
    Some(RepoDataRecord {
        identifier: DistArchiveIdentifier::try_from_filename(file_name)?,
        url: file_url(channel, subdir, file_name)?,
        channel: Some(channel.canonical_name()),
        package_record: record,
    })
}

fn file_url(channel: &Channel, subdir: &Subdir, file_name: &str) -> Option<Url> {
    let mut url = Url::from(channel.base_url.url().clone());
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend([subdir.as_str(), file_name]);
    Some(url)
}

fn state(
    channel: &SolveChannel,
    subdir: &Subdir,
    document: StateDocument,
    sha256: [u8; 32],
    info: &Info,
) -> ChannelState {
    ChannelState {
        url: channel.url().to_owned(),
        subdir: subdir.clone(),
        document,
        sha256,
        packages_at: channel.packages_at(subdir, info.base_url.as_deref()),
    }
}

/// Takes the digest of what is read.
struct Hashed<'a> {
    inner: &'a mut dyn Read,
    hasher: Sha256,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
