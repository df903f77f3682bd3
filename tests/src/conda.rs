//! What is around the members of a `.conda` package, a zip archive of zstd-compressed tarballs
//! (CEP 20), and what can be wrong with it.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::tarball::Tarball;

mod stream;

pub use stream::{Checksum, FrameSize, InfoStream};

/// How a `.conda` package is put together; the default is a sound one.
#[derive(Clone, Debug)]
pub struct CondaContainer {
    /// The zstd level of both components.
    pub level: i32,
    /// Whether zip compresses the entries once more.
    pub method: EntryMethod,
    /// The entry `metadata.json`.
    pub metadata: Metadata,
    /// The entry with the payload.
    pub pkg: PkgEntry,
    /// The entry with the info members.
    pub info: InfoEntry,
    /// The order of the entries.
    pub order: EntryOrder,
    /// Entries beside those of a package, by name and content; they come last.
    pub extra: Vec<(String, Vec<u8>)>,
    /// What the info entry holds.
    pub stream: InfoStream,
    /// What the headers of the info entry's frames say about sizes.
    pub frame: FrameSize,
    /// The checksum of the info entry's frames.
    pub checksum: Checksum,
    /// The CRC of the info entry.
    pub crc: Crc,
    /// Whether the zip archive uses the fields for large archives.
    pub zip: ZipFormat,
    /// Bytes before the zip archive; its offsets do not count them.
    pub before: Vec<u8>,
    /// Bytes after the zip archive.
    pub after: Vec<u8>,
    /// How much of all this is there.
    pub cut: Cut,
}

/// The zip compression of the entries; CEP 20 asks for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryMethod {
    /// None.
    Stored,
    /// Deflate.
    Deflated,
}

/// The entry `metadata.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metadata {
    /// Format version 2, as CEP 20 asks for.
    Version2,
    /// No such entry.
    Absent,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// The entry with the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkgEntry {
    /// `pkg-<stem>.tar.zst`.
    Present,
    /// No such entry.
    Absent,
}

/// The entry with the info members, `info-<stem>.tar.zst`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InfoEntry {
    /// Under its right name.
    Present,
    /// No such entry.
    Absent,
    /// With something between the stem and `.tar.zst`.
    Suffixed(String),
    /// Under this name.
    Named(String),
    /// Twice: under its right name, and with `-again` after the stem.
    Twice,
    /// Twice, both under its right name.
    TwiceSameName,
}

/// The order of the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryOrder {
    /// Metadata, payload, info: reading the end of a file is enough to know the package.
    InfoLast,
    /// Info, metadata, payload.
    InfoFirst,
}

/// The CRC of the info entry in the zip archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crc {
    /// Right in both places.
    Right,
    /// Wrong in the central directory.
    WrongInDirectory,
    /// Wrong in the header before the entry's data.
    WrongInLocalHeader,
}

/// Whether the zip archive uses the fields for archives beyond 4 GiB, which any archive may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZipFormat {
    /// Only 32-bit fields.
    Zip32,
    /// Every entry has its sizes in zip64 fields.
    Zip64Entries,
    /// Every entry and the end of the central directory use zip64 fields.
    Zip64,
}

/// How much of some bytes is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// All of them.
    Whole,
    /// The first half.
    Half,
    /// So many from the start.
    At(usize),
    /// All but so many at the end.
    Short(usize),
}

impl Default for CondaContainer {
    fn default() -> Self {
        Self {
            level: 3,
            method: EntryMethod::Stored,
            metadata: Metadata::Version2,
            pkg: PkgEntry::Present,
            info: InfoEntry::Present,
            order: EntryOrder::InfoLast,
            extra: Vec::new(),
            stream: InfoStream::Frame,
            frame: FrameSize::Declared,
            checksum: Checksum::Absent,
            crc: Crc::Right,
            zip: ZipFormat::Zip32,
            before: Vec::new(),
            after: Vec::new(),
            cut: Cut::Whole,
        }
    }
}

impl Cut {
    pub(crate) fn apply(self, bytes: &mut Vec<u8>) {
        bytes.truncate(match self {
            Self::Whole => bytes.len(),
            Self::Half => bytes.len() / 2,
            Self::At(length) => length,
            Self::Short(missing) => bytes.len().saturating_sub(missing),
        });
    }
}

impl CondaContainer {
    /// Returns the `.conda` package of these tarballs; `stem` is `<name>-<version>-<build>`.
    pub fn pack(self, stem: &str, info: &Tarball, pkg: &Tarball) -> Vec<u8> {
        let names = self.info_names(stem);
        let mut zip = self.zip(self.entries(stem, &names, info, pkg));
        if self.info == InfoEntry::TwiceSameName {
            rename_entry(&mut zip, &names[1], &names[0]);
        }
        if let Some(name) = names.first() {
            self.spoil_crc(&mut zip, name);
        }
        let mut bytes = self.before;
        bytes.append(&mut zip);
        bytes.extend(self.after);
        self.cut.apply(&mut bytes);
        bytes
    }

