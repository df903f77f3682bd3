//! D301 to D303, D311 to D318: the fields of `info/index.json`.

use serde_json::json;
use towpath_tests::{Kind, PackageBuilder};

use super::{bad, good, with, without};
use crate::case::{Case, breaks, file, keeps, sound};

const INDEX: &str = "info/index.json";

pub(crate) fn cases() -> Vec<Case> {
    [document(), fields(), platforms(), times(), new_fields()]
        .into_iter()
        .flatten()
        .collect()
}

/// A sound package with these bytes for its `index.json`.
fn bytes(text: impl Into<Vec<u8>>) -> PackageBuilder {
    sound().index_bytes(text)
}

const TEXT: &str = r#"{"name": "demo", "version": "1.0", "build": "h1234567_0", "build_number": 0, "depends": [],
"license": "BSD-3-Clause", "noarch": "generic", "subdir": "noarch", "timestamp": 1700000000000}"#;

fn document() -> Vec<Case> {
    let twice = TEXT.replacen("\"name\"", "\"name\": \"other\", \"name\"", 1);
    let marked = format!("\u{feff}{TEXT}");
    let latin: Vec<u8> = TEXT
        .replace("demo", "d\u{e9}mo")
        .chars()
        .map(|character| character as u8)
        .collect();
    let huge = |size| with("summary", json!("x".repeat(size)));
    let cut = sound().conda();
    vec![
        breaks("D301", "no index.json", &sound().without(INDEX), Kind::Conda),
        breaks("D301", "no index.json", &sound().without(INDEX), Kind::TarBz2),
        breaks(
            "D301",
            "a link for index.json",
            &sound().without(INDEX).symlink(INDEX, "paths.json"),
            Kind::TarBz2,
        ),
        breaks("D301", "no JSON", &bytes("name: demo"), Kind::Conda),
        breaks("D301", "a list", &bytes("[]"), Kind::Conda),
        breaks("D301", "a name twice", &bytes(twice), Kind::Conda),
        breaks("D301", "a byte order mark", &bytes(marked), Kind::Conda),
        breaks("D301", "no UTF-8", &bytes(latin), Kind::Conda),
        breaks("D301", "more than a MiB", &huge(1 << 20), Kind::Conda),
        keeps("D301", "a large one", &huge(1_000_000), Kind::Conda),
        keeps(
            "D301",
            "a key in two objects",
            &with("app", json!({"name": "Demo"})),
            Kind::TarBz2,
        ),
        // Nobody knows whether index.json would have come.
        file(
            "D301",
            false,
            "half a file",
            "demo-1.0-h1234567_0.conda",
            cut[..cut.len() / 2].to_vec(),
        )
        .also(["A001"]),
    ]
}

fn fields() -> Vec<Case> {
    vec![
        breaks("D302", "no version", &without("version"), Kind::Conda),
        bad("D302", "a number for a version", "version", json!(1.1)),
        bad("D302", "a number in quotation marks", "build_number", json!("0")),
        bad("D302", "a truth value for a number", "build_number", json!(true)),
        bad("D302", "a number below 0", "build_number", json!(-1)),
        bad("D302", "a number with a point", "build_number", json!(1.0)),
        breaks("D302", "no build number", &without("build_number"), Kind::TarBz2),
        bad("D302", "a list of licences", "license", json!(["MIT"])),
        bad("D302", "a list of features", "track_features", json!(["a"])),
        bad("D302", "nothing for features", "track_features", json!(null)),
        bad("D302", "an object of features", "track_features", json!({"a": 1})),
        bad(
            "D302",
            "a version of the format that is text",
            "schema_version",
            json!("2"),
        ),
        good("D302", "a large number", "build_number", json!(1_000_000_u64)).also(["C208"]),
        good("D302", "features", "track_features", json!("a b")),
        good("D302", "nothing for a platform", "platform", json!(null)),
        breaks("D303", "no subdir", &without("subdir"), Kind::Conda),
        bad("D303", "nothing for a subdir", "subdir", json!(null)),
        keeps("D303", "a platform", &sound().subdir("linux-64"), Kind::Conda),
        bad("D318", "a misspelt key", "constraints", json!(["numpy >=2"])),
        good(
            "D318",
            "a key that only Navigator reads",
            "app_type",
            json!("desk"),
        ),
    ]
}

