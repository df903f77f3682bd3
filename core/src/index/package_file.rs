//! A package's file, open once: for its metadata, then for its digests.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use crate::package::{ArtifactName, Limits, Metadata, PackageError, read_metadata};

/// Files up to this size are read into memory in one go; larger ones are streamed.
const SMALL_FILE_BYTES: u64 = 256 << 10;

/// A package's file.
pub(super) enum PackageFile {
    Small(Cursor<Vec<u8>>),
    Large { file: File, opened: Stamp },
}

/// Size and time of a file, to see whether somebody writes to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: SystemTime,
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            size: metadata.len(),
            modified: metadata.modified()?,
        })
    }
}

impl PackageFile {
    /// Opens the file, which was `size` bytes when it was listed.
    pub(super) fn open(path: &Path, size: u64) -> io::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the report names the file")]
        let mut file = File::open(path)?;
        let opened = Stamp::of(&file)?;
        if size > SMALL_FILE_BYTES {
            return Ok(Self::Large { file, opened });
        }
        let mut bytes = Vec::new();
        file.by_ref().take(SMALL_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > SMALL_FILE_BYTES {
            // It grew since it was listed.
            file.rewind()?;
            return Ok(Self::Large { file, opened });
        }
        Ok(Self::Small(Cursor::new(bytes)))
    }

    /// The package's metadata. The file is at its start again afterwards.
    pub(super) fn metadata(
        &mut self,
        name: &ArtifactName,
        limits: &Limits,
    ) -> Result<Metadata, PackageError> {
        match self {
            Self::Small(bytes) => {
                let metadata = read_metadata(name, &mut *bytes, limits);
                bytes.set_position(0);
                metadata
            }
            Self::Large { file, .. } => {
                let metadata = read_metadata(name, BufReader::new(&mut *file), limits);
                file.rewind()?;
                metadata
            }
        }
    }

    /// Fails if somebody wrote to the file since it was opened: its metadata and its digests may
    /// be of different bytes.
    pub(super) fn expect_unchanged(&self) -> io::Result<()> {
        match self {
            Self::Large { file, opened } if Stamp::of(file)? != *opened => Err(io::Error::other(
                "it changed while it was being read; run towpath again when it is complete",
            )),
            _ => Ok(()),
        }
    }
}

impl Read for PackageFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Small(bytes) => bytes.read(buffer),
            Self::Large { file, .. } => file.read(buffer),
        }
    }
}

impl Seek for PackageFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Small(bytes) => bytes.seek(position),
            Self::Large { file, .. } => file.seek(position),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_that_is_written_to_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.conda");
        fs_err::write(&path, vec![0; 300 << 10]).unwrap();
        let mut file = PackageFile::open(&path, 300 << 10).unwrap();
        io::copy(&mut file, &mut io::sink()).unwrap();
        file.expect_unchanged().unwrap();
        fs_err::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"more")
            .unwrap();
        assert!(file.expect_unchanged().is_err());
    }

    #[test]
    fn a_file_that_grew_since_it_was_listed_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grown.conda");
        fs_err::write(&path, vec![7; 300 << 10]).unwrap();
        let mut file = PackageFile::open(&path, 10).unwrap();
        assert_eq!(io::copy(&mut file, &mut io::sink()).unwrap(), 300 << 10);
    }
}