    fn info_names(&self, stem: &str) -> Vec<String> {
        let right = format!("info-{stem}.tar.zst");
        match &self.info {
            InfoEntry::Present => vec![right],
            InfoEntry::Absent => Vec::new(),
            InfoEntry::Suffixed(suffix) => vec![format!("info-{stem}{suffix}.tar.zst")],
            InfoEntry::Named(name) => vec![name.clone()],
            InfoEntry::Twice => vec![right, format!("info-{stem}-again.tar.zst")],
            // The zip crate refuses the same name twice: written under another one of its length.
            InfoEntry::TwiceSameName => vec![right, format!("INFO-{stem}.tar.zst")],
        }
    }

    fn entries(
        &self,
        stem: &str,
        info_names: &[String],
        info: &Tarball,
        pkg: &Tarball,
    ) -> Vec<(String, Vec<u8>)> {
        let mut entries = Vec::new();
        match &self.metadata {
            Metadata::Version2 => {
                let content = br#"{"conda_pkg_format_version": 2}"#.to_vec();
                entries.push(("metadata.json".to_owned(), content));
            }
            Metadata::Absent => (),
            Metadata::Bytes(bytes) => entries.push(("metadata.json".to_owned(), bytes.clone())),
        }
        if self.pkg == PkgEntry::Present {
            let frame = stream::frame_of(pkg, self.level);
            entries.push((format!("pkg-{stem}.tar.zst"), frame));
        }
        let stream = self.info_stream(info);
        let at = match self.order {
            EntryOrder::InfoLast => entries.len(),
            EntryOrder::InfoFirst => 0,
        };
        let info = info_names.iter().map(|name| (name.clone(), stream.clone()));
        entries.splice(at..at, info);
        entries.extend(self.extra.iter().cloned());
        entries
    }

    fn zip(&self, entries: Vec<(String, Vec<u8>)>) -> Vec<u8> {
        let time = DateTime::from_date_and_time(2023, 11, 14, 22, 13, 20).expect("a valid date");
        let options = SimpleFileOptions::default()
            .last_modified_time(time)
            .unix_permissions(0o644)
            .large_file(self.zip != ZipFormat::Zip32)
            .compression_method(match self.method {
                EntryMethod::Stored => CompressionMethod::Stored,
                EntryMethod::Deflated => CompressionMethod::Deflated,
            });
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            zip.start_file(&name, options)
                .unwrap_or_else(|error| panic!("zip entry {name}: {error}"));
            zip.write_all(&content).expect("writing to memory does not fail");
        }
        if self.zip == ZipFormat::Zip64 {
            // Having this sector, if only an empty one, makes the zip crate write the zip64 end.
            zip.set_raw_zip64_extensible_data_sector(Box::new([]));
        }
        let zip = zip.finish().expect("writing to memory does not fail");
        zip.into_inner()
    }

    fn spoil_crc(&self, zip: &mut [u8], name: &str) {
        let (local, central) = header_positions(zip, name);
        match self.crc {
            Crc::Right => (),
            Crc::WrongInLocalHeader => zip[local + 14] ^= 0xff,
            Crc::WrongInDirectory => zip[central + 16] ^= 0xff,
        }
    }
}

fn rename_entry(zip: &mut [u8], from: &str, to: &str) {
    let (local, central) = header_positions(zip, from);
    zip[local + 30..][..to.len()].copy_from_slice(to.as_bytes());
    zip[central + 46..][..to.len()].copy_from_slice(to.as_bytes());
}

/// Returns where an entry's local header and its central directory header start.
fn header_positions(zip: &[u8], name: &str) -> (usize, usize) {
    let mut archive = ZipArchive::new(Cursor::new(zip)).expect("this crate wrote it");
    let entry = archive.by_name(name).expect("this crate wrote it");
    (
        entry.header_start() as usize,
        entry.central_header_start() as usize,
    )
}

/// Returns a gzip file of `content`.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let deflated = CondaContainer {
        method: EntryMethod::Deflated,
        ..CondaContainer::default()
    };
    let zip = deflated.zip(vec![("content".to_owned(), content.to_owned())]);
    let mut archive = ZipArchive::new(Cursor::new(&zip)).expect("this crate wrote it");
    let entry = archive.by_name("content").expect("this crate wrote it");
    let start = entry.data_start().expect("the zip crate found it") as usize;
    let mut bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    bytes.extend_from_slice(&zip[start..][..entry.compressed_size() as usize]);
    bytes.extend_from_slice(&entry.crc32().to_le_bytes());
    bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
    bytes
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests;
