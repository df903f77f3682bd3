//! D316, D317: what only clients of today understand (CEP 43, 44, 45), and how a package says that.

use serde_json::{Map, Value};

use super::dependencies::specs;
use super::{in_index, shown};
use crate::verify::finding::quoted;
use crate::verify::match_spec::{self, Spec, is_flag, is_group_name};
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

/// The keys of specs that older clients do not know.
const NEW_KEYS: [&str; 3] = ["extras", "flags", "when"];

pub(super) static D316: Rule = Rule {
    code: "D316",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Conditions, extras and flags are well formed and come with schema_version 3",
    sources: &[
        Source::Cep(43, "Impact in info/*.json"),
        Source::Cep(44, "Specification"),
        Source::Cep(45, "Repodata record syntax"),
    ],
    why: "Channels put packages of schema_version 3 where older clients do not look. Without it they find the package, \
          cannot read its dependencies, or leave the condition out.",
    mend: "Write \"schema_version\": 3 (build tools do when asked for v3 packages), and names of a-z, 0-9 and _.",
    bad: "\"depends\": [\"pywin32[when=\\\"__win\\\"]\"]",
    good: "\"schema_version\": 3, \"depends\": [\"pywin32[when=\\\"__win\\\"]\"]",
    readers: Readers::Agree,
    check: Check::Package(new_fields_come_with_schema_version_3),
};

fn new_fields_come_with_schema_version_3(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    let has_groups = expect_groups(index, found);
    let has_flags = expect_flags(index, found);
    if declared(index) >= 3 {
        return;
    }
    let mut needs: Vec<String> = Vec::new();
    needs.extend(has_groups.then(|| "extra_depends".to_owned()));
    needs.extend(has_flags.then(|| "flags".to_owned()));
    let conditional =
        specs(index).find(|(_, text)| match_spec::parse(text).is_ok_and(|spec| needs_revision_3(&spec)));
    needs.extend(conditional.map(|(key, text)| format!("{key} {}", quoted(text))));
    if !needs.is_empty() {
        let what = format!("it should be 3, because of {}", needs.join(" and "));
        found.at(in_index("schema_version"), what);
    }
}

/// Looks at `extra_depends`; says whether there is anything in it.
fn expect_groups(index: &Map<String, Value>, found: &mut Found<'_>) -> bool {
    let groups = match index.get("extra_depends") {
        None => return false,
        Some(Value::Object(groups)) => groups,
        Some(other) => {
            let what = format!("it is {}, not an object of lists", shown(other));
            found.at(in_index("extra_depends"), what);
            return false;
        }
    };
    for (group, list) in groups {
        let short: String = group.chars().take(64).collect();
        let place = || in_index(format!("extra_depends.{short}"));
        if !is_group_name(group) {
            let what = format!(
                "{} is no name of a group: 1 to 64 of a-z, 0-9, _, ., + and -",
                quoted(group)
            );
            found.at(place(), what);
        }
        let is_list = list
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string));
        if !is_list {
            found.at(place(), "it is not a list of text");
        }
    }
    !groups.is_empty()
}

/// Looks at `flags`; says whether there is anything in it.
fn expect_flags(index: &Map<String, Value>, found: &mut Found<'_>) -> bool {
    let flags = match index.get("flags") {
        None => return false,
        Some(Value::Array(flags)) => flags,
        Some(other) => {
            found.at(in_index("flags"), format!("it is {}, not a list", shown(other)));
            return false;
        }
    };
    for (number, flag) in flags.iter().enumerate() {
        if !flag.as_str().is_some_and(|flag| is_flag(flag, false)) {
            let what = format!(
                "{} is no flag: a-z, 0-9 and _, with at most one \":\"",
                shown(flag)
            );
            found.at(in_index(format!("flags[{number}]")), what);
        }
    }
    !flags.is_empty()
}

pub(super) static D317: Rule = Rule {
    code: "D317",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "The version of the format is in schema_version",
    sources: &[Source::Cep(43, "Impact in info/*.json")],
    why: "No CEP knows repodata_revision in a package. A channel that looks for schema_version, \
          as CEP 43 has it, publishes the package to clients that cannot read it.",
    mend: "Write schema_version. rattler-build writes repodata_revision with --v3: there, nothing can be done yet.",
    bad: "\"repodata_revision\": 3",
    good: "\"schema_version\": 3",
    readers: Readers::Agree,
    check: Check::Package(version_is_in_schema_version),
};

fn version_is_in_schema_version(subject: &Subject<'_>, found: &mut Found<'_>) {
    let index = subject.evidence.index();
    if let Some(revision) = index.and_then(|index| index.get("repodata_revision")) {
        let what = format!("it is {}; the version belongs to schema_version", shown(revision));
        found.at(in_index("repodata_revision"), what);
    }
}

/// The version of the format that a package says it has, by either name; 1 if it says nothing.
pub(super) fn declared(index: &Map<String, Value>) -> u64 {
    let keys = ["schema_version", "repodata_revision"].into_iter();
    keys.filter_map(|key| index.get(key)?.as_u64()).max().unwrap_or(1)
}

/// Whether older clients do not understand a spec.
pub(super) fn needs_revision_3(spec: &Spec<'_>) -> bool {
    spec.keys.iter().any(|key| NEW_KEYS.contains(key))
}
