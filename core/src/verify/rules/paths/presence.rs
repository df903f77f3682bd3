//! Whether what `paths.json` lists is in the package, and the other way round.

use super::{PATHS_JSON, listed, place};
use crate::verify::finding::quoted;
use crate::verify::{Check, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static E403: Rule = Rule {
    code: "E403",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/paths.json lists what is in the package, all of it and nothing else",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "Clients install what is listed. A file that is listed but is not there breaks the installation \
          half-way; one that is there but is not listed is never installed, and nobody who reads the list \
          knows of it.",
    mend: "Do not add or remove files after the build. Build the package again, or take the archive apart \
           and pack it with cph or rattler-build after mending info/paths.json.",
    bad: "bin/demo is in the archive, paths.json lists only bin/other",
    good: "bin/demo is in the archive and in paths.json",
    readers: Readers::Refuse,
    check: Check::Package(lists_agree),
};

fn lists_agree(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let tree = subject.tree;
    if evidence.is_complete() {
        for (number, entry) in listed(subject) {
            let is_info = entry.path == "info" || entry.path.starts_with("info/");
            let is_directory = entry.path_type.as_deref() == Some("directory");
            let is_there =
                tree.listed_member(number).is_some() || is_directory && tree.has_directory(&entry.path);
            if !is_there && !is_info {
                found.at(
                    place(number),
                    format!("{} is not in the package", quoted(&entry.path)),
                );
            }
        }
    }
    // A list that cannot be read to its end, or is no list, says nothing of what it does not name.
    if evidence.paths.as_ref().is_none_or(|paths| !paths.is_whole()) {
        return;
    }
    for entry in evidence.payload() {
        let is_installed = !matches!(entry.kind, EntryKind::Directory | EntryKind::Special(_));
        if is_installed && tree.listed(&entry.path).is_none() && tree.holds(entry) {
            let what = "paths.json does not list it, so that no client installs it";
            found.agreed(Severity::Error, Place::member(&*entry.path), what);
        }
    }
}

pub(super) static E404: Rule = Rule {
    code: "E404",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "path_type in info/paths.json says what the path is",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "It decides how a path is installed: a symbolic link that is called a hardlink is installed as a \
          copy of what it leads to, or not at all. rattler, and with it pixi, refuses a package in which an \
          entry has no path_type or an unknown one, conda an unknown one.",
    mend: "Write \"hardlink\" for files, \"softlink\" for symbolic links and \"directory\" for empty \
           directories; conda-build and rattler-build do.",
    bad: r#"{"_path": "lib/libdemo.so", "path_type": "symlink"}"#,
    good: r#"{"_path": "lib/libdemo.so", "path_type": "softlink"}"#,
    readers: Readers::Refuse,
    check: Check::Package(path_types_are_right),
};

fn path_types_are_right(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut untyped = 0_usize;
    let mut first = None;
    for (number, entry) in listed(subject) {
        let path = || quoted(&entry.path);
        let path_type = entry.path_type.as_deref();
        if path_type.is_none() && entry.oddities.is_empty() {
            untyped += 1;
            first.get_or_insert(&entry.path);
        }
        // The CEP has files for what has no type.
        let path_type = path_type.unwrap_or("hardlink");
        if !matches!(path_type, "hardlink" | "softlink" | "directory") {
            let what = format!(
                "{} is of the unknown type {}; there are hardlink, softlink and directory",
                path(),
                quoted(path_type)
            );
            found.at(place(number), what);
            continue;
        }
        let Some(member) = subject.tree.listed_member(number) else {
            continue;
        };
        let (right, words) = match member.kind {
            EntryKind::File => ("hardlink", "a file"),
            EntryKind::Hardlink(_) => ("hardlink", "a hard link"),
            EntryKind::Symlink(_) => ("softlink", "a symbolic link"),
            EntryKind::Directory => ("directory", "a directory"),
            EntryKind::Special(_) => continue,
        };
        if path_type != right {
            found.at(place(number), format!("{} is {words}, not a {path_type}", path()));
        }
    }
    if let Some(first) = first {
        let what = match untyped {
            1 => format!("{} has no path_type, which rattler demands", quoted(first)),
            _ => format!(
                "{untyped} paths have no path_type, which rattler demands; the first is {}",
                quoted(first)
            ),
        };
        found.no_worse_than(Severity::Warning, Place::member(PATHS_JSON), what);
    }
}
