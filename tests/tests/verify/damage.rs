//! Files that were damaged: wherever it is, it is found.

use std::io::{Cursor, Read as _};

use bzip2::read::MultiBzDecoder;
use proptest::prelude::*;
use proptest::sample::Index;
use towpath_core::verify::{Report, Severity};
use towpath_tests::Kind;
use zip::ZipArchive;

use crate::case::{report_of, sound};
use crate::zip_file::ZipFile;

fn report(kind: Kind, bytes: Vec<u8>) -> Report {
    report_of(&sound().file_name(kind), bytes)
}

/// Bytes of the zip's directory that change nothing which is installed, and are said only once, so that
/// nothing contradicts them: which program wrote it, and what permissions and kind its file had.
fn is_free(conda: &[u8], at: usize) -> bool {
    let mut archive = ZipArchive::new(Cursor::new(conda)).unwrap();
    (0..archive.len()).any(|number| {
        let header = archive.by_index(number).unwrap().central_header_start() as usize;
        let [made_by, attributes] = [header + 4..header + 6, header + 36..header + 42];
        made_by.contains(&at) || attributes.contains(&at)
    })
}

/// The tarball in a `.tar.bz2`, if it can be decompressed.
fn tarball(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut tarball = Vec::new();
    MultiBzDecoder::new(bytes).read_to_end(&mut tarball).ok()?;
    Some(tarball)
}

#[test]
fn a_flipped_bit_of_a_conda_is_found() {
    let whole = sound().conda();
    let mut missed = Vec::new();
    for at in (0..whole.len()).filter(|at| !is_free(&whole, *at)) {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            if report(Kind::Conda, bytes).findings.is_empty() {
                missed.push((at, bit));
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{} bits, the first {:?}",
        missed.len(),
        missed[0]
    );
}

/// The records for large archives say what the others say, and their versions nobody looks at.
#[test]
fn a_flipped_bit_of_zip64_records_is_found() {
    let whole = ZipFile {
        zip64: Some(0),
        ..ZipFile::of(&sound().conda())
    }
    .bytes();
    assert!(report(Kind::Conda, whole.clone()).findings.is_empty());
    let start = whole
        .windows(4)
        .rposition(|bytes| bytes == b"PK\x06\x06")
        .unwrap();
    let versions = start + 12..start + 16;
    for at in (start..whole.len()).filter(|at| !versions.contains(at)) {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            let is_found = !report(Kind::Conda, bytes).findings.is_empty();
            assert!(is_found, "byte {} of the records, bit {bit}", at - start);
        }
    }
}

/// Some bits of bzip2 are without effect, such as those that fill the last byte, or tables that no part
/// of the data uses: the tarball that comes out is the same.
#[test]
fn a_flipped_bit_of_a_tar_bz2_is_found() {
    let whole = sound().tar_bz2();
    let right = tarball(&whole);
    let (mut missed, mut without_effect) = (Vec::new(), 0);
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            if !report(Kind::TarBz2, bytes.clone()).findings.is_empty() {
                continue;
            }
            if tarball(&bytes) == right {
                without_effect += 1;
            } else {
                missed.push((at, bit));
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{} bits, the first {:?}",
        missed.len(),
        missed[0]
    );
    assert!(without_effect < whole.len() / 4, "{without_effect} bits");
}

#[test]
fn whatever_is_missing_at_the_end_is_an_error() {
    for kind in [Kind::Conda, Kind::TarBz2] {
        let whole = sound().bytes(kind);
        for length in 0..whole.len() {
            let worst = report(kind, whole[..length].to_vec()).worst();
            assert_eq!(worst, Some(Severity::Error), "{kind:?}, {length} bytes");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(500)
    })]

    /// No panic, and something to say, whatever several bytes are changed to.
    #[test]
    fn several_changed_bytes_are_found(
        is_conda: bool,
        changes in proptest::collection::vec((any::<Index>(), 1_u8..), 1..6),
        cut in proptest::option::of(any::<Index>()),
        more in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let kind = if is_conda { Kind::Conda } else { Kind::TarBz2 };
        let whole = sound().bytes(kind);
        let mut bytes = whole.clone();
        for (at, change) in &changes {
            bytes[at.index(whole.len())] ^= change;
        }
        bytes.truncate(cut.map_or(whole.len(), |cut| cut.index(whole.len())));
        bytes.extend(more);
        let differing = |at: &usize| bytes.get(*at) != Some(&whole[*at]);
        let mut differences = (0..whole.len()).filter(differing);
        let is_harmless = bytes.len() == whole.len() && match kind {
            Kind::Conda => differences.all(|at| is_free(&whole, at)),
            Kind::TarBz2 => tarball(&bytes) == tarball(&whole),
        };
        let found = !report(kind, bytes.clone()).findings.is_empty();
        prop_assert!(found || is_harmless);
    }
}
