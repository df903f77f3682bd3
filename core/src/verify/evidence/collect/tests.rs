//! Of damaged files the same is found everywhere: natively what is found by the decoder that browsers have.

use std::io::{Cursor, Write as _};
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use tar::{Builder, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::package::zstd_frames::ZstdFrames;
use crate::verify::{VerifyOptions, judge};

fn name() -> ArtifactName {
    ArtifactName::new("lock-1.0-0.conda").unwrap()
}

fn tarball(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tarball = Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        tarball.append_data(&mut header, path, *content).unwrap();
    }
    tarball.into_inner().unwrap()
}

fn info() -> Vec<u8> {
    let about = r#"{"license": "BSD-3-Clause", "summary": "Opens and closes."}"#;
    tarball(&[
        (
            "info/index.json",
            br#"{"name": "lock", "version": "1.0", "build": "0", "build_number": 0, "depends": []}"#,
        ),
        (
            "info/paths.json",
            br#"{"paths": [{"_path": "bin/gate-3", "path_type": "hardlink"}], "paths_version": 1}"#,
        ),
        ("info/about.json", about.as_bytes()),
    ])
}

/// Files of which some can be compressed, and some cannot.
fn payload() -> Vec<u8> {
    let contents: Vec<(String, Vec<u8>)> = (0..40_u32)
        .map(|gate| {
            let lines = (0..gate * 20).map(|line| format!("gate {gate} level {}\n", line * line % 977));
            let mut noise = gate;
            let bytes = (0..gate * 8).map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 24) as u8
            });
            let content = lines.flat_map(String::into_bytes).chain(bytes).collect();
            (format!("bin/gate-{gate}"), content)
        })
        .collect();
    let files: Vec<(&str, &[u8])> = contents
        .iter()
        .map(|(path, content)| (path.as_str(), content.as_slice()))
        .collect();
    tarball(&files)
}

/// How a component is compressed.
#[derive(Clone, Copy, Debug)]
struct Compression {
    level: i32,
    frames: usize,
    has_checksum: bool,
}

impl Compression {
    fn compressed(self, content: &[u8]) -> Vec<u8> {
        let pieces = content.chunks(content.len().div_ceil(self.frames));
        pieces.flat_map(|piece| self.frame(piece)).collect()
    }

    fn frame(self, content: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), self.level).unwrap();
        encoder.include_checksum(self.has_checksum).unwrap();
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }
}

