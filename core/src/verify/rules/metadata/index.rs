//! D301, D302, D303, D318: `info/index.json` and what every package says in it.

use serde_json::{Map, Value};

use super::{document, in_index, shown};
use crate::verify::finding::quoted;
use crate::verify::{Check, Component, Document, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static D301: Rule = Rule {
    code: "D301",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/index.json is there and can be read",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "It says what the package is and what it needs. Without it a package can be neither indexed nor installed; \
          a key that is there twice means one thing to conda and keeps rattler from reading it.",
    mend: "Build the package with conda-build or rattler-build, which write the document. Do not pack a folder by hand.",
    bad: "info/index.json: {\"name\": \"demo\", \"name\": \"other\", …",
    good: "info/index.json: {\"name\": \"demo\", \"version\": \"1.0\", …",
    readers: Readers::Refuse,
    check: Check::Package(index_can_be_read),
};

fn index_can_be_read(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let place = || Place::member(Document::Index.path());
    let is_index = |path: &str| path == Document::Index.path();
    let mut entries = evidence.info().filter(|entry| is_index(&entry.path));
    let own = entries.find(|entry| entry.component != Component::Payload);
    if own.is_none() && evidence.is_complete() {
        found.at(place(), "the package has no info/index.json");
    }
    if let Some(value) = document::look_into(Document::Index, evidence, found)
        && !value.is_object()
    {
        found.at(place(), format!("it is {}, not an object", shown(value)));
    }
}

pub(super) static D302: Rule = Rule {
    code: "D302",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The fields of info/index.json are of the right types",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "Clients with fixed types refuse the package, and the whole repodata that it gets into; \
          others compare a text with a number and find no order.",
    mend: "In the recipe, write versions and build strings in quotation marks (version: \"1.10\") and the build number without.",
    bad: "\"build_number\": \"0\"",
    good: "\"build_number\": 0",
    readers: Readers::Refuse,
    check: Check::Package(fields_are_of_the_right_types),
};

fn fields_are_of_the_right_types(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    for key in ["name", "version", "build"] {
        match index.get(key) {
            None => found.at(in_index(key), format!("there is no {key}")),
            // That it is empty is told with other rules about names.
            Some(Value::String(_)) => {}
            Some(other) => found.at(in_index(key), format!("the {key} is {}, not text", shown(other))),
        }
    }
    match index.get("build_number") {
        None => found.at(in_index("build_number"), "there is no build_number"),
        Some(number) => expect_whole_number("build_number", number, found),
    }
    if let Some(version) = index.get("schema_version") {
        expect_whole_number("schema_version", version, found);
    }
    for key in ["arch", "features", "license", "license_family", "platform"] {
        if let Some(value) = index
            .get(key)
            .filter(|value| !value.is_string() && !value.is_null())
        {
            found.at(in_index(key), format!("it is {}, not text", shown(value)));
        }
    }
    expect_features(index, found);
}

fn expect_whole_number(key: &str, value: &Value, found: &mut Found<'_>) {
    if value.as_u64().is_none() {
        let what = format!("it is {}, not a whole number of 0 or more", shown(value));
        found.at(in_index(key), what);
    }
}

fn expect_features(index: &Map<String, Value>, found: &mut Found<'_>) {
    let place = || in_index("track_features");
    match index.get("track_features") {
        None | Some(Value::String(_)) => {}
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let what = "it is a list; CEP 34 has text, with the features separated by spaces or commas";
            found.no_worse_than(Severity::Warning, place(), what);
        }
        Some(other) => found.at(place(), format!("it is {}, not text", shown(other))),
    }
}

pub(super) static D303: Rule = Rule {
    code: "D303",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "info/index.json says the subdir",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "It is the platform that the package is for. Without it a channel has to guess from the folder that \
          somebody put the file in, and the record of an installed package lacks it.",
    mend: "Build the package again with a build tool of today, which writes the subdir.",
    bad: "{\"name\": \"demo\", \"platform\": \"linux\", \"arch\": \"x86_64\"}",
    good: "{\"name\": \"demo\", \"subdir\": \"linux-64\"}",
    readers: Readers::Agree,
    check: Check::Package(index_says_the_subdir),
};

fn index_says_the_subdir(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    match index.get("subdir") {
        None => found.at(in_index("subdir"), "there is no subdir"),
        Some(Value::String(text)) if text.is_empty() => found.at(in_index("subdir"), "the subdir is empty"),
        Some(Value::String(_)) => {}
        Some(other) => found.at(
            in_index("subdir"),
            format!("the subdir is {}, not text", shown(other)),
        ),
    }
}

pub(super) static D318: Rule = Rule {
    code: "D318",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "The keys of info/index.json are known ones",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "No client reads other keys, and channels carry them along. Often it is a misspelt one, such as \"constraints\".",
    mend: "Correct the name, or move what is for people to the recipe's extra section, which goes to info/about.json.",
    bad: "\"constraints\": [\"numpy >=2\"]",
    good: "\"constrains\": [\"numpy >=2\"]",
    readers: Readers::Agree,
    check: Check::Package(keys_are_known),
};

/// What CEP 34, 43, 44 and 45 have, what build tools have written, and what other rules look at.
const KNOWN_KEYS: [&str; 35] = [
    "app",
    "app_cli_opts",
    "app_entry",
    "app_own_environment",
    "app_type",
    "arch",
    "build",
    "build_number",
    "constrains",
    "depends",
    "extra_depends",
    "features",
    "flags",
    "icon",
    "license",
    "license_family",
    "name",
    "namespace",
    "noarch",
    "platform",
    "preferred_env",
    "provides_features",
    "purls",
    "python_site_packages_path",
    "repodata_revision",
    "requires",
    "requires_features",
    "schema_version",
    "subdir",
    "summary",
    "timestamp",
    "track_features",
    "type",
    "ucs",
    "version",
];

fn keys_are_known(subject: &Subject<'_>, found: &mut Found<'_>) {
    let keys = subject.evidence.index().into_iter().flat_map(Map::keys);
    for key in keys.filter(|key| !KNOWN_KEYS.contains(&key.as_str())) {
        let short: String = key.chars().take(80).collect();
        found.at(
            in_index(short),
            format!("no client knows the key {}", quoted(key)),
        );
    }
}
