//! D326, D327: what is in `info/` beside the documents.

use super::about::is_licence_name;
use crate::verify::finding::quoted;
use crate::verify::{Check, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static D326: Rule = Rule {
    code: "D326",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/repodata_record.json is not in the package",
    sources: &[Source::Cep(34, "Additional restrictions")],
    why: "Clients write it when they unpack a package, and believe it later: one that comes with the package \
          can claim other dependencies, another channel and other digests.",
    mend: "Do not pack a folder of a package cache; take the file as it was downloaded, or build the package again.",
    bad: "info/repodata_record.json",
    good: "info/index.json",
    readers: Readers::Agree,
    check: Check::Package(there_is_no_repodata_record),
};

const REPODATA_RECORD: &str = "info/repodata_record.json";

fn there_is_no_repodata_record(subject: &Subject<'_>, found: &mut Found<'_>) {
    if subject.evidence.info().any(|entry| entry.path == REPODATA_RECORD) {
        found.at(Place::member(REPODATA_RECORD), "only clients may write this file");
    }
}

pub(super) static D327: Rule = Rule {
    code: "D327",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "There are only known files in info/",
    sources: &[Source::Cep(34, "./info/ directory")],
    why: "info/ is not installed: what is there by mistake is missing where it is wanted. \
          CEP 34 has build tools allow nothing else there.",
    mend: "Install the file to another folder. What belongs to the recipe goes beside it, to info/recipe/.",
    bad: "info/data.csv",
    good: "share/demo/data.csv",
    readers: Readers::Agree,
    check: Check::Package(files_in_info_are_known),
};

/// What CEP 34 has, and what build tools wrote before it.
const FILES: [&str; 21] = [
    "about.json",
    "files",
    "files.json",
    "git",
    "has_prefix",
    "hash_input.json",
    "hash_input_files",
    "index.json",
    "link.json",
    "meta",
    "meta.yaml",
    "no_link",
    "no_softlink",
    "paths.json",
    "platform",
    "recipe.json",
    "recipe.tar",
    "repodata_record.json",
    "requires",
    "run_exports.json",
    "run_exports.yaml",
];
const FOLDERS: [&str; 5] = ["licenses", "prelink_messages", "recipe", "test", "tests"];

fn files_in_info_are_known(subject: &Subject<'_>, found: &mut Found<'_>) {
    for entry in subject
        .evidence
        .info()
        .filter(|entry| entry.kind != EntryKind::Directory)
    {
        let path = entry.path.strip_prefix("info/").unwrap_or_default();
        let is_known = match path.split_once('/') {
            Some((folder, _)) => FOLDERS.contains(&folder),
            None => FILES.contains(&path) || is_licence_name(path) || path.ends_with(".png"),
        };
        if !is_known {
            let what = format!("no client or build tool knows {}", quoted(path));
            found.at(Place::member(&entry.path), what);
        }
    }
}
