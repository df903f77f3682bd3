//! One edition of a subdir's records: as the packages say, or as patches make them.

use std::borrow::Cow;
use std::io;

use super::patch::Patched;
use super::{DocumentOptions, PatchInstructions, Review};
use crate::json::JsonText;
use crate::package::{ArchiveFormat, ArtifactName};
use crate::record::v3_form;
use crate::store::{RecordQuery, Store, StoreError, StoredRecord};

/// One edition of a subdir's records. Every document is of one.
#[derive(Clone, Copy, Debug)]
pub struct Edition<'a> {
    /// What the documents of the subdir have in common.
    pub options: &'a DocumentOptions,
    /// What is changed of what the packages say; nothing in `repodata_from_packages.json`.
    pub patch: Option<&'a PatchInstructions>,
    /// What a look at the edition's records has told.
    pub review: &'a Review,
}

/// A file that a store has a record of.
#[derive(Clone, Debug)]
pub(super) enum RecordedFile {
    /// A conda package.
    Artifact(ArtifactName),
    /// A wheel, which another tool stored.
    Wheel(String),
}

impl RecordedFile {
    /// The file of this name; `None` for what no document has.
    pub(super) fn of(file_name: &str) -> Option<Self> {
        match ArtifactName::new(file_name) {
            Ok(artifact) => Some(Self::Artifact(artifact)),
            Err(_) if file_name.ends_with(".whl") => Some(Self::Wheel(file_name.to_owned())),
            Err(_) => None,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Artifact(artifact) => artifact.as_str(),
            Self::Wheel(file_name) => file_name,
        }
    }
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Published {
    /// It is published.
    Record {
        /// In which map of the document.
        place: Place,
        /// With what patches say. In its place it is dated, and under `v3` of another form.
        record: JsonText,
    },
    /// It is left out, and its file name is listed as removed.
    Removed,
    /// It is left out.
    LeftOut,
}

/// In which map of a document a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `packages` or `packages.conda`, where every client looks.
    Packages(ArchiveFormat),
    /// `v3.tar.bz2` or `v3.conda` (CEP 48).
    V3(ArchiveFormat),
    /// `v3.whl`, where a wheel is known by name, version and build.
    V3Wheel {
        /// These, with hyphens between them.
        key: String,
    },
}

impl Place {
    /// Whether it is in the map under `v3` of this format, or of wheels.
    pub(super) fn is_in_v3_map(&self, format: Option<ArchiveFormat>) -> bool {
        match self {
            Self::Packages(_) => false,
            Self::V3(own) => Some(*own) == format,
            Self::V3Wheel { .. } => format.is_none(),
        }
    }

    /// What a record of this file is known by in its map.
    pub fn key<'a>(&'a self, file_name: &'a str) -> &'a str {
        match self {
            Self::Packages(_) => file_name,
            Self::V3(format) => file_name.strip_suffix(format.extension()).unwrap_or(file_name),
            Self::V3Wheel { key } => key,
        }
    }
}

impl Edition<'_> {
    /// Streams the records that documents may hold. Those that are left out are passed over.
    ///
    /// # Errors
    ///
    /// When the store or `visit` fails.
    pub fn for_each_record(
        &self,
        store: &dyn Store,
        query: &RecordQuery,
        visit: &mut dyn FnMut(&StoredRecord<'_>, Published) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        store.for_each_record(query, &mut |stored| {
            let Some(file) = RecordedFile::of(stored.file_name) else {
                return Ok(());
            };
            let record = self.stored_text(stored.file_name, stored.record.clone())?;
            match self.publish(&file, record) {
                Published::LeftOut => Ok(()),
                published => visit(&stored, published),
            }
        })
    }

    /// What becomes of the record of `file`.
    pub(super) fn publish(&self, file: &RecordedFile, record: JsonText) -> Published {
        let record = match self.patched(file, &record) {
            Patched::Untouched => record,
            Patched::Changed(record) => record,
            Patched::Removed => return Published::Removed,
            Patched::Dropped => return Published::LeftOut,
        };
        if self.review.leaves_out(file.as_str()) {
            return Published::LeftOut;
        }
        let place = match file {
            RecordedFile::Wheel(file_name) => match self.review.wheel_key(file_name) {
                Some(key) => Place::V3Wheel { key: key.to_owned() },
                None => return Published::LeftOut,
            },
            RecordedFile::Artifact(artifact) if self.review.is_v3(artifact.as_str()) => {
                Place::V3(artifact.format())
            }
            RecordedFile::Artifact(artifact) => Place::Packages(artifact.format()),
        };
        Published::Record { place, record }
    }

    /// The record as it stands in its place, of a file that became part of the channel at
    /// `indexed_timestamp`.
    ///
    /// # Errors
    ///
    /// When it cannot be written as the review has found that it can: somebody else changed it.
    pub(super) fn written(
        &self,
        place: &Place,
        record: JsonText,
        indexed_timestamp: Option<i64>,
    ) -> io::Result<JsonText> {
        let record = match place {
            Place::Packages(_) => record,
            Place::V3(_) | Place::V3Wheel { .. } => v3_form(&record).map_err(io::Error::other)?,
        };
        Ok(self.dated(record, indexed_timestamp))
    }

    /// What patches make of a record.
    pub(super) fn patched(&self, file: &RecordedFile, record: &JsonText) -> Patched {
        match (self.patch, file) {
            (Some(patch), RecordedFile::Artifact(artifact)) => patch.apply(artifact, record),
            _ => Patched::Untouched,
        }
    }

    /// The record with the time at which it became part of the channel, which no patch changes.
    fn dated(&self, record: JsonText, indexed_timestamp: Option<i64>) -> JsonText {
        match indexed_timestamp {
            Some(milliseconds) if self.options.indexed_timestamp => {
                record.with_integer("indexed_timestamp", milliseconds)
            }
            _ => record,
        }
    }

    /// A record as a store has it, in canonical spelling.
    ///
    /// # Errors
    ///
    /// When it is no JSON: another tool stored it.
    pub(super) fn stored_text(&self, file_name: &str, record: Cow<'_, str>) -> io::Result<JsonText> {
        JsonText::from_stored(record).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the stored record of {file_name} {error}"),
            )
        })
    }
}
