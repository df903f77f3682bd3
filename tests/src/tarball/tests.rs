use std::io::Read as _;

use rstest::rstest;
use tar::{Archive, EntryType};

use super::*;

/// Returns the path and content of every entry, as the tar crate reads them.
fn read(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    Archive::new(bytes)
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (
                String::from_utf8(entry.path_bytes().into_owned()).unwrap(),
                content,
            )
        })
        .collect()
}

fn pair(path: &str, content: &[u8]) -> (String, Vec<u8>) {
    (path.to_owned(), content.to_owned())
}

#[rstest]
fn every_path_format_reads_back(
    #[values(
        PathFormat::Header,
        PathFormat::GnuLongName,
        PathFormat::Pax,
        PathFormat::UstarPrefix
    )]
    paths: PathFormat,
    #[values(TarEnd::TwoBlocks, TarEnd::Record, TarEnd::Missing)] end: TarEnd,
) {
    let long = format!("{}/{}", "d".repeat(90), "f".repeat(90));
    let tar = Tarball {
        paths,
        end,
        ..Tarball::new([
            Member::file("info/index.json", "{}"),
            Member::file(long.as_str(), [7; 512]),
            Member::file("top", ""),
        ])
    };
    let bytes = tar.bytes();
    assert_eq!(
        read(&bytes),
        [
            pair("info/index.json", b"{}"),
            pair(&long, &[7; 512]),
            pair("top", b"")
        ]
    );
    assert_eq!(tar.size(), bytes.len() as u64);
}

#[rstest]
#[case::gnu(PathFormat::GnuLongName, b'L', "info/index.json")]
#[case::pax(PathFormat::Pax, b'x', "named-by-pax")]
fn a_forced_extension_is_there(#[case] paths: PathFormat, #[case] kind: u8, #[case] header_name: &str) {
    let tar = Tarball {
        paths,
        ..Tarball::new([Member::file("info/index.json", "{}")])
    };
    let bytes = tar.bytes();
    assert_eq!(bytes[156], kind);
    let header = &bytes[1024..];
    assert_eq!(&header[..header_name.len()], header_name.as_bytes());
    assert_eq!(header[header_name.len()], 0);
}

#[rstest]
#[case(TarEnd::TwoBlocks, 1, 2048)]
#[case(TarEnd::Missing, 1, 1024)]
#[case(TarEnd::Record, 1, 10_240)]
#[case(TarEnd::Record, 10_240 - 1536, 10_240)]
#[case(TarEnd::Record, 10_240 - 1535, 20_480)]
fn the_end_is_as_long_as_asked(#[case] end: TarEnd, #[case] file: usize, #[case] size: u64) {
    let members = Tarball::new([Member::file("a", vec![1; file])]);
    assert_eq!(Tarball { end, ..members }.size(), size);
}

#[test]
fn a_ustar_prefix_holds_the_directory() {
    let tar = Tarball {
        paths: PathFormat::UstarPrefix,
        ..Tarball::new([Member::file("info/index.json", "{}")])
    };
    let bytes = tar.bytes();
    assert_eq!(&bytes[..11], b"index.json\0");
    assert_eq!(&bytes[257..265], b"ustar\x0000");
    assert_eq!(&bytes[345..350], b"info\0");
}

#[test]
fn members_that_are_not_files_have_their_type_and_target() {
    let far = "t".repeat(150);
    let bytes = Tarball::new([
        Member::symlink("a", "b"),
        Member::hardlink("c", far.as_str()),
        Member::directory("d/"),
        Member::fifo("e"),
    ])
    .bytes();
    let mut archive = Archive::new(bytes.as_slice());
    let seen: Vec<_> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let target = entry.link_name_bytes().map(|t| t.len());
            (entry.header().entry_type(), target)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (EntryType::Symlink, Some(1)),
            (EntryType::Link, Some(150)),
            (EntryType::Directory, None),
            (EntryType::Fifo, None),
        ]
    );
}

