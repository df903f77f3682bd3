//! `towpath inspect`: what a package is, in text and JSON, and one member of it.

mod comparison;
mod members;
mod servers;

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{CondaContainer, Cut, InfoEntry, Kind, PackageBuilder, TarBz2Container};

use crate::environment::{Outcome, Towpath};

/// A package that has everything that a page tells of.
fn lock() -> PackageBuilder {
    lock_of("1.0")
}

/// The same of this version.
fn lock_of(version: &str) -> PackageBuilder {
    PackageBuilder::new("lock", version, "py_0")
        .depends(["gate >=2", "python >=3.9"])
        .build_number(3)
        .index(|index| {
            index.insert("constrains".to_owned(), json!(["weir <4"]));
            index.insert("extra_depends".to_owned(), json!({"test": ["pytest"]}));
            index.insert("flags".to_owned(), json!(["cuda"]));
            index.insert("track_features".to_owned(), json!("slow"));
            index.insert("license_family".to_owned(), json!("BSD"));
            index.insert("noarch".to_owned(), json!("python"));
        })
        .about(json!({
            "home": "https://example.org/lock",
            "dev_url": "https://example.org/lock",
            "doc_url": ["https://example.org/docs", "see the README"],
            "license": "BSD-3-Clause",
            "summary": "Lifts boats",
            "description": "Lifts boats\nand lowers them.",
            "conda_build_version": "24.1.0",
            "conda_version": "24.3.0",
            "conda_private": false,
            "channels": ["https://example.org/c", "https://example.org/c"],
            "root_pkgs": ["a 1 0", "b 2 0"],
            "extra": {
                "recipe-maintainers": ["ada", "bob"],
                "remote_url": "https://example.org/lock-feedstock",
                "sha": "0123abcd",
                "flow_run_id": "run_7",
            },
        }))
        .run_exports(json!({"weak": ["lock >=1.0,<2"], "strong_constrains": ["gate <3"]}))
        .recipe("source:\n  url: https://example.org/lock-1.0.tar.gz\n  sha256: abcd\n")
        .member(
            "info/link.json",
            json!({"noarch": {"type": "python", "entry_points": ["lock = lock.cli:main"]}}).to_string(),
        )
        .member("info/licenses/LICENSE.txt", "free")
        .without("share/lock/lock.txt")
        .payload("site-packages/lock/cli.py", "print('lock')\n")
        .payload("site-packages/lock/__init__.py", "")
        .payload("bin/.lock-post-link.sh", "echo linked\n")
        .payload("etc/conda/activate.d/lock.sh", "export LOCK=1\n")
        .payload("etc/conda/env_vars.d/lock.json", "{}")
        .payload("Menu/lock.json", "{}")
        .payload("lib/liblock.so.1", b"\x7fELF\0\x01\x02\xff".to_vec())
        .symlink("lib/liblock.so", "liblock.so.1")
        .paths_json(json!({"paths_version": 1, "paths": [
            {"_path": "site-packages/lock/cli.py", "path_type": "hardlink", "size_in_bytes": 14, "sha256": "aa"},
            {"_path": "site-packages/lock/__init__.py", "path_type": "hardlink", "size_in_bytes": 0},
            {"_path": "bin/.lock-post-link.sh", "path_type": "hardlink", "size_in_bytes": 12,
             "prefix_placeholder": "/opt/built", "file_mode": "text"},
            {"_path": "etc/conda/activate.d/lock.sh", "path_type": "hardlink", "size_in_bytes": 14},
            {"_path": "etc/conda/env_vars.d/lock.json", "path_type": "hardlink", "size_in_bytes": 2},
            {"_path": "Menu/lock.json", "path_type": "hardlink", "size_in_bytes": 2},
            {"_path": "lib/liblock.so.1", "path_type": "hardlink", "size_in_bytes": 8, "no_link": true},
            {"_path": "lib/liblock.so", "path_type": "softlink", "size_in_bytes": 8},
        ]}))
}

