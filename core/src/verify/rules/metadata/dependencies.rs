//! D304, D305, D309, D310: the lists of what a package needs.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{in_index, shown};
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject, match_spec};

/// The lists of specs that every record has.
const LISTS: [&str; 2] = ["depends", "constrains"];

pub(super) static D304: Rule = Rule {
    code: "D304",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "info/index.json has depends, if only an empty list",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "Nobody can tell a package that needs nothing from one whose dependencies were forgotten.",
    mend: "Nothing, if the package needs no other; some versions of rattler-build leave an empty list out. \
           Otherwise write the requirements to the run section of the recipe.",
    bad: "{\"name\": \"demo\", \"version\": \"1.0\"}",
    good: "{\"name\": \"demo\", \"version\": \"1.0\", \"depends\": []}",
    readers: Readers::Agree,
    check: Check::Package(index_has_depends),
};

fn index_has_depends(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(index) = subject.evidence.index()
        && !index.contains_key("depends")
    {
        found.at(in_index("depends"), "there is no depends");
    }
}

pub(super) static D305: Rule = Rule {
    code: "D305",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "depends and constrains are lists of text",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "conda and rattler refuse a text in the place of a list: nobody can install the package.",
    mend: "Write a list, also of one: [\"python >=3.10\"].",
    bad: "\"depends\": \"python >=3.10\"",
    good: "\"depends\": [\"python >=3.10\"]",
    readers: Readers::Refuse,
    check: Check::Package(dependencies_are_lists_of_text),
};

fn dependencies_are_lists_of_text(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    for key in LISTS {
        match index.get(key) {
            None => {}
            Some(Value::Array(items)) => {
                for (number, item) in items.iter().enumerate().filter(|(_, item)| !item.is_string()) {
                    let what = format!("it is {}, not text", shown(item));
                    found.at(in_index(format!("{key}[{number}]")), what);
                }
            }
            Some(other) => found.at(in_index(key), format!("it is {}, not a list", shown(other))),
        }
    }
}

pub(super) static D309: Rule = Rule {
    code: "D309",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Nothing is asked for twice",
    sources: &[Source::Other("size of the repodata")],
    why: "The second does nothing, and makes the repodata of a channel larger for all who fetch it.",
    mend: "Remove one. If a run export adds what the recipe has already, remove the one in the recipe.",
    bad: "\"depends\": [\"libzlib >=1.3\", \"libzlib >=1.3\"]",
    good: "\"depends\": [\"libzlib >=1.3\"]",
    readers: Readers::Agree,
    check: Check::Package(nothing_is_asked_for_twice),
};

fn nothing_is_asked_for_twice(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    for key in LISTS {
        let mut seen = HashSet::new();
        for (number, text) in texts(index, key) {
            let words: Vec<&str> = text.split_whitespace().collect();
            if !seen.insert(words.join(" ")) {
                let what = format!("{} is there before", quoted(text));
                found.at(in_index(format!("{key}[{number}]")), what);
            }
        }
    }
}

pub(super) static D310: Rule = Rule {
    code: "D310",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "No package depends on itself",
    sources: &[Source::Other("solvers")],
    why: "At best it says nothing. If the version that is asked for is not the package's own, nobody can install it.",
    mend: "Remove the dependency. If a run export of the package itself adds it, list the package in ignore_run_exports.",
    bad: "demo-1.0: \"depends\": [\"demo >=1.0\"]",
    good: "demo-1.0: \"depends\": [\"demo-data >=1.0\"]",
    readers: Readers::Agree,
    check: Check::Package(no_package_depends_on_itself),
};

fn no_package_depends_on_itself(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    let Some(name) = index.get("name").and_then(Value::as_str) else {
        return;
    };
    for (number, text) in texts(index, "depends") {
        if match_spec::parse(text).is_ok_and(|spec| spec.name.eq_ignore_ascii_case(name)) {
            let what = format!("{} is the package itself", quoted(text));
            found.at(in_index(format!("depends[{number}]")), what);
        }
    }
}

/// The text in one of the lists, with its number in it.
pub(super) fn texts<'a>(index: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = (usize, &'a str)> {
    let items = index.get(key).and_then(Value::as_array).into_iter().flatten();
    items
        .enumerate()
        .filter_map(|(number, item)| Some((number, item.as_str()?)))
}

/// All specs of a package, with where they are: in its lists, and in its groups (CEP 44).
pub(super) fn specs(index: &Map<String, Value>) -> impl Iterator<Item = (String, &str)> {
    let listed = LISTS
        .into_iter()
        .flat_map(|key| texts(index, key).map(move |(number, text)| (format!("{key}[{number}]"), text)));
    let groups = index.get("extra_depends").and_then(Value::as_object);
    let grouped = groups.into_iter().flat_map(|groups| {
        groups.keys().flat_map(|group| {
            let short: String = group.chars().take(64).collect();
            texts(groups, group).map(move |(number, text)| (format!("extra_depends.{short}[{number}]"), text))
        })
    });
    listed.chain(grouped)
}
