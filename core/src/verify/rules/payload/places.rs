//! Where files go.

use std::collections::{BTreeMap, BTreeSet};

use super::target_triplet::is_target;
use super::{Alike, ends_so, is_noarch_python};
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static F501: Rule = Rule {
    code: "F501",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Nothing is installed in conda-meta/",
    sources: &[Source::Cep(34, "Additional restrictions")],
    why: "There clients keep their own records of what is installed. A file there can pass for the record \
          of another package, or pin packages, in every environment that this one is installed into.",
    mend: "Leave the files out. They come into a package if the build script copies a whole environment.",
    bad: "conda-meta/demo-1.0-0.json in the archive",
    good: "nothing under conda-meta/; the metadata of a package is under info/",
    readers: Readers::Agree,
    check: Check::Package(conda_meta_is_left_alone),
};

fn conda_meta_is_left_alone(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(files) = Alike::of(files_under("conda-meta", subject)) {
        let what = files.these("is", "are") + " in conda-meta/, which is for clients alone";
        files.tell(Severity::Error, what, found);
    }
}

pub(super) static F502: Rule = Rule {
    code: "F502",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Nothing is installed where clients keep packages, environments and builds",
    sources: &[Source::Other(
        "conda, whose base environment has these directories in it",
    )],
    why: "Installed into the base environment, such files lie in the cache of packages, among the \
          environments or in the folder of builds, where conda clean and conda env remove delete them, or \
          take them for their own.",
    mend: "Leave the files out, or install them elsewhere, such as under share/<name>/. They come into a \
           package if the build script copies a whole environment.",
    bad: "pkgs/demo-1.0-0/bin/demo in the archive",
    good: "bin/demo in the archive",
    readers: Readers::Agree,
    check: Check::Package(reserved_directories_are_left_alone),
};

fn reserved_directories_are_left_alone(subject: &Subject<'_>, found: &mut Found<'_>) {
    for directory in RESERVED {
        if let Some(files) = Alike::of(files_under(directory, subject)) {
            let these = files.these("is", "are");
            let what = format!("{these} in {directory}/, which is for clients alone");
            files.tell(Severity::Error, what, found);
        }
    }
}

/// What is under a directory at the top, however capitals are used: on Windows and macOS that is the same directory.
fn files_under<'a>(directory: &'static str, subject: &Subject<'a>) -> impl Iterator<Item = &'a Entry> {
    let payload = subject.evidence.payload();
    payload.filter(move |entry| {
        let top = entry.path.split_once('/').map(|(top, _)| top);
        top.is_some_and(|top| top.eq_ignore_ascii_case(directory)) && entry.kind != EntryKind::Directory
    })
}

/// Directories at the top that clients have for themselves, beside `conda-meta`.
const RESERVED: [&str; 4] = ["pkgs", "pkgs32", "envs", "conda-bld"];

/// Directories at the top that are usual.
#[rustfmt::skip]
const USUAL: [&str; 28] = [
    // As on any Unix.
    "bin", "sbin", "etc", "include", "lib", "lib32", "lib64", "libexec", "share", "doc", "docs", "man", "info", "var",
    "opt", "ssl", "fonts",
    // Of Windows.
    "Library", "DLLs", "Lib", "libs", "Scripts", "Tools", "Include",
    // Of conda.
    "Menu", "condabin", "shell",
    // Of CUDA, for several targets.
    "targets",
];

pub(super) static F509: Rule = Rule {
    code: "F509",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Files are in the directories that are usual",
    sources: &[Source::Cep(34, "Recommendations for installed files")],
    why: "All packages of an environment share its top directory. A file named README there, or a directory \
          named test, is soon one that two packages have; and programs do not look there.",
    mend: "Install below bin/, lib/, include/, share/<name>/ and so on, on Windows below Library/.",
    bad: "README.md and tests/ at the top of the package",
    good: "share/doc/demo/README.md",
    readers: Readers::Agree,
    check: Check::Package(files_are_in_usual_places),
};

fn files_are_in_usual_places(subject: &Subject<'_>, found: &mut Found<'_>) {
    const TOLD: usize = 5;
    // What is no package of conda is told elsewhere.
    let Some(subdir) = subject.evidence.index_text("subdir") else {
        return;
    };
    let is_windows = subdir.starts_with("win-");
    let is_python = is_noarch_python(subject);
    let mut unusual: BTreeMap<&str, &Entry> = BTreeMap::new();
    let mut usual: BTreeSet<&str> = USUAL.into_iter().collect();
    if is_python {
        usual.extend(["site-packages", "python-scripts"]);
    }
    for entry in subject.evidence.payload() {
        let (top, is_directory) = match entry.path.split_once('/') {
            Some((top, _)) => (top, true),
            None => (entry.path.as_str(), entry.kind == EntryKind::Directory),
        };
        // On Windows the top directory is on the path, as bin/ is elsewhere; Python lives there.
        let is_program = || {
            [".exe", ".dll", ".pdb", ".bat"]
                .iter()
                .any(|ending| ends_so(top, ending))
        };
        let is_usual = if is_directory {
            usual.contains(top) || is_target(top)
        } else {
            is_windows && is_program()
        };
        let mut reserved = RESERVED.into_iter().chain(["conda-meta"]);
        // The way up, absolute paths and what is reserved are other rules'.
        let is_usual = is_usual || reserved.any(|directory| directory.eq_ignore_ascii_case(top));
        if !is_usual
            && !matches!(top, "" | "." | "..")
            && !top.contains(['\\', ':'])
            && !unusual.contains_key(top)
        {
            unusual.insert(top, entry);
        }
    }
    let names: Vec<String> = unusual.keys().take(TOLD).map(|top| quoted(top)).collect();
    let rest = match unusual.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} others"),
    };
    if let Some(first) = unusual.values().next() {
        let what = format!("unusual at the top of an environment: {}{rest}", names.join(", "));
        found.at(Place::member(&*first.path), what);
    }
}
