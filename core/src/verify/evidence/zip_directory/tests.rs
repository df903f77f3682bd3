//! Hostile archives; what is wrong with others is tested with the rules.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8], limits: &Limits) -> Result<ZipDirectory, PackageError> {
    ZipDirectory::read(&mut Cursor::new(bytes), bytes.len() as u64, limits).unwrap()
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
    assert!(!few.fits_together());
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
    assert!(directory.members.is_empty() && directory.fits_together());
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
        let _ = read(&parts.concat(), &Limits::default());
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
    }
}
