//! `towpath inspect --compare`: what is other in a package than in the one before it.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{Kind, PackageBuilder};

use super::{inspect, lock, lock_of};
use crate::environment::{Outcome, Towpath};
use crate::web_server::WebServer;

const OLD: &str = "lock-1.0-py_0.conda";
const NEW: &str = "lock-1.1-py_0.conda";

/// What follows [`lock`].
fn next() -> PackageBuilder {
    lock_of("1.1")
        .index(|index| {
            index.insert("depends".to_owned(), json!(["gate", "python >=3.10", "sluice 2.*"]));
            index.insert("constrains".to_owned(), json!([]));
            index.insert("extra_depends".to_owned(), json!({"test": ["pytest >=8"]}));
            index.insert("license".to_owned(), json!("MIT"));
        })
        .about(json!({
            "home": "https://example.org/lock",
            "summary": "Lifts boats of every kind, from the smallest to those that fill the chamber",
            "description": "Lifts boats\nand lowers them\nagain.",
            "license": "MIT",
            "conda_build_version": "24.3.0",
        }))
        .run_exports(json!({"weak": ["lock >=1.1,<2"], "strong_constrains": ["gate <3"]}))
        .paths_json(json!({"paths_version": 1, "paths": [
            {"_path": "site-packages/lock/cli.py", "path_type": "hardlink", "size_in_bytes": 14, "sha256": "bb"},
            {"_path": "site-packages/lock/__init__.py", "path_type": "hardlink", "size_in_bytes": 2048},
            {"_path": "site-packages/lock/new.py", "path_type": "hardlink", "size_in_bytes": 3},
            {"_path": "lib/liblock.so.1", "path_type": "hardlink", "size_in_bytes": 8, "no_link": true},
            {"_path": "lib/liblock.so", "path_type": "hardlink", "size_in_bytes": 8},
        ]}))
}

fn compared(args: &[&str]) -> Outcome {
    let files = [(OLD, lock().conda()), (NEW, next().conda())];
    inspect(&files, args)
}

#[test]
fn a_page_tells_what_differs() {
    assert_snapshot!(compared(&[NEW, "--compare", OLD]));
}

#[test]
fn machines_get_one_object() {
    let outcome = compared(&[NEW, "--compare", OLD, "--json"]).succeeded();
    assert_eq!(outcome.stdout().lines().count(), 1);
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&object).unwrap());
}

#[test]
fn a_package_is_the_same_as_itself() {
    let outcome = compared(&[NEW, "--compare", NEW]).succeeded();
    assert_eq!(outcome.stdout().lines().count(), 4, "{outcome}");
    assert!(
        outcome
            .stdout()
            .ends_with("\n  They are the same, byte for byte.\n"),
        "{outcome}"
    );
}

#[test]
fn the_same_in_the_other_format_says_the_same() {
    let files = [
        ("x/lock-1.0-py_0.tar.bz2", lock().tar_bz2()),
        (OLD, lock().conda()),
    ];
    let outcome = inspect(&files, &[OLD, "--compare", "x/lock-1.0-py_0.tar.bz2"]).succeeded();
    let told = outcome.stdout().lines().last().unwrap();
    assert_eq!(told, "  They say, need and install the same.");
}

/// What is on a server is compared where it is, and what it took is told of each.
#[test]
fn a_published_build_is_compared_on_its_server() {
    let server = WebServer::serving(lock().conda());
    let url = server.url(&format!("t/secret/{OLD}"));
    let compare = |args: &[&str]| {
        let towpath = Towpath::new(["inspect", NEW, "--compare", &url]).args(args);
        fs_err::write(towpath.home().join(NEW), next().conda()).unwrap();
        let root = server.url("");
        towpath
            .naming(root.trim_end_matches('/').as_ref(), "[SERVER]")
            .run()
            .succeeded()
    };
    let page = compare(&[]);
    let title = format!("{NEW} compared with [SERVER]/t/***/{OLD}\n");
    assert!(page.stdout().starts_with(&title), "{page}");
    assert!(page.stdout().contains("\n  ~ gate  >=2 -> any\n"), "{page}");
    let took = format!("[SERVER]/t/***/{OLD}: read ");
    assert!(page.stderr().starts_with(&took), "{page}");
    let object: Value = serde_json::from_str(compare(&["--json"]).stdout()).unwrap();
    assert_eq!(object["before"]["fetched"]["requests"], 1);
    assert_eq!(object["after"].get("fetched"), None);
    assert_eq!(object["after"]["file"], NEW);
}

