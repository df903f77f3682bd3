//! What a channel has already, as far as packages that are to be added are concerned.
//!
//! Packages are checked first, each on its own; what they claim to be is kept ([`Claim`]). Then the
//! records of the names that matter to any of them are picked out of the channel in one pass
//! ([`Wanted`], [`ChannelView`]), and each claim is compared with them.

mod channel;
mod claim;
mod documents;
mod given;
mod msgpack;
mod place;
mod shards;
mod view;

pub use channel::{ChannelError, PublishedBuilds, published_builds, read_channels};
pub(crate) use claim::name_and_requirement;
pub use claim::{Claim, Wanted};
pub(in crate::verify) use claim::{name_of, specs};
pub use given::{ChannelDocuments, DocumentError};
pub use place::ChannelPlace;
pub use view::{ChannelView, PublishedRecord, Section};
