//! Paths as the archive spells them, and members in each other's way.

use towpath_tests::Kind::{Conda, TarBz2};
use towpath_tests::tarball::Member;

use super::sound_for;
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [spellings(), duplicates(), links(), kinds()]
        .into_iter()
        .flatten()
        .collect()
}

fn spellings() -> Vec<Case> {
    let escape = |path: &str| sound().payload(path, "x");
    vec![
        breaks("B101", "parent of the prefix", &escape("../evil"), Conda),
        breaks("B101", "parent on the way", &escape("share/../../evil"), TarBz2),
        breaks("B101", "an absolute path", &escape("/etc/evil"), TarBz2),
        breaks("B101", "a drive", &escape("C:/evil"), Conda),
        breaks("B101", "a share of Windows", &escape("\\\\server\\evil"), Conda),
        breaks("B101", "parent on Windows", &escape("share\\..\\evil"), Conda),
        breaks("B101", "a line break", &escape("share/a\nb"), Conda),
        breaks(
            "B101",
            "a zero byte",
            &sound().info_entry(Member::file("info/test", "").pax("path", "info/te\0st")),
            Conda,
        )
        .also(["B114", "D327"]),
        breaks("B101", "an empty segment", &escape("share//a"), TarBz2),
        keeps("B101", "dots in names", &escape("share/..a/b..c/...d"), Conda),
        breaks(
            "B102",
            "a path of Windows",
            &escape("Library\\bin\\demo.dll"),
            Conda,
        ),
        breaks(
            "B102",
            "a target of Windows",
            &sound_for("linux-64").symlink("bin/demo", "..\\share\\demo\\demo.txt"),
            Conda,
        )
        .also(["E407"]),
        keeps("B102", "slashes", &escape("Library/bin/demo.dll"), Conda),
        breaks("B112", "./ everywhere", &sound().members_prefixed("./"), TarBz2),
        breaks("B112", "./ on the way", &escape("share/./a"), Conda),
        keeps("B112", "a hidden file", &escape(".demo/.config"), Conda).also(["F509"]),
    ]
}

fn duplicates() -> Vec<Case> {
    let license = "info/licenses/LICENSE";
    vec![
        breaks(
            "B103",
            "two of one path",
            &sound().duplicate(license, "Pay for it.\n"),
            TarBz2,
        ),
        breaks(
            "B103",
            "twice the same",
            &sound().duplicate(license, "Do what you like.\n"),
            Conda,
        ),
        breaks(
            "B103",
            "two spellings of one path",
            &sound().payload("share/demo//demo.txt", "x"),
            Conda,
        )
        .also(["B101", "E402", "E405"]),
        breaks(
            "B103",
            "in both tarballs",
            &sound().member("etc/demo.conf", "a").payload("etc/demo.conf", "b"),
            Conda,
        )
        .also(["A015"]),
        keeps(
            "B103",
            "metadata that is in the payload too",
            &sound()
                .payload("info/about.json", "{}")
                .payload("info/licenses/LICENSE", "Do what you like.\n"),
            Conda,
        )
        .also(["A013", "A014"]),
        breaks(
            "B103",
            "a file and a directory",
            &sound().payload("lib/demo", "x").directory("lib/demo/"),
            Conda,
        )
        .also(["B113", "E404"]),
        breaks(
            "B103",
            "files below a file",
            &sound()
                .payload("lib/demo", "x")
                .payload("lib/demo-2", "x")
                .payload("lib/demo/a", "x")
                .payload("lib/demo/b/c", "x"),
            TarBz2,
        ),
        keeps(
            "B103",
            "a directory twice, and paths that begin alike",
            &sound()
                .directory("lib/demo")
                .directory("lib/demo/")
                .payload("lib/demo/a", "x")
                .payload("lib/demo.txt", "x"),
            Conda,
        )
        .also(["B113"]),
    ]
}

fn links() -> Vec<Case> {
    vec![
        breaks(
            "B107",
            "files behind a link to a directory",
            &sound_for("linux-64")
                .symlink("lib64", "lib")
                .payload("lib64/a", "x")
                .payload("lib64/b", "x"),
            Conda,
        )
        .also(["E407", "F509"]),
        breaks(
            "B107",
            "a file before the link",
            &sound_for("linux-64")
                .payload("lib64/a", "x")
                .symlink("lib64", "lib"),
            TarBz2,
        )
        .also(["E407", "F509"]),
        keeps(
            "B107",
            "files beside a link",
            &sound_for("linux-64")
                .symlink("lib64", "lib")
                .payload("lib/a", "x")
                .payload("lib64-a", "x"),
            Conda,
        )
        .also(["F509"]),
    ]
}

fn kinds() -> Vec<Case> {
    let of_type = |kind: u8| {
        let member = Member::file("share/a", "");
        sound().payload_entry(member.header_bytes(156, [kind]))
    };
    vec![
        breaks("B104", "a FIFO", &sound().fifo("var/demo"), Conda),
        breaks("B104", "a device", &of_type(b'3'), TarBz2),
        breaks("B104", "a type of nobody", &of_type(b'Z'), Conda),
        keeps("B104", "a file of contiguous blocks", &of_type(b'7'), Conda),
        keeps("B104", "a file of old tar", &of_type(0), Conda),
        breaks(
            "B113",
            "two directories",
            &sound().directory("share/").directory("share/demo/"),
            Conda,
        ),
        keeps(
            "B113",
            "a directory made by its file",
            &sound().payload("a/b/.keep", ""),
            TarBz2,
        )
        .also(["F509"]),
    ]
}
