//! D322, D323: what a package makes others depend on when they are built with it.

use serde_json::{Map, Value};

use super::revision::needs_revision_3;
use super::{document, shown};
use crate::verify::finding::quoted;
use crate::verify::{Check, Document, Found, Place, Readers, Rule, Severity, Source, Subject, match_spec};

const KINDS: [&str; 5] = ["noarch", "strong", "strong_constrains", "weak", "weak_constrains"];

pub(super) static D322: Rule = Rule {
    code: "D322",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/run_exports.json has lists of MatchSpecs",
    sources: &[
        Source::Cep(34, "./info/run_exports.json"),
        Source::Cep(12, "Specification"),
        Source::Cep(43, "Impact in info/*.json"),
    ],
    why: "Every package that is built with this one gets these dependencies. What a build tool cannot read is lost, \
          and the packages break when a library changes.",
    mend: "In the recipe, write run_exports with weak, strong, noarch and lists of requirements below.",
    bad: "{\"week\": [\"libdemo >=1.0,<2\"]}",
    good: "{\"weak\": [\"libdemo >=1.0,<2\"]}",
    readers: Readers::Agree,
    check: Check::Package(run_exports_are_lists_of_specs),
};

fn run_exports_are_lists_of_specs(subject: &Subject<'_>, found: &mut Found<'_>) {
    match document::look_into(Document::RunExports, subject.evidence, found) {
        None => {}
        Some(list @ Value::Array(_)) => {
            if let Some(key) = expect_specs("", list, found) {
                let what = "a condition needs a schema_version of 2, which a list cannot have";
                found.at(place(&key), what);
            }
        }
        Some(Value::Object(kinds)) => expect_kinds(kinds, found),
        Some(other) => {
            let what = format!("it is {}, neither a list nor an object", shown(other));
            found.at(Place::member(Document::RunExports.path()), what);
        }
    }
}

fn expect_kinds(kinds: &Map<String, Value>, found: &mut Found<'_>) {
    let version = kinds.get("schema_version");
    if let Some(version) = version.filter(|version| version.as_u64().is_none_or(|version| version == 0)) {
        let what = format!("it is {}, not a whole number of 1 or more", shown(version));
        found.at(place("schema_version"), what);
    }
    let mut conditional = None;
    for (kind, list) in kinds.iter().filter(|(kind, _)| *kind != "schema_version") {
        let short: String = kind.chars().take(80).collect();
        if KINDS.contains(&kind.as_str()) {
            let first = expect_specs(kind, list, found);
            conditional = conditional.or(first);
        } else {
            let what = format!(
                "no build tool knows {}; there are {}",
                quoted(kind),
                KINDS.join(", ")
            );
            found.at(place(&short), what);
        }
    }
    let declared = version.and_then(Value::as_u64).unwrap_or(1);
    if let Some(key) = conditional.filter(|_| declared < 2) {
        let what = format!("it should be 2, because of the condition in {key}");
        found.at(place("schema_version"), what);
    }
}

/// Looks at a list; says where the first spec is that only tools of today understand.
fn expect_specs(kind: &str, list: &Value, found: &mut Found<'_>) -> Option<String> {
    let Value::Array(items) = list else {
        found.at(place(kind), format!("it is {}, not a list", shown(list)));
        return None;
    };
    let mut conditional = None;
    for (number, item) in items.iter().enumerate() {
        let key = format!("{kind}[{number}]");
        let Some(text) = item.as_str() else {
            found.at(place(&key), format!("it is {}, not text", shown(item)));
            continue;
        };
        match match_spec::parse(text) {
            Err(fault) => found.at(place(&key), format!("{} is no MatchSpec: {fault}", quoted(text))),
            Ok(spec) if conditional.is_none() && needs_revision_3(&spec) => conditional = Some(key),
            Ok(_) => {}
        }
    }
    conditional
}

fn place(key: &str) -> Place {
    Place::member(Document::RunExports.path()).key(key)
}

pub(super) static D323: Rule = Rule {
    code: "D323",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Run exports are in info/run_exports.json",
    sources: &[Source::Cep(34, "./info/run_exports.json")],
    why: "Old versions of conda-build wrote info/run_exports.yaml. CEP 34 does not have it, and rattler-build does not read it.",
    mend: "Build the package again.",
    bad: "info/run_exports.yaml",
    good: "info/run_exports.json",
    readers: Readers::Agree,
    check: Check::Package(run_exports_are_json),
};

fn run_exports_are_json(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut info = subject.evidence.info();
    if let Some(entry) = info.find(|entry| entry.path == "info/run_exports.yaml") {
        found.at(
            Place::member(&entry.path),
            "CEP 34 has info/run_exports.json in its place",
        );
    }
}