/// Calls `towpath inspect` where these files are.
fn inspect(files: &[(&str, Vec<u8>)], args: &[&str]) -> Outcome {
    let towpath = Towpath::new(["inspect"]).args(args);
    for (name, bytes) in files {
        let path = towpath.home().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    towpath.run()
}

fn inspect_lock(kind: Kind, args: &[&str]) -> Outcome {
    let name = lock().file_name(kind);
    inspect(&[(&name, lock().bytes(kind))], &[&[name.as_str()], args].concat())
}

#[rstest]
#[case("conda", Kind::Conda)]
#[case("tar_bz2", Kind::TarBz2)]
fn a_page_tells_what_a_package_is(#[case] format: &str, #[case] kind: Kind) {
    assert_snapshot!(format!("page_{format}"), inspect_lock(kind, &[]));
}

#[test]
fn all_files_are_a_tree() {
    assert_snapshot!(inspect_lock(Kind::Conda, &["--files"]));
}

#[rstest]
#[case("conda", Kind::Conda)]
#[case("tar_bz2", Kind::TarBz2)]
fn machines_get_one_object(#[case] format: &str, #[case] kind: Kind) {
    let outcome = inspect_lock(kind, &["--json"]).succeeded();
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_snapshot!(
        format!("json_{format}"),
        serde_json::to_string_pretty(&object).unwrap()
    );
}

#[test]
fn a_plain_package_needs_no_more_than_a_screen() {
    let plain = PackageBuilder::new("plain", "1", "0");
    assert_snapshot!(inspect(
        &[("plain-1-0.conda", plain.conda())],
        &["plain-1-0.conda"]
    ));
}

/// In what a package says, nothing may steer the terminal or turn the direction of reading.
#[test]
fn hostile_names_are_made_harmless() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}\u{202e}\u{200f}txt.exe\r\n  sha256";
    let package = PackageBuilder::new("evil", "1", "0")
        .index(|index| {
            for key in [
                "name",
                "version",
                "build",
                "subdir",
                "noarch",
                "license",
                "license_family",
            ] {
                index.insert(key.to_owned(), json!(evil));
            }
            for key in ["depends", "constrains", "flags", "track_features"] {
                index.insert(key.to_owned(), json!([evil]));
            }
            index.insert("extra_depends".to_owned(), json!({evil: [evil]}));
            index.insert("build_number".to_owned(), json!(evil));
        })
        .about(json!({
            "summary": evil, "description": evil, "home": format!("https://h.example/{evil}"),
            "dev_url": evil, "conda_build_version": evil, "channels": [evil],
            "extra": {"recipe-maintainers": [evil], "remote_url": evil, "sha": evil, "flow_run_id": evil},
        }))
        .run_exports(json!({"weak": [evil]}))
        .recipe(&json!({"source": {"url": evil, "git_rev": evil}}).to_string())
        .member(
            "info/link.json",
            json!({"noarch": {"entry_points": [evil]}}).to_string(),
        )
        .member(&format!("info/licenses/{evil}"), "")
        .paths_json(json!({"paths": [
            {"_path": evil, "path_type": evil},
            {"_path": format!("etc/conda/activate.d/{evil}")},
            {"_path": format!("{evil}/{evil}/x"), "prefix_placeholder": "/p", "file_mode": evil},
        ]}));
    let name = "evil-1-0.conda";
    for args in [&[name][..], &[name, "--files"], &[name, "--json"]] {
        let outcome = inspect(&[(name, package.conda())], args).succeeded();
        for text in [outcome.stdout(), outcome.stderr()] {
            let steers = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{200f}".contains(c));
            assert!(!text.contains(steers), "{text:?}");
        }
    }
    assert_snapshot!(inspect(&[(name, package.conda())], &[name]));
}

#[test]
fn a_path_as_deep_as_it_is_long_is_a_line() {
    let path = "a/".repeat(50_000) + "b";
    let package = PackageBuilder::new("deep", "1", "0").paths_json(json!({"paths": [{"_path": path}]}));
    for args in [&["deep-1-0.conda"][..], &["deep-1-0.conda", "--files"]] {
        let _ = inspect(&[("deep-1-0.conda", package.conda())], args).succeeded();
    }
}

