//! Looks at bytes as they pass from one reader to another.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Seek, SeekFrom};

use super::zstd_scan::ZstdScan;
use crate::package::Archive;

/// The content of a zip member on its way to the decompressor.
pub(super) struct Scanned<'a> {
    inner: &'a mut dyn Read,
    pub(super) scan: ZstdScan,
    /// Why the zip's reader refused it, if so.
    pub(super) refused: Option<io::Error>,
}

impl<'a> Scanned<'a> {
    pub(super) fn new(inner: &'a mut dyn Read) -> Self {
        Self {
            inner,
            scan: ZstdScan::new(),
            refused: None,
        }
    }
}

impl Read for Scanned<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(count) => {
                self.scan.see(&buffer[..count]);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let same = io::Error::new(error.kind(), error.to_string());
                self.refused.get_or_insert(same);
                Err(error)
            }
        }
    }
}

/// What comes out of the decompressors, up to a limit.
pub(super) struct Metered<'a> {
    pub(super) inner: &'a mut dyn Read,
    /// How much may still come; `None` once more than that came.
    pub(super) left: &'a Cell<Option<u64>>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let left = self.left.get().and_then(|left| left.checked_sub(count as u64));
        self.left.set(left);
        match left {
            Some(_) => Ok(count),
            None => Err(io::Error::other("too much comes out of it")),
        }
    }
}

/// Remembers when reading the file itself failed, which is nothing that the file's content did.
pub(super) struct Watched<'a> {
    pub(super) inner: &'a mut dyn Archive,
    pub(super) failure: &'a RefCell<Option<io::Error>>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                let same = io::Error::new(error.kind(), error.to_string());
                self.failure.borrow_mut().get_or_insert(same);
            }
        })
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}
