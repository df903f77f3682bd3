//! What a channel has already, as far as packages that are to be added are concerned.
//!
//! Packages are checked first, each on its own; what they claim to be is kept ([`Claim`]). Then the
//! records of the names that matter to any of them are picked out of the channel in one pass
//! ([`Wanted`], [`ChannelView`]), and each claim is compared with them.

#[cfg(feature = "native")]
mod channel;
mod claim;
#[cfg(feature = "native")]
mod documents;
#[cfg(feature = "native")]
mod msgpack;
#[cfg(feature = "native")]
mod place;
#[cfg(feature = "native")]
mod shards;
mod view;

#[cfg(feature = "native")]
pub use channel::{ChannelError, read_channels};
pub(crate) use claim::name_of;
pub(in crate::verify) use claim::specs;
pub use claim::{Claim, Wanted};
#[cfg(feature = "native")]
pub use place::ChannelPlace;
pub use view::{ChannelView, PublishedRecord, Section};
