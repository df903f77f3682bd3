//! A channel's folder: its subdirs, and the packages that lie in them.

#[cfg(feature = "native")]
mod folder;
#[cfg(feature = "native")]
mod lock;
mod relations;
#[cfg(feature = "native")]
mod scan;
mod subdir;

#[cfg(feature = "native")]
pub use folder::{ChannelFolder, SubdirFolder};
#[cfg(feature = "native")]
pub use lock::{ChannelLock, OnBusy, SubdirLock};
pub use relations::{ChannelRelations, InvalidRelation};
#[cfg(feature = "native")]
pub use scan::{Listing, list_artifacts};
pub use subdir::{InvalidSubdir, KNOWN_SUBDIRS, Subdir};
