//! What a channel has already, as far as packages that are to be added are concerned.
//!
//! Packages are checked first, each on its own; what they claim to be is kept ([`Claim`]). Then the
//! records of the names that matter to any of them are picked out of the channel in one pass
//! ([`Wanted`], [`ChannelView`]), and each claim is compared with them.

mod claim;
#[cfg(feature = "native")]
mod documents;
mod view;

pub use claim::{Claim, Wanted};
pub(in crate::verify) use claim::{name_of, specs};
#[cfg(feature = "native")]
pub use documents::{ChannelError, read_channel_folder};
pub use view::{ChannelView, PublishedRecord, Section};
