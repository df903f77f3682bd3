use std::io::Read as _;

use rstest::rstest;

use super::*;
use crate::package::PackageBuilder;
use crate::random::noise;
use crate::tarball::Member;

fn lock() -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0")
}

fn archive(bytes: &[u8]) -> ZipArchive<Cursor<&[u8]>> {
    ZipArchive::new(Cursor::new(bytes)).unwrap()
}

fn names(bytes: &[u8]) -> Vec<String> {
    let mut archive = archive(bytes);
    (0..archive.len())
        .map(|n| archive.by_index(n).unwrap().name().unwrap().into_owned())
        .collect()
}

fn entry(bytes: &[u8], name: &str) -> Vec<u8> {
    let mut content = Vec::new();
    let mut archive = archive(bytes);
    let mut entry = archive.by_name(name).unwrap();
    entry.read_to_end(&mut content).unwrap();
    content
}

fn info_entry(container: CondaContainer) -> Vec<u8> {
    entry(&lock().conda_with(container), "info-lock-1.0-0.tar.zst")
}

/// Returns the paths of the members in a tarball, and that it is read to its end.
fn paths(tar: &[u8]) -> Vec<String> {
    tar::Archive::new(tar)
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect()
}

const INFO: [&str; 3] = ["info/index.json", "info/paths.json", "info/about.json"];

#[test]
fn a_plain_package_is_what_cep_20_describes() {
    let bytes = lock().conda();
    assert_eq!(
        names(&bytes),
        [
            "metadata.json",
            "pkg-lock-1.0-0.tar.zst",
            "info-lock-1.0-0.tar.zst"
        ]
    );
    let mut archive = archive(&bytes);
    for n in 0..archive.len() {
        let entry = archive.by_index(n).unwrap();
        assert_eq!(entry.compression(), CompressionMethod::Stored);
        let time = entry.last_modified().unwrap();
        assert_eq!((time.year(), time.minute(), time.second()), (2023, 13, 20));
    }
    let metadata = entry(&bytes, "metadata.json");
    assert_eq!(metadata, br#"{"conda_pkg_format_version": 2}"#);
    let info = zstd::decode_all(&*entry(&bytes, "info-lock-1.0-0.tar.zst")).unwrap();
    assert_eq!(paths(&info), INFO);
    let pkg = zstd::decode_all(&*entry(&bytes, "pkg-lock-1.0-0.tar.zst")).unwrap();
    assert_eq!(paths(&pkg), ["share/lock/lock.txt"]);
}

#[rstest]
#[case::absent(InfoEntry::Absent, &[])]
#[case::suffixed(InfoEntry::Suffixed("xyz".to_owned()), &["info-lock-1.0-0xyz.tar.zst"])]
#[case::named(InfoEntry::Named("../info".to_owned()), &["../info"])]
#[case::twice(
    InfoEntry::Twice,
    &["info-lock-1.0-0.tar.zst", "info-lock-1.0-0-again.tar.zst"]
)]
fn the_info_entry_has_the_name_asked_for(#[case] info: InfoEntry, #[case] expected: &[&str]) {
    let container = CondaContainer {
        info,
        pkg: PkgEntry::Absent,
        metadata: Metadata::Absent,
        ..CondaContainer::default()
    };
    assert_eq!(names(&lock().conda_with(container)), expected);
}

#[test]
fn one_name_can_be_there_twice() {
    let bytes = lock().conda_with(CondaContainer {
        info: InfoEntry::TwiceSameName,
        ..CondaContainer::default()
    });
    let name = b"info-lock-1.0-0.tar.zst";
    let count = bytes.windows(name.len()).filter(|w| w == name).count();
    // Once before each content and once in the directory.
    assert_eq!(count, 4);
    assert_eq!(bytes[bytes.len() - 12..][..2], 4_u16.to_le_bytes());
}