fn platforms() -> Vec<Case> {
    let on_linux = |noarch: &str| {
        let noarch = json!(noarch);
        sound().subdir("linux-64").index(|index| {
            index.insert("noarch".to_owned(), noarch);
        })
    };
    let link = r#"{"noarch": {"type": "python"}, "package_metadata_version": 1}"#;
    let python = |path: &str| {
        let path = json!(path);
        PackageBuilder::new("python", "3.13.0", "h1234567_0")
            .member("info/licenses/LICENSE", "Do what you like.\n")
            .index(|index| {
                index.insert("python_site_packages_path".to_owned(), path);
            })
    };
    let free_threading = python("lib/python3.13t/site-packages");
    vec![
        bad("D311", "a truth value", "noarch", json!(true)),
        bad("D311", "another language", "noarch", json!("ruby")),
        breaks(
            "D311",
            "generic for one platform",
            &on_linux("generic"),
            Kind::Conda,
        ),
        keeps(
            "D311",
            "abi3",
            &on_linux("python").member("info/link.json", link),
            Kind::Conda,
        ),
        breaks("D312", "no kind", &without("noarch"), Kind::Conda),
        keeps(
            "D312",
            "a package for a platform",
            &sound().subdir("win-64"),
            Kind::Conda,
        ),
        breaks(
            "D315",
            "a path outwards",
            &python("lib/../../site-packages"),
            Kind::Conda,
        ),
        breaks(
            "D315",
            "an absolute path",
            &python("/usr/lib/python3"),
            Kind::Conda,
        ),
        bad(
            "D315",
            "not python",
            "python_site_packages_path",
            json!("lib/site-packages"),
        ),
        keeps("D315", "the other build of Python", &free_threading, Kind::Conda),
        good(
            "D315",
            "nothing, in another package",
            "python_site_packages_path",
            json!(null),
        ),
    ]
}

fn times() -> Vec<Case> {
    // Packages are verified on 2023-11-16, 02:00 UTC.
    const DAY: u64 = 86_400_000;
    const NOW: u64 = 1_700_100_000_000;
    vec![
        bad("D313", "seconds", "timestamp", json!(1_700_000_000)),
        bad("D313", "text", "timestamp", json!("1700000000000")),
        bad("D313", "a point", "timestamp", json!(1_700_000_000_000.5)),
        bad(
            "D313",
            "the day after tomorrow",
            "timestamp",
            json!(NOW + DAY + 1),
        ),
        bad(
            "D313",
            "microseconds",
            "timestamp",
            json!(1_700_000_000_000_000_u64),
        ),
        good("D313", "another clock", "timestamp", json!(NOW + DAY)),
        good("D313", "SOURCE_DATE_EPOCH=0", "timestamp", json!(0)),
        breaks("D314", "no time", &without("timestamp"), Kind::Conda),
        good("D314", "an old package", "timestamp", json!(253_402_300_800_u64)),
    ]
}

fn new_fields() -> Vec<Case> {
    let groups = |version: u64, groups: serde_json::Value| {
        with("schema_version", json!(version)).index(|index| {
            index.insert("extra_depends".to_owned(), groups);
        })
    };
    let flags = |flags: serde_json::Value| {
        with("schema_version", json!(3)).index(|index| {
            index.insert("flags".to_owned(), flags);
        })
    };
    let condition = "pywin32[when=\"__win\"]";
    let revision = with("repodata_revision", json!(3)).depends([condition]);
    let plot = json!({"plot": ["matplotlib-base >=3"]});
    vec![
        breaks("D316", "a condition", &sound().depends([condition]), Kind::Conda),
        breaks("D316", "groups", &groups(2, plot.clone()), Kind::Conda),
        bad("D316", "flags", "flags", json!(["cuda"])),
        breaks(
            "D316",
            "a group in capitals",
            &groups(3, json!({"Plot": []})),
            Kind::Conda,
        ),
        breaks(
            "D316",
            "a group of text",
            &groups(3, json!({"plot": "matplotlib"})),
            Kind::Conda,
        ),
        breaks(
            "D316",
            "a list of groups",
            &groups(3, json!(["plot"])),
            Kind::Conda,
        ),
        breaks(
            "D316",
            "a flag with two colons",
            &flags(json!(["blas:mkl:2"])),
            Kind::Conda,
        ),
        breaks("D316", "text for flags", &flags(json!("cuda")), Kind::Conda),
        keeps("D316", "groups", &groups(3, plot), Kind::Conda),
        keeps("D316", "flags", &flags(json!(["cuda", "blas:mkl"])), Kind::Conda),
        keeps(
            "D316",
            "a condition",
            &with("schema_version", json!(3)).depends([condition]),
            Kind::TarBz2,
        ),
        breaks("D317", "the word of rattler-build", &revision, Kind::Conda),
        good("D317", "the word of CEP 43", "schema_version", json!(3)),
    ]
}
