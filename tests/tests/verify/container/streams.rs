//! A010 to A012: the compressed streams, and how much comes out of them.

use ruzstd::decoding::StreamingDecoder;
use towpath_core::package::Limits;
use towpath_tests::tarball::{Extension, Member};
use towpath_tests::{
    Bz2Stream, Checksum, CondaContainer, Cut, EntryMethod, FrameSize, InfoStream, Kind, PackageBuilder,
    TarBz2Container,
};

use super::conda;
use crate::case::{Case, breaks, file, keeps, sound};
use crate::zip_file::ZipFile;

pub(super) fn cases() -> Vec<Case> {
    [zstd(), bzip2(), limits()].into_iter().flatten().collect()
}

fn tar_bz2(code: &'static str, breaks: bool, what: &'static str, container: TarBz2Container) -> Case {
    let name = sound().file_name(Kind::TarBz2);
    file(code, breaks, what, &name, sound().tar_bz2_with(container))
}

fn zstd() -> Vec<Case> {
    let stream = |stream| CondaContainer {
        stream,
        ..CondaContainer::default()
    };
    let window = |log| CondaContainer {
        frame: FrameSize::StreamedWindowLog(log),
        ..CondaContainer::default()
    };
    let checksum = |checksum| CondaContainer {
        checksum,
        ..CondaContainer::default()
    };
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    // Frames without content: with a dictionary, and with a bit that is reserved.
    let dictionary = b"\x28\xb5\x2f\xfd\x01\x58\x07\x01\0\0".to_vec();
    let reserved = b"\x28\xb5\x2f\xfd\x08\x58\x01\0\0".to_vec();
    vec![
        conda("A010", true, "a window of 256 MiB", window(28)),
        conda(
            "A010",
            true,
            "a dictionary",
            stream(InfoStream::Bytes(dictionary)),
        ),
        conda(
            "A010",
            true,
            "a reserved bit",
            stream(InfoStream::Bytes(reserved)),
        ),
        conda("A010", true, "several frames", stream(InfoStream::Frames(3))),
        conda(
            "A010",
            true,
            "a skippable frame before",
            stream(InfoStream::ThenFrame(skippable.clone())),
        ),
        conda(
            "A010",
            true,
            "a skippable frame behind",
            stream(InfoStream::FrameThen(skippable)),
        ),
        conda(
            "A010",
            true,
            "junk",
            stream(InfoStream::FrameThen(b"junk!".to_vec())),
        ),
        conda("A010", true, "half a frame", stream(InfoStream::Cut(Cut::Half))),
        conda(
            "A010",
            true,
            "no zstd",
            stream(InfoStream::Bytes(b"not zstd".to_vec())),
        ),
        conda("A010", true, "a wrong checksum", checksum(Checksum::Wrong)),
        conda("A010", false, "a window of 128 MiB", window(27)),
        conda("A010", false, "a checksum", checksum(Checksum::Right)),
    ]
}

fn bzip2() -> Vec<Case> {
    let cut = |cut| TarBz2Container {
        cut,
        ..TarBz2Container::default()
    };
    let after = |after: &[u8]| TarBz2Container {
        after: after.to_vec(),
        ..TarBz2Container::default()
    };
    let name = sound().file_name(Kind::TarBz2);
    vec![
        tar_bz2("A011", true, "half of it", cut(Cut::Half)),
        tar_bz2("A011", true, "all but the last byte", cut(Cut::Short(1))),
        tar_bz2("A011", true, "junk behind it", after(b"junk")),
        tar_bz2("A011", true, "zeros behind it", after(&[0; 512])),
        tar_bz2("A011", true, "half a stream behind it", after(b"BZh91AY&SY")),
        tar_bz2(
            "A011",
            true,
            "several streams",
            TarBz2Container {
                stream: Bz2Stream::Several(2),
                ..TarBz2Container::default()
            },
        ),
        file("A011", true, "damaged", &name, {
            let mut bytes = sound().tar_bz2();
            bytes[60] ^= 1;
            bytes
        }),
        tar_bz2(
            "A011",
            false,
            "the lowest level",
            TarBz2Container {
                level: 1,
                ..TarBz2Container::default()
            },
        ),
    ]
}

fn limits() -> Vec<Case> {
    let limited = |mut case: Case, limits: Limits| {
        case.options.limits = limits;
        case
    };
    let bombs = Limits {
        expansion_free_bytes: 1 << 20,
        ..Limits::default()
    };
    let unpacked = |unpacked_bytes| Limits {
        unpacked_bytes,
        ..Limits::default()
    };
    let zeros = listed(Member::zeros("info/recipe/zeros", 2 << 20));
    let header = listed(Member::behind("info/recipe/a", Extension::Pax, 2000));
    let deflated = || CondaContainer {
        method: EntryMethod::Deflated,
        stream: InfoStream::FrameThen(vec![0; 2 << 20]),
        ..CondaContainer::default()
    };
    vec![
        limited(breaks("A012", "a bomb", &zeros, Kind::Conda), bombs),
        limited(breaks("A012", "a bomb", &zeros, Kind::TarBz2), bombs),
        limited(
            conda("A012", true, "a bomb behind a frame", deflated()).also(["A004", "A010"]),
            bombs,
        ),
        limited(
            breaks("A012", "too many members", &sound(), Kind::TarBz2),
            Limits {
                members: 4,
                ..Limits::default()
            },
        ),
        limited(
            breaks("A012", "a long header", &header, Kind::Conda),
            Limits {
                tar_header_bytes: 1000,
                ..Limits::default()
            },
        ),
        limited(
            breaks("A012", "a long directory", &sound(), Kind::Conda),
            Limits {
                zip_directory_bytes: 1000,
                ..Limits::default()
            },
        ),
        // The two tarballs together have 5632 bytes of info and 2048 of payload.
        limited(
            breaks("A012", "too much in all", &sound(), Kind::Conda),
            unpacked(tar_sizes() - 1),
        ),
        limited(
            breaks("A012", "too much in all", &sound(), Kind::TarBz2),
            unpacked(tar_sizes() - 1025),
        ),
        limited(
            keeps("A012", "all that is allowed", &sound(), Kind::Conda),
            unpacked(tar_sizes()),
        ),
        keeps("A012", "zeros, but not too many", &zeros, Kind::Conda),
    ]
}

/// A sound package with something more in `info/recipe/`.
fn listed(member: Member) -> PackageBuilder {
    sound().info_entry(member)
}

/// Bytes of both tarballs of the sound package.
fn tar_sizes() -> u64 {
    let zip = ZipFile::of(&sound().conda());
    let streams = zip.members[1..].iter();
    let tarballs = streams.map(|member| StreamingDecoder::new(&member.content[..]).unwrap());
    tarballs
        .map(|mut tarball| std::io::copy(&mut tarball, &mut std::io::sink()).unwrap())
        .sum()
}
