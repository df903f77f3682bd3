//! Reads the shards of the names that matter (CEP 16).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
#[cfg(feature = "native")]
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(feature = "native")]
use std::sync::mpsc::sync_channel;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::documents::{Info, read_shard};
use super::msgpack::{Digest, deserializer};
use super::place::{Bounded, ChannelPlace, Location, folder_reference, if_given};
use super::{ChannelError, ChannelView, Wanted};
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

/// A shard, as an index names it.
struct NamedShard {
    location: Location,
    digest: [u8; 32],
}

/// Reads what matters in a subdir, if it has shards that can be got; what its index says of itself.
pub(super) fn read_shards(
    place: &ChannelPlace,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> Result<Option<Info>, ChannelError> {
    let location = place
        .root()
        .join(&format!("{subdir}/repodata_shards.msgpack.zst"));
    let document = if_given(place.read(&location, COMPRESSED_MAX))?;
    let Some(document) = document else {
        return Ok(None);
    };
    let no_index = |error: String| ChannelError::Msgpack(location.to_string(), error);
    let document = unpacked(&document).map_err(|error| no_index(error.to_string()))?;
    let index =
        ShardIndex::deserialize(&mut deserializer(&document)).map_err(|error| no_index(error.to_string()))?;
    let Some(shards) = shards_of(&index, &location, &wanted.names(subdir)) else {
        return Ok(None);
    };
    for name in index.shards.keys() {
        view.add_name(subdir, name);
    }
    for_each_shard(place, &shards, |shard, content| {
        read_shard(&mut deserializer(&content), subdir, wanted, view)
            .map_err(|error| ChannelError::Msgpack(shard.to_string(), error.to_string()))
    })?;
    Ok(Some(index.info))
}

/// Where the shards of some names are, and their digests. Nothing if they are where one does not go.
fn shards_of(index: &ShardIndex, location: &Location, names: &BTreeSet<&str>) -> Option<Vec<NamedShard>> {
    let base = folder_reference(&index.info.shards_base_url);
    let digests = names.iter().filter_map(|name| index.shards.get(*name));
    let shards = digests.map(|Digest(digest)| {
        let hex = base16ct::lower::encode_string(digest);
        let location = location.beside(&format!("{base}{hex}.msgpack.zst"))?;
        Some(NamedShard {
            location,
            digest: *digest,
        })
    });
    shards.collect()
}

/// Reads shards, one after the other; each is given, decompressed, when it is there.
#[cfg(not(feature = "native"))]
fn for_each_shard(
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
fn for_each_shard(
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
