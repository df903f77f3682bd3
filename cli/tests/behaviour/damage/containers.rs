//! What can be wrong around a package's members.

use insta::assert_snapshot;
use towpath_tests::{
    Bz2Stream, Checksum, CondaContainer, Crc, Cut, EntryMethod, EntryOrder, FrameSize, InfoEntry, InfoStream,
    Kind, Metadata, PackageBuilder, PkgEntry, TarBz2Container, ZipFormat, noise,
};

use super::{conda, file, outcomes, package, tar_bz2};

fn whole() -> CondaContainer {
    CondaContainer::default()
}

fn with_info(info: InfoEntry) -> CondaContainer {
    CondaContainer { info, ..whole() }
}

fn with_stream(stream: InfoStream) -> CondaContainer {
    CondaContainer { stream, ..whole() }
}

#[test]
fn files_that_are_no_zip() {
    let other = PackageBuilder::new("other", "1.0", "0");
    let outcomes = outcomes(&[
        file("E01 zero bytes", Kind::Conda, ""),
        conda(
            "E03 cut in half",
            CondaContainer {
                cut: Cut::Half,
                ..whole()
            },
        ),
        conda(
            "E03b cut by one byte",
            CondaContainer {
                cut: Cut::Short(1),
                ..whole()
            },
        ),
        file("E12 a .tar.bz2", Kind::Conda, other.tar_bz2()),
        file(
            "E12b a git-lfs pointer",
            Kind::Conda,
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        ),
        file(
            "E12c an error page",
            Kind::Conda,
            "<!DOCTYPE html><title>404</title>",
        ),
        file("E12d zeros", Kind::Conda, vec![0; 5000]),
        file("E12e noise", Kind::Conda, noise(5000)),
        file(
            "E12f an empty zip",
            Kind::Conda,
            [&b"PK\x05\x06"[..], &[0; 18]].concat(),
        ),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn conda_entries() {
    let other = PackageBuilder::new("other", "1.0", "0");
    let outcomes = outcomes(&[
        conda("E13 no info component", with_info(InfoEntry::Absent)),
        file("E14 a renamed package", Kind::Conda, other.conda()),
        conda("E15 two info components", with_info(InfoEntry::Twice)),
        conda(
            "E15b two entries of one name",
            with_info(InfoEntry::TwiceSameName),
        ),
        conda(
            "E16 no metadata.json",
            CondaContainer {
                metadata: Metadata::Absent,
                ..whole()
            },
        ),
        conda(
            "E16b a metadata.json of a format to come",
            CondaContainer {
                metadata: Metadata::Bytes(b"{\"conda_pkg_format_version\": 3}".to_vec()),
                ..whole()
            },
        ),
        conda(
            "E16c info first",
            CondaContainer {
                order: EntryOrder::InfoFirst,
                ..whole()
            },
        ),
        conda(
            "E16d deflated entries",
            CondaContainer {
                method: EntryMethod::Deflated,
                ..whole()
            },
        ),
        conda(
            "E16e something behind the stem",
            with_info(InfoEntry::Suffixed("xyz".into())),
        ),
        conda(
            "E16f no payload",
            CondaContainer {
                pkg: PkgEntry::Absent,
                ..whole()
            },
        ),
        conda(
            "E16g further entries",
            CondaContainer {
                extra: vec![("../evil".into(), b"x".to_vec())],
                ..whole()
            },
        ),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn conda_zip() {
    let outcomes = outcomes(&[
        conda(
            "E16h zip64",
            CondaContainer {
                zip: ZipFormat::Zip64,
                ..whole()
            },
        ),
        conda(
            "E16i zip64 entries",
            CondaContainer {
                zip: ZipFormat::Zip64Entries,
                ..whole()
            },
        ),
        conda(
            "E17 junk before",
            CondaContainer {
                before: b"junk".to_vec(),
                ..whole()
            },
        ),
        conda(
            "E17b junk after",
            CondaContainer {
                after: b"junk".to_vec(),
                ..whole()
            },
        ),
        conda(
            "E18 CRC wrong in the local header",
            CondaContainer {
                crc: Crc::WrongInLocalHeader,
                ..whole()
            },
        ),
        conda(
            "E18b CRC wrong in the directory",
            CondaContainer {
                crc: Crc::WrongInDirectory,
                ..whole()
            },
        ),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn conda_zstd() {
    let window = |log| CondaContainer {
        frame: FrameSize::StreamedWindowLog(log),
        ..whole()
    };
    let outcomes = outcomes(&[
        conda("E05 cut info component", with_stream(InfoStream::Cut(Cut::Half))),
        conda(
            "E06 no zstd",
            with_stream(InfoStream::Bytes(b"no zstd at all".to_vec())),
        ),
        conda(
            "E07 wrong checksum",
            CondaContainer {
                checksum: Checksum::Wrong,
                ..whole()
            },
        ),
        conda(
            "E07b right checksum",
            CondaContainer {
                checksum: Checksum::Right,
                ..whole()
            },
        ),
        conda("E08 window of 128 MiB", window(27)),
        conda("E08b window of 256 MiB", window(28)),
        conda("E09 zstd of noise", with_stream(InfoStream::FrameOf(noise(2000)))),
        conda(
            "E09b zstd of nothing",
            with_stream(InfoStream::FrameOf(Vec::new())),
        ),
        conda(
            "E09c zstd of zeros",
            with_stream(InfoStream::FrameOf(vec![0; 2048])),
        ),
        conda("E19 several frames", with_stream(InfoStream::Frames(3))),
        conda(
            "E19b junk behind the frame",
            with_stream(InfoStream::FrameThen(b"junk".to_vec())),
        ),
        conda(
            "E19c junk before the frame",
            with_stream(InfoStream::ThenFrame(b"junk".to_vec())),
        ),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn tar_bz2_stream() {
    let stream = |stream| TarBz2Container {
        stream,
        ..TarBz2Container::default()
    };
    let cut = |cut| TarBz2Container {
        cut,
        ..TarBz2Container::default()
    };
    let after = |after: &[u8]| TarBz2Container {
        after: after.to_vec(),
        ..TarBz2Container::default()
    };
    let large = package("E04c").payload("share/large", noise(1_000_000)).tar_bz2();
    let outcomes = outcomes(&[
        file("E02 zero bytes", Kind::TarBz2, ""),
        tar_bz2("E04 cut in half", cut(Cut::Half)),
        tar_bz2("E04b cut by one byte", cut(Cut::Short(1))),
        file(
            "E04c cut in the payload",
            Kind::TarBz2,
            &large[..large.len() - 1000],
        ),
        tar_bz2("E10 bzip2 of noise", stream(Bz2Stream::Of(noise(2000)))),
        tar_bz2("E10b bzip2 of nothing", stream(Bz2Stream::Of(Vec::new()))),
        file("E11 noise", Kind::TarBz2, noise(5000)),
        tar_bz2("E11b gzip", stream(Bz2Stream::Gzip)),
        file("E11c a .conda", Kind::TarBz2, package("E11c").conda()),
        tar_bz2("E11d a plain tar", stream(Bz2Stream::PlainTar)),
        tar_bz2("E20 several streams", stream(Bz2Stream::Several(3))),
        tar_bz2("E20b junk behind the stream", after(b"junk")),
    ]);
    assert_snapshot!(outcomes);
}
