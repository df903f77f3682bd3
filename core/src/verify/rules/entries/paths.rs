//! Paths as the archive spells them.

use super::Alike;
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static B101: Rule = Rule {
    code: "B101",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Paths stay within the package",
    sources: &[
        Source::Cep(34, "Specification"),
        Source::Other("CVE-2007-4559 and its like: files that are written outside of the folder"),
    ],
    why: "Whoever unpacks an absolute path, or one with .., overwrites files that are not the package's. Clients \
          refuse such a package or leave the file out. Empty segments and control characters make one file have \
          several spellings, and break lists of files.",
    mend: "Let the build tool make the archive from the files under the prefix; do not write paths by hand or with \
           tar -P. Rename files that have line breaks or other control characters in their names.",
    bad: "../../.bashrc",
    good: "bin/demo",
    readers: Readers::Refuse,
    check: Check::Package(paths_stay_within_the_package),
};

fn paths_stay_within_the_package(subject: &Subject<'_>, found: &mut Found<'_>) {
    for entry in &subject.evidence.entries {
        let place = || Place::member(entry.spelled.as_str());
        if let Some(fault) = escape(&entry.spelled) {
            found.at(place(), fault.to_owned());
        } else if entry.kind != EntryKind::Directory && is_root(&entry.spelled) {
            found.at(place(), "it is in the place of the package's folder itself");
        } else if let Some(fault) = oddity(&entry.spelled) {
            found.agreed(Severity::Error, place(), fault);
        }
    }
}

/// How a path leads out of the package, on any machine.
fn escape(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("a member has no path")
    } else if path.starts_with('/') {
        Some("it is an absolute path")
    } else if path.starts_with('\\') || has_drive(path) {
        Some("it is an absolute path on Windows")
    } else if path.split('/').any(|segment| segment == "..") {
        Some("it has the segment \"..\", which leads out of its directory")
    } else if path.split(['/', '\\']).any(|segment| segment == "..") {
        Some("on Windows it has the segment \"..\", which leads out of its directory")
    } else {
        None
    }
}

/// Whether a path leads nowhere: to the folder that the package is unpacked into.
fn is_root(path: &str) -> bool {
    path.split('/').all(|segment| matches!(segment, "" | "."))
}

/// What is in a path without need.
fn oddity(path: &str) -> Option<String> {
    if let Some(control) = path.chars().find(|character| character.is_control()) {
        return Some(format!(
            "it has the control character {}",
            quoted(&control.to_string())
        ));
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_empty = path.split('/').any(str::is_empty);
    is_empty.then(|| "it has an empty segment: two slashes with nothing between them".to_owned())
}

/// Whether a path begins with a drive of Windows.
pub(super) fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

pub(super) static B102: Rule = Rule {
    code: "B102",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Paths and targets of links are written with slashes",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "A backslash separates directories on Windows and is part of a name elsewhere: the same package has other \
          files on other machines.",
    mend: "Write paths with / also on Windows, or rename the file.",
    bad: "Library\\bin\\demo.dll",
    good: "Library/bin/demo.dll",
    readers: Readers::Agree,
    check: Check::Package(paths_are_written_with_slashes),
};

fn paths_are_written_with_slashes(subject: &Subject<'_>, found: &mut Found<'_>) {
    for entry in &subject.evidence.entries {
        let place = || Place::member(entry.spelled.as_str());
        if entry.spelled.contains('\\') && escape(&entry.spelled).is_none() {
            found.at(place(), "its path has a backslash");
        }
        if let EntryKind::Symlink(target) | EntryKind::Hardlink(target) = &entry.kind
            && target.contains('\\')
        {
            found.at(place(), format!("its target {} has a backslash", quoted(target)));
        }
    }
}

pub(super) static B112: Rule = Rule {
    code: "B112",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Paths are written without ./",
    sources: &[Source::Other(
        "conda-index, which finds no info/index.json in ./info/index.json",
    )],
    why: "conda-index looks for members by their exact paths and leaves packages out of the channel in which they \
          are written otherwise.",
    mend: "Make the archive of the directories' names (tar -c info bin lib), not of the directory itself (tar -c .), \
           or let the build tool make it.",
    bad: "./info/index.json",
    good: "info/index.json",
    readers: Readers::Agree,
    check: Check::Package(paths_are_written_without_dots),
};

fn paths_are_written_without_dots(subject: &Subject<'_>, found: &mut Found<'_>) {
    let has_dot = |path: &str| path.split('/').any(|segment| segment == ".");
    let dotted = Alike::of(&subject.evidence.entries, |entry| has_dot(&entry.spelled));
    if let Some(dotted) = dotted {
        let what = dotted.told("is", "are") + " written with the segment \".\"";
        // Only members that are looked for by their paths are missed.
        let is_missed = |entry: &Entry| entry.is_info() && has_dot(&entry.spelled);
        let most = if subject.evidence.entries.iter().any(is_missed) {
            Severity::Error
        } else {
            Severity::Warning
        };
        found.no_worse_than(most, Place::member(dotted.first.spelled.as_str()), what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("a/..", true)]
    #[case("..", true)]
    #[case("a/..b/c..", false)]
    #[case("a\\..\\b", true)]
    #[case("\\\\server\\share", true)]
    #[case("//server/share", true)]
    #[case("c:evil", true)]
    #[case("é:evil", false)]
    #[case("ab:c", false)]
    #[case("a/", false)]
    #[case("", true)]
    fn what_leads_out_is_seen_in_any_spelling(#[case] path: &str, #[case] escapes: bool) {
        assert_eq!(escape(path).is_some(), escapes);
    }

    #[rstest::rstest]
    #[case("a//b", true)]
    #[case("a//", true)]
    #[case("a/", false)]
    #[case("a/b", false)]
    #[case("a\u{7f}", true)]
    #[case("a\u{85}", true)]
    #[case("a b", false)]
    fn one_file_has_one_spelling(#[case] path: &str, #[case] is_odd: bool) {
        assert_eq!(oddity(path).is_some(), is_odd);
    }
}
