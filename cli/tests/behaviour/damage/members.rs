//! What can be wrong with the members of a package's tarball.

use insta::assert_snapshot;
use towpath_tests::PackageBuilder;
use towpath_tests::tarball::{Member, PathFormat, TarEnd};

use super::{both, outcomes};

const INDEX: &str = "info/index.json";
const ABOUT: &str = "info/about.json";

/// The bytes of an `index.json`.
fn index_of(package: &PackageBuilder) -> Vec<u8> {
    serde_json::to_vec(package.index_json()).unwrap()
}

#[test]
fn paths() {
    let outcomes = outcomes(&[
        both("E21 no index.json", |package| package.without(INDEX)),
        both("E22 paths from ./", |package| package.members_prefixed("./")),
        both("E22b absolute paths", |package| package.members_prefixed("/")),
        both("E22c paths from ../", |package| package.members_prefixed("../")),
        both("E23 index.json last of many", |package| {
            let many = (0..60).fold(package, |package, number| {
                package.member(&format!("info/test/{number}"), "x")
            });
            many.order_last([INDEX])
        }),
        both("E24 two index.json", |package| {
            let second = index_of(&package.clone().build_number(7));
            package.duplicate(INDEX, second)
        }),
        both("E24b two about.json", |package| {
            package.duplicate(ABOUT, "not JSON")
        }),
        both("E25 GNU long names", |package| {
            package.tar_paths(PathFormat::GnuLongName)
        }),
        both("E25b PAX paths", |package| package.tar_paths(PathFormat::Pax)),
        both("E25c ustar prefixes", |package| {
            package.tar_paths(PathFormat::UstarPrefix)
        }),
        both("E25d a path of 300 letters", |package| {
            package.member(&format!("info/{}", "x".repeat(300)), "")
        }),
        both("E25e a path that is not UTF-8", |package| {
            package.info_entry(Member::file(&b"info/\xff"[..], ""))
        }),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn kinds() {
    let outcomes = outcomes(&[
        both("E26 index.json is a symbolic link", |package| {
            package.symlink(INDEX, "about.json")
        }),
        both("E26b index.json is a hard link", |package| {
            package.hardlink(INDEX, ABOUT)
        }),
        both("E26c index.json is a dangling link", |package| {
            package.symlink(INDEX, "nowhere")
        }),
        both("E26d about.json is a symbolic link", |package| {
            package.symlink(ABOUT, "index.json")
        }),
        both("E26e about.json is a hard link", |package| {
            package.hardlink(ABOUT, INDEX)
        }),
        both("E27 about.json is a folder", |package| package.directory(ABOUT)),
        both("E27b about.json is a FIFO", |package| package.fifo(ABOUT)),
        both("E28 index.json is a folder", |package| package.directory(INDEX)),
        both("E28b index.json has holes", |package| {
            package.info_entry(Member::sparse(INDEX, 4096, [(0, b"{}".to_vec())]))
        }),
        both("E28c paths.json is a folder", |package| {
            package.directory("info/paths.json")
        }),
        both("E28d the recipe is a link", |package| {
            package.symlink("info/recipe/meta.yaml", "x")
        }),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn headers() {
    let outcomes = outcomes(&[
        both("T01 a wrong checksum", |package| {
            package.info_entry(Member::file("info/files", "").wrong_checksum())
        }),
        both("T02 a size that is no number", |package| {
            package.info_entry(Member::file("info/files", "").header_bytes(124, "no number!!\0"))
        }),
        both("T03 a size beyond the end", |package| {
            package.info_entry(Member::file("info/files", "x").declared_size(100_000))
        }),
        both("T04 a size beyond all measure", |package| {
            package.info_entry(Member::file("info/files", "x").declared_size(1 << 60))
        }),
        both("T05 an index.json beyond all measure", |package| {
            package.info_entry(Member::file(INDEX, "x").declared_size(1 << 60))
        }),
        both("T06 a PAX size", |package| {
            let index = index_of(&package);
            let size = index.len().to_string();
            package.info_entry(Member::file(INDEX, index).declared_size(0).pax("size", size))
        }),
        both("T07 a member of unknown kind", |package| {
            package.info_entry(Member::file("info/odd", "").header_bytes(156, "Q"))
        }),
        both("T08 no blocks at the end", |package| {
            package.tar_end(TarEnd::Missing)
        }),
        both("T09 blocks up to a record", |package| {
            package.tar_end(TarEnd::Record)
        }),
    ]);
    assert_snapshot!(outcomes);
}
