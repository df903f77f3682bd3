//! Puts finished documents in place, so that no client ever sees half of one.

mod compressed;
mod pending;
mod shard_folder;
mod state;

pub use compressed::{InvalidZstdLevel, ZstdLevel, write_bz2, write_zst};
pub use pending::{FinishedFile, PendingFile, Publication, remove_leftovers};
pub use shard_folder::{ShardFolder, ShardPlacement};
pub use state::{FileStamp, PublishedState};