#[test]
fn several_packages_are_shown_one_after_the_other_and_what_is_broken_is_told() {
    let plain = PackageBuilder::new("plain", "1", "0");
    let lfs = b"version https://git-lfs.github.com/spec/v1\n".to_vec();
    let files = [
        ("plain-1-0.conda", plain.conda()),
        ("pointer-1-0.conda", lfs),
        ("plain-1-0.tar.bz2", plain.tar_bz2()),
    ];
    let names = [
        "plain-1-0.conda",
        "pointer-1-0.conda",
        "missing-1-0.conda",
        "README.md",
        "plain-1-0.tar.bz2",
    ];
    let outcome = inspect(&files, &names);
    assert_eq!(outcome.status(), 1);
    assert_eq!(outcome.stdout().matches("plain for tests").count(), 2);
    assert_snapshot!(outcome.stderr(), @r#"
    error: pointer-1-0.conda: is not a .conda archive: it looks like a git-lfs pointer: the file itself was not checked out
    error: failed to open file `missing-1-0.conda`: No such file or directory (os error 2)
    error: "README.md" is not the file name of a conda package (NAME.conda or NAME.tar.bz2); a member of a package is named by --member
    "#);
    let outcome = inspect(&files, &[&names[..], &["--json"]].concat());
    assert_eq!(outcome.status(), 1);
    let objects: Vec<Value> = outcome
        .stdout()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<_> = objects
        .iter()
        .map(|object| (object["file"].as_str().unwrap(), object.get("error").is_some()))
        .collect();
    assert_eq!(
        told,
        Vec::from_iter(names.into_iter().zip([false, true, true, true, false]))
    );
}

#[rstest]
#[case::empty(Vec::new(), "the file is empty")]
#[case::tarball(lock().tar_bz2(), "is not a .conda archive: it looks like a bzip2 file")]
#[case::no_zip(b"PK\x03\x04 and nothing else".to_vec(), "the zip archive is damaged at byte ")]
#[case::no_index(lock().without("info/index.json").conda(), "has no info/index.json")]
#[case::half(lock().conda_with(CondaContainer { cut: Cut::Half, ..CondaContainer::default() }), "the zip archive is damaged at byte ")]
#[case::no_info(
    lock().conda_with(CondaContainer { info: InfoEntry::Absent, ..CondaContainer::default() }),
    "holds no member info-lock-1.0-py_0.tar.zst"
)]
fn a_broken_package_is_told_in_words(#[case] bytes: Vec<u8>, #[case] message: &str) {
    let outcome = inspect(&[("lock-1.0-py_0.conda", bytes)], &["lock-1.0-py_0.conda"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert_eq!(outcome.stdout(), "");
    let start = format!("error: lock-1.0-py_0.conda: {message}");
    assert!(outcome.stderr().starts_with(&start), "{outcome}");
}

#[test]
fn a_truncated_tarball_is_not_taken_for_a_whole_one() {
    let bytes = lock().tar_bz2_with(TarBz2Container {
        cut: Cut::Half,
        ..TarBz2Container::default()
    });
    let name = "lock-1.0-py_0.tar.bz2";
    let outcome = inspect(&[(name, bytes)], &[name]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("cannot be decompressed"), "{outcome}");
}

#[test]
fn a_package_without_a_list_of_files_is_walked_through() {
    let package = lock().without("info/paths.json");
    let outcome = inspect(
        &[("lock-1.0-py_0.conda", package.conda())],
        &["lock-1.0-py_0.conda", "--json"],
    );
    let object: Value = serde_json::from_str(outcome.succeeded().stdout()).unwrap();
    assert_eq!(object["files_from"], "archive");
    assert_eq!(object["files"].as_array().unwrap().len(), 8);
    assert_eq!(object["link_scripts"][0]["kind"], "post-link");
    let files = package.member("info/files", "bin/one\nbin/two\n");
    let outcome = inspect(
        &[("lock-1.0-py_0.conda", files.conda())],
        &["lock-1.0-py_0.conda", "--json"],
    );
    let object: Value = serde_json::from_str(outcome.succeeded().stdout()).unwrap();
    assert_eq!(object["files_from"], "info/files");
    assert_eq!(object["files"][1]["path"], "bin/two");
}

#[test]
fn a_stream_whose_reader_has_gone_is_no_failure() {
    let towpath = Towpath::new(["inspect", "lock-1.0-py_0.conda"]);
    fs_err::write(towpath.home().join("lock-1.0-py_0.conda"), lock().conda()).unwrap();
    let mut running = towpath.start();
    running.close_stdout();
    let outcome = running.wait();
    assert_eq!((outcome.status(), outcome.stderr()), (0, ""));
}

#[rstest]
#[case(&["--hex", "a-1-0.conda"], "--hex is for a member")]
#[case(&["--member", "x", "a-1-0.conda", "b-1-0.conda"], "--member takes one FILE")]
#[case(&["--member", "x", "--json", "a-1-0.conda"], "cannot be used with")]
#[case(&["--files", "--json", "a-1-0.conda"], "cannot be used with")]
#[case(&[], "<FILE>...")]
fn what_makes_no_sense_is_refused(#[case] args: &[&str], #[case] message: &str) {
    let outcome = inspect(&[], args);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains(message), "{outcome}");
}

#[test]
fn help() {
    assert_snapshot!(inspect(&[], &["--help"]));
}
