//! What differs between packages that say much, little and nonsense.

use serde_json::{Value, json};

use super::*;
use crate::inspect::tests::inspected;

/// A package of these documents, with what else it has.
fn package(index: &Value, about: &Value, others: &[(&str, &str)]) -> Inspection {
    let (index, about) = (index.to_string(), about.to_string());
    let documents = [("info/index.json", index.as_str()), ("info/about.json", &about)];
    inspected(&[&documents, others].concat()).unwrap()
}

fn before() -> Inspection {
    package(
        &json!({
            "name": "lock", "version": "1.0", "build": "py_0", "build_number": 0, "subdir": "noarch",
            "noarch": "generic", "license": "MIT", "timestamp": 1_700_000_000_000_u64,
            "depends": ["gate >=2", "Python >=3.8"], "constrains": ["weir <4"],
            "extra_depends": {"test": ["pytest"], "docs": ["sphinx"]}, "flags": ["cuda"],
        }),
        &json!({
            "summary": "Lifts boats", "home": "https://example.org/lock", "description": "Lifts.",
            "doc_url": ["https://example.org/a", "https://example.org/b"], "conda_build_version": "24.1.0",
            "extra": {"recipe-maintainers": ["ada"], "sha": "0123", "remote_url": "https://example.org/r"},
        }),
        &[
            (
                "info/run_exports.json",
                r#"{"weak": ["lock >=1,<2"], "strong": ["gate"]}"#,
            ),
            (
                "info/recipe/meta.yaml",
                "source: {url: https://example.org/1.tar.gz, sha256: ab}",
            ),
            (
                "info/paths.json",
                r#"{"paths": [
                    {"_path": "bin/lock", "size_in_bytes": 10, "sha256": "aa"},
                    {"_path": "bin/old", "size_in_bytes": 7},
                    {"_path": "lib/liblock.so", "size_in_bytes": 9, "sha256": "cc"},
                    {"_path": "share", "path_type": "directory"}
                ]}"#,
            ),
        ],
    )
}

fn after() -> Inspection {
    package(
        &json!({
            "name": "lock", "version": "1.1", "build": "py_0", "build_number": 1, "subdir": "noarch",
            "noarch": "python", "license": "BSD-3-Clause", "timestamp": 1_710_000_000_000_u64,
            "depends": ["python >=3.10", "sluice"], "constrains": ["weir <4"],
            "extra_depends": {"test": ["pytest"], "docs": ["mkdocs"]},
        }),
        &json!({
            "summary": "Lifts boats", "dev_url": "https://example.org/dev", "description": "Lifts\nall.",
            "doc_url": "https://example.org/b", "conda_build_version": "24.3.0",
            "extra": {"recipe-maintainers": ["ada", "bob"], "sha": "4567", "remote_url": "https://example.org/r"},
        }),
        &[
            (
                "info/run_exports.json",
                r#"{"weak": ["lock >=1.1,<2"], "noarch": ["lock"]}"#,
            ),
            (
                "info/link.json",
                r#"{"noarch": {"entry_points": ["lock = lock:main"]}}"#,
            ),
            (
                "info/recipe/meta.yaml",
                "source: {url: https://example.org/2.tar.gz, sha256: cd}",
            ),
            (
                "info/paths.json",
                r#"{"paths": [
                    {"_path": "bin/.lock-post-link.sh", "size_in_bytes": 3},
                    {"_path": "bin/lock", "size_in_bytes": 30, "sha256": "bb"},
                    {"_path": "lib/liblock.so", "size_in_bytes": 9, "sha256": "CC"},
                    {"_path": "share", "path_type": "hardlink", "size_in_bytes": 1}
                ]}"#,
            ),
        ],
    )
}

#[test]
fn what_differs_is_told() {
    let mut comparison = Comparison::of(&before(), &after());
    // Compressors may become better.
    comparison.before.size = 0;
    comparison.after.size = 0;
    insta::assert_snapshot!(serde_json::to_string_pretty(&comparison).unwrap());
}

#[test]
fn what_comes_one_way_goes_the_other() {
    let (forwards, backwards) = (
        Comparison::of(&before(), &after()),
        Comparison::of(&after(), &before()),
    );
    assert_eq!(forwards.before, backwards.after);
    let turned = backwards.fields.into_iter().map(|change| ChangedField {
        field: change.field,
        before: change.after,
        after: change.before,
    });
    assert_eq!(turned.collect::<Vec<_>>(), forwards.fields);
    let kinds = |of: &Comparison| of.run_exports.keys().copied().collect::<Vec<_>>();
    assert_eq!(kinds(&forwards), ["noarch", "strong", "weak"]);
    assert_eq!(forwards.run_exports.len(), backwards.run_exports.len());
}

#[test]
fn a_package_does_not_differ_from_itself() {
    let comparison = Comparison::of(&before(), &before());
    assert!(comparison.is_empty(), "{comparison:?}");
    let bare = package(&json!({}), &json!({}), &[]);
    assert!(Comparison::of(&bare, &bare).is_empty());
    assert!(!Comparison::of(&bare, &before()).is_empty());
}

#[test]
fn no_more_files_are_listed_than_is_bearable() {
    let paths: Vec<Value> = (0..1500)
        .map(|number| json!({"_path": format!("share/{number:04}"), "size_in_bytes": 2}))
        .collect();
    let paths = json!({"paths": paths}).to_string();
    let index = json!({"name": "lock"});
    let full = package(&index, &json!({}), &[("info/paths.json", &paths)]);
    let comparison = Comparison::of(&package(&index, &json!({}), &[]), &full);
    assert_eq!(
        (comparison.files.added, comparison.files.files.len()),
        (1500, 1000)
    );
    assert_eq!(comparison.files.installed_size_change, 3000);
}

/// A list of names does not say what the files are.
#[test]
fn what_is_not_known_is_not_called_a_change() {
    let index = json!({"name": "lock"});
    let mut named = package(&index, &json!({}), &[("bin/lock", "x")]);
    named.files.files[0].size = None;
    let whole = package(&index, &json!({}), &[("bin/lock", "y")]);
    let files = Comparison::of(&named, &whole).files;
    assert_eq!((files.changed, files.unknown), (0, 1));
}
