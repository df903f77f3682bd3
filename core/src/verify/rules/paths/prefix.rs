//! The prefix of the build in files, which clients replace by that of the installation.

use super::{listed, place};
use crate::verify::finding::quoted;
use crate::verify::{Check, EntryKind, Found, PathEntry, Place, Readers, Rule, Severity, Source, Subject};

/// Bytes that build tools make a prefix long, so that there is room for any other.
const LENGTH: usize = 255;

pub(super) static E408: Rule = Rule {
    code: "E408",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Where info/paths.json declares a placeholder, there is one, in a file of that mode",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "The placeholder is what clients replace by the path of the environment. If it is not the text \
          that is in the file, or the mode is wrong or missing, the file keeps the path of the build \
          machine: programs do not find their files. conda refuses a placeholder without a mode, rattler \
          leaves it as it is.",
    mend: "Build the package again; conda-build and rattler-build find placeholders by themselves. If the \
           recipe lists has_prefix_files or prefix_detection, correct what it says.",
    bad: r#"{"_path": "bin/demo", "prefix_placeholder": "/opt/build"} and bin/demo begins with #!/opt/other/bin/python"#,
    good: r#"{"_path": "bin/demo", "prefix_placeholder": "/opt/build", "file_mode": "text"} and bin/demo begins with #!/opt/build/bin/python"#,
    readers: Readers::Differ,
    check: Check::Package(placeholders_are_there),
};

fn placeholders_are_there(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (number, entry) in listed(subject) {
        let Some(placeholder) = placeholder_of(entry) else {
            if let Some(mode) = entry.file_mode.as_deref().filter(|mode| !is_mode(mode)) {
                let what = format!(
                    "{} has the unknown file_mode {}",
                    quoted(&entry.path),
                    quoted(mode)
                );
                found.at(place(number), what);
            }
            continue;
        };
        let path = quoted(&entry.path);
        let Some(mode) = entry.file_mode.as_deref() else {
            found.at(
                place(number),
                format!("{path} has a prefix_placeholder and no file_mode: conda refuses it"),
            );
            continue;
        };
        if !is_mode(mode) {
            let what = format!("{path} has the file_mode {}, not text or binary", quoted(mode));
            found.at(place(number), what);
            continue;
        }
        if placeholder.contains('\\') {
            let what = format!(
                r"the placeholder of {path} has a \ in it, {}; only / may be between directories",
                quoted(placeholder)
            );
            found.at(place(number), what);
        }
        let member = subject.tree.listed_member(number);
        let Some(content) = member.and_then(|member| member.content.as_ref()) else {
            continue;
        };
        if content.has_placeholder == Some(false) {
            let what = format!("the placeholder {} is not in {path}", quoted(placeholder));
            found.at(place(number), what);
        } else if mode == "binary" && !content.has_nul {
            let what = format!("{path} is declared binary, and has no zero byte that could end a path");
            found.at(place(number), what);
        } else if mode == "text" && content.has_nul {
            let what = format!(
                "{path} is declared text, and has zero bytes: what is behind the path moves when it is replaced"
            );
            found.no_worse_than(Severity::Warning, place(number), what);
        }
    }
}

pub(super) static E409: Rule = Rule {
    code: "E409",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Placeholders in binary files leave room for a prefix of 255 characters",
    sources: &[Source::Other(
        "conda-build and rattler-build, which make prefixes 255 characters long",
    )],
    why: "In a binary file the path of an environment must fit where the placeholder is. conda and rattler \
          refuse to install such a file where the path is longer.",
    mend: "Build with the default prefix length, without --prefix-length and not in a folder of your own. \
           If the file needs no path, keep it out: strip it, or set binary relocation.",
    bad: "a placeholder of 80 characters in lib/libdemo.so",
    good: "a placeholder of 255 characters in lib/libdemo.so",
    readers: Readers::Agree,
    check: Check::Package(placeholders_leave_room),
};

fn placeholders_leave_room(subject: &Subject<'_>, found: &mut Found<'_>) {
    // On Windows prefixes are not padded: paths have 260 characters at most there.
    if subject
        .evidence
        .index_text("subdir")
        .is_some_and(|subdir| subdir.starts_with("win-"))
    {
        return;
    }
    let short = |entry: &PathEntry| {
        let placeholder = placeholder_of(entry)?;
        (entry.file_mode.as_deref() == Some("binary") && placeholder.len() < LENGTH)
            .then_some(placeholder.len())
    };
    let mut shortest: Option<(usize, &PathEntry, usize)> = None;
    let mut count = 0_usize;
    for (number, entry) in listed(subject) {
        if let Some(length) = short(entry) {
            count += 1;
            if shortest.as_ref().is_none_or(|(_, _, least)| length < *least) {
                shortest = Some((number, entry, length));
            }
        }
    }
    if let Some((number, entry, length)) = shortest {
        let path = quoted(&entry.path);
        let what = match count {
            1 => format!("{path} has room for a prefix of {length} characters only"),
            _ => format!("{count} files have room for short prefixes only, {path} for {length} characters"),
        };
        found.at(place(number), what);
    }
}

pub(super) static E410: Rule = Rule {
    code: "E410",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Files with the prefix of the build in them have a placeholder declared",
    sources: &[Source::Other(
        "the marker _placehold that build tools put into prefixes",
    )],
    why: "A path of the build machine that nobody replaces leads nowhere. Often it does no harm: it is in a \
          message, or in debug information.",
    mend: "See whether the file needs the path. If so, let the build tool find it: remove the file from \
           ignore_prefix_files and the like.",
    bad: "lib/demo.pc has prefix=/build/_placehold_placehold_… and paths.json declares nothing",
    good: "the same with prefix_placeholder and file_mode in paths.json",
    readers: Readers::Agree,
    check: Check::Package(placeholders_are_declared),
};

fn placeholders_are_declared(subject: &Subject<'_>, found: &mut Found<'_>) {
    if subject
        .evidence
        .paths
        .as_ref()
        .is_none_or(|paths| !paths.is_whole())
    {
        return;
    }
    let undeclared = subject.evidence.payload().filter(|entry| {
        let has_marker = entry.content.as_ref().is_some_and(|content| content.has_marker);
        // Compiled Python has the path of its source, which it does not need.
        has_marker && entry.kind == EntryKind::File && !entry.path.ends_with(".pyc") && {
            let listed = subject.tree.listed(&entry.path);
            listed.is_some_and(|listed| placeholder_of(listed).is_none())
        }
    });
    let mut undeclared = undeclared;
    if let Some(first) = undeclared.next() {
        let what = match undeclared.count() {
            0 => "the prefix of the build is in it, and no placeholder is declared".to_owned(),
            1 => "the prefix of the build is in it and in 1 other file, and no placeholder is declared for them".to_owned(),
            more => format!(
                "the prefix of the build is in it and in {more} other files, and no placeholder is declared for them"
            ),
        };
        found.at(Place::member(&*first.path), what);
    }
}

fn placeholder_of(entry: &PathEntry) -> Option<&str> {
    entry.placeholder.as_deref().filter(|text| !text.is_empty())
}

fn is_mode(mode: &str) -> bool {
    matches!(mode, "text" | "binary")
}
