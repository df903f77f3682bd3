//! Hostile archives; what is wrong with others is tested with the rules.

use std::io::{Cursor, Read, Write};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn read(bytes: &[u8], limits: &Limits) -> Result<ZipDirectory, PackageError> {
    ZipDirectory::read(&mut Cursor::new(bytes), limits)
}

/// The content of all members, in the order of the directory.
fn contents(bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let limits = Limits::default();
    let mut archive = Cursor::new(bytes);
    let mut reader =
        ZipReader::open(&mut archive, Look::Brief, &limits).map_err(|error| error.to_string())?;
    let count = reader.names().len();
    let mut contents = Vec::new();
    for position in 0..count {
        let mut content = reader.content(position).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        // What hostile archives can make of a few bytes is bounded where content is read.
        let read = content.by_ref().take(1 << 20).read_to_end(&mut bytes);
        read.map_err(|error| error.to_string())?;
        contents.push(bytes);
    }
    Ok(contents)
}

fn archive(members: &[Vec<u8>], method: CompressionMethod, large: bool) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (number, content) in members.iter().enumerate() {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(large);
        writer.start_file(format!("member-{number}"), options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Where the directory of an archive with one member is.
fn directory_of(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"PK\x01\x02").unwrap()
}

/// What a change to the one header, the other or both does to an archive of one stored member.
#[rstest]
#[case::checksum_in_the_directory(None, Some(16), "it has another CRC-32")]
#[case::fewer_bytes(None, Some(20), "it has fewer bytes")]
#[case::more_bytes(None, Some(24), "it has more bytes")]
#[case::encrypted(
    Some(6),
    Some(8),
    "member-0 cannot be read from the zip archive: it is encrypted"
)]
#[case::encrypted_before_its_data(
    Some(6),
    None,
    "member-0 cannot be read from the zip archive: it is encrypted"
)]
#[case::method(
    Some(8),
    Some(10),
    "member-0 cannot be read from the zip archive: it is compressed by method 1, neither stored nor deflated"
)]
#[case::method_of_one(
    None,
    Some(10),
    "member-0 cannot be read from the zip archive: the directory has another name or method for it than the \
     header before its data"
)]
#[case::name_of_one(
    Some(30),
    None,
    "member-0 cannot be read from the zip archive: the directory has another name or method for it than the \
     header before its data"
)]
#[case::no_header(
    Some(0),
    None,
    "member-0 cannot be read from the zip archive: there is no header where the directory says that it is"
)]
fn content_is_what_the_directory_says_or_refused(
    #[case] local: Option<usize>,
    #[case] central: Option<usize>,
    #[case] refusal: &str,
) {
    let mut bytes = archive(&[b"content".to_vec()], CompressionMethod::Stored, false);
    let directory = directory_of(&bytes);
    for at in local.into_iter().chain(central.map(|at| directory + at)) {
        bytes[at] ^= 1;
    }
    assert_eq!(contents(&bytes).unwrap_err(), refusal);
}

/// Changes two bytes of an archive with one stored member, of which the second is in the directory.
fn changed(local: usize, central: usize, change: u8) -> Vec<u8> {
    let mut bytes = archive(&[b"content".to_vec()], CompressionMethod::Stored, false);
    let directory = directory_of(&bytes);
    bytes[local] ^= change;
    bytes[directory + central] ^= change;
    bytes
}

#[rstest]
#[case::patch(6, 8, 1 << 5, "it is a patch to another archive")]
#[case::version(4, 6, 0x40, "it needs version 7.4 of the zip format, which is not out yet")]
#[case::more_than_there_is(18, 20, 0x80, "its data does not end before the directory")]
#[case::far_more_than_there_is(21, 23, 0x7f, "its data does not end before the directory")]
fn what_conda_does_not_read_is_refused(
    #[case] local: usize,
    #[case] central: usize,
    #[case] change: u8,
    #[case] reason: &str,
) {
    let refused = format!("member-0 cannot be read from the zip archive: {reason}");
    assert_eq!(contents(&changed(local, central, change)).unwrap_err(), refused);
}

#[test]
fn who_goes_on_after_a_refusal_is_refused_again() {
    let bytes = changed(22, 24, 1);
    let limits = Limits::default();
    let mut archive = Cursor::new(&bytes);
    let mut reader = ZipReader::open(&mut archive, Look::Brief, &limits).unwrap();
    let mut content = reader.content(0).unwrap();
    let mut some = [0; 7];
    for _ in 0..2 {
        let error = content.read(&mut some).unwrap_err();
        assert!(is_mismatch(&error), "{error}");
    }
}

/// What says where the directory is: 12 bytes before the end is its size, then where it begins.
#[rstest]
#[case::size(10)]
#[case::offset(6)]
fn a_directory_that_python_finds_elsewhere_is_not_read(#[case] before_end: usize) {
    let mut bytes = archive(&[b"content".to_vec()], CompressionMethod::Stored, false);
    let at = bytes.len() - before_end;
    bytes[at] += 1;
    let refused = contents(&bytes).unwrap_err();
    assert!(
        refused.ends_with("its directory is not where its end says"),
        "{refused}"
    );
}

