//! E406 and E407: symbolic links.

use serde_json::json;
use towpath_core::verify::Severity;
use towpath_tests::{Kind, PackageBuilder};

use super::with_paths;
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [e406(), e407()].into_iter().flatten().collect()
}

fn e406() -> Vec<Case> {
    let link = || {
        sound()
            .subdir("linux-64")
            .symlink("lib/demo/link", "../../share/demo/demo.txt")
    };
    let through_a_link = sound()
        .subdir("linux-64")
        .symlink("share/other", "demo")
        .symlink("lib/link", "../share/other/demo.txt");
    vec![
        breaks(
            "E406",
            "the size of the text of a link, as rattler-build has it",
            &with_paths(link(), |paths| paths["paths"][1]["size_in_bytes"] = json!(25)),
            Kind::Conda,
        ),
        breaks(
            "E406",
            "the size of something else",
            &with_paths(link(), |paths| paths["paths"][1]["size_in_bytes"] = json!(26)),
            Kind::Conda,
        ),
        breaks(
            "E406",
            "the digest of nothing, where a link leads through another",
            &through_a_link,
            Kind::TarBz2,
        ),
        keeps("E406", "a link", &link(), Kind::Conda),
        keeps(
            "E406",
            "a link through another",
            &like_the_first(through_a_link, 2),
            Kind::Conda,
        ),
        keeps(
            "E406",
            "a link to a directory",
            &sound().subdir("linux-64").symlink("lib/demo", "../share/demo"),
            Kind::Conda,
        ),
    ]
}

fn e407() -> Vec<Case> {
    vec![
        breaks(
            "E407",
            "a link to nothing",
            &sound()
                .subdir("linux-64")
                .symlink("lib/libdemo.so", "libdemo.so.1"),
            Kind::Conda,
        ),
        breaks(
            "E407",
            "several links to nothing",
            &sound()
                .subdir("linux-64")
                .symlink("lib/libdemo.so", "libdemo.so.1")
                .symlink("lib/libdemo.so.2", "../share/demo/demo.txt/x"),
            Kind::TarBz2,
        ),
        breaks(
            "E407",
            "links that lead to each other",
            &sound()
                .subdir("linux-64")
                .symlink("lib/a", "b")
                .symlink("lib/b", "./a"),
            Kind::Conda,
        ),
        keeps(
            "E407",
            "a link to a link that is there, and one to the top",
            &like_the_first(
                sound()
                    .subdir("linux-64")
                    .symlink("lib/a", "b")
                    .symlink("lib/b", "../share/../share/demo/demo.txt")
                    .symlink("lib/top", ".."),
                1,
            ),
            Kind::TarBz2,
        ),
    ]
}

/// What `paths.json` says of the entry with this number is made what it says of the first.
fn like_the_first(package: PackageBuilder, number: usize) -> PackageBuilder {
    with_paths(package, |paths| {
        let paths = &mut paths["paths"];
        paths[number]["size_in_bytes"] = paths[0]["size_in_bytes"].clone();
        paths[number]["sha256"] = paths[0]["sha256"].clone();
    })
}

#[test]
fn packages_of_rattler_build_have_no_error_for_their_links() {
    let link = sound()
        .subdir("linux-64")
        .symlink("lib/demo/link", "../../share/demo/demo.txt");
    let worst = |size: u64| {
        let package = with_paths(link.clone(), |paths| {
            paths["paths"][1]["size_in_bytes"] = json!(size);
        });
        breaks("E406", "", &package, Kind::Conda).report().worst()
    };
    assert_eq!(
        worst("../../share/demo/demo.txt".len() as u64),
        Some(Severity::Note)
    );
    assert_eq!(worst(0), Some(Severity::Note), "built on Windows");
    assert_eq!(worst(26), Some(Severity::Error));
}