#[test]
fn a_pax_path_overrides_the_header() {
    let bytes = Tarball::new([Member::file("decoy", "{}").pax("path", "info/index.json")]).bytes();
    assert_eq!(read(&bytes), [pair("info/index.json", b"{}")]);
}

#[test]
fn a_pax_size_and_the_header_size_can_disagree() {
    let bytes = Tarball::new([
        Member::file("a", [1; 600]).declared_size(5).pax("size", "600"),
        Member::file("b", "after"),
    ])
    .bytes();
    assert_eq!(read(&bytes), [pair("a", &[1; 600]), pair("b", b"after")]);
    let header = Header::from_byte_slice(&bytes[1024..1536]);
    assert_eq!(header.entry_size().unwrap(), 5);
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(88)]
#[case(89)]
#[case(90)]
#[case(988)]
fn a_pax_record_counts_its_own_digits(#[case] length: usize) {
    let record = pax_record("path", &vec![b'v'; length]);
    let digits = record.iter().position(|&b| b == b' ').unwrap();
    let said: usize = str::from_utf8(&record[..digits]).unwrap().parse().unwrap();
    assert_eq!(said, record.len());
}

#[test]
fn a_sparse_file_is_zeros_but_for_its_pieces() {
    let bytes = Tarball::new([
        Member::sparse("s", 5000, [(512, vec![1; 512]), (4000, vec![2; 100])]),
        Member::file("b", "after"),
    ])
    .bytes();
    let mut expected = vec![0; 5000];
    expected[512..1024].fill(1);
    expected[4000..4100].fill(2);
    assert_eq!(read(&bytes), [pair("s", &expected), pair("b", b"after")]);
}

#[test]
fn a_huge_sparse_file_is_small() {
    let tar = Tarball::new([Member::sparse("s", 1 << 40, [(0, b"{}".to_vec())])]);
    assert_eq!(tar.size(), 4 * 512);
    let bytes = tar.bytes();
    let mut archive = Archive::new(bytes.as_slice());
    let entry = archive.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(entry.size(), 1 << 40);
}

#[test]
fn zeros_have_the_size_they_say() {
    let tar = Tarball::new([Member::zeros("z", 3 << 20), Member::file("b", "after")]);
    let read = read(&tar.bytes());
    assert_eq!(read[0].1.len(), 3 << 20);
    assert!(read[0].1.iter().all(|&b| b == 0));
    assert_eq!(read[1], pair("b", b"after"));
}

#[test]
fn numbered_members_are_empty_files_with_their_number() {
    let bytes = Tarball::new([Member::numbered("n/", 12)]).bytes();
    let paths: Vec<String> = read(&bytes).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths.len(), 12);
    assert_eq!((paths[0].as_str(), paths[11].as_str()), ("n/0", "n/11"));
}

#[rstest]
#[case::gnu(Extension::GnuLongName)]
#[case::link(Extension::GnuLongLink)]
#[case::pax(Extension::Pax)]
fn an_extension_has_the_size_asked_for(#[case] extension: Extension) {
    let bytes = Tarball::new([Member::behind("b", extension, 10_000)]).bytes();
    let header = Header::from_byte_slice(&bytes[..512]);
    assert_eq!(header.entry_size().unwrap(), 10_000);
    let read = read(&bytes);
    assert_eq!(read.len(), 1);
    match extension {
        Extension::GnuLongName => assert_eq!(read[0].0, "a".repeat(9_999)),
        _ => assert_eq!(read[0].0, "b"),
    }
}

#[test]
fn headers_can_be_broken() {
    let bytes = Tarball::new([Member::file("a", "").wrong_checksum()]).bytes();
    let mut archive = Archive::new(bytes.as_slice());
    assert!(archive.entries().unwrap().next().unwrap().is_err());

    let bytes = Tarball::new([Member::file("a", "").header_bytes(156, b"3")]).bytes();
    let mut archive = Archive::new(bytes.as_slice());
    let device = archive.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(device.header().entry_type(), EntryType::Char);
}
