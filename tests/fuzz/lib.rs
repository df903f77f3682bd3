//! What every target does with what it was given: everything that towpath does with a package.

use std::io::{Cursor, Write};

use towpath_core::inspect::Inspection;
use towpath_core::package::{ArtifactName, Limits, read_metadata};
use towpath_core::verify::{VerifyOptions, verify};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The stem of the file that is read.
pub const STEM: &str = "demo-1.0-h1234567_0";

/// So many findings there can be at most: fifty of each code, of which there are less than 200.
const FINDINGS_MAX: usize = 50 * 200;

/// Reads the package as `towpath verify`, `inspect` and `index` do.
pub fn read_package(ending: &str, bytes: &[u8]) {
    let name = ArtifactName::new(format!("{STEM}.{ending}")).expect("it ends as packages do");
    let limits = limits();
    let options = VerifyOptions {
        limits,
        now: Some(1_700_000_000_000),
        ..VerifyOptions::default()
    };
    let report = verify(&name, Cursor::new(bytes), &options).expect("memory can be read");
    assert!(report.findings.len() <= FINDINGS_MAX);
    // What cannot be read is an error in words; what can be has a description.
    drop(read_metadata(&name, Cursor::new(bytes), &limits));
    drop(Inspection::of(&name, Cursor::new(bytes), &limits));
}

/// Less than by default: what is bounded shows sooner.
fn limits() -> Limits {
    Limits {
        member_bytes: 1 << 20,
        tar_header_bytes: 64 << 10,
        members: 10_000,
        expansion_free_bytes: 4 << 20,
        zip_directory_bytes: 1 << 20,
        zstd_window_log: 23,
        ..Limits::default()
    }
}

/// A `.conda` of these components, compressed already.
pub fn conda(info: &[u8], pkg: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let members: [(String, &[u8]); 3] = [
        ("metadata.json".to_owned(), br#"{"conda_pkg_format_version": 2}"#),
        (format!("pkg-{STEM}.tar.zst"), pkg),
        (format!("info-{STEM}.tar.zst"), info),
    ];
    for (name, content) in members {
        zip.start_file(name, options).expect("a name of a zip member");
        zip.write_all(content).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}

/// As zstd compresses fastest.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, -5).expect("memory can be compressed")
}
