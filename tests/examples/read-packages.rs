//! Prints all that can be read of packages, to be compared: what is read does not depend on whether
//! C or Rust decompresses, nor on the machine.
//!
//! ```text
//! read-packages FOLDER…
//! ```
//!
//! A line for each thing that is read of each package in the folders: its digests, its metadata, its
//! inspection, its report of each profile, each member, and one of the members as written. What is
//! long is told by its SHA-256. Then lines for copies of it that are damaged here and there.

use std::fmt::Debug;
use std::io::{self, BufReader, Cursor, Write as _};
use std::path::{Path, PathBuf};

use fs_err::File;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use towpath_core::inspect::{Inspection, write_member};
use towpath_core::package::digest::hash_one;
use towpath_core::package::{ArtifactName, Limits, read_metadata};
use towpath_core::verify::{Content, Evidence, Profile, Selection, VerifyOptions, judge};

/// 2026-01-01: not the time of day, which would be another one in each run.
const NOW: i64 = 1_767_225_600_000;
/// Larger packages are not damaged: a copy takes as long as the package.
const DAMAGED_SIZE_MAX: u64 = 1 << 20;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for folder in std::env::args_os().skip(1) {
        let mut packages = Vec::new();
        packages_in(Path::new(&folder), &mut packages)?;
        packages.sort();
        for (path, name) in packages {
            let (path, shown) = (Path::new(&folder).join(&path), path.display());
            for line in read(&path, &name)? {
                writeln!(out, "{shown}: {line}")?;
            }
            if fs_err::metadata(&path)?.len() <= DAMAGED_SIZE_MAX {
                for line in read_damaged(&fs_err::read(&path)?, &name)? {
                    writeln!(out, "{shown}: {line}")?;
                }
            }
        }
    }
    Ok(())
}

/// All packages in a folder and those in it, by path in `folder`.
fn packages_in(folder: &Path, packages: &mut Vec<(PathBuf, ArtifactName)>) -> io::Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs_err::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if fs_err::metadata(entry.path())?.is_dir() {
                folders.push(path);
            } else if let Ok(name) = ArtifactName::new(entry.file_name().to_string_lossy()) {
                packages.push((path, name));
            }
        }
    }
    Ok(())
}

fn read(path: &Path, name: &ArtifactName) -> io::Result<Vec<String>> {
    let open = || File::open(path).map(|file| BufReader::with_capacity(64 << 10, file));
    let limits = Limits::default();
    let mut lines = Vec::new();

    let hashed = hash_one(&mut open()?)?;
    let digests = &hashed.digests;
    lines.push(format!("digests {} {}", digests.md5_hex(), digests.sha256_hex()));
    lines.push(match read_metadata(name, open()?, &limits) {
        Ok(metadata) => format!("metadata {}", sha256_of_debug(&metadata)),
        Err(error) => format!("no metadata: {error}"),
    });
    lines.push(match Inspection::of(name, open()?, &limits) {
        Ok(inspection) => format!("inspection {}", json(&inspection.with_digests(digests))),
        Err(error) => format!("no inspection: {error}"),
    });

    let evidence = Evidence::of(name, open()?, &limits)?;
    for profile in [Profile::Publish, Profile::Mirror] {
        lines.push(format!("report {}", json(&judge(&evidence, &options(profile)))));
    }
    for entry in &evidence.entries {
        let content = entry.content.as_ref().map(Content::sha256_hex);
        lines.push(format!(
            "member {:?} at {}: {} bytes {content:?}",
            entry.spelled, entry.offset, entry.size
        ));
    }
    lines.push(format!("evidence {}", sha256_of_debug(&evidence)));

    // Each is looked for from the start, so not all of them.
    let mut files = evidence.entries.iter().filter(|entry| entry.is_file());
    if let Some(last) = files.next_back() {
        let mut content = Vec::new();
        lines.push(
            match write_member(name, open()?, &last.path, &limits, &mut content) {
                Ok(found) => format!("written {} {}", found.path, sha256(&content)),
                Err(error) => format!("not written: {error}"),
            },
        );
    }
    Ok(lines)
}

/// What is found in copies with a flipped bit or some zeros. Why nothing can be read is left out: a decoder
/// that decodes on over damage stops at the zip's checksum.
fn read_damaged(package: &[u8], name: &ArtifactName) -> io::Result<Vec<String>> {
    const PLACES: usize = 6;
    let limits = Limits::default();
    let mut lines = Vec::new();
    for place in 0..PLACES {
        let mut copy = package.to_vec();
        let from = copy.len() * (place + 1) / (PLACES + 1);
        match place % 2 {
            0 => copy.iter_mut().skip(from).take(100).for_each(|byte| *byte = 0),
            _ => copy
                .iter_mut()
                .skip(from)
                .take(1)
                .for_each(|byte| *byte ^= 1 << place),
        }
        let evidence = Evidence::of(name, Cursor::new(&copy), &limits)?;
        let report = judge(&evidence, &options(Profile::Publish));
        lines.push(format!("damaged from byte {from}: report {}", json(&report)));
        lines.push(format!(
            "damaged from byte {from}: evidence {}",
            sha256_of_debug(&evidence)
        ));
        let metadata = read_metadata(name, Cursor::new(&copy), &limits);
        let metadata = metadata.ok().map(|metadata| sha256_of_debug(&metadata));
        lines.push(format!("damaged from byte {from}: metadata {metadata:?}"));
    }
    Ok(lines)
}

fn options(profile: Profile) -> VerifyOptions {
    VerifyOptions {
        selection: Selection::of(profile),
        now: Some(NOW),
        ..VerifyOptions::default()
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON of what has no maps but those of texts")
}

fn sha256_of_debug(value: &impl Debug) -> String {
    sha256(format!("{value:#?}").as_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
