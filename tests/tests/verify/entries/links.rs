//! Where links lead.

use towpath_tests::Kind::{Conda, TarBz2};

use super::sound_for;
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [hard_links(), symbolic_links()].into_iter().flatten().collect()
}

fn hard_links() -> Vec<Case> {
    let link = |target: &str| sound().hardlink("bin/demo", target);
    vec![
        breaks("B105", "to an earlier file", &link("share/demo/demo.txt"), Conda),
        breaks(
            "B105",
            "to another spelling of it",
            &link("./share//demo/demo.txt"),
            TarBz2,
        ),
        breaks("B105", "to nothing", &link("share/nothing"), TarBz2),
        breaks("B105", "to itself", &link("bin/demo"), TarBz2),
        breaks("B105", "to an absolute path", &link("/etc/passwd"), Conda),
        breaks("B105", "out of the package", &link("../passwd"), Conda),
        breaks("B105", "into the other tarball", &link("info/index.json"), Conda),
        breaks(
            "B105",
            "to a later file",
            &link("share/demo/demo.txt").order_last(["share/demo/demo.txt"]),
            Conda,
        ),
        breaks(
            "B105",
            "to a symbolic link",
            &sound_for("linux-64").symlink("a", "b").hardlink("c", "a"),
            Conda,
        )
        .also(["E407", "F509"]),
        keeps("B105", "a copy", &sound().payload("bin/demo", "demo"), Conda),
    ]
}

fn symbolic_links() -> Vec<Case> {
    let link = |path: &str, target: &str| sound_for("linux-64").symlink(path, target);
    vec![
        breaks(
            "B106",
            "to an absolute path",
            &link("bin/demo", "/usr/bin/demo"),
            Conda,
        ),
        breaks("B106", "to a drive", &link("bin/demo", "C:/demo"), Conda).also(["E407"]),
        breaks(
            "B106",
            "above the prefix",
            &link("bin/demo", "../../demo"),
            TarBz2,
        ),
        breaks(
            "B106",
            "above the prefix in the end",
            &link("bin/demo", "../a/../../b"),
            Conda,
        ),
        breaks("B106", "to nothing", &link("bin/demo", ""), Conda),
        breaks("B106", "to a control character", &link("bin/demo", "a\tb"), Conda).also(["E407"]),
        keeps("B106", "to the prefix", &link("bin/demo", "../share/../."), Conda),
        keeps(
            "B106",
            "into a package that is not here",
            &link("lib/a/b", "../../bin/python"),
            TarBz2,
        )
        .also(["E407"]),
        breaks(
            "B120",
            "a link in a noarch package",
            &sound().symlink("bin/demo", "demo2"),
            Conda,
        )
        .also(["E407"]),
        breaks(
            "B120",
            "a link in a package for Windows",
            &sound_for("win-64").symlink("bin/demo", "demo2"),
            TarBz2,
        )
        .also(["E407"]),
        keeps(
            "B120",
            "a link for macOS",
            &sound_for("osx-64").symlink("bin/demo", "demo2"),
            Conda,
        )
        .also(["E407"]),
    ]
}
