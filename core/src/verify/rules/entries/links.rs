//! Where links lead.

use std::collections::HashMap;

use super::Machines;
use super::paths::has_drive;
use super::placed::plain;
use crate::verify::finding::quoted;
use crate::verify::{Check, Component, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static B105: Rule = Rule {
    code: "B105",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Hard links lead to a file that precedes them in the tarball",
    sources: &[Source::Other(
        "POSIX, pax: a hard link names a file that was archived before",
    )],
    why: "A hard link has no content of its own. If the file that it names is not there yet, or is something else, \
          unpacking fails, or links to a file outside of the package. Even sound ones are a risk: not every client \
          and file system makes them.",
    mend: "Archive the files as copies (tar --hard-dereference), or make symbolic links of them in the build script.",
    bad: "bin/demo2 is a hard link to bin/demo, which comes later",
    good: "bin/demo2 is a symbolic link to demo",
    readers: Readers::Refuse,
    check: Check::Package(hard_links_lead_to_files_before_them),
};

fn hard_links_lead_to_files_before_them(subject: &Subject<'_>, found: &mut Found<'_>) {
    let entries = &subject.evidence.entries;
    if !entries
        .iter()
        .any(|entry| matches!(entry.kind, EntryKind::Hardlink(_)))
    {
        return;
    }
    let mut earlier: HashMap<(Component, _), &EntryKind> = HashMap::new();
    for entry in entries {
        if let EntryKind::Hardlink(target) = &entry.kind {
            let place = Place::member(entry.path.as_str());
            let shown = quoted(target);
            let there = earlier.get(&(entry.component, plain(target)));
            if leads_out("", target) {
                found.at(
                    place,
                    format!("it is a hard link to {shown}, outside of the package"),
                );
            } else if let Some(EntryKind::File | EntryKind::Hardlink(_)) = there {
                found.agreed(Severity::Warning, place, format!("it is a hard link to {shown}"));
            } else if there.is_some() {
                found.at(place, format!("it is a hard link to {shown}, which is no file"));
            } else {
                found.at(
                    place,
                    format!("it is a hard link to {shown}, but no such file precedes it"),
                );
            }
        }
        earlier.insert((entry.component, plain(&entry.path)), &entry.kind);
    }
}

pub(super) static B106: Rule = Rule {
    code: "B106",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "Symbolic links lead to a place within the environment",
    sources: &[Source::Other(
        "rattler's ExternalSymlinkPolicy; CVE-2025-4517 and its like",
    )],
    why: "The root of the package becomes the prefix of an environment. A link to an absolute path, or to one above \
          the prefix, leads to a file of the builder's machine that others do not have, or that is something else \
          there.",
    mend: "Make the link relative and let it end under the prefix: ln -sr, or let the build tool relink it.",
    bad: "bin/demo is a symbolic link to /usr/bin/demo",
    good: "bin/demo is a symbolic link to ../lib/demo/demo",
    readers: Readers::Agree,
    check: Check::Package(symbolic_links_lead_into_the_environment),
};

fn symbolic_links_lead_into_the_environment(subject: &Subject<'_>, found: &mut Found<'_>) {
    for entry in &subject.evidence.entries {
        let EntryKind::Symlink(target) = &entry.kind else {
            continue;
        };
        let shown = quoted(target);
        if target.is_empty() {
            let place = Place::member(entry.path.as_str());
            let what = "it is a symbolic link to nothing";
            found.read_as(Readers::Refuse, Severity::Error, place, what);
            continue;
        }
        let what = if target.contains(char::is_control) {
            format!("it is a symbolic link to {shown}, which has a control character")
        } else if target.starts_with('/') || has_drive(target) {
            format!("it is a symbolic link to the absolute path {shown}")
        } else if !has_parent_segment(&entry.path) && leads_out(&entry.path, target) {
            format!("it is a symbolic link to {shown}, which is outside of the package")
        } else {
            continue;
        };
        found.at(Place::member(entry.path.as_str()), what);
    }
}

/// Whether a path itself goes up, so that nobody knows what is relative to it.
fn has_parent_segment(path: &str) -> bool {
    path.split('/').any(|segment| segment == "..")
}

/// Whether a target leads out of the package if it is relative to the directory of this path. Links
/// on the way are not followed.
fn leads_out(path: &str, target: &str) -> bool {
    if target.starts_with('/') || has_drive(target) {
        return true;
    }
    let mut depth = plain(path).matches('/').count();
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

pub(super) static B120: Rule = Rule {
    code: "B120",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Packages for Windows have no symbolic links",
    sources: &[Source::Other(
        "Windows, which lets only administrators and developers make symbolic links",
    )],
    why: "On Windows most users may not make symbolic links: installing fails, or copies take their places. A noarch \
          package is installed there too.",
    mend: "Put a copy in the place of the link, or build the package for each platform.",
    bad: "noarch/demo-1.0-0.conda with the symbolic link bin/demo2",
    good: "linux-64/demo-1.0-0.conda with the symbolic link bin/demo2",
    readers: Readers::Agree,
    check: Check::Package(no_symbolic_links_for_windows),
};

fn no_symbolic_links_for_windows(subject: &Subject<'_>, found: &mut Found<'_>) {
    let of_what = match Machines::of(subject) {
        Machines::All => "a noarch package",
        Machines::Windows => "a package for Windows",
        Machines::MacOs | Machines::Others | Machines::Unknown => return,
    };
    for entry in &subject.evidence.entries {
        if let EntryKind::Symlink(target) = &entry.kind {
            let what = format!("it is a symbolic link to {} in {of_what}", quoted(target));
            found.at(Place::member(entry.path.as_str()), what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bin/a", "../lib/a", false)]
    #[case("bin/a", "..", false)]
    #[case("bin/a", "../..", true)]
    #[case("bin/a", "../../x", true)]
    #[case("a", "..", true)]
    #[case("a", "b/../..", true)]
    #[case("a", "b/..", false)]
    #[case("./bin//a", "../..", true)]
    #[case("bin/a", "/bin/a", true)]
    #[case("bin/a", "C:a", true)]
    fn the_root_of_the_package_is_the_prefix(#[case] path: &str, #[case] target: &str, #[case] out: bool) {
        assert_eq!(leads_out(path, target), out);
    }
}
