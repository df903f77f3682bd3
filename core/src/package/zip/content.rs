//! Reads the content of members, and holds the archive to what it says of them.

use std::io::{self, Read, Take};

use crc32fast::Hasher;
use flate2::read::DeflateDecoder;
use thiserror::Error;

use super::header::{self, CentralHeader, ZipHeader};
use super::{Archive, Limits, Listing, Look, PackageError, Reader};

/// Why a member of a zip archive is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// There is none where the directory says.
    #[error("there is no header where the directory says that it is")]
    NoHeader,
    /// Readers would take it for different things.
    #[error("the directory has another name or method for it than the header before its data")]
    Contradiction,
    /// One of its headers has two names for it.
    #[error("an extra field gives it another name")]
    Renamed,
    /// Nobody has a password for a package.
    #[error("it is encrypted")]
    Encrypted,
    /// What it covers is covered by something else too, or not there.
    #[error("its data does not end before the directory")]
    BeyondDirectory,
    /// conda reads no such members.
    #[error("it is a patch to another archive")]
    Patch,
    /// conda reads no such members.
    #[error("it needs version {}.{} of the zip format, which is not out yet", .0 / 10, .0 % 10)]
    Version(u16),
    /// Packages have members that are stored or deflated.
    #[error("it is compressed by method {0}, neither stored nor deflated")]
    Method(u16),
}

/// A zip archive of which members are read.
pub(crate) struct ZipReader<'a> {
    reader: Reader<'a>,
    members: Vec<CentralHeader>,
    shift: u64,
    /// Where the directory is.
    directory: u64,
    limits: &'a Limits,
}

impl<'a> ZipReader<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    ///
    /// [`PackageError::Io`] when the file cannot be read, any other when it is no zip archive.
    pub(crate) fn open(
        archive: &'a mut dyn Archive,
        look: Look,
        limits: &'a Limits,
    ) -> Result<Self, PackageError> {
        let mut reader = Reader::new(archive, limits)?;
        match Listing::read(&mut reader, look, &mut Vec::new()) {
            Ok(listing) => Ok(Self {
                reader,
                members: listing.members,
                shift: listing.shift,
                directory: listing.end.directory,
                limits,
            }),
            Err(failure) => Err(failure.told(limits)),
        }
    }

    /// The names of its members, in the order of the directory.
    pub(crate) fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.members.iter().map(|member| member.header.name.as_slice())
    }

    /// Which member has this name: the last one, as Python has it.
    pub(crate) fn position_of(&self, name: &str) -> Option<usize> {
        self.names().rposition(|other| other == name.as_bytes())
    }

    /// The content of the member at this place of the directory.
    pub(crate) fn content(&mut self, position: usize) -> Result<ZipContent<'_>, PackageError> {
        let member = &self.members[position];
        let offset = member.offset.saturating_add(self.shift);
        let local =
            header::read_local(&mut self.reader, offset).map_err(|failure| failure.told(self.limits))?;
        let central = &member.header;
        let refused = |reason| PackageError::ZipMember {
            member: String::from_utf8_lossy(&central.name).into_owned(),
            reason,
        };
        let (local, data) = local.ok_or_else(|| refused(Unreadable::NoHeader))?;
        if let Some(reason) = reason_against(central, &local) {
            return Err(refused(reason));
        }
        // How much may come out of it goes by how much of it there is: not only said to be.
        if data.saturating_add(central.compressed_size) > self.directory {
            return Err(refused(Unreadable::BeyondDirectory));
        }
        let stored = self.reader.archive_at(data)?.take(central.compressed_size);
        let source = match central.method {
            STORED => Source::Stored(stored),
            DEFLATED => Source::Deflated(Box::new(DeflateDecoder::new(stored))),
            other => return Err(refused(Unreadable::Method(other))),
        };
        Ok(ZipContent {
            source,
            compressed_size: central.compressed_size,
            missing: central.size,
            crc: central.crc,
            hasher: Hasher::new(),
            refusal: None,
        })
    }
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The newest version of the format that Python reads, and that there is.
const NEWEST_VERSION: u16 = 63;

/// Sizes and checksum are the directory's: clients do not look at the others unless they read a file
/// while it comes. `towpath verify` does.
fn reason_against(central: &ZipHeader, local: &ZipHeader) -> Option<Unreadable> {
    if central.is_encrypted() || local.is_encrypted() {
        Some(Unreadable::Encrypted)
    } else if central.name != local.name || central.method != local.method {
        Some(Unreadable::Contradiction)
    } else if central.is_renamed() || local.is_renamed() {
        Some(Unreadable::Renamed)
    } else if central.is_patch() {
        Some(Unreadable::Patch)
    } else if central.version & 0xff > NEWEST_VERSION {
        Some(Unreadable::Version(central.version & 0xff))
    } else {
        None
    }
}

/// The content of a member. Its end is an error unless all of it has passed that the archive promised.
pub(crate) struct ZipContent<'a> {
    source: Source<'a>,
    compressed_size: u64,
    /// Bytes that are still to come.
    missing: u64,
    crc: u32,
    hasher: Hasher,
    /// Why it is not read any further: whoever asks again is told the same.
    refusal: Option<Mismatch>,
}

/// How the content of a member is not what the zip archive says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum Mismatch {
    #[error("it has more bytes")]
    Longer,
    #[error("it has fewer bytes")]
    Shorter,
    #[error("it has another CRC-32")]
    Checksum,
    #[error("what it is deflated to is damaged")]
    Deflated,
}

impl From<Mismatch> for io::Error {
    fn from(mismatch: Mismatch) -> Self {
        Self::new(io::ErrorKind::InvalidData, mismatch)
    }
}

/// Whether reading failed because the content of a member is not what the zip archive says of it.
pub(crate) fn is_mismatch(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Mismatch>)
}

enum Source<'a> {
    Stored(Take<&'a mut dyn Archive>),
    Deflated(Box<DeflateDecoder<Take<&'a mut dyn Archive>>>),
}

impl ZipContent<'_> {
    /// Bytes of it in the archive, as the archive says.
    pub(crate) fn compressed_size(&self) -> u64 {
        self.compressed_size
    }

    fn refuse(&mut self, mismatch: Mismatch) -> io::Result<usize> {
        self.refusal = Some(mismatch);
        Err(mismatch.into())
    }
}

impl Read for ZipContent<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(refusal) = self.refusal {
            return Err(refusal.into());
        }
        let count = match &mut self.source {
            Source::Stored(stored) => stored.read(buffer)?,
            Source::Deflated(decoder) => match decoder.read(buffer) {
                // What the archive's own reader says has other kinds.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
                    ) =>
                {
                    return self.refuse(Mismatch::Deflated);
                }
                read => read?,
            },
        };
        let Some(missing) = self.missing.checked_sub(count as u64) else {
            return self.refuse(Mismatch::Longer);
        };
        self.missing = missing;
        self.hasher.update(&buffer[..count]);
        if count > 0 || buffer.is_empty() {
            Ok(count)
        } else if missing > 0 {
            self.refuse(Mismatch::Shorter)
        } else if self.hasher.clone().finalize() != self.crc {
            self.refuse(Mismatch::Checksum)
        } else {
            Ok(0)
        }
    }
}
