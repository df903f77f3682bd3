//! What members say of their owners, permissions and times.

use towpath_tests::Kind::{Conda, TarBz2};
use towpath_tests::PackageBuilder;
use towpath_tests::tarball::Member;

use super::sound_for;
use crate::case::{Case, breaks, keeps, sound};

/// Where fields are in a header.
const MODE: usize = 100;
const UID: usize = 108;
const GID: usize = 116;
const MTIME: usize = 136;
const USER: usize = 265;

/// A package with two files whose headers have something else in a field.
fn with(package: PackageBuilder, field: usize, bytes: &str) -> PackageBuilder {
    ["bin/a", "bin/b"].into_iter().fold(package, |package, path| {
        package.payload_entry(Member::file(path, "x").header_bytes(field, bytes))
    })
}

fn directory(mode: &str) -> PackageBuilder {
    sound().payload_entry(Member::directory("share/").header_bytes(MODE, mode))
}

pub(super) fn cases() -> Vec<Case> {
    let mode = |mode: &str| with(sound(), MODE, mode);
    let time = |time: &str| with(sound(), MTIME, time);
    vec![
        breaks("B108", "set-user-id", &mode("0004755"), Conda),
        breaks("B108", "set-group-id and sticky", &directory("0003755"), TarBz2).also(["B113"]),
        keeps("B108", "a program", &mode("0000755"), Conda),
        breaks("B109", "writable for all", &mode("0000666"), Conda),
        breaks("B109", "unreadable", &mode("0000044"), TarBz2),
        breaks(
            "B109",
            "a directory that nobody enters",
            &directory("0000644"),
            Conda,
        )
        .also(["B113"]),
        keeps("B109", "writable for a group", &mode("0000664"), Conda),
        keeps(
            "B109",
            "writable for all on Windows",
            &with(sound_for("win-64"), MODE, "0000666"),
            Conda,
        ),
        keeps(
            "B109",
            "a symbolic link, of which nobody asks",
            &sound_for("linux-64").payload_entry(Member::symlink("a", "b").header_bytes(MODE, "0000777")),
            Conda,
        )
        .also(["E407", "F509"]),
        breaks("B110", "a number", &with(sound(), UID, "0001750"), Conda),
        breaks("B110", "a group", &with(sound(), GID, "0000144"), Conda),
        breaks("B110", "a name", &with(sound(), USER, "alice"), TarBz2),
        keeps("B110", "root", &with(sound(), USER, "root"), Conda),
        breaks("B111", "1979", &time("02263522777"), Conda),
        breaks("B111", "in the year 2038", &time("17777777777"), TarBz2),
        keeps("B111", "1980", &time("02263523000"), Conda),
        keeps("B111", "a few hours ahead", &time("14525160000"), Conda),
    ]
}
