//! Group A: the container.

mod streams;
mod zip;

use serde_json::json;
use towpath_core::verify::Installs;
use towpath_tests::{CondaContainer, Cut, EntryMethod, InfoEntry, Kind, Metadata, PkgEntry};

use crate::case::{Case, breaks, file, keeps, sound};
use crate::zip_file::{ZipFile, ZipFileMember};

pub(crate) fn cases() -> Vec<Case> {
    [
        archives(),
        members(),
        zip::cases(),
        metadata_json(),
        streams::cases(),
        components(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A `.conda` of these bytes, under its right name.
fn conda_file(code: &'static str, breaks: bool, what: &'static str, bytes: Vec<u8>) -> Case {
    file(code, breaks, what, &sound().file_name(Kind::Conda), bytes)
}

fn conda(code: &'static str, breaks: bool, what: &'static str, container: CondaContainer) -> Case {
    conda_file(code, breaks, what, sound().conda_with(container))
}

/// A `.conda` in a zip written by hand.
fn zip(code: &'static str, breaks: bool, what: &'static str, edit: impl FnOnce(&mut ZipFile)) -> Case {
    let mut zip = ZipFile::of(&sound().conda());
    edit(&mut zip);
    conda_file(code, breaks, what, zip.bytes())
}

/// The same with something about the info component.
fn zip_member(
    code: &'static str,
    breaks: bool,
    what: &'static str,
    edit: impl FnOnce(&mut ZipFileMember),
) -> Case {
    zip(code, breaks, what, |zip| *zip = zip.clone().edit(edit))
}

fn archives() -> Vec<Case> {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    vec![
        file(
            "A001",
            true,
            "a git-lfs pointer",
            "demo-1.0-0.conda",
            pointer.to_vec(),
        ),
        file(
            "A001",
            true,
            "the other format",
            "demo-1.0-h1234567_0.tar.bz2",
            sound().conda(),
        ),
        conda_file("A001", true, "an empty file", Vec::new()),
        conda_file("A001", true, "text", b"Hello!\n".to_vec()),
        file("A001", true, "text", "demo-1.0-0.tar.bz2", b"Hello!\n".to_vec()),
        file("A001", true, "3 bytes", "demo-1.0-0.tar.bz2", b"BZh".to_vec()),
        conda(
            "A001",
            true,
            "half of a .conda",
            CondaContainer {
                cut: Cut::Half,
                ..CondaContainer::default()
            },
        ),
        conda_file("A001", true, "a directory that is nowhere", {
            let mut bytes = sound().conda();
            let at = bytes.len() - 10;
            bytes[at..at + 8].fill(0x11);
            bytes
        }),
        conda_file("A001", true, "a directory that is damaged", {
            let mut bytes = sound().conda();
            let second = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
            bytes[second + 28] += 1;
            bytes
        }),
        keeps("A001", "a .conda", &sound(), Kind::Conda),
        keeps("A001", "a .tar.bz2", &sound(), Kind::TarBz2),
    ]
}

fn members() -> Vec<Case> {
    let info = |info| CondaContainer {
        info,
        ..CondaContainer::default()
    };
    let extra = |name: &str| CondaContainer {
        extra: vec![(name.to_owned(), b"more".to_vec())],
        ..CondaContainer::default()
    };
    let other = "info-other-2.0-0.tar.zst".to_owned();
    vec![
        conda("A002", true, "no info component", info(InfoEntry::Absent)),
        conda("A002", true, "info of another", info(InfoEntry::Named(other))),
        conda("A002", true, "two that could be info", info(InfoEntry::Twice)),
        conda(
            "A002",
            true,
            "no payload",
            CondaContainer {
                pkg: PkgEntry::Absent,
                ..CondaContainer::default()
            },
        ),
        conda(
            "A002",
            true,
            "no metadata.json",
            CondaContainer {
                metadata: Metadata::Absent,
                ..CondaContainer::default()
            },
        ),
        conda("A002", true, "a third component", extra("evil.tar.zst")),
        conda("A002", true, "a note", extra("README")),
        zip("A002", true, "all in a folder", |zip| {
            for member in &mut zip.members {
                member.name.splice(0..0, *b"folder/");
            }
        }),
        file("A002", true, "renamed", "demo-2.0-0.conda", sound().conda()).also(["C201"]),
        conda("A002", false, "the three", CondaContainer::default()),
        conda("A003", true, "info twice", info(InfoEntry::TwiceSameName)),
        conda("A003", true, "in capitals", extra("METADATA.json")).also(["A002"]),
        conda("A003", false, "three names", CondaContainer::default()),
        conda(
            "A004",
            true,
            "deflated",
            CondaContainer {
                method: EntryMethod::Deflated,
                ..CondaContainer::default()
            },
        ),
        zip_member("A004", true, "encrypted", |member| member.flags = 1),
        zip_member("A004", true, "zstd in the zip", |member| member.method = 93),
        conda("A004", false, "stored", CondaContainer::default()),
    ]
}

fn metadata_json() -> Vec<Case> {
    let case = |breaks, what, content: &str| {
        conda(
            "A007",
            breaks,
            what,
            CondaContainer {
                metadata: Metadata::Bytes(content.as_bytes().to_vec()),
                ..CondaContainer::default()
            },
        )
    };
    vec![
        case(true, "empty", ""),
        case(true, "a list", "[2]"),
        case(true, "no version", "{}"),
        case(true, "version 3", r#"{"conda_pkg_format_version": 3}"#),
        case(true, "a text", r#"{"conda_pkg_format_version": "2"}"#),
        case(true, "half of it", r#"{"conda_pkg_form"#),
        case(
            false,
            "something more",
            "{\"conda_pkg_format_version\":2,\n\"by\":\"me\"}\n",
        ),
    ]
}

fn components() -> Vec<Case> {
    // What is in the payload and under info/ is not listed in paths.json.
    let paths = sound().payload_paths();
    let with_payload = |path: &str| {
        sound()
            .payload(path, "Do what you like.\n")
            .paths_json(paths.clone())
    };
    let in_info = || {
        // SHA-256 of "x".
        let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        let mut paths = paths.clone();
        let entry = json!({"_path": "bin/x", "path_type": "hardlink", "sha256": digest, "size_in_bytes": 1});
        paths["paths"].as_array_mut().unwrap().push(entry);
        sound().member("bin/x", "x").paths_json(paths)
    };
    let wrapped = || sound().members_prefixed("demo-1.0-h1234567_0/");
    vec![
        breaks(
            "A013",
            "a licence in the payload",
            &with_payload("info/licenses/GPL"),
            Kind::Conda,
        ),
        breaks(
            "A013",
            "licences in the payload",
            &with_payload("info/licenses/GPL")
                .payload("info/licenses/MIT", "")
                .payload("info/licenses/ISC", ""),
            Kind::Conda,
        ),
        keeps(
            "A013",
            "one tarball",
            &with_payload("info/licenses/GPL"),
            Kind::TarBz2,
        ),
        breaks(
            "A014",
            "index.json in the payload",
            &with_payload("info/index.json"),
            Kind::Conda,
        ),
        keeps(
            "A014",
            "another index.json in the payload",
            &sound().payload("share/info/index.json", "{}"),
            Kind::Conda,
        ),
        breaks("A015", "a program in info", &in_info(), Kind::Conda),
        keeps("A015", "one tarball", &in_info(), Kind::TarBz2),
        breaks("A016", "a folder around all", &wrapped(), Kind::Conda).also(["D301"]),
        breaks("A016", "a folder around all", &wrapped(), Kind::TarBz2).also(["D301"]),
        keeps(
            "A016",
            "a folder of the payload",
            &sound().payload("share/info/index.json", "{}"),
            Kind::TarBz2,
        ),
    ]
}

#[test]
fn whether_clients_agree_depends_on_the_case() {
    let installs = |case: Case| case.report().installs;
    let with_extra = |name: &str| CondaContainer {
        extra: vec![(name.to_owned(), Vec::new())],
        ..CondaContainer::default()
    };
    let with_metadata = |metadata| CondaContainer {
        metadata,
        ..CondaContainer::default()
    };
    let without_info = CondaContainer {
        info: InfoEntry::Absent,
        ..CondaContainer::default()
    };
    let installs = |container| installs(conda("A002", true, "", container));
    let codes = |code| std::collections::BTreeSet::from([code]);
    assert_eq!(installs(with_extra("README")), Installs::Same);
    assert_eq!(installs(with_metadata(Metadata::Absent)), Installs::Same);
    assert_eq!(
        installs(with_metadata(Metadata::Bytes(Vec::new()))),
        Installs::Same
    );
    assert_eq!(
        installs(with_extra("evil.tar.zst")),
        Installs::Differently(codes("A002"))
    );
    assert_eq!(installs(without_info), Installs::Refused(codes("A002")));
}
