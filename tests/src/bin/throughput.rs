//! Measures what reading a package mostly is, with the libraries that core has without C.
//!
//! ```text
//! throughput CONTENT ZSTD BZIP2
//! ```
//!
//! The three files hold the same, the latter two compressed. Prints how many seconds each took at
//! least: to decompress, and to hash the content.

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::time::{Duration, Instant};

use bzip2::read::MultiBzDecoder;
use md5::Md5;
use ruzstd::decoding::StreamingDecoder;
use sha2::{Digest, Sha256};

/// How often each is measured.
const TURNS: usize = 3;
/// Bytes at a time.
const PIECE: usize = 64 << 10;

fn main() -> io::Result<()> {
    let files: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [content, zstd, bzip2] = files.as_slice() else {
        return Err(io::Error::other("usage: throughput CONTENT ZSTD BZIP2"));
    };
    let (content, zstd, bzip2) = (fs_err::read(content)?, fs_err::read(zstd)?, fs_err::read(bzip2)?);

    let mut out = io::stdout().lock();
    let mut report = |what: &str, least: Duration| writeln!(out, "{what} {:.4}", least.as_secs_f64());
    report(
        "zstd",
        least(|| drain(StreamingDecoder::new(&*zstd).map_err(io::Error::other)?))?,
    )?;
    report("bzip2", least(|| drain(MultiBzDecoder::new(&*bzip2)))?)?;
    report("sha256", least(|| hash::<Sha256>(&content))?)?;
    report("md5", least(|| hash::<Md5>(&content))?)
}

fn least(mut measured: impl FnMut() -> io::Result<()>) -> io::Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..TURNS {
        let start = Instant::now();
        measured()?;
        least = least.min(start.elapsed());
    }
    Ok(least)
}

fn drain(mut reader: impl Read) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    while reader.read(&mut piece)? > 0 {}
    Ok(())
}

fn hash<D: Digest>(content: &[u8]) -> io::Result<()> {
    let mut hasher = D::new();
    for piece in content.chunks(PIECE) {
        hasher.update(piece);
    }
    // What nobody looks at need not be made.
    std::hint::black_box(hasher.finalize());
    Ok(())
}
