//! Writes one sound `.conda` of any size, for tests of what little memory reading takes.

use std::io::{self, BufWriter, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::json;
use towpath_core::package::digest::hash_one;
use towpath_tests::PackageBuilder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Bytes of each file of the package.
const FILE: u64 = 64 << 20;

/// Write the package `large-1.0-0.conda` into a folder, in little memory.
///
/// Its content cannot be compressed, so that the file is about as large as what it installs.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The folder; made if it is missing
    out: PathBuf,
    /// How large, in files of 64 MiB
    #[arg(long, default_value_t = 16)]
    files: u64,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    fs_err::create_dir_all(&arguments.out)?;
    write_package(&arguments.out.join("large-1.0-0.conda"), arguments.files)
}

fn write_package(path: &Path, files: u64) -> io::Result<()> {
    let mut zip = ZipWriter::new(BufWriter::new(fs_err::File::create(path)?));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(true);
    let mut small = ZipArchive::new(Cursor::new(package_of(files)?.conda()))?;
    for number in 0..small.len() {
        let mut member = small.by_index(number)?;
        let name = member.name()?.into_owned();
        zip.start_file(&*name, options)?;
        if name.starts_with("pkg-") {
            write_payload(&mut zip, files)?;
        } else {
            io::copy(&mut member, &mut zip)?;
        }
    }
    zip.finish()?.flush()
}

/// The package with its metadata alone, which says what files it has.
fn package_of(files: u64) -> io::Result<PackageBuilder> {
    let mut paths = Vec::new();
    for number in 0..files {
        let hashed = hash_one(&mut Noise::file(number))?;
        paths.push(json!({
            "_path": path_of(number),
            "path_type": "hardlink",
            "sha256": hashed.digests.sha256_hex(),
            "size_in_bytes": FILE,
        }));
    }
    Ok(PackageBuilder::new("large", "1.0", "0")
        .about(json!({
            "home": "https://example.org/large",
            "license": "BSD-3-Clause",
            "summary": "A large package for tests",
        }))
        .member("info/licenses/LICENSE", "Do what you like.\n")
        .paths_json(json!({ "paths": paths, "paths_version": 1 })))
}

fn write_payload(out: &mut impl Write, files: u64) -> io::Result<()> {
    let mut tar = tar::Builder::new(zstd::stream::write::Encoder::new(out, 1)?);
    for number in 0..files {
        let mut header = tar::Header::new_ustar();
        header.set_size(FILE);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        tar.append_data(&mut header, path_of(number), Noise::file(number))?;
    }
    tar.into_inner()?.finish()?;
    Ok(())
}

fn path_of(number: u64) -> String {
    format!("share/large/{number:04}.bin")
}

/// Bytes that look random and are the same each time (xorshift).
struct Noise {
    state: u64,
}

impl Noise {
    /// The content of a file.
    fn file(number: u64) -> io::Take<Self> {
        Self {
            state: 0x9e37_79b9_7f4a_7c15 ^ (number + 1),
        }
        .take(FILE)
    }
}

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for piece in buffer.chunks_mut(8) {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            piece.copy_from_slice(&self.state.to_le_bytes()[..piece.len()]);
        }
        Ok(buffer.len())
    }
}
