//! Tells what a file is by its first bytes, so that an error can say it.

use std::io::Read as _;

use super::{Archive, ArchiveFormat, PackageError};

/// Enough to know every kind below.
const LENGTH: u64 = 300;

/// Fails if the file is empty, or is plainly something other than its ending says. A file whose
/// beginning says nothing (a zip may have junk before it) is let through to its reader.
pub(crate) fn expect_format(archive: &mut dyn Archive, expected: ArchiveFormat) -> Result<(), PackageError> {
    let mut start = Vec::new();
    (&mut *archive).take(LENGTH).read_to_end(&mut start)?;
    archive.rewind()?;
    if start.is_empty() {
        return Err(PackageError::Empty);
    }
    match found(&start) {
        Some((format, _)) if format == Some(expected) => Ok(()),
        Some((_, found)) => Err(PackageError::OtherFormat { expected, found }),
        None => Ok(()),
    }
}

fn found(start: &[u8]) -> Option<(Option<ArchiveFormat>, &'static str)> {
    let text_start = start.trim_ascii_start().to_ascii_lowercase();
    Some(match start {
        [b'P', b'K', 3 | 5 | 7, ..] => (Some(ArchiveFormat::Conda), "a zip archive"),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => (Some(ArchiveFormat::TarBz2), "a bzip2 file"),
        [0x1f, 0x8b, ..] => (None, "a gzip file"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => (None, "an xz file"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => (None, "a bare zstd file"),
        _ if start.get(257..262) == Some(b"ustar") => (None, "an uncompressed tar archive"),
        _ if start.starts_with(b"version https://git-lfs") => {
            (None, "a git-lfs pointer: the file itself was not checked out")
        }
        _ if text_start.starts_with(b"<!doctype html") || text_start.starts_with(b"<html") => {
            (None, "an HTML page, perhaps the error page of a download")
        }
        _ if start.iter().all(|byte| *byte == 0) => (None, "a run of zero bytes"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[rstest::rstest]
    #[case(b"", "the file is empty")]
    #[case(b"BZh91AY", "is not a .conda archive: it looks like a bzip2 file")]
    #[case(b"\x1f\x8b\x08", "is not a .conda archive: it looks like a gzip file")]
    #[case(
        b"version https://git-lfs.github.com/spec/v1",
        "is not a .conda archive: it looks like a git-lfs pointer: the file itself was not checked out"
    )]
    #[case(
        b"\n<!DOCTYPE html>",
        "is not a .conda archive: it looks like an HTML page, perhaps the error page of a download"
    )]
    fn other_files_are_named(#[case] bytes: &[u8], #[case] message: &str) {
        let error = expect_format(&mut Cursor::new(bytes), ArchiveFormat::Conda).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn the_file_is_left_at_its_start() {
        let mut file = Cursor::new(b"PK\x03\x04 and so on");
        expect_format(&mut file, ArchiveFormat::Conda).unwrap();
        assert_eq!(file.position(), 0);
    }
}
