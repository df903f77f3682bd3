//! Reads what matters out of channels, wherever they are.

use std::collections::VecDeque;
use std::io::{self, Read};

use thiserror::Error;

use super::documents::{Info, Relations, read_repodata};
use super::place::{Bounded, ChannelPlace, Location, folder_reference, if_given};
use super::shards::read_shards;
use super::{ChannelView, PublishedRecord, Wanted};
use crate::channel::{ChannelRelations, InvalidRelation, Subdir};
use crate::package::Limits;
use crate::package::zstd_frames::ZstdFrames;
#[cfg(feature = "http")]
use crate::remote::RemoteError;

/// Bytes of `repodata.json`. That of conda-forge's largest subdir has less than a tenth.
const REPODATA_MAX: u64 = 8 << 30;
/// How many channels are loaded because others name them.
const RELATED_MAX: usize = 10;

/// Why a channel could not be read.
#[derive(Debug, Error)]
pub enum ChannelError {
    /// It has no repodata for any subdir that matters.
    #[error("{0} is no channel: it has no repodata.json in {1} (`towpath index` makes it one)")]
    NoRepodata(String, String),
    /// A document could not be read.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// A document is not JSON, or not repodata.
    #[error("{0} is not repodata: {1}")]
    Json(String, serde_json::Error),
    /// A document is not msgpack, or not sharded repodata (CEP 16).
    #[error("{0} is not sharded repodata: {1}")]
    Msgpack(String, String),
    /// A shard that its index names is not there.
    #[error("{0} is not there, but the index of shards names it")]
    NoShard(String),
    /// A shard is not what its index names.
    #[error("{0} is not the shard that its name says: its sha256 is {1}")]
    WrongShard(String, String),
    /// A document names other channels in a way that CEP 42 forbids.
    #[error("channel_relations in {0}: {1}")]
    Relation(String, InvalidRelation),
    /// A server answered something else than a document or that it is not there, as the caller says.
    #[error("{0}: the server answered {1}")]
    Status(String, String),
    /// A server did not give a document.
    #[cfg(feature = "http")]
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

impl ChannelError {
    /// Why a document could not be read as JSON.
    pub(crate) fn of_json(location: &Location, error: serde_json::Error) -> Self {
        if error.is_io() {
            Self::Io(location.to_string(), error.into())
        } else {
            Self::Json(location.to_string(), error)
        }
    }
}

/// Reads what matters out of a channel, and out of others that are used with it: dependencies may
/// be satisfied by them. Channels that any of them names as its relations (CEP 42) are read too, if
/// they are there.
///
/// Of each subdir, shards are read (CEP 16), else `repodata.json.zst`, else `repodata.json`.
///
/// # Errors
///
/// When one is no channel, or a document of it cannot be read.
pub fn read_channels(
    target: &ChannelPlace,
    others: &[ChannelPlace],
    wanted: &Wanted,
) -> Result<ChannelView, ChannelError> {
    let (mut view, mut related) = read_channel(target, wanted)?;
    let mut known: Vec<Location> = vec![target.root().clone()];
    for other in others {
        known.push(other.root().clone());
        let (other, relations) = read_channel(other, wanted)?;
        view.add_other(other);
        related.extend(relations);
    }
    let mut left = RELATED_MAX;
    while let Some(place) = related.pop_front().filter(|_| left > 0) {
        if known.contains(place.root()) {
            continue;
        }
        left -= 1;
        known.push(place.root().clone());
        match read_channel(&place, wanted) {
            Ok((other, relations)) => {
                view.add_other(other);
                related.extend(relations);
            }
            Err(ChannelError::NoRepodata(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(view)
}

/// The builds of a name that a channel has in one subdir.
#[derive(Clone, Debug)]
pub struct PublishedBuilds {
    /// Where their files are: a URL that ends in a slash (CEP 15), if the channel was read from one.
    pub folder_url: Option<String>,
    /// Their records, in the order of the channel's documents.
    pub records: Vec<PublishedRecord>,
}

/// What a channel has already of one name in one subdir: the builds that another may be compared with.
/// Only what tells of that name is read, if the channel has shards.
///
/// # Errors
///
/// When the channel has no such subdir, or a document of it cannot be read.
pub fn published_builds(
    place: &ChannelPlace,
    subdir: &str,
    name: &str,
) -> Result<PublishedBuilds, ChannelError> {
    let name = name.to_lowercase();
    let mut view = ChannelView::new(place.root().to_string());
    let info = read_subdir(place, subdir, &Wanted::only(subdir, &name), &mut view)?;
    let Some(info) = info else {
        return Err(ChannelError::NoRepodata(view.channel, subdir.to_owned()));
    };
    let document = place.root().join(&format!("{subdir}/repodata.json"));
    let folder = document.beside(&folder_reference(info.base_url.as_deref().unwrap_or(".")));
    Ok(PublishedBuilds {
        folder_url: folder.and_then(Location::into_url),
        records: view.records(subdir, &name).to_vec(),
    })
}

/// Reads one channel; also where those are that it names.
fn read_channel(
    place: &ChannelPlace,
    wanted: &Wanted,
) -> Result<(ChannelView, VecDeque<ChannelPlace>), ChannelError> {
    let mut view = ChannelView::new(place.root().to_string());
    view.url = place.shown_url();
    let mut related = VecDeque::new();
    let mut is_channel = false;
    for subdir in wanted.subdirs(place.platforms()) {
        let Some(info) = read_subdir(place, subdir, wanted, &mut view)? else {
            continue;
        };
        is_channel = true;
        let Relations { base, overrides } = info.channel_relations;
        let relations = ChannelRelations::new(base, overrides).map_err(|error| {
            let subdir = place.root().join(subdir);
            ChannelError::Relation(subdir.to_string(), error)
        })?;
        let references = [relations.base(), relations.overrides()];
        let places = references.into_iter().flatten();
        related.extend(places.filter_map(|reference| place.related(reference)));
    }
    if !is_channel {
        let subdirs: Vec<&str> = wanted.own_subdirs().collect();
        return Err(ChannelError::NoRepodata(view.channel, subdirs.join(" or ")));
    }
    Ok((view, related))
}

/// Reads one subdir, if the channel has it; what its document says of itself. What a package calls its
/// subdir and can be none leads nowhere.
fn read_subdir(
    place: &ChannelPlace,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> Result<Option<Info>, ChannelError> {
    if subdir.parse::<Subdir>().is_err() {
        return Ok(None);
    }
    if let Some(info) = read_shards(place, subdir, wanted, view)? {
        return Ok(Some(info));
    }
    with_repodata(place, subdir, |location, document| {
        read(location, document, subdir, wanted, view)
    })
}

/// Reads the repodata of a subdir, decompressed, in the way that the caller says; nothing if the channel
/// has none. No more than is bearable can be read.
pub(crate) fn with_repodata<T>(
    place: &ChannelPlace,
    subdir: &str,
    read: impl FnOnce(&Location, &mut dyn Read) -> Result<T, ChannelError>,
) -> Result<Option<T>, ChannelError> {
    let compressed = place.root().join(&format!("{subdir}/repodata.json.zst"));
    if let Some(mut document) = if_given(place.open(&compressed, REPODATA_MAX))? {
        let document = ZstdFrames::new(&mut document, &Limits::default())
            .map_err(|error| ChannelError::Io(compressed.to_string(), error))?;
        return read(&compressed, &mut Bounded::new(document, REPODATA_MAX)).map(Some);
    }
    let plain = place.root().join(&format!("{subdir}/repodata.json"));
    let document = place.open(&plain, REPODATA_MAX)?;
    document
        .map(|mut document| read(&plain, &mut document))
        .transpose()
}

fn read(
    location: &Location,
    document: &mut dyn Read,
    subdir: &str,
    wanted: &Wanted,
    view: &mut ChannelView,
) -> Result<Info, ChannelError> {
    let document = io::BufReader::new(document);
    read_repodata(document, subdir, wanted, view).map_err(|error| ChannelError::of_json(location, error))
}
