//! The documents of a subdir, each built from the store's records alone.
//!
//! Records are streamed: a record is serialised once, when its package is read, and its text is
//! put into document after document. Only records that a patch touches are parsed again.

mod channeldata;
mod current;
mod edition;
mod monolithic;
pub mod patch;
mod review;
mod run_exports;
mod shards;

pub use channeldata::{ChannelPackage, Channeldata};
pub use current::{
    CurrentSummary, CurrentVersions, CurrentVersionsError, NotInCurrent, PinWithoutMatch,
    write_current_repodata,
};
pub use edition::{Edition, Place, Published};
pub use monolithic::write_repodata;
pub use patch::{PatchError, PatchInstructions};
pub use review::{DocumentFinding, Review};
pub use run_exports::write_run_exports;
pub use shards::{
    PublishedRecord, RecordGroup, Records, Shard, ShardIndex, for_each_group, shard_bytes, shard_index_bytes,
};

use crate::channel::{ChannelRelations, Subdir};
use crate::json::Layout;
use crate::package::ArchiveFormat;
use crate::store::{Order, RecordQuery, Stage};

/// What the documents of a subdir have in common.
#[derive(Clone, Debug)]
pub struct DocumentOptions {
    /// The subdir.
    pub subdir: Subdir,
    /// An artifact is part of the channel when any of these stages lists it.
    pub stages: Vec<Stage>,
    /// How JSON is laid out.
    pub layout: Layout,
    /// Where the packages are served from, if not beside the documents (CEP 15). The subdir is
    /// put behind it.
    pub base_url: Option<String>,
    /// The channel's relations to others (CEP 42).
    pub relations: ChannelRelations,
    /// Whether records say when they became part of the channel (CEP 47).
    pub indexed_timestamp: bool,
    /// Whether records that need it are published under `v3` (CEP 48); they are left out otherwise.
    pub repodata_next: bool,
}

impl DocumentOptions {
    /// The URL of the folder with this subdir's packages (CEP 15).
    pub(crate) fn packages_url(&self) -> Option<String> {
        let base = self.base_url.as_deref().filter(|base| !base.is_empty())?;
        Some(format!("{}/{}/", base.trim_end_matches('/'), self.subdir))
    }

    pub(crate) fn query(&self, format: Option<ArchiveFormat>, order: Order) -> RecordQuery {
        RecordQuery {
            stages: self.stages.clone(),
            format,
            order,
            run_exports: false,
        }
    }
}

/// The two maps of artifacts that every document has, with the formats that they hold.
const MAPS: [(&str, ArchiveFormat); 2] = [
    ("packages", ArchiveFormat::TarBz2),
    ("packages.conda", ArchiveFormat::Conda),
];

/// The maps under `v3`, with the formats that they hold: none is that of wheels (CEP 48).
const V3_MAPS: [(&str, Option<ArchiveFormat>); 3] = [
    ("conda", Some(ArchiveFormat::Conda)),
    ("tar.bz2", Some(ArchiveFormat::TarBz2)),
    ("whl", None),
];
