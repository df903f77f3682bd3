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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::ArtifactName;
    use crate::store::Mtime;

    /// A file of this size, modified a quarter or three quarters of a second past 1000.
    fn file(seconds: f64, size: u64) -> ExactTimes {
        let listed = ListedArtifact {
            name: ArtifactName::new("a-1-0.conda").unwrap(),
            mtime: Mtime::from_seconds(seconds),
            size,
        };
        ExactTimes {
            listing: vec![listed],
        }
    }

    fn row(mtime: Option<f64>, size: Option<u64>) -> StageRow {
        StageRow {
            stage: Stage::INDEXED,
            file_name: "a-1-0.conda".to_owned(),
            mtime,
            size,
            sha256: None,
            md5: None,
            last_modified: None,
            etag: None,
        }
    }

    #[rstest::rstest]
    #[case::rounded_down((1000.25, 5), (Some(1000.0), Some(5)), true)]
    #[case::rounded_up((1000.5, 5), (Some(1001.0), Some(5)), true)]
    #[case::before_1970((-1000.5, 5), (Some(-1001.0), Some(5)), true)]
    #[case::too_large((1000.25, 5 << 32), (Some(1000.0), None), true)]
    #[case::another_time((1000.75, 5), (Some(1000.0), Some(5)), false)]
    #[case::another_size((1000.25, 6), (Some(1000.0), Some(5)), false)]
    #[case::now_too_large((1000.25, 5 << 32), (Some(1000.0), Some(5)), false)]
    #[case::no_longer_too_large((1000.25, 5), (Some(1000.0), None), false)]
    #[case::no_time((1000.25, 5), (None, Some(5)), false)]
    fn a_file_that_agrees_gives_its_time(
        #[case] (seconds, size): (f64, u64),
        #[case] (mtime, stored_size): (Option<f64>, Option<u64>),
        #[case] agrees: bool,
    ) {
        let mut row = row(mtime, stored_size);
        let before = row.clone();
        file(seconds, size).put_into(&mut row);
        if agrees {
            assert_eq!((row.mtime, row.size), (Some(seconds), Some(size)));
        } else {
            assert_eq!(row, before);
        }
    }

    /// What another tool says of a stage of its own is not of this folder.
    #[test]
    fn stages_of_others_stay_as_they_are() {
        let mut row = StageRow {
            stage: Stage::named("clone"),
            ..row(Some(1000.0), Some(5))
        };
        let before = row.clone();
        file(1000.25, 5).put_into(&mut row);
        assert_eq!(row, before);
    }
}
