//! Paths that are not possible, or not the same, on every machine.

use towpath_tests::Kind::{Conda, TarBz2};
use towpath_tests::PackageBuilder;
use towpath_tests::tarball::Member;

use super::sound_for;
use crate::case::{Case, breaks, keeps, sound};

fn with<const COUNT: usize>(package: PackageBuilder, paths: [&str; COUNT]) -> PackageBuilder {
    paths
        .into_iter()
        .fold(package, |package, path| package.payload(path, "x"))
}

pub(super) fn cases() -> Vec<Case> {
    [collisions(), names(), lengths()].into_iter().flatten().collect()
}

fn collisions() -> Vec<Case> {
    vec![
        breaks(
            "B116",
            "files",
            &with(sound(), ["share/README", "share/readme"]),
            Conda,
        ),
        breaks(
            "B116",
            "directories, once for all that is in them",
            &with(
                sound_for("osx-64"),
                [
                    "include/Demo/a",
                    "include/Demo/b",
                    "include/demo/a",
                    "include/demo/b",
                ],
            ),
            TarBz2,
        ),
        breaks(
            "B116",
            "files that are two on Linux",
            &with(sound_for("linux-64"), ["share/terminfo/A", "share/terminfo/a"]),
            Conda,
        ),
        breaks(
            "B116",
            "an accent of its own",
            &with(sound(), ["share/caf\u{e9}", "share/cafe\u{301}"]),
            Conda,
        )
        .also(["B118"]),
        keeps(
            "B116",
            "the same name in two directories, and a dash",
            &with(sound(), ["a/B", "b/b", "a-b", "a_b", "a/b-"]),
            Conda,
        )
        .also(["F509"]),
    ]
}

fn names() -> Vec<Case> {
    let named = |path: &str| with(sound(), [path]);
    vec![
        breaks("B117", "a device", &named("share/Aux.txt"), Conda),
        breaks(
            "B117",
            "a directory with a dot at its end",
            &named("share/a./b"),
            Conda,
        ),
        breaks("B117", "a space at the end", &named("share/a "), TarBz2).also(["B119"]),
        breaks("B117", "a question mark", &named("share/what?"), Conda),
        breaks(
            "B117",
            "a page on Linux",
            &with(sound_for("linux-64"), ["man/A::B.3"]),
            Conda,
        ),
        keeps("B117", "no device", &named("share/console/com10.lpt1"), Conda),
        breaks("B118", "an umlaut", &named("share/na\u{ef}ve"), TarBz2),
        breaks(
            "B118",
            "no UTF-8",
            &sound().payload_entry(Member::file(*b"share/\xff", "x")),
            Conda,
        ),
        breaks(
            "B119",
            "a space",
            &with(sound(), ["share/read me", "share/read me too"]),
            Conda,
        ),
        keeps("B119", "none", &named("share/read_me"), Conda),
    ]
}

fn lengths() -> Vec<Case> {
    let path = |length: usize| {
        let name = "/a".repeat(length / 2);
        format!("a{}", &name[..length - 1])
    };
    vec![
        breaks("B118", "a long path", &with(sound(), [path(201).as_str()]), Conda).also(["F509"]),
        breaks(
            "B118",
            "a long path for macOS",
            &with(sound_for("osx-64"), [path(201).as_str()]),
            Conda,
        )
        .also(["F509"]),
        breaks(
            "B118",
            "a long name",
            &with(sound(), ["a".repeat(256).as_str()]),
            Conda,
        )
        .also(["F509"]),
        keeps(
            "B118",
            "a path of 200",
            &with(sound(), [path(199).as_str(), &"b".repeat(200)]),
            TarBz2,
        )
        .also(["F509"]),
    ]
}
