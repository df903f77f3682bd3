//! Members that are in each other's way.

use super::placed::{blocked, placed};
use crate::verify::finding::quoted;
use crate::verify::{
    Check, Component, Entry, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject,
};

pub(super) static B103: Rule = Rule {
    code: "B103",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "No member is there twice, and none lies below a file",
    sources: &[Source::Other(
        "conda-verify C1117; Python and Rust keep the last of several",
    )],
    why: "Which of two files of one path is installed depends on the order of unpacking, and scanners may look at the \
          other one. A file below the path of another file cannot be written at all.",
    mend: "Let the build tool make the archive anew from a directory: a directory has each file once. Do not append \
           to a tarball (tar -r).",
    bad: "bin/demo, and another bin/demo",
    good: "bin/demo",
    readers: Readers::Differ,
    check: Check::Package(no_member_is_there_twice),
};

fn no_member_is_there_twice(subject: &Subject<'_>, found: &mut Found<'_>) {
    let placed = placed(&subject.evidence.entries);
    for of_one_path in placed.chunk_by(|one, other| one.path == other.path) {
        let [first, others @ ..] = of_one_path else {
            continue;
        };
        for other in others {
            tell_of_two(first.entry, other.entry, found);
        }
    }
    for blocked in blocked(&placed) {
        if matches!(blocked.by.kind, EntryKind::Symlink(_)) {
            continue;
        }
        let what = format!(
            "it is {}, yet {} below it",
            kind_of(blocked.by),
            below(blocked.first, blocked.count)
        );
        let place = Place::member(blocked.by.path.as_str());
        found.read_as(Readers::Refuse, Severity::Error, place, what);
    }
}

fn tell_of_two(first: &Entry, other: &Entry, found: &mut Found<'_>) {
    let kinds = [first, other].map(kind_of);
    let is_same = match (&first.content, &other.content) {
        (Some(content), Some(other)) => content.sha256 == other.sha256,
        _ => first.kind == EntryKind::Directory && kinds[0] == kinds[1],
    };
    if is_same && first.kind == EntryKind::Directory || is_told_by_others(is_same, first, other) {
        return;
    }
    let place = Place::member(other.path.as_str());
    let twice = if first.component == other.component {
        "it is there twice"
    } else {
        "it is in both tarballs"
    };
    if kinds[0] != kinds[1] {
        let has = |kind: &EntryKind| [&first.kind, &other.kind].contains(&kind);
        let readers = if has(&EntryKind::Directory) {
            Readers::Refuse
        } else {
            Readers::Differ
        };
        let what = format!("{twice}, as {} and as {}", kinds[0], kinds[1]);
        found.read_as(readers, Severity::Error, place, what);
    } else if is_same {
        found.agreed(Severity::Error, place, format!("{twice}, with the same content"));
    } else if first.is_file() {
        found.at(place, format!("{twice}, with different content"));
    } else {
        found.at(place, format!("{twice}, as {}", kinds[0]));
    }
}

/// Whether this is metadata in the payload's tarball, which rules about the container tell of: of
/// documents in any case, of other files as long as they are the same.
fn is_told_by_others(is_same: bool, first: &Entry, other: &Entry) -> bool {
    let crosses = first.component == Component::Info && other.component == Component::Payload;
    let name = other.path.strip_prefix("info/");
    let document = name.and_then(|name| name.strip_suffix(".json"));
    let is_document = matches!(
        document,
        Some("index" | "paths" | "link" | "run_exports" | "about" | "repodata_record")
    );
    crosses && other.is_info() && (is_same || is_document)
}

pub(super) static B107: Rule = Rule {
    code: "B107",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Nothing is written through a symbolic link",
    sources: &[Source::Other(
        "CVE-2025-4517 and its like: symbolic links that lead writers elsewhere",
    )],
    why: "A file below the path of a symbolic link is written to wherever the link leads, which may be outside of the \
          package. Clients refuse to unpack it.",
    mend: "Make either a directory or a link of the path: install the files into the directory that the link leads \
           to.",
    bad: "lib64 is a symbolic link to lib, and there is a member lib64/libdemo.so",
    good: "lib64 is a symbolic link to lib, and there is a member lib/libdemo.so",
    readers: Readers::Refuse,
    check: Check::Package(nothing_is_written_through_a_link),
};

fn nothing_is_written_through_a_link(subject: &Subject<'_>, found: &mut Found<'_>) {
    let entries = &subject.evidence.entries;
    let is_link = |entry: &Entry| matches!(entry.kind, EntryKind::Symlink(_));
    if !entries.iter().any(is_link) {
        return;
    }
    for blocked in blocked(&placed(entries)) {
        let EntryKind::Symlink(target) = &blocked.by.kind else {
            continue;
        };
        let what = format!(
            "it is a symbolic link to {}, yet {} below it",
            quoted(target),
            below(blocked.first, blocked.count)
        );
        found.at(Place::member(blocked.by.path.as_str()), what);
    }
}

fn below(first: &Entry, count: usize) -> String {
    let first = quoted(&first.path);
    match count {
        1 => format!("{first} lies"),
        2 => format!("{first} and another member lie"),
        count => format!("{first} and {} other members lie", count - 1),
    }
}

fn kind_of(entry: &Entry) -> &'static str {
    match entry.kind {
        EntryKind::File => "a file",
        EntryKind::Directory => "a directory",
        EntryKind::Symlink(_) => "a symbolic link",
        EntryKind::Hardlink(_) => "a hard link",
        EntryKind::Special(_) => "a special file",
    }
}
