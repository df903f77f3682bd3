//! Reads an archive at given places: a bounded number of bytes, in few steps.

use std::io::{self, Read, SeekFrom};

use crate::package::{Archive, Limits, PackageError};

/// Bytes that are read at least. In a `.conda` the end and the directory before it have hardly half of
/// that.
const WINDOW: u64 = 1 << 10;

/// Why an archive cannot be read as a zip archive.
pub(super) enum Failure {
    Damaged { offset: u64, what: &'static str },
    TooLarge,
    Io(io::Error),
}

impl Failure {
    pub(super) fn told(self, limits: &Limits) -> PackageError {
        match self {
            Self::Damaged { offset, what } => PackageError::ZipDamaged { offset, what },
            Self::TooLarge => PackageError::ZipDirectoryTooLarge {
                limit: limits.zip_directory_bytes,
            },
            Self::Io(error) => PackageError::Io(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads at given places.
pub(super) struct Reader<'a> {
    archive: &'a mut dyn Archive,
    /// Bytes of the archive.
    pub(super) size: u64,
    /// Bytes that may still be asked for: the directory is kept in memory, whatever its size.
    left: u64,
    /// What was read last, and where.
    window: Vec<u8>,
    window_start: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(archive: &'a mut dyn Archive, limits: &Limits) -> io::Result<Self> {
        let size = archive.seek(SeekFrom::End(0))?;
        Ok(Self {
            archive,
            size,
            left: limits.zip_directory_bytes,
            window: Vec::new(),
            window_start: 0,
        })
    }

    /// The bytes from `offset` on: `count` of them, or fewer where the archive ends.
    pub(super) fn at(&mut self, offset: u64, count: u64) -> Result<Vec<u8>, Failure> {
        let end = self.size.min(offset.saturating_add(count));
        let count = end.saturating_sub(offset);
        self.left = self.left.checked_sub(count).ok_or(Failure::TooLarge)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let window_end = self.window_start + self.window.len() as u64;
        if offset < self.window_start || end > window_end {
            self.fill(offset, count)?;
        }
        let start = (offset - self.window_start) as usize;
        let rest = self.window.get(start..).unwrap_or_default();
        // No more than the budget, which is memory.
        Ok(rest[..rest.len().min(count as usize)].to_vec())
    }

    /// The last bytes: `count` of them, or all if there are fewer.
    pub(super) fn tail(&mut self, count: u64) -> Result<Vec<u8>, Failure> {
        if self.window.is_empty() {
            self.fill(self.size.saturating_sub(WINDOW), WINDOW)?;
        }
        self.at(self.size.saturating_sub(count), count)
    }

    pub(super) fn has(&mut self, signature: [u8; 4], offset: u64) -> Result<bool, Failure> {
        Ok(self.at(offset, 4)? == signature)
    }

    /// The archive from `offset` on.
    pub(super) fn archive_at(&mut self, offset: u64) -> io::Result<&mut dyn Archive> {
        self.archive.seek(SeekFrom::Start(offset))?;
        Ok(&mut *self.archive)
    }

    fn fill(&mut self, offset: u64, count: u64) -> io::Result<()> {
        self.window.clear();
        self.window_start = offset;
        self.archive.seek(SeekFrom::Start(offset))?;
        let mut some = self.archive.take(count.max(WINDOW));
        some.read_to_end(&mut self.window)?;
        Ok(())
    }
}

/// Takes numbers from the start of some bytes; zeros where they end.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(super) fn number(&mut self, count: usize) -> u64 {
        let bytes = self.bytes(count).iter().rev();
        bytes.fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    pub(super) fn u16(&mut self) -> u16 {
        // Two bytes are no more than that.
        self.number(2) as u16
    }

    pub(super) fn u32(&mut self) -> u32 {
        // Four bytes are no more than that.
        self.number(4) as u32
    }

    pub(super) fn u64(&mut self) -> u64 {
        self.number(8)
    }
}
