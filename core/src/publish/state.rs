//! What was published, so that a run that changes nothing does nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PendingFile;
use crate::repodata::DocumentFinding;

/// What was published of a subdir, and from what. Kept in the subdir's `.cache` folder; to lose it
/// costs one rebuild.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PublishedState {
    /// What the documents were built from: the store's mark and every option that matters.
    pub inputs: String,
    /// The patch instructions that were applied, as a digest.
    pub patch: Option<String>,
    /// The documents by name, as they were left.
    pub documents: BTreeMap<String, FileStamp>,
    /// How many shards there were.
    pub shards: usize,
    /// Each shard index: the digest of its content without the time at which it was written, and
    /// the file as it was left.
    pub shard_indexes: BTreeMap<String, (String, FileStamp)>,
    /// What was noticed while the documents were made: a run that has nothing to make tells it too.
    #[serde(default)]
    pub findings: Vec<DocumentFinding>,
    /// Shards that no index names any more, and since when.
    pub retired_shards: BTreeMap<String, Timestamp>,
}

/// Size and modification time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    size: u64,
    modified_nanoseconds: u64,
}

impl FileStamp {
    /// Of a file that cannot be looked at: no file has it.
    pub const UNKNOWN: Self = Self {
        size: u64::MAX,
        modified_nanoseconds: 0,
    };

    /// The stamp of a file; `None` if there is no such plain file.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = fs_err::symlink_metadata(path)
            .ok()
            .filter(std::fs::Metadata::is_file)?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            size: metadata.len(),
            modified_nanoseconds: u64::try_from(modified.as_nanos()).ok()?,
        })
    }
}

impl PublishedState {
    /// What is known; nothing if there is no such file or it cannot be understood.
    pub fn load(path: &Path) -> Self {
        fs_err::read(path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Keeps the state.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut file = PendingFile::create_in(path.parent().unwrap_or(Path::new(".")))?;
        serde_json::to_writer(&mut file, self)?;
        file.flush()?;
        file.finish_without_sync()?.publish(path)?;
        Ok(())
    }

    /// Whether every document is as it was left in `folder`.
    pub fn documents_are_in_place(&self, folder: &Path) -> bool {
        self.documents
            .iter()
            .all(|(name, stamp)| FileStamp::of(&folder.join(name)) == Some(*stamp))
    }
}
