//! A channel's folder: its subdirs, and the packages that lie in them.

#[cfg(feature = "native")]
mod folder;
#[cfg(feature = "native")]
mod lock;
#[cfg(feature = "postgres")]
mod prefix;
mod relations;
#[cfg(feature = "native")]
mod scan;
mod subdir;

#[cfg(feature = "native")]
pub use folder::{ChannelFolder, SubdirFolder};
#[cfg(feature = "native")]
pub use lock::{ChannelLock, OnBusy, SubdirLock, WebsiteLock};
#[cfg(feature = "postgres")]
pub use prefix::{ChannelPrefix, InvalidPrefix};
pub use relations::{ChannelRelations, InvalidRelation};
#[cfg(feature = "native")]
pub use scan::{Listing, list_artifacts};
pub use subdir::{InvalidSubdir, KNOWN_SUBDIRS, Subdir};