#[test]
fn entries_have_the_order_and_the_method_asked_for() {
    let bytes = lock().conda_with(CondaContainer {
        order: EntryOrder::InfoFirst,
        method: EntryMethod::Deflated,
        metadata: Metadata::Bytes(b"{}".to_vec()),
        extra: vec![("more".to_owned(), b"more".to_vec())],
        ..CondaContainer::default()
    });
    assert_eq!(
        names(&bytes),
        [
            "info-lock-1.0-0.tar.zst",
            "metadata.json",
            "pkg-lock-1.0-0.tar.zst",
            "more"
        ]
    );
    assert_eq!(entry(&bytes, "metadata.json"), b"{}");
    let mut archive = archive(&bytes);
    let info = archive.by_index(0).unwrap();
    assert_eq!(info.compression(), CompressionMethod::Deflated);
}

#[rstest]
#[case::one(InfoStream::Frame)]
#[case::several(InfoStream::Frames(3))]
#[case::skippable_before(InfoStream::ThenFrame(b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec()))]
#[case::skippable_after(InfoStream::FrameThen(b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec()))]
fn sound_streams_hold_the_info_members(
    #[case] stream: InfoStream,
    #[values(FrameSize::Declared, FrameSize::Streamed, FrameSize::StreamedWindowLog(27))] frame: FrameSize,
    #[values(Checksum::Absent, Checksum::Right)] checksum: Checksum,
) {
    let stream = info_entry(CondaContainer {
        stream,
        frame,
        checksum,
        ..CondaContainer::default()
    });
    assert_eq!(paths(&zstd::decode_all(&*stream).unwrap()), INFO);
}

#[test]
fn several_frames_are_several() {
    let stream = info_entry(CondaContainer {
        stream: InfoStream::Frames(3),
        ..CondaContainer::default()
    });
    let magic = b"\x28\xb5\x2f\xfd";
    assert_eq!(stream.windows(4).filter(|w| w == magic).count(), 3);
}

#[rstest]
#[case::cut(InfoStream::Cut(Cut::Half), Checksum::Absent)]
#[case::junk_after(InfoStream::FrameThen(b"junk".to_vec()), Checksum::Absent)]
#[case::not_zstd(InfoStream::Bytes(b"not zstd".to_vec()), Checksum::Absent)]
#[case::checksum(InfoStream::Frame, Checksum::Wrong)]
fn broken_streams_are_broken(#[case] stream: InfoStream, #[case] checksum: Checksum) {
    let stream = info_entry(CondaContainer {
        stream,
        checksum,
        ..CondaContainer::default()
    });
    assert!(zstd::decode_all(&*stream).is_err());
}

#[rstest]
#[case::random(noise(2000))]
#[case::nothing(Vec::new())]
fn frames_of_anything_are_frames(#[case] content: Vec<u8>) {
    let stream = info_entry(CondaContainer {
        stream: InfoStream::FrameOf(content.clone()),
        ..CondaContainer::default()
    });
    assert_eq!(zstd::decode_all(&*stream).unwrap(), content);
}

/// The frame header descriptor: bits 6 and 7 and 5 say whether the content's size is there,
/// bit 2 whether a checksum is; without a size the next byte has the window's exponent.
#[rstest]
#[case::default(FrameSize::Streamed, 21)]
#[case::largest_that_decoders_allow(FrameSize::StreamedWindowLog(27), 27)]
#[case::beyond(FrameSize::StreamedWindowLog(28), 28)]
fn a_streamed_frame_says_its_window(#[case] frame: FrameSize, #[case] log: u8) {
    let stream = info_entry(CondaContainer {
        frame,
        ..CondaContainer::default()
    });
    assert_eq!(stream[4] & 0b1110_0000, 0);
    assert_eq!(10 + (stream[5] >> 3), log);
    assert_eq!(zstd::decode_all(&*stream).is_ok(), log <= 27);
}

#[test]
fn a_frame_declares_its_size_and_its_checksum() {
    let stream = info_entry(CondaContainer {
        checksum: Checksum::Right,
        ..CondaContainer::default()
    });
    let size = zstd::decode_all(&*stream).unwrap().len() as u64;
    assert_eq!(
        zstd::zstd_safe::get_frame_content_size(&stream).unwrap(),
        Some(size)
    );
    assert_eq!(stream[4] & 0b100, 0b100);
}

