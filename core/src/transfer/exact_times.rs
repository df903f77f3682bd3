//! Times that came in whole seconds, made exact again.
//!
//! PostgreSQL's columns hold whole seconds and sizes under 2 GiB. A store that keeps more would take
//! every package for changed at the next index run. Where the package's file agrees with what is known
//! as far as that goes, it is the file that was read, and has the exact time.

use std::io;

use crate::channel::{SubdirFolder, list_artifacts};
use crate::store::{ListedArtifact, Stage, StageRow, TimePrecision};

/// The files of a subdir's folder.
pub(super) struct ExactTimes {
    listing: Vec<ListedArtifact>,
}

impl ExactTimes {
    /// What is needed on the way from a store of one precision to one of another: nothing, unless the
    /// target keeps what the source does not have.
    pub(super) fn between(
        source: TimePrecision,
        target: TimePrecision,
        folder: &SubdirFolder,
    ) -> io::Result<Option<Self>> {
        if (source, target) != (TimePrecision::Seconds, TimePrecision::Exact) || !folder.packages.is_dir() {
            return Ok(None);
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let listing = list_artifacts(&folder.packages, threads)?.artifacts;
        Ok(Some(Self { listing }))
    }

    /// Gives the row the file's own time and size, if it is of that file in that state. Stages of
    /// others are left as they are.
    pub(super) fn put_into(&self, row: &mut StageRow) {
        if ![Stage::FS, Stage::INDEXED].contains(&row.stage) {
            return;
        }
        let place = self
            .listing
            .binary_search_by(|listed| listed.name.as_str().cmp(&row.file_name));
        let Some(listed) = place.ok().and_then(|place| self.listing.get(place)) else {
            return;
        };
        let size = i32::try_from(listed.size).is_ok().then_some(listed.size);
        if row.mtime == Some(listed.mtime.seconds().round()) && row.size == size {
            row.mtime = Some(listed.mtime.seconds());
            row.size = Some(listed.size);
        }
    }
}
