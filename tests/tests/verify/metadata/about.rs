//! D320, D321, D328: licence, description, provenance.

use serde_json::{Value, json};
use towpath_tests::{Kind, PackageBuilder};

use super::without;
use crate::case::{Case, breaks, keeps, sound};

const ABOUT: &str = "info/about.json";

/// A sound package with something more in `about.json`.
fn about(key: &str, value: Value) -> PackageBuilder {
    let mut about =
        json!({"home": "https://example.org", "license": "MIT", "summary": "A package for tests"});
    about[key] = value;
    sound().about(about)
}

fn bad(code: &'static str, what: &'static str, key: &str, value: Value) -> Case {
    breaks(code, what, &about(key, value), Kind::Conda)
}

fn good(code: &'static str, what: &'static str, key: &str, value: Value) -> Case {
    keeps(code, what, &about(key, value), Kind::Conda)
}

pub(crate) fn cases() -> Vec<Case> {
    [licence(), description(), provenance()]
        .into_iter()
        .flatten()
        .collect()
}

fn licence() -> Vec<Case> {
    const LICENCE: &str = "info/licenses/LICENSE";
    let nowhere = without("license").about(json!({"summary": "A package for tests"}));
    let no_text = sound().without(LICENCE);
    let beside = no_text
        .clone()
        .payload("share/licenses/demo/COPYING.txt", "Do what you like.\n");
    let nothing = no_text.clone().without("share/demo/demo.txt");
    vec![
        breaks("D320", "no licence", &nowhere, Kind::Conda),
        breaks("D320", "no text of a licence", &no_text, Kind::Conda),
        breaks("D320", "no text of a licence", &no_text, Kind::TarBz2),
        keeps(
            "D320",
            "a licence in about.json alone",
            &without("license"),
            Kind::Conda,
        ),
        keeps("D320", "the text among the files", &beside, Kind::Conda),
        keeps("D320", "no files", &nothing, Kind::Conda),
    ]
}

fn description() -> Vec<Case> {
    let twice = r#"{"summary": "A package", "extra": {"sha": "", "sha": ""}}"#;
    let html = "<p>A package for <b>tests</b></p>";
    vec![
        breaks("D321", "no about.json", &sound().without(ABOUT), Kind::Conda),
        breaks(
            "D321",
            "no JSON",
            &sound().member(ABOUT, "summary: x"),
            Kind::Conda,
        ),
        breaks("D321", "a list", &sound().member(ABOUT, "[]"), Kind::Conda),
        breaks("D321", "a key twice", &sound().member(ABOUT, twice), Kind::Conda),
        bad("D321", "no scheme", "home", json!("example.org")),
        bad(
            "D321",
            "one of two is none",
            "doc_url",
            json!(["https://example.org", "docs/"]),
        ),
        bad("D321", "a number for a URL", "dev_url", json!(5)),
        bad("D321", "no summary", "summary", json!("")),
        bad("D321", "HTML", "description", json!(html)),
        bad("D321", "text for channels", "channels", json!("conda-forge")),
        bad("D321", "text for extra", "extra", json!("none")),
        good(
            "D321",
            "several URLs",
            "doc_url",
            json!(["https://example.org/a", "http://example.org/b"]),
        ),
        good(
            "D321",
            "angle brackets",
            "description",
            json!("See <https://example.org>, if a < b."),
        ),
        good("D321", "nothing for a URL", "dev_url", json!(null)),
    ]
}

fn provenance() -> Vec<Case> {
    let sha = "50a4e2d4203f05082fcbb93e14541180de3aa8ac";
    let full = json!({"sha": sha, "remote_url": "git@github.com:conda-forge/python-feedstock", "flow_run_id": "azure_20250217.3.1"});
    let empty = json!({"sha": "", "remote_url": "", "flow_run_id": ""});
    vec![
        bad("D328", "a short hash", "extra", json!({"sha": &sha[..7]})),
        bad(
            "D328",
            "a path for a URL",
            "extra",
            json!({"remote_url": "/home/conda/recipe"}),
        ),
        bad("D328", "a number for a run", "extra", json!({"flow_run_id": 5})),
        good("D328", "all there is", "extra", full),
        good("D328", "no version control", "extra", empty),
    ]
}
