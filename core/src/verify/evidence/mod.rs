//! What was seen of a package in one reading.
//!
//! The reading is a stream: content of the payload is hashed and looked at as it passes, and only
//! what is small or metadata is kept. What cannot be read any further is kept as the reason why;
//! rules turn it into findings.

mod bzip2_streams;
mod collect;
mod container;
mod content;
mod contradictions;
mod duplicate_keys;
mod entry;
mod json_document;
mod keep;
mod passing;
mod paths_json;
mod shallow;
mod stream;
mod zstd_scan;

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use serde_json::{Map, Value};

pub use container::{Bzip2, Container, Zip};
pub use content::{BinaryFormat, Content};
pub use entry::{Component, Entry, EntryKind};
pub use json_document::{Document, JsonDocument};
pub use paths_json::{PathEntry, PathsJson};
pub use stream::{Stream, TarEnd};
pub use zstd_scan::Zstd;

pub use crate::package::zip::{
    Descriptor, ExtraField, HeaderField, ZipDirectory, ZipHeader, ZipMember, ZipSlip, ZipSlipKind,
};

use crate::package::{ArtifactName, Digests, Limits, PackageError};

/// What was seen of a package in one reading.
#[derive(Debug)]
pub struct Evidence {
    /// The file's name.
    pub name: ArtifactName,
    /// Bytes of the file.
    pub size: u64,
    /// The file's digests.
    pub digests: Digests,
    /// What is around the tarballs.
    pub container: Container,
    /// The compressed tarballs: two of a `.conda`, one of a `.tar.bz2`; fewer if they were not found.
    pub streams: Vec<Stream>,
    /// The members of all tarballs, in the order of reading: the info component first.
    pub entries: Vec<Entry>,
    /// Why the list of members ends early, if it is too long to be kept.
    pub too_many: Option<PackageError>,
    /// The metadata in JSON, of those documents that are there.
    documents: BTreeMap<Document, JsonDocument>,
    /// `info/paths.json`.
    pub paths: Option<PathsJson>,
    /// Content that was kept, by the number of its entry.
    kept: BTreeMap<usize, Vec<u8>>,
}

impl Evidence {
    /// Reads the package `name`.
    ///
    /// # Errors
    ///
    /// When the file itself cannot be read.
    pub fn of<R: Read + Seek>(name: &ArtifactName, mut archive: R, limits: &Limits) -> io::Result<Self> {
        collect::collect(name, &mut archive, limits)
    }

    /// The zip, of a `.conda` that is one.
    pub fn zip(&self) -> Option<&Zip> {
        match &self.container {
            Container::Conda(zip) => Some(zip),
            Container::TarBz2(_) | Container::Other(_) => None,
        }
    }

    /// A document of the metadata; `None` if the package has none.
    pub fn document(&self, document: Document) -> Option<&JsonDocument> {
        self.documents.get(&document)
    }

    /// A document of the metadata, if it could be read and is an object.
    pub fn object(&self, document: Document) -> Option<&Map<String, Value>> {
        self.document(document)?.value()?.as_object()
    }

    /// `info/index.json`, if it could be read and is an object.
    pub fn index(&self) -> Option<&Map<String, Value>> {
        self.object(Document::Index)
    }

    /// Text in `info/index.json`.
    pub fn index_text(&self, key: &str) -> Option<&str> {
        self.index()?.get(key)?.as_str()
    }

    /// The members that are installed: all that are not under `info/`.
    pub fn payload(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.is_info())
    }

    /// The members under `info/`.
    pub fn info(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_info())
    }

    /// The content of entries that was kept: metadata, and small files that rules read.
    pub fn kept(&self) -> impl Iterator<Item = (&Entry, &[u8])> {
        let kept = self.kept.iter();
        kept.filter_map(|(number, content)| Some((self.entries.get(*number)?, content.as_slice())))
    }

    /// Whether all tarballs could be read to their ends: only then is what was not seen not there.
    pub fn is_complete(&self) -> bool {
        let expected = match self.container {
            Container::Conda(_) => 2,
            Container::TarBz2(_) => 1,
            Container::Other(_) => return false,
        };
        self.too_many.is_none()
            && self.streams.len() >= expected
            && self.streams.iter().all(|stream| stream.failure.is_none())
    }
}
