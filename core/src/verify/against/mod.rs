//! What a channel has already, as far as packages that are to be added are concerned.
//!
//! Packages are checked first, each on its own; what they claim to be is kept ([`Claim`]). Then the
//! records of the names that matter to any of them are picked out of the channel in one pass
//! ([`Wanted`], [`ChannelView`]), and each claim is compared with them.

mod channel;
mod claim;
mod documents;
mod given;
mod place;
mod shards;
mod view;

#[cfg(feature = "solve")]
pub(crate) use channel::with_repodata;
pub use channel::{ChannelError, PublishedBuilds, published_builds, read_channels};
pub(crate) use claim::name_and_requirement;
pub use claim::{Claim, Wanted};
pub(in crate::verify) use claim::{name_of, specs};
#[cfg(feature = "solve")]
pub(crate) use documents::{Info, RecordSink, read_repodata_into, read_shard_into};
pub use given::{ChannelDocuments, DocumentError};
pub use place::ChannelPlace;
#[cfg(feature = "solve")]
pub(crate) use place::folder_reference;
#[cfg(feature = "solve")]
pub(crate) use shards::{PublishedShards, for_each_shard, shard_index};
pub use view::{ChannelView, PublishedRecord, Section};
