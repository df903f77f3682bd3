//! A005, A006, A008 and A009: what the zip says.

use towpath_tests::{CondaContainer, Crc, EntryOrder, ZipFormat};

use super::{conda, conda_file, zip, zip_member};
use crate::case::{Case, sound};

pub(super) fn cases() -> Vec<Case> {
    [headers(), layout()].into_iter().flatten().collect()
}

fn headers() -> Vec<Case> {
    let crc = |crc| CondaContainer {
        crc,
        ..CondaContainer::default()
    };
    let large = |zip| CondaContainer {
        zip,
        ..CondaContainer::default()
    };
    // A field with the times of the file, and one with another name behind a version and a checksum.
    let times = b"UT\x05\0\x01\0\0\0\0".to_vec();
    let renamed = b"\x75\x70\x0c\0\x01\0\0\0\0evil.js".to_vec();
    let content = |bytes: &[u8]| {
        let info = b"info-demo-1.0-h1234567_0.tar.zst";
        bytes.windows(info.len()).position(|name| name == info).unwrap() + info.len() + 40
    };
    vec![
        conda(
            "A005",
            true,
            "two checksums: before",
            crc(Crc::WrongInLocalHeader),
        ),
        conda(
            "A005",
            true,
            "two checksums: directory",
            crc(Crc::WrongInDirectory),
        ),
        conda_file("A005", true, "damaged content", {
            let mut bytes = sound().conda();
            let at = content(&bytes);
            bytes[at] ^= 1;
            bytes
        }),
        conda_file("A005", true, "damaged metadata.json", {
            let mut bytes = sound().conda();
            bytes[50] ^= 1;
            bytes
        }),
        conda_file("A005", true, "no header before the data", {
            let mut bytes = sound().conda();
            let at = content(&bytes) - 40 - 32 - 30;
            bytes[at] ^= 1;
            bytes
        }),
        zip_member("A005", true, "two names", |member| {
            member.local_name = Some(b"info-demo-1.0-h1234567_1.tar.zst".to_vec());
        }),
        zip_member("A005", true, "two names by an extra field", |member| {
            member.central_extra = renamed;
        })
        .also(["A008"]),
        zip_member("A005", true, "a broken extra field", |member| {
            member.local_extra = b"UT\x99\0\x01".to_vec();
        }),
        zip_member("A005", true, "stored, with two sizes", |member| {
            member.more_size = 7;
        }),
        zip_member("A005", true, "other sizes behind the data", |member| {
            member.descriptor = Some(1);
        }),
        zip_member("A005", true, "two times", |member| member.local_time = 1),
        zip_member("A005", false, "sizes behind the data", |member| {
            member.descriptor = Some(0);
        })
        .also(["A008"]),
        conda("A005", false, "zip64 sizes", large(ZipFormat::Zip64Entries)).also(["A008"]),
        conda("A008", true, "zip64 sizes", large(ZipFormat::Zip64Entries)),
        zip_member("A008", true, "times", |member| member.local_extra = times),
        zip_member("A008", true, "sizes behind the data", |member| {
            member.descriptor = Some(0);
        }),
        zip("A008", false, "nothing of the kind", |_| ()),
    ]
}

fn layout() -> Vec<Case> {
    let around = |before: &[u8], after: &[u8]| CondaContainer {
        before: before.to_vec(),
        after: after.to_vec(),
        ..CondaContainer::default()
    };
    vec![
        conda("A006", true, "bytes before it", around(b"before", b"")),
        conda("A006", true, "bytes behind it", around(b"", b"after")),
        zip("A006", true, "bytes between members", |zip| {
            zip.between = b"!".to_vec();
        }),
        zip("A006", true, "bytes behind the directory", |zip| {
            zip.behind_directory = b"four".to_vec();
        }),
        zip("A006", true, "a comment", |zip| {
            zip.comment = b"Hello!".to_vec();
        }),
        zip_member("A006", true, "a comment on a member", |member| {
            member.comment = b"Hello!".to_vec();
        }),
        zip("A006", true, "a second archive around it", |zip| {
            let other = zip.bytes();
            zip.between = other;
        }),
        zip("A006", true, "an end in the comment", |zip| {
            zip.comment = zip.bytes()[zip.bytes().len() - 22..].to_vec();
            zip.comment[20] = 9;
        }),
        zip("A006", true, "a member less than there are", |zip| {
            zip.more_members = -1;
        }),
        zip("A006", true, "a member more than there are", |zip| {
            zip.more_members = 1;
        }),
        zip("A006", true, "two ends that contradict each other", |zip| {
            zip.zip64 = Some(1);
        }),
        conda_file("A006", true, "a directory elsewhere", {
            let mut bytes = sound().conda();
            let at = bytes.len() - 6;
            bytes[at] ^= 1;
            bytes
        }),
        zip("A006", false, "both kinds of ends", |zip| zip.zip64 = Some(0)),
        conda(
            "A006",
            false,
            "both kinds of ends by a library",
            CondaContainer {
                zip: ZipFormat::Zip64,
                ..CondaContainer::default()
            },
        )
        .also(["A008"]),
        conda("A006", false, "nothing between", CondaContainer::default()),
        conda(
            "A009",
            true,
            "info first",
            CondaContainer {
                order: EntryOrder::InfoFirst,
                ..CondaContainer::default()
            },
        ),
        zip("A009", false, "metadata.json last", |zip| {
            zip.members.rotate_left(1);
        }),
    ]
}
