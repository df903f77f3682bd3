//! Group E: `info/paths.json`.

mod links;
mod list;
mod prefixes;
mod truth;

use std::io::Cursor;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use towpath_core::package::{ArtifactName, Limits};
use towpath_core::verify::{Evidence, Installs, Severity, VerifyOptions, judge};
use towpath_tests::tarball::Member;
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{Case, report_of, sound};

pub(crate) fn cases() -> Vec<Case> {
    [list::cases(), truth::cases(), links::cases(), prefixes::cases()]
        .into_iter()
        .flatten()
        .collect()
}

const FILE: &str = "share/demo/demo.txt";

/// The package with something else in its `paths.json`.
fn with_paths(package: PackageBuilder, edit: impl FnOnce(&mut Value)) -> PackageBuilder {
    let mut paths = package.payload_paths();
    edit(&mut paths);
    package.paths_json(paths)
}

/// The sound package with something else in what `paths.json` says of its one file.
fn with_entry(edit: impl FnOnce(&mut Value)) -> PackageBuilder {
    with_paths(sound(), |paths| edit(&mut paths["paths"][0]))
}

/// Many paths, of which none is listed, and links that lead along and round in long circles.
#[test]
fn many_paths_and_long_ways_are_looked_at_in_little_time() {
    const COUNT: u64 = 100_000;
    let deep = "a/".repeat(2_000);
    let mut package = sound()
        .subdir("linux-64")
        .payload_entry(Member::numbered("share/demo/f", COUNT))
        .paths_json(json!({"paths": (0..COUNT).map(|number| json!({
            "_path": format!("share/demo/g{number}"),
            "path_type": "hardlink",
        })).collect::<Vec<_>>(), "paths_version": 1}));
    for number in 0..300 {
        let next = (number + 1) % 300;
        package = package.symlink(&format!("l/{number}"), &format!("{next}/{deep}"));
    }
    let name = ArtifactName::new(package.file_name(Kind::Conda)).unwrap();
    let archive = Cursor::new(package.conda());
    let evidence = Evidence::of(&name, archive, &Limits::default()).unwrap();
    // WebAssembly has no clock.
    let start = cfg!(not(target_family = "wasm")).then(Instant::now);
    let report = judge(&evidence, &VerifyOptions::default());
    let elapsed = start.map(|start| start.elapsed());
    assert!(elapsed < Some(Duration::from_secs(20)), "{elapsed:?}");
    assert_eq!(report.more["E403"][&Severity::Error], 2 * 100_000 + 301 - 50);
}

/// What is not listed is not installed by anybody, which is the same everywhere.
#[test]
fn clients_agree_on_files_that_are_not_listed_and_refuse_those_that_are_not_there() {
    let installs = |paths: Value| {
        let package = sound().paths_json(json!({"paths": paths, "paths_version": 1}));
        let report = report_of(&package.file_name(Kind::Conda), package.conda());
        assert_eq!(report.worst(), Some(Severity::Error));
        report.installs
    };
    assert_eq!(installs(json!([])), Installs::Same);
    let absent = json!([{"_path": "bin/demo", "path_type": "hardlink"}]);
    assert_eq!(installs(absent), Installs::Refused(["E403"].into()));
}
