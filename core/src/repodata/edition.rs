//! One edition of a subdir's records: as the packages say, or as patches make them.

use std::borrow::Cow;
use std::io;

use super::patch::Patched;
use super::{DocumentOptions, PatchInstructions};
use crate::json::JsonText;
use crate::package::{ArchiveFormat, ArtifactName};
use crate::store::{RecordQuery, Store, StoreError, StoredRecord};

/// One edition of a subdir's records. Every document is of one.
#[derive(Clone, Copy, Debug)]
pub struct Edition<'a> {
    /// What the documents of the subdir have in common.
    pub options: &'a DocumentOptions,
    /// What is changed of what the packages say; nothing in `repodata_from_packages.json`.
    pub patch: Option<&'a PatchInstructions>,
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Published {
    /// It is published.
    Record {
        /// In which map of the document.
        place: Place,
        /// In this form.
        record: JsonText,
    },
    /// It is left out, and its file name is listed as removed.
    Removed,
    /// It is left out.
    LeftOut,
}

/// In which map of a document a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `packages` or `packages.conda`, where every client looks.
    Packages(ArchiveFormat),
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
            // A wheel, which another tool stored.
            let Ok(artifact) = ArtifactName::new(stored.file_name) else {
                return Ok(());
            };
            let record = self.stored_text(stored.file_name, stored.record.clone())?;
            match self.publish(&artifact, record, stored.indexed_timestamp)? {
                Published::LeftOut => Ok(()),
                published => visit(&stored, published),
            }
        })
    }

    /// What becomes of the record of `artifact`, which became part of the channel at
    /// `indexed_timestamp`.
    ///
    /// # Errors
    ///
    /// None as yet.
    pub fn publish(
        &self,
        artifact: &ArtifactName,
        record: JsonText,
        indexed_timestamp: Option<i64>,
    ) -> io::Result<Published> {
        let record = match self.patch.map(|patch| patch.apply(artifact, &record)) {
            None | Some(Patched::Untouched) => record,
            Some(Patched::Changed(record)) => record,
            Some(Patched::Removed) => return Ok(Published::Removed),
            Some(Patched::Dropped) => return Ok(Published::LeftOut),
        };
        Ok(Published::Record {
            place: Place::Packages(artifact.format()),
            record: self.dated(record, indexed_timestamp),
        })
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
    pub fn stored_text(&self, file_name: &str, record: Cow<'_, str>) -> io::Result<JsonText> {
        JsonText::from_stored(record).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the stored record of {file_name} {error}"),
            )
        })
    }
}
