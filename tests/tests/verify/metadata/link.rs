//! D322 to D327: run exports, links, and other files in `info/`.

use serde_json::{Value, json};
use towpath_tests::{Kind, PackageBuilder};

use super::with;
use crate::case::{Case, breaks, keeps, sound};

pub(crate) fn cases() -> Vec<Case> {
    [run_exports(), link(), entry_points(), members()]
        .into_iter()
        .flatten()
        .collect()
}

fn run_exports() -> Vec<Case> {
    let bad = |what, exports: Value| breaks("D322", what, &sound().run_exports(exports), Kind::Conda);
    let good = |what, exports: Value| keeps("D322", what, &sound().run_exports(exports), Kind::Conda);
    let condition = "libwin[when=\"__win\"]";
    let yaml = sound().member("info/run_exports.yaml", "weak: [libdemo]");
    vec![
        bad("a misspelt kind", json!({"week": ["libdemo >=1.0,<2"]})),
        bad("text for a list", json!({"weak": "libdemo >=1.0,<2"})),
        bad("text", json!("libdemo")),
        bad("a number in a list", json!({"strong": ["libdemo", 1]})),
        bad("no MatchSpec", json!({"weak_constrains": ["libdemo >="]})),
        bad("no MatchSpec in the short form", json!(["libdemo >="])),
        bad("a condition", json!({"weak": [condition]})),
        bad("a condition in the short form", json!([condition])),
        bad("a version that is 0", json!({"schema_version": 0, "weak": []})),
        breaks(
            "D322",
            "no JSON",
            &sound().member("info/run_exports.json", "weak:"),
            Kind::TarBz2,
        ),
        good(
            "all kinds",
            json!({"noarch": [], "strong": ["libdemo >=1"], "strong_constrains": [], "weak": [], "weak_constrains": []}),
        ),
        good("the short form", json!(["libdemo >=1.0,<2"])),
        good("a condition", json!({"schema_version": 2, "weak": [condition]})),
        good("nothing", json!({})),
        breaks("D323", "YAML", &yaml, Kind::Conda),
        keeps("D323", "JSON", &sound().run_exports(json!({})), Kind::Conda),
    ]
}

/// A sound package of Python modules with this `link.json`.
fn python(link: &Value) -> PackageBuilder {
    with("noarch", json!("python")).member("info/link.json", link.to_string())
}

fn link() -> Vec<Case> {
    let of = |kind: &str| json!({"noarch": {"type": kind}, "package_metadata_version": 1});
    let generic = of("generic").to_string();
    let environment =
        json!({"preferred_env": {"name": "x", "executable_paths": []}, "package_metadata_version": 1});
    let old = sound()
        .subdir("linux-64")
        .member("info/link.json", environment.to_string());
    let no_version = python(&json!({"noarch": {"type": "python"}}));
    let two = python(&json!({"noarch": {"type": "python"}, "package_metadata_version": 2}));
    let text = python(
        &json!({"noarch": {"type": "python", "entry_points": "a = a:a"}, "package_metadata_version": 1}),
    );
    let on_linux = sound()
        .subdir("linux-64")
        .member("info/link.json", generic.clone());
    vec![
        breaks(
            "D324",
            "no link.json",
            &with("noarch", json!("python")),
            Kind::Conda,
        ),
        breaks("D324", "another kind", &python(&of("generic")), Kind::Conda),
        breaks("D324", "a package for a platform", &on_linux, Kind::Conda),
        breaks("D324", "an unknown kind", &python(&of("ruby")), Kind::Conda),
        breaks("D324", "no version", &no_version, Kind::Conda),
        breaks("D324", "another version", &two, Kind::Conda),
        breaks("D324", "text for entry points", &text, Kind::Conda),
        breaks(
            "D324",
            "no kind",
            &python(&json!({"package_metadata_version": 1})),
            Kind::Conda,
        ),
        breaks(
            "D324",
            "an empty file",
            &sound().member("info/link.json", ""),
            Kind::TarBz2,
        ),
        keeps("D324", "Python", &python(&of("python")), Kind::Conda),
        keeps(
            "D324",
            "generic",
            &sound().member("info/link.json", generic),
            Kind::Conda,
        ),
        keeps("D324", "no link.json in a generic package", &sound(), Kind::Conda),
        keeps("D324", "an environment of its own", &old, Kind::TarBz2),
    ]
}

fn entry_points() -> Vec<Case> {
    let with_point = |point: Value| {
        python(&json!({"noarch": {"type": "python", "entry_points": [point]}, "package_metadata_version": 1}))
    };
    let bad = |what, point: Value| breaks("D325", what, &with_point(point), Kind::Conda);
    vec![
        bad("a path", json!("../demo = demo:main")),
        bad("a path of Windows", json!("..\\demo = demo:main")),
        bad("no function", json!("demo = demo")),
        bad("a module that is code", json!("demo = demo;import os:main")),
        bad("a command that a shell takes apart", json!("demo;rm = demo:main")),
        bad("a number", json!(1)),
        keeps(
            "D325",
            "spaces",
            &with_point(json!("demo = demo.cli:main")),
            Kind::Conda,
        ),
        keeps(
            "D325",
            "no spaces",
            &with_point(json!("demo-2.x=_demo:App.run")),
            Kind::Conda,
        ),
    ]
}

fn members() -> Vec<Case> {
    let known = [
        "info/git",
        "info/hash_input.json",
        "info/files",
        "info/recipe/deep/er/file",
        "info/test/run_test.py",
        "info/tests/tests.yaml",
        "info/LICENSE.txt",
        "info/43c9b994a4d96f779dad87219d645c9f.png",
    ];
    let old = known
        .iter()
        .fold(sound(), |package, path| package.member(path, ""));
    let record = "info/repodata_record.json";
    vec![
        breaks("D326", "a record", &sound().member(record, "{}"), Kind::Conda),
        breaks("D326", "a record", &sound().member(record, "{}"), Kind::TarBz2),
        keeps(
            "D326",
            "a file that is installed",
            &sound().payload("share/repodata_record.json", "{}"),
            Kind::Conda,
        ),
        breaks(
            "D327",
            "a table",
            &sound().member("info/data.csv", ""),
            Kind::Conda,
        ),
        breaks(
            "D327",
            "a folder",
            &sound().member("info/data/table.csv", ""),
            Kind::TarBz2,
        ),
        keeps("D327", "all that build tools write", &old, Kind::TarBz2).also(["E412"]),
    ]
}
