use std::io::Read as _;

use rstest::rstest;
use tar::EntryType;

use super::*;
use crate::tar_bz2::Bz2Stream;

fn lock() -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0")
}

/// What the tar crate reads of a member.
struct Read {
    path: String,
    kind: EntryType,
    content: Vec<u8>,
}

/// Returns the members of a `.tar.bz2` package; those of a `.conda` are written by the same code.
fn members(package: &PackageBuilder) -> Vec<Read> {
    let bytes = package.tar_bz2();
    let mut archive = tar::Archive::new(bzip2::read::BzDecoder::new(&*bytes));
    archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            Read {
                path: entry.path().unwrap().display().to_string(),
                kind: entry.header().entry_type(),
                content,
            }
        })
        .collect()
}

fn paths(package: &PackageBuilder) -> Vec<String> {
    members(package).into_iter().map(|m| m.path).collect()
}

fn bytes_of(package: &PackageBuilder, path: &str) -> Vec<u8> {
    let members = members(package).into_iter();
    members
        .filter(|m| m.path == path)
        .map(|m| m.content)
        .next()
        .unwrap()
}

fn json_of(package: &PackageBuilder, path: &str) -> Value {
    serde_json::from_slice(&bytes_of(package, path)).unwrap()
}

#[test]
fn a_plain_package_describes_itself() {
    assert_eq!(
        json_of(&lock(), INDEX),
        json!({
            "arch": null, "build": "0", "build_number": 0, "depends": [],
            "license": "BSD-3-Clause", "name": "lock", "noarch": "generic", "platform": null,
            "subdir": "noarch", "timestamp": 1_700_000_000_000_u64, "version": "1.0",
        })
    );
    assert_eq!(
        json_of(&lock(), PATHS),
        json!({
            "paths": [{
                "_path": "share/lock/lock.txt",
                "path_type": "hardlink",
                "sha256": "0c030586945fe504b604ecc2e875c38ede400cd5cd73da9730302162e6b02c6f",
                "size_in_bytes": 4,
            }],
            "paths_version": 1,
        })
    );
    assert_eq!(bytes_of(&lock(), "share/lock/lock.txt"), b"lock");
    assert_eq!(lock().file_name(Kind::Conda), "lock-1.0-0.conda");
    assert_eq!(lock().file_name(Kind::TarBz2), "lock-1.0-0.tar.bz2");
}

#[test]
fn setters_reach_index_json() {
    let package = lock()
        .subdir("linux-64")
        .depends(["gate >=2", "weir"])
        .build_number(3)
        .index(|index| {
            index.remove("license");
            index.insert("name".to_owned(), json!("LOCK"));
        });
    assert_eq!(
        json_of(&package, INDEX),
        json!({
            "arch": "x86_64", "build": "0", "build_number": 3, "depends": ["gate >=2", "weir"],
            "name": "LOCK", "platform": "linux", "subdir": "linux-64",
            "timestamp": 1_700_000_000_000_u64, "version": "1.0",
        })
    );
    assert_eq!(package.file_name(Kind::Conda), "lock-1.0-0.conda");
}

#[test]
fn info_documents_are_members() {
    let package = lock()
        .about(json!({"summary": "s"}))
        .paths_json(json!({}))
        .run_exports(json!({"weak": ["lock"]}))
        .recipe("a: 1")
        .rattler_recipe("b: 2");
    assert_eq!(json_of(&package, "info/about.json"), json!({"summary": "s"}));
    assert_eq!(json_of(&package, PATHS), json!({}));
    assert_eq!(
        json_of(&package, "info/run_exports.json"),
        json!({"weak": ["lock"]})
    );
    assert_eq!(bytes_of(&package, "info/recipe/meta.yaml"), b"a: 1");
    assert_eq!(bytes_of(&package, "info/recipe/recipe.yaml"), b"b: 2");
    assert_eq!(bytes_of(&package, "info/recipe/rendered_recipe.yaml"), b"b: 2");
}

