//! The compressed siblings of a JSON document.

use std::io::{self, Write};
use std::path::Path;

use bzip2::Compression;
use bzip2::write::BzEncoder;
use thiserror::Error;
use zstd::zstd_safe::CParameter;

/// A level of zstd compression, from 1 (quick) to 22 (small).
///
/// The default is 16, as conda-index has it: on repodata the levels above it cost twice the time
/// for two percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZstdLevel(u8);

/// A number that is no level of zstd compression.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("zstd levels go from 1 to 22, not to {0}")]
pub struct InvalidZstdLevel(pub u8);

impl ZstdLevel {
    /// Takes a number from 1 to 22.
    ///
    /// # Errors
    ///
    /// When it is another.
    pub fn new(level: u8) -> Result<Self, InvalidZstdLevel> {
        if (1..=22).contains(&level) {
            Ok(Self(level))
        } else {
            Err(InvalidZstdLevel(level))
        }
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for ZstdLevel {
    fn default() -> Self {
        Self(16)
    }
}

/// How many bytes one thread compresses at a time. It decides what the bytes are, so it is not
/// chosen by the number of threads.
const JOB_BYTES: u32 = 2 << 20;

/// How much of what came before a job knows, from 1 (nothing) to 9 (a whole window). With the
/// default of the strong levels two threads take 1.6 times the CPU time of one; with this they
/// take the same, for half a percent of size.
const OVERLAP_LOG: u32 = 6;

/// The levels from here on have hash tables of 16 MiB a thread. On repodata a quarter of that
/// makes no difference in size, and the run stays within 100 MB.
const LEVELS_WITH_LARGE_TABLES: u8 = 13;
const HASH_LOG: u32 = 20;

/// Compresses a file with zstd, in one frame that says its size. The bytes do not depend on the
/// number of threads.
///
/// # Errors
///
/// When reading or writing fails.
pub fn write_zst(document: &Path, out: impl Write, level: ZstdLevel, threads: usize) -> io::Result<()> {
    let mut document = fs_err::File::open(document)?;
    let size = document.metadata()?.len();
    let mut encoder = zstd::stream::write::Encoder::new(out, level.0.into())?;
    encoder.set_pledged_src_size(Some(size))?;
    encoder.include_contentsize(true)?;
    encoder.include_checksum(false)?;
    // Without a worker zstd takes another path and writes other bytes.
    encoder.multithread(u32::try_from(threads.clamp(1, 64)).unwrap_or(1))?;
    encoder.set_parameter(CParameter::JobSize(JOB_BYTES))?;
    encoder.set_parameter(CParameter::OverlapSizeLog(OVERLAP_LOG))?;
    if level.0 >= LEVELS_WITH_LARGE_TABLES {
        encoder.set_parameter(CParameter::HashLog(HASH_LOG))?;
    }
    io::copy(&mut document, &mut encoder)?;
    encoder.finish()?.flush()
}

/// Compresses a file with bzip2.
///
/// # Errors
///
/// When reading or writing fails.
pub fn write_bz2(document: &Path, out: impl Write) -> io::Result<()> {
    let mut document = fs_err::File::open(document)?;
    let mut encoder = BzEncoder::new(out, Compression::best());
    io::copy(&mut document, &mut encoder)?;
    encoder.finish()?.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_does_not_change_the_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("repodata.json");
        let text: String = (0..400_000_u64)
            .map(|number| format!("{{\"n\":{}}}", number * 7919 % 100_003))
            .collect();
        fs_err::write(&document, &text).unwrap();
        let compressed = [1, 2, 5].map(|threads| {
            let mut out = Vec::new();
            write_zst(&document, &mut out, ZstdLevel::new(3).unwrap(), threads).unwrap();
            out
        });
        assert!(compressed[0] == compressed[1] && compressed[1] == compressed[2]);
        assert!(zstd::decode_all(&compressed[0][..]).unwrap() == text.as_bytes());
        let size = zstd::zstd_safe::get_frame_content_size(&compressed[0]).unwrap();
        assert_eq!(size, Some(text.len() as u64));
    }
}