#[rstest]
#[case::cut(b"PK\x05\x06\0\0".to_vec())]
#[case::in_the_comment(
    [&b"PK\x05\x06"[..], &[0; 16], &[4, 0], b"PK\x05\x06"].concat()
)]
fn an_end_that_python_does_not_find_is_none(#[case] bytes: Vec<u8>) {
    let refused = contents(&bytes).unwrap_err();
    assert!(refused.contains("it has no end"), "{refused}");
}

#[test]
fn sizes_and_checksums_before_the_data_are_not_asked() {
    let mut bytes = archive(&[b"content".to_vec()], CompressionMethod::Stored, false);
    for at in [14, 18, 22] {
        bytes[at] ^= 1;
    }
    assert_eq!(contents(&bytes).unwrap(), [b"content"]);
}

#[test]
fn offsets_may_not_count_what_stands_before_the_archive() {
    let bytes = archive(&[b"content".to_vec()], CompressionMethod::Stored, false);
    assert_eq!(
        contents(&[b"before".to_vec(), bytes].concat()).unwrap(),
        [b"content"]
    );
}

/// A header of the directory without a name, of a member whose local header is at the beginning.
const CENTRAL: &[u8] =
    b"PK\x01\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// An archive with `count` members that all have one local header, whose name is as long as can be.
fn one_header_for_many(count: u16) -> Vec<u8> {
    let local = [&b"PK\x03\x04"[..], &[0; 22], &[0xff, 0xff, 0, 0], &[b'a'; 0xffff]].concat();
    let directory = CENTRAL.repeat(count.into());
    let numbers = [directory.len() as u32, local.len() as u32].map(u32::to_le_bytes);
    let counts = [count, count].map(u16::to_le_bytes);
    let end = [
        &b"PK\x05\x06\0\0\0\0"[..],
        &counts.concat(),
        &numbers.concat(),
        &[0, 0],
    ]
    .concat();
    [local, directory, end].concat()
}

#[test]
fn the_same_bytes_count_each_time_that_they_are_read() {
    let limits = Limits {
        zip_directory_bytes: 4 << 20,
        ..Limits::default()
    };
    let few = read(&one_header_for_many(40), &limits).unwrap();
    assert_eq!(few.members.len(), 40);
    assert!(!few.slips.is_empty());
    let many = read(&one_header_for_many(80), &limits);
    assert!(matches!(
        many,
        Err(PackageError::ZipDirectoryTooLarge { limit: 4_194_304 })
    ));
}

#[test]
fn archives_without_members_are_archives() {
    let end = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    let directory = read(&end, &Limits::default()).unwrap();
    assert!(directory.members.is_empty() && directory.slips.is_empty());
}

/// Bytes that mean something in zip archives, and others.
fn part() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"PK\x01\x02".to_vec()),
        Just(b"PK\x03\x04".to_vec()),
        Just(b"PK\x05\x06".to_vec()),
        Just(b"PK\x06\x06".to_vec()),
        Just(b"PK\x06\x07".to_vec()),
        Just(b"PK\x07\x08".to_vec()),
        Just(vec![0; 18]),
        Just(vec![0xff; 8]),
        Just(b"\x01\0\x08\0".to_vec()),
        proptest::collection::vec(0_u8..60, 1..12),
    ]
}

proptest! {
    #[test]
    fn nothing_makes_it_stumble(parts in proptest::collection::vec(part(), 0..40)) {
        let bytes = parts.concat();
        let _ = read(&bytes, &Limits::default());
        let _ = contents(&bytes);
    }

    #[test]
    fn what_was_written_is_read(
        members in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3000), 0..5),
        is_deflated: bool,
        large: bool,
    ) {
        let method = if is_deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let bytes = archive(&members, method, large);
        let directory = read(&bytes, &Limits::default()).unwrap();
        prop_assert!(directory.slips.is_empty());
        for member in &directory.members {
            prop_assert!(member.central.differences(member.local.as_ref().unwrap()).is_empty());
        }
        prop_assert_eq!(contents(&bytes).unwrap(), members);
    }

    #[test]
    fn damage_is_seen_or_does_no_harm(
        content in proptest::collection::vec(any::<u8>(), 1..300),
        is_deflated: bool,
        at: prop::sample::Index,
        change in 1_u8..,
    ) {
        let method = if is_deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let mut bytes = archive(std::slice::from_ref(&content), method, false);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        if let Ok(contents) = contents(&bytes) {
            prop_assert!(contents.is_empty() || contents == [content]);
        }
    }

    #[test]
    fn changes_do_not_make_it_stumble(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = one_header_for_many(3);
        let headers = bytes.len() - 3 * CENTRAL.len() - 22;
        for (at, byte) in changes {
            let at = headers + at.index(bytes.len() - headers);
            bytes[at] = byte;
        }
        let _ = read(&bytes, &Limits::default());
        let _ = contents(&bytes);
    }
}