#[test]
fn an_icon_is_named_by_its_md5() {
    let package = lock().icon("png");
    assert_eq!(bytes_of(&package, "info/icon.png"), b"png");
    assert_eq!(
        json_of(&package, INDEX)["icon"],
        "bff139fa05ac583f685a523ab3d110a0.png"
    );
}

#[test]
fn paths_json_follows_the_payload() {
    let package = lock().payload("bin/lock", "open").symlink("bin/l", "lock");
    let listed = json_of(&package, PATHS);
    let listed: Vec<_> = listed["paths"].as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[1]["_path"], "bin/lock");
    assert_eq!(listed[1]["size_in_bytes"], 4);
    assert_eq!(listed[2]["path_type"], "softlink");
    assert_eq!(listed[2]["sha256"], listed[1]["sha256"]);
}

#[test]
fn setting_a_member_replaces_it_in_its_place() {
    let package = lock().index_bytes("[]").member("info/about.json", "");
    assert_eq!(paths(&package), paths(&lock()));
    assert_eq!(bytes_of(&package, INDEX), b"[]");
    assert_eq!(bytes_of(&package, "info/about.json"), b"");
}

#[test]
fn a_duplicate_comes_after_the_member_it_repeats() {
    let package = lock().duplicate(INDEX, "second");
    let indexes: Vec<_> = members(&package)
        .into_iter()
        .filter(|m| m.path == INDEX)
        .collect();
    assert_eq!(indexes.len(), 2);
    assert_eq!(indexes[1].content, b"second");
    assert_ne!(indexes[0].content, b"second");
}

#[test]
fn members_can_be_left_out_and_ordered() {
    let package = lock().member("info/files", "").without(PATHS);
    assert_eq!(
        paths(&package),
        [INDEX, "info/about.json", "info/files", "share/lock/lock.txt"]
    );
    let package = package
        .order(["share/lock/lock.txt", "info/files"])
        .order_last([INDEX]);
    assert_eq!(
        paths(&package),
        ["share/lock/lock.txt", "info/files", "info/about.json", INDEX]
    );
}

#[test]
fn paths_can_be_prefixed() {
    let bytes = lock().members_prefixed("./").tar_bz2();
    let mut archive = tar::Archive::new(bzip2::read::BzDecoder::new(&*bytes));
    let entry = archive.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(&*entry.path_bytes(), b"./info/index.json");
}

#[rstest]
#[case(lock().symlink(INDEX, "x"), EntryType::Symlink)]
#[case(lock().hardlink(INDEX, "x"), EntryType::Link)]
#[case(lock().directory(INDEX), EntryType::Directory)]
#[case(lock().fifo(INDEX), EntryType::Fifo)]
fn index_json_can_be_no_file(#[case] package: PackageBuilder, #[case] kind: EntryType) {
    let members = members(&package);
    assert_eq!(members.iter().filter(|m| m.path == INDEX).count(), 1);
    assert_eq!(members[0].kind, kind);
}

#[test]
fn a_package_is_written_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = lock().write_to(folder.path(), Kind::TarBz2).unwrap();
    assert_eq!(path, folder.path().join("lock-1.0-0.tar.bz2"));
    assert_eq!(fs_err::read(path).unwrap(), lock().tar_bz2());
}

#[test]
fn tarballs_are_written_as_asked() {
    let tar = |package: PackageBuilder| {
        package.tar_bz2_with(TarBz2Container {
            stream: Bz2Stream::PlainTar,
            ..TarBz2Container::default()
        })
    };
    let sound = tar(lock());
    let endless = tar(lock().tar_end(TarEnd::Missing));
    assert_eq!(endless, sound[..sound.len() - 1024]);
    let pax = tar(lock().tar_paths(PathFormat::Pax));
    // A header and a record for each of the four members.
    assert_eq!(pax.len(), sound.len() + 4 * 1024);
}