/// In what packages say, nothing may steer the terminal.
#[test]
fn hostile_texts_are_made_harmless() {
    let evil = "\u{1b}[2J\u{202e}txt.exe\r\n  sha256";
    let package = next()
        .index(|index| {
            for key in ["name", "build", "license"] {
                index.insert(key.to_owned(), json!(evil));
            }
            index.insert("depends".to_owned(), json!([evil]));
            index.insert("extra_depends".to_owned(), json!({evil: [evil]}));
        })
        .about(json!({"description": evil, "summary": evil}))
        .run_exports(json!({"weak": [evil]}))
        .paths_json(json!({"paths": [{"_path": evil, "size_in_bytes": 1}]}));
    for args in [&[NEW, "--compare", OLD][..], &[OLD, "--compare", NEW, "--json"]] {
        let files = [(OLD, lock().conda()), (NEW, package.conda())];
        let outcome = inspect(&files, args).succeeded();
        let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!outcome.stdout().contains(steers), "{outcome}");
    }
}

#[test]
fn long_lists_are_cut() {
    let paths: Vec<Value> = (0..1300)
        .map(|number| json!({"_path": format!("share/{number:04}"), "size_in_bytes": 2}))
        .collect();
    let full = lock_of("1.1").paths_json(json!({"paths": paths}));
    let files = [(OLD, lock().conda()), (NEW, full.conda())];
    let outcome = inspect(&files, &[NEW, "--compare", OLD]).succeeded();
    assert!(
        outcome
            .stdout()
            .contains("\nFiles: 1300 added, 8 removed, 2.54 kB more\n"),
        "{outcome}"
    );
    assert!(outcome.stdout().ends_with("\n  and 1108 more\n"), "{outcome}");
    let outcome = inspect(&files, &[NEW, "--compare", OLD, "--json"]).succeeded();
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(object["files"]["added"], 1300);
    assert_eq!(object["files"]["files"].as_array().unwrap().len(), 1000);
}

#[test]
fn old_packages_that_only_name_their_files_are_compared_by_name() {
    let named = PackageBuilder::new("lock", "1.0", "py_0")
        .without("info/paths.json")
        .member("info/files", "share/lock/lock.txt\nshare/old\n");
    let whole = PackageBuilder::new("lock", "1.1", "py_0");
    let files = [(OLD, named.bytes(Kind::Conda)), (NEW, whole.bytes(Kind::Conda))];
    let outcome = inspect(&files, &[NEW, "--compare", OLD]).succeeded();
    let told = "\nFiles: 1 removed, 1 known by name only\n  - share/old\n";
    assert!(outcome.stdout().ends_with(told), "{outcome}");
}

#[test]
fn both_are_told_if_neither_can_be_read() {
    let names = ["missing-1-0.conda", "README.md"];
    let outcome = inspect(&[], &[names[0], "--compare", names[1], "--json"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let objects = outcome
        .stdout()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told: Vec<Value> = objects.map(|object| object["file"].clone()).collect();
    assert_eq!(told, names);
    assert_eq!(outcome.stderr().matches("error: ").count(), 2, "{outcome}");
    let outcome = compared(&[NEW, "--compare", "missing-1-0.conda"]);
    assert_eq!((outcome.status(), outcome.stdout()), (1, ""));
}

#[rstest]
#[case(&[NEW, OLD, "--compare", OLD], "--compare takes one FILE")]
#[case(&[NEW, "--compare", OLD, "--files"], "cannot be used with")]
#[case(&[NEW, "--compare", OLD, "--member", "info/index.json"], "cannot be used with")]
fn what_makes_no_sense_is_refused(#[case] args: &[&str], #[case] message: &str) {
    let outcome = compared(args);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains(message), "{outcome}");
}
