//! Reads the shards of the names that matter (CEP 16).

use std::collections::BTreeMap;
use std::io::{self, Read};
#[cfg(feature = "native")]
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(feature = "native")]
use std::sync::mpsc::sync_channel;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::documents::{Info, read_shard};
use super::place::{Bounded, ChannelPlace, Location, folder_reference, if_given};
use super::{ChannelError, ChannelView, Wanted};
use crate::json::msgpack::{Digest, deserializer};
use crate::package::Limits;
use crate::package::zstd_frames::ZstdFrames;

/// Bytes of an index or a shard, as it is published. The index of conda-forge has about a million.
const COMPRESSED_MAX: u64 = 64 << 20;
/// The same, decompressed.
const UNPACKED_MAX: u64 = 64 << 20;
/// How many shards are asked for at a time.
#[cfg(feature = "native")]
const AT_A_TIME: usize = 8;

/// The index of a subdir's shards, as far as it matters.
#[derive(Deserialize)]
struct ShardIndex {
    info: Info,
    shards: BTreeMap<String, Digest>,
}

/// The shards of a subdir: one for each name of packages.
pub(crate) struct PublishedShards {
    digests: BTreeMap<String, Digest>,
    /// Where the index is.
    location: Location,
    /// The folder of the shards, seen from the index.
    base: String,
}

/// A shard, as an index names it.
pub(crate) struct NamedShard {
    location: Location,
    digest: [u8; 32],
}

/// The index of a subdir's shards, decompressed, and where it is; if it can be got.
pub(crate) fn shard_index(
    place: &ChannelPlace,
    subdir: &str,
) -> Result<Option<(Location, Vec<u8>)>, ChannelError> {
    let location = place
        .root()
        .join(&format!("{subdir}/repodata_shards.msgpack.zst"));
    let Some(document) = if_given(place.read(&location, COMPRESSED_MAX))? else {
        return Ok(None);
    };
    match unpacked(&document) {
        Ok(document) => Ok(Some((location, document))),
        Err(error) => Err(ChannelError::Msgpack(location.to_string(), error.to_string())),
    }
}

impl PublishedShards {
    /// The shards that an index names, and what it says of itself. Nothing if they are where one does
    /// not go.
    pub(crate) fn of(location: Location, index: &[u8]) -> Result<Option<(Self, Info)>, ChannelError> {
        let ShardIndex { info, shards } = ShardIndex::deserialize(&mut deserializer(index))
            .map_err(|error| ChannelError::Msgpack(location.to_string(), error.to_string()))?;
        let base = folder_reference(&info.shards_base_url);
        let is_followed = location.beside(&base).is_some();
        let published = Self {
            digests: shards,
            location,
            base,
        };
        Ok(is_followed.then_some((published, info)))
    }

    /// Where the shards of some names are, and their digests.
    pub(crate) fn named<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<NamedShard> {
        let digests = names.filter_map(|name| self.digests.get(name));
        let shards = digests.filter_map(|Digest(digest)| {
            let hex = base16ct::lower::encode_string(digest);
            let location = self.location.beside(&format!("{}{hex}.msgpack.zst", self.base))?;
            Some(NamedShard {
                location,
                digest: *digest,
            })
        });
        shards.collect()
    }
}

/// Reads what matters in a subdir, if it has shards that can be got; what its index says of itself.
pub(super) fn read_shards(
    place: &ChannelPlace,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> Result<Option<Info>, ChannelError> {
    let Some((location, document)) = shard_index(place, subdir)? else {
        return Ok(None);
    };
    let Some((shards, info)) = PublishedShards::of(location, &document)? else {
        return Ok(None);
    };
    for name in shards.digests.keys() {
        view.add_name(subdir, name);
    }
    let wanted_shards = shards.named(wanted.names(subdir).into_iter());
    for_each_shard(place, &wanted_shards, |shard, content| {
        read_shard(&mut deserializer(&content), subdir, wanted, view)
            .map_err(|error| ChannelError::Msgpack(shard.to_string(), error.to_string()))
    })?;
    Ok(Some(info))
}

/// Reads shards, one after the other; each is given, decompressed, when it is there.
#[cfg(not(feature = "native"))]
pub(crate) fn for_each_shard(
    place: &ChannelPlace,
    shards: &[NamedShard],
    mut visit: impl FnMut(&Location, Vec<u8>) -> Result<(), ChannelError>,
) -> Result<(), ChannelError> {
    shards
        .iter()
        .try_for_each(|shard| visit(&shard.location, read_content(place, shard)?))
}

/// Reads shards, several at a time; each is given, decompressed, when it is there.
#[cfg(feature = "native")]
pub(crate) fn for_each_shard(
    place: &ChannelPlace,
    shards: &[NamedShard],
    mut visit: impl FnMut(&Location, Vec<u8>) -> Result<(), ChannelError>,
) -> Result<(), ChannelError> {
    let next = AtomicUsize::new(0);
    let (contents, read) = sync_channel(AT_A_TIME);
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(shards.len()) {
            let contents = contents.clone();
            let next = &next;
            scope.spawn(move || {
                while let Some(shard) = shards.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let content = read_content(place, shard);
                    // Nobody receives any more: another shard is broken.
                    if contents.send((&shard.location, content)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(contents);
        // Dropped with the first error, so that nobody waits.
        read.into_iter()
            .try_for_each(|(shard, content)| visit(shard, content?))
    })
}

/// A shard, decompressed, if it is the one that its index names.
fn read_content(place: &ChannelPlace, shard: &NamedShard) -> Result<Vec<u8>, ChannelError> {
    let name = || shard.location.to_string();
    let compressed = place.read(&shard.location, COMPRESSED_MAX)?;
    let compressed = compressed.ok_or_else(|| ChannelError::NoShard(name()))?;
    let found: [u8; 32] = Sha256::digest(&compressed).into();
    if found != shard.digest {
        let found = base16ct::lower::encode_string(&found);
        return Err(ChannelError::WrongShard(name(), found));
    }
    unpacked(&compressed).map_err(|error| ChannelError::Msgpack(name(), error.to_string()))
}

/// What was compressed with zstd.
fn unpacked(mut compressed: &[u8]) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let frames = ZstdFrames::new(&mut compressed, &Limits::default())?;
    Bounded::new(frames, UNPACKED_MAX).read_to_end(&mut content)?;
    Ok(content)
}
