//! Headers of members, and the frame of the tarball.

use towpath_tests::Kind::{Conda, TarBz2};
use towpath_tests::PackageBuilder;
use towpath_tests::tarball::{Extension, Member, PathFormat, TarEnd};

use crate::case::{Case, breaks, keeps, sound};

const PATH: &str = "info/test/a";
/// Where the type is in a header.
const TYPE: usize = 156;

pub(super) fn cases() -> Vec<Case> {
    [extended(), extensions(), shapes(), frames()]
        .into_iter()
        .flatten()
        .collect()
}

fn with(member: Member) -> PackageBuilder {
    sound().info_entry(member)
}

fn file() -> Member {
    Member::file(PATH, "x".repeat(512))
}

/// A header of this type with these records before a member.
fn header(kind: &str, records: &str) -> Member {
    Member::file(format!("PaxHeaders/{}", records.len()), records).header_bytes(TYPE, kind)
}

fn extended() -> Vec<Case> {
    let long = format!("info/test/{}", "a".repeat(120));
    vec![
        breaks(
            "B114",
            "a size that the header does not have",
            &with(file().declared_size(0).pax("size", "512")),
            Conda,
        ),
        breaks(
            "B114",
            "a size that is no number",
            &with(file().pax("size", "+512")),
            Conda,
        ),
        breaks(
            "B114",
            "another path",
            &with(file().pax("path", "info/test/b")),
            TarBz2,
        ),
        breaks(
            "B114",
            "another target",
            &sound()
                .subdir("linux-64")
                .info_entry(Member::symlink("info/test/a", "b").pax("linkpath", "c")),
            Conda,
        ),
        breaks(
            "B114",
            "two paths",
            &with(file().pax("path", "info/test/b").pax("path", PATH)),
            Conda,
        ),
        breaks(
            "B114",
            "a path of PAX and another of GNU tar",
            &with(Member::file(long.as_str(), "x").pax("path", format!("{long}b"))),
            Conda,
        ),
        keeps(
            "B114",
            "a long path",
            &with(Member::file(long.as_str(), "x")),
            Conda,
        ),
        keeps(
            "B114",
            "a long path of PAX",
            &with(Member::file("info/test/a", "x").pax("path", long.as_str())),
            TarBz2,
        ),
        keeps(
            "B114",
            "time, a comment and the same again",
            &with(
                file()
                    .pax("mtime", "1700000000.25")
                    .pax("comment", "a\nb")
                    .pax("size", "512")
                    .pax("path", PATH),
            ),
            Conda,
        ),
    ]
}

fn extensions() -> Vec<Case> {
    vec![
        breaks(
            "B114",
            "records within a value",
            &with(file().pax("comment", "\n10 size=9")),
            Conda,
        ),
        breaks(
            "B114",
            "records that are none",
            &sound().info_entry(header("x", "5 a=b\n")).info_entry(file()),
            Conda,
        ),
        breaks(
            "B114",
            "two extended headers",
            &sound()
                .info_entry(header("x", "7 a=bc\n"))
                .info_entry(header("x", "6 a=b\n"))
                .info_entry(file()),
            TarBz2,
        ),
        breaks(
            "B114",
            "a size for all members",
            &sound()
                .info_entry(header("g", "12 size=512\n"))
                .info_entry(file()),
            Conda,
        ),
        keeps(
            "B114",
            "a comment for all members",
            &with(Member::behind(PATH, Extension::PaxGlobal, 60)),
            Conda,
        ),
        keeps(
            "B114",
            "long names for all",
            &sound().tar_paths(PathFormat::GnuLongName),
            Conda,
        ),
        keeps(
            "B114",
            "prefixes of ustar",
            &sound().tar_paths(PathFormat::UstarPrefix),
            TarBz2,
        ),
    ]
}

fn shapes() -> Vec<Case> {
    vec![
        breaks(
            "B114",
            "a file with holes",
            &with(Member::sparse(PATH, 4096, [(512, vec![b'x'])])),
            Conda,
        ),
        breaks(
            "B114",
            "a file with holes in PAX",
            &with(file().pax("GNU.sparse.major", "1").pax("GNU.sparse.minor", "0")),
            TarBz2,
        ),
        breaks(
            "B114",
            "a link with content",
            &sound()
                .subdir("linux-64")
                .info_entry(Member::symlink("info/test/a", "b").declared_size(512)),
            Conda,
        ),
        breaks(
            "B114",
            "a file with a slash at its end",
            &with(Member::file("info/test/", "").header_bytes(100, "0000755")),
            Conda,
        )
        .also(["B113"]),
        breaks(
            "B114",
            "a prefix that is none",
            &with(file().header_bytes(345, "elsewhere")),
            Conda,
        ),
        keeps("B114", "a directory", &sound().directory("info/test/"), Conda).also(["B113"]),
    ]
}

fn frames() -> Vec<Case> {
    let ended = |end| sound().tar_end(end);
    vec![
        breaks("B115", "a wrong checksum", &with(file().wrong_checksum()), Conda),
        breaks(
            "B115",
            "a member that is cut off",
            &with(file().declared_size(1 << 20)),
            TarBz2,
        ),
        breaks(
            "B115",
            "a mode that is no number",
            &with(file().header_bytes(100, "rw-r--r")),
            Conda,
        ),
        breaks("B115", "no end", &ended(TarEnd::Missing), Conda),
        breaks("B115", "half of an end", &ended(TarEnd::OneBlock), TarBz2),
        breaks(
            "B115",
            "something behind the end",
            &ended(TarEnd::Followed),
            TarBz2,
        ),
        breaks(
            "B115",
            "an extended header at the end",
            &sound().payload_entry(header("x", "6 a=b\n")),
            TarBz2,
        )
        .also(["E403"]),
        keeps("B115", "a whole record", &ended(TarEnd::Record), Conda),
        keeps("B115", "two blocks", &ended(TarEnd::TwoBlocks), TarBz2),
    ]
}