#[test]
fn the_crc_is_wrong_where_asked() {
    let crcs = |crc| {
        let bytes = lock().conda_with(CondaContainer {
            crc,
            ..CondaContainer::default()
        });
        let (local, central) = header_positions(&bytes, "info-lock-1.0-0.tar.zst");
        (
            bytes[local + 14..][..4].to_vec(),
            bytes[central + 16..][..4].to_vec(),
            archive(&bytes)
                .by_index(2)
                .unwrap()
                .read_to_end(&mut Vec::new())
                .is_ok(),
        )
    };
    let (right, same, readable) = crcs(Crc::Right);
    assert!(right == same && readable);
    let (local, central, readable) = crcs(Crc::WrongInLocalHeader);
    assert!(local != right && central == right && readable);
    let (local, central, readable) = crcs(Crc::WrongInDirectory);
    assert!(local == right && central != right && !readable);
}

#[rstest]
#[case(ZipFormat::Zip32, 0, false)]
#[case(ZipFormat::Zip64Entries, 3, false)]
#[case(ZipFormat::Zip64, 3, true)]
fn zip64_fields_are_there_when_asked_for(#[case] zip: ZipFormat, #[case] entries: usize, #[case] end: bool) {
    let bytes = lock().conda_with(CondaContainer {
        zip,
        ..CondaContainer::default()
    });
    let mut archive = archive(&bytes);
    let with_sentinel = (0..archive.len())
        .filter(|&n| {
            let start = archive.by_index(n).unwrap().header_start() as usize;
            bytes[start + 18..start + 26] == [0xff; 8]
        })
        .count();
    assert_eq!(with_sentinel, entries);
    assert_eq!(bytes.windows(4).any(|w| w == b"PK\x06\x06"), end);
    let info = zstd::decode_all(&*entry(&bytes, "info-lock-1.0-0.tar.zst")).unwrap();
    assert_eq!(paths(&info), INFO);
}

#[test]
fn bytes_around_the_zip_archive_are_kept() {
    let sound = lock().conda();
    let bytes = lock().conda_with(CondaContainer {
        before: b"before".to_vec(),
        after: b"after".to_vec(),
        ..CondaContainer::default()
    });
    assert_eq!(bytes, [b"before", &sound[..], b"after"].concat());
    assert_eq!(names(&bytes), names(&sound));
}

#[rstest]
#[case(Cut::Half, 0.5)]
#[case(Cut::At(0), 0.0)]
#[case(Cut::Short(1), 1.0)]
fn a_cut_package_is_the_start_of_a_sound_one(#[case] cut: Cut, #[case] share: f64) {
    let sound = lock().conda();
    let bytes = lock().conda_with(CondaContainer {
        cut,
        ..CondaContainer::default()
    });
    assert!(bytes.len() < sound.len() && sound.starts_with(&bytes));
    assert!((bytes.len() as f64 - share * sound.len() as f64).abs() <= 1.0);
}

#[test]
fn a_bomb_is_small_and_says_its_size() {
    const SIZE: u64 = 1 << 28;
    let bomb = lock().info_entry(Member::zeros("info/bomb", SIZE));
    let bytes = bomb.conda_with(CondaContainer {
        level: 1,
        ..CondaContainer::default()
    });
    assert!(bytes.len() < 50_000, "{} bytes", bytes.len());
    let stream = entry(&bytes, "info-lock-1.0-0.tar.zst");
    let size = zstd::zstd_safe::get_frame_content_size(&stream).unwrap();
    assert!(size.unwrap() > SIZE);
}

#[test]
fn gzip_is_gzip() {
    let deflated = b"\x33\x34\x32\x36\x31\x35\x33\xb7\xb0\x04\x00";
    let (crc, size) = (0xcbf4_3926_u32.to_le_bytes(), 9_u32.to_le_bytes());
    let bytes = gzip(b"123456789");
    assert_eq!(&bytes[..3], b"\x1f\x8b\x08");
    assert_eq!(&bytes[10..], [&deflated[..], &crc, &size].concat());
}