/// The payload comes before the metadata, as most build tools write them.
fn conda(payload: &[u8], info: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let members: [(&str, &[u8]); 3] = [
        ("metadata.json", br#"{"conda_pkg_format_version": 2}"#),
        ("pkg-lock-1.0-0.tar.zst", payload),
        ("info-lock-1.0-0.tar.zst", info),
    ];
    for (member, content) in members {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(member, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn evidence(decoder: Decoder, name: &ArtifactName, package: &[u8]) -> Evidence {
    collect_by(decoder, name, &mut Cursor::new(package), &Limits::default()).unwrap()
}

/// What natively is found, if it is what is found elsewhere.
fn found(name: &ArtifactName, package: &[u8]) -> Result<Evidence, String> {
    let [native, elsewhere] =
        [Decoder::InC, Decoder::PureRust].map(|decoder| evidence(decoder, name, package));
    let reports = [&native, &elsewhere]
        .map(|evidence| serde_json::to_string_pretty(&judge(evidence, &VerifyOptions::default())).unwrap());
    let [native_text, text] = [&native, &elsewhere].map(|evidence| format!("{evidence:#?}"));
    match reports[0] == reports[1] && native_text == text {
        true => Ok(native),
        false => Err(format!(
            "natively {}\n{native_text}\nelsewhere {}\n{text}",
            reports[0], reports[1]
        )),
    }
}

/// A copy in which something is other from one byte on: a bit, or some bytes that are zeros.
fn damaged(package: &[u8], at: usize, bit: Option<u8>) -> Vec<u8> {
    let mut damaged = package.to_vec();
    match bit {
        Some(bit) => damaged[at] ^= 1 << bit,
        None => damaged.iter_mut().skip(at).take(100).for_each(|byte| *byte = 0),
    }
    damaged
}

#[rstest::rstest]
#[case::quickly(3, 1, false)]
#[case::tightly(19, 1, false)]
#[case::with_checksums(3, 1, true)]
#[case::in_frames(19, 5, true)]
fn the_same_is_found_of_a_damaged_package_by_any_decoder(
    #[case] level: i32,
    #[case] frames: usize,
    #[case] has_checksum: bool,
) {
    let compression = Compression {
        level,
        frames,
        has_checksum,
    };
    let package = conda(
        &compression.compressed(&payload()),
        &compression.compressed(&info()),
    );
    let whole = found(&name(), &package).unwrap();
    assert!(whole.is_complete());
    let mut is_told = 0;
    for at in (0..package.len()).step_by(package.len() / 60) {
        for bit in [Some(at as u8 % 8), None] {
            let evidence = found(&name(), &damaged(&package, at, bit))
                .unwrap_or_else(|difference| panic!("byte {at}, {bit:?}: {difference}"));
            is_told += usize::from(!evidence.is_complete());
        }
    }
    assert!(is_told > 80, "{is_told} of 120");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn the_same_is_found_wherever_a_package_is_damaged(
        level in 1..10,
        frames in 1..4_usize,
        has_checksum: bool,
        places in proptest::collection::vec((any::<Index>(), proptest::option::of(0..8_u8)), 1..4),
    ) {
        let compression = Compression { level, frames, has_checksum };
        let mut package = conda(&compression.compressed(&payload()), &compression.compressed(&info()));
        for (at, bit) in places {
            package = damaged(&package, at.index(package.len()), bit);
        }
        prop_assert!(found(&name(), &package).map_err(TestCaseError::fail)?.size > 0);
    }
}

/// Clients decompress in C, which refuses reserved bits in the headers of a block's sequences; `ruzstd` does
/// not look at them. Nothing is damaged: the zip's checksum is that of these bytes.
#[test]
fn what_c_refuses_is_not_sound_because_something_else_takes_it() {
    let quick = Compression {
        level: 1,
        frames: 1,
        has_checksum: false,
    };
    let is_taken = |decoder, mut frame: &[u8]| {
        let mut frames = ZstdFrames::by(decoder, &mut frame, &Limits::default()).unwrap();
        io::copy(&mut frames, &mut io::sink()).is_ok()
    };
    let whole = quick.compressed(&tarball(&[("bin/lock", &b"gate ".repeat(100))]));
    let payload = (0..whole.len())
        .map(|at| damaged(&whole, at, Some(0)))
        .find(|frame| is_taken(Decoder::PureRust, frame) && !is_taken(Decoder::InC, frame))
        .expect("a bit that only the C library looks at");
    let package = conda(&payload, &quick.compressed(&info()));
    let is_refused = |decoder| {
        let evidence = evidence(decoder, &name(), &package);
        let report = judge(&evidence, &VerifyOptions::default());
        report.findings.iter().any(|finding| finding.code == "A010")
    };
    assert!(!is_refused(Decoder::PureRust));
    assert!(is_refused(Decoder::FASTEST));
}

/// Real packages in `../shared`, or in the folder that `TOWPATH_TEST_SHARED` names; where that is not,
/// nothing is looked at.
#[test]
fn the_same_is_found_of_damaged_real_packages_by_any_decoder() {
    const SIZE_MAX: u64 = 400_000;
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("TOWPATH_TEST_SHARED").map_or(beside, Into::into);
    let mut folders = vec![shared.join("data/packages")];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in fs_err::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(name) = ArtifactName::new(entry.file_name().to_string_lossy()) else {
                continue;
            };
            if name.format() != ArchiveFormat::Conda || fs_err::metadata(&path).unwrap().len() > SIZE_MAX {
                continue;
            }
            let package = fs_err::read(&path).unwrap();
            for part in [3, 6] {
                let at = package.len() / 8 * part;
                for bit in [Some(3), None] {
                    found(&name, &damaged(&package, at, bit))
                        .unwrap_or_else(|difference| panic!("{name}, byte {at}, {bit:?}: {difference}"));
                }
            }
            looked_at += 1;
        }
    }
    eprintln!("{looked_at} real packages");
}
