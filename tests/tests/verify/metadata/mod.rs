//! Group D and G611: the metadata under `info/`.

mod about;
mod dependencies;
mod index;
mod link;
mod recipe;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use towpath_core::verify::Report;
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{Case, breaks, keeps, report_of, sound};

pub(crate) fn cases() -> Vec<Case> {
    [
        index::cases(),
        dependencies::cases(),
        about::cases(),
        link::cases(),
        recipe::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A sound package, in whose `index.json` a value is another one.
fn with(key: &str, value: Value) -> PackageBuilder {
    sound().index(|index| {
        index.insert(key.to_owned(), value);
    })
}

/// A sound package, in whose `index.json` a value is not there.
fn without(key: &str) -> PackageBuilder {
    sound().index(|index| {
        index.remove(key);
    })
}

/// A package that breaks the rule because of this value in `index.json`.
fn bad(code: &'static str, what: &'static str, key: &str, value: Value) -> Case {
    breaks(code, what, &with(key, value), Kind::Conda)
}

/// A package that keeps the rule with this value in `index.json`.
fn good(code: &'static str, what: &'static str, key: &str, value: Value) -> Case {
    keeps(code, what, &with(key, value), Kind::Conda)
}

fn report(package: &PackageBuilder) -> Report {
    report_of(&package.file_name(Kind::Conda), package.conda())
}

/// A value of a wrong type for each field of `index.json`, and the rule that says so.
fn wrong_types() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("name", json!(5), "D302"),
        ("version", json!([]), "D302"),
        ("build", json!({}), "D302"),
        ("build_number", json!("0"), "D302"),
        ("license", json!(1), "D302"),
        ("schema_version", json!(-1), "D302"),
        ("track_features", json!(1), "D302"),
        ("subdir", json!(1), "D303"),
        ("depends", json!("zlib"), "D305"),
        ("constrains", json!(null), "D305"),
        ("noarch", json!([]), "D311"),
        ("timestamp", json!("now"), "D313"),
        ("flags", json!("cuda"), "D316"),
        ("extra_depends", json!([]), "D316"),
        ("repodata_revision", json!("v3"), "D317"),
    ]
}

#[test]
fn a_wrong_type_hides_no_other() {
    let wrong = wrong_types();
    let package = sound().index(|index| {
        index.extend(
            wrong
                .iter()
                .map(|(key, value, _)| ((*key).to_owned(), value.clone())),
        );
    });
    let report = report(&package);
    let found: BTreeSet<(&str, &str)> = report
        .findings
        .iter()
        .filter_map(|finding| Some((finding.place.key.as_deref()?, finding.code)))
        .collect();
    for (key, _, code) in &wrong {
        assert!(
            found.contains(&(key, code)),
            "{code} of {key} is not in {found:#?}"
        );
    }
}

#[test]
fn any_value_can_be_anywhere() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5e300),
        json!(u64::MAX),
        json!(""),
        json!("é\u{0}[(\u{202e}"),
        json!([]),
        json!([[], {}, null, "", "[", "a[when='", "é >=é"]),
        json!({"": "", "é": [1], "type": 1, "sha": [], "entry_points": [[], "=:", "é=é:é"]}),
    ];
    let keys = wrong_types().into_iter().map(|(key, ..)| key);
    let more = ["arch", "features", "python_site_packages_path", "é", ""];
    for value in &odd {
        for key in keys.clone().chain(more) {
            report(&with(key, value.clone()));
        }
        let mut package = sound();
        for document in ["about", "link", "run_exports", "index"] {
            let path = format!("info/{document}.json");
            report(&sound().member(&path, value.to_string()));
            let everywhere = [
                "home",
                "summary",
                "extra",
                "noarch",
                "weak",
                "schema_version",
                "package_metadata_version",
            ];
            let object: Value = everywhere
                .iter()
                .map(|key| ((*key).to_owned(), value.clone()))
                .collect();
            package = package.member(&path, object.to_string());
        }
        report(&package);
    }
}
