//! Decompresses the payload of a `.conda` or `.tar.bz2`, and hashes what comes out and the file
//! itself, in one thread: the least that checking a package can take.

use std::io::{self, BufReader, Read, Write as _};
use std::path::PathBuf;

use bzip2::read::MultiBzDecoder;
use clap::Parser;
use md5::Md5;
use sha2::Sha256;
use zip::ZipArchive;

/// Decompress a package, hash its content and the file, and print the digests.
#[derive(Debug, Parser)]
struct Arguments {
    /// The package
    file: PathBuf,
}

fn main() -> io::Result<()> {
    let path = Arguments::parse().file;
    let open = || Ok::<_, io::Error>(BufReader::with_capacity(256 << 10, fs_err::File::open(&path)?));
    let file = digest::<Sha256>(open()?)?;
    let md5 = digest::<Md5>(open()?)?;
    let content = if path.extension().is_some_and(|ending| ending == "conda") {
        let mut zip = ZipArchive::new(open()?)?;
        let mut digests = String::new();
        for number in 0..zip.len() {
            let member = zip.by_index(number)?;
            if member.name()?.ends_with(".tar.zst") {
                digests += &digest::<Sha256>(zstd::stream::read::Decoder::new(member)?)?;
            }
        }
        digests
    } else {
        digest::<Sha256>(MultiBzDecoder::new(open()?))?
    };
    writeln!(io::stdout(), "{file} {md5} {content}")
}

fn digest<D: sha2::Digest>(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = D::new();
    let mut piece = vec![0; 256 << 10];
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(base16ct::lower::encode_string(&hasher.finalize())),
            count => hasher.update(&piece[..count]),
        }
    }
}
