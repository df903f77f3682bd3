//! Paths that are not possible, or not the same, on every machine.

use std::collections::HashMap;

use super::composition::{composed, decomposed, is_composed};
use super::placed::{Placed, placed};
use super::{Alike, Machines};
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, Found, Place, Readers, Rule, Severity, Source, Subject};

/// Directories that are deeper are not looked into: no machine can make them.
const DEEPEST: usize = 256;
/// The longest name that common file systems allow, in bytes.
const LONGEST_NAME: usize = 255;
/// What is longer leaves too little of the 260 characters of Windows for the prefix.
const LONGEST_PATH: usize = 200;
/// The longest path that Linux takes, in bytes.
const LONGEST_PATH_ANYWHERE: usize = 4095;

pub(super) static B116: Rule = Rule {
    code: "B116",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "No two paths differ only by case or by the composition of characters",
    sources: &[Source::Other(
        "file systems of macOS and Windows; rattler issue 460",
    )],
    why: "Windows and macOS take such paths for one: one file overwrites the other, or installing fails. macOS also \
          does so with an é that is one character and one that is an e with an accent.",
    mend: "Rename one of the two, or leave out one in the build script.",
    bad: "share/demo/README and share/demo/readme",
    good: "share/demo/README and share/demo/readme.txt",
    readers: Readers::Agree,
    check: Check::Package(no_two_paths_differ_by_case),
};

fn no_two_paths_differ_by_case(subject: &Subject<'_>, found: &mut Found<'_>) {
    let most = severity_elsewhere(Machines::of(subject), Machines::Windows, Machines::MacOs);
    let placed = placed(&subject.evidence.entries);
    for (first, other) in collisions(&placed) {
        let (one, two) = (quoted(first.path()), quoted(other.path()));
        let by = if composed(first.name()) == composed(other.name()) {
            "the composition of its characters"
        } else {
            "case"
        };
        let what = format!("{two} differs from {one} only by {by}");
        found.no_worse_than(most, Place::member(other.entry.path.as_str()), what);
    }
}

/// A file or directory in the tree of members: the first part of a member's path.
#[derive(Clone, Copy)]
struct Node<'a> {
    entry: &'a Entry,
    whole: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Node<'a> {
    fn path(&self) -> &'a str {
        &self.whole[..self.end]
    }

    fn name(&self) -> &'a str {
        &self.whole[self.start..self.end]
    }
}

/// Files and directories of one directory whose names are the same to some file systems. Those in
/// them are not told.
fn collisions<'a>(placed: &'a [Placed<'_>]) -> Vec<(Node<'a>, Node<'a>)> {
    let mut collisions = Vec::new();
    // For each directory on the way to the current member what is in it, by folded names. The tree
    // is in order: what is in a directory that was left does not come back.
    let mut open: Vec<(&str, HashMap<String, Node<'a>>)> = Vec::new();
    for placed in placed {
        let whole = &*placed.path;
        let mut start = 0;
        for (depth, name) in whole.split('/').take(DEEPEST).enumerate() {
            let end = start + name.len();
            let node = Node {
                entry: placed.entry,
                whole,
                start,
                end,
            };
            if open.len() == depth {
                open.push(("", HashMap::new()));
            }
            let (current, names) = &mut open[depth];
            if *current != name {
                *current = name;
                match names.entry(folded(name)) {
                    std::collections::hash_map::Entry::Vacant(vacant) => {
                        vacant.insert(node);
                    }
                    std::collections::hash_map::Entry::Occupied(there) => {
                        collisions.push((*there.get(), node));
                    }
                }
                open.truncate(depth + 1);
            }
            start = end + 1;
        }
    }
    collisions
}

/// A name as file systems see it that care neither for case nor for composition.
fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let lowercase: String = decomposed(name).chars().flat_map(char::to_lowercase).collect();
    decomposed(&lowercase)
}

/// How bad something is that does no harm on machines other than these.
fn severity_elsewhere(machines: Machines, one: Machines, other: Machines) -> Severity {
    match machines {
        Machines::All | Machines::Unknown => Severity::Warning,
        machines if machines == one || machines == other => Severity::Warning,
        _ => Severity::Note,
    }
}

pub(super) static B117: Rule = Rule {
    code: "B117",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Names of files are possible on Windows",
    sources: &[Source::Other("Microsoft: Naming Files, Paths, and Namespaces")],
    why: "Windows has no such names: unpacking fails there, or makes a file of another name. In a package for other \
          systems only this is a note.",
    mend: "Rename the file, or build the package for each platform and leave the file out for Windows.",
    bad: "share/doc/aux.txt",
    good: "share/doc/auxiliary.txt",
    readers: Readers::Agree,
    check: Check::Package(names_are_possible_on_windows),
};

fn names_are_possible_on_windows(subject: &Subject<'_>, found: &mut Found<'_>) {
    let most = severity_elsewhere(Machines::of(subject), Machines::Windows, Machines::Windows);
    for entry in &subject.evidence.entries {
        let mut names = entry.path.split('/').filter(|name| !matches!(*name, "." | ".."));
        if super::paths::has_drive(&entry.path) {
            continue;
        }
        if let Some(what) = names.find_map(fault_on_windows) {
            found.no_worse_than(most, Place::member(entry.path.as_str()), what);
        }
    }
}

/// Why Windows cannot have a file of this name.
fn fault_on_windows(name: &str) -> Option<String> {
    let shown = || quoted(name);
    if let Some(character) = name.chars().find(|character| "<>:\"|?*".contains(*character)) {
        Some(format!("{} has the character {character}", shown()))
    } else if name.ends_with('.') {
        Some(format!("{} ends with a dot", shown()))
    } else if name.ends_with(' ') {
        Some(format!("{} ends with a space", shown()))
    } else if is_device(name) {
        Some(format!("{} is the name of a device", shown()))
    } else {
        None
    }
}

/// Whether Windows takes this name, whatever its ending, for a device.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    let is = |device: &str| stem.eq_ignore_ascii_case(device);
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
        .into_iter()
        .any(is)
    {
        return true;
    }
    let Some((kind, number)) = stem.split_at_checked(3) else {
        return false;
    };
    let is_numbered = ["COM", "LPT"]
        .iter()
        .any(|device| kind.eq_ignore_ascii_case(device));
    let mut digits = number.chars();
    let digit = digits.next();
    is_numbered && digits.next().is_none() && matches!(digit, Some('1'..='9' | '¹' | '²' | '³'))
}

pub(super) static B118: Rule = Rule {
    code: "B118",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Paths are ASCII, and not too long",
    sources: &[Source::Other(
        "limits of file systems; 260 characters of a path on Windows",
    )],
    why: "Names that are not ASCII are spelled differently by different systems, and cannot be installed under some \
          locales. Long paths fail on Windows once the prefix precedes them, and names of more than 255 bytes \
          everywhere.",
    mend: "Rename the file, or leave it out: such files are mostly test data and recipes.",
    bad: "share/demo/naïve.txt",
    good: "share/demo/naive.txt",
    readers: Readers::Agree,
    check: Check::Package(paths_are_ascii_and_short),
};

fn paths_are_ascii_and_short(subject: &Subject<'_>, found: &mut Found<'_>) {
    let elsewhere = severity_elsewhere(Machines::of(subject), Machines::Windows, Machines::Windows);
    for entry in &subject.evidence.entries {
        let path = entry.path.as_str();
        let place = || Place::member(path);
        if !entry.is_utf8 {
            found.at(place(), "its path is not UTF-8");
        } else if !is_composed(path) {
            found.at(
                place(),
                "its path is not ASCII, and has characters that are decomposed (not NFC)",
            );
        } else if !path.is_ascii() {
            found.at(place(), "its path is not ASCII");
        }
        let longest = path.split('/').map(str::len).max().unwrap_or_default();
        let length = path.chars().count();
        if longest > LONGEST_NAME {
            let what = format!("its path has a name of {longest} bytes, more than {LONGEST_NAME}");
            found.read_as(Readers::Refuse, Severity::Error, place(), what);
        } else if path.len() > LONGEST_PATH_ANYWHERE {
            let bytes = path.len();
            let what = format!("its path has {bytes} bytes, more than {LONGEST_PATH_ANYWHERE}");
            found.read_as(Readers::Refuse, Severity::Error, place(), what);
        } else if length > LONGEST_PATH {
            let what = format!("its path has {length} characters, more than {LONGEST_PATH}");
            found.no_worse_than(elsewhere, place(), what);
        }
    }
}

pub(super) static B119: Rule = Rule {
    code: "B119",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Paths have no spaces",
    sources: &[Source::Other("rattler-build's checks of paths")],
    why: "Shell scripts and makefiles that do not quote paths break at spaces.",
    mend: "Nothing, unless scripts of the package use the path.",
    bad: "share/demo/read me.txt",
    good: "share/demo/read-me.txt",
    readers: Readers::Agree,
    check: Check::Package(paths_have_no_spaces),
};

fn paths_have_no_spaces(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(spaced) = Alike::of(&subject.evidence.entries, |entry| entry.path.contains(' ')) {
        let what = spaced.told("has a space in its path", "have spaces in their paths");
        found.at(Place::member(spaced.first.path.as_str()), what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("README", "readme")]
    #[case("É", "e\u{301}")]
    #[case("Å", "\u{212b}")]
    #[case("Σ", "σ")]
    fn names_fold_together(#[case] one: &str, #[case] other: &str) {
        assert_eq!(folded(one), folded(other));
    }

    #[rstest::rstest]
    #[case("nul", true)]
    #[case("Aux.c", true)]
    #[case("com1.tar.gz", true)]
    #[case("lpt¹", true)]
    #[case("com0", false)]
    #[case("com10", false)]
    #[case("console", false)]
    #[case("xaux", false)]
    #[case("a.nul", false)]
    #[case("ééé", false)]
    #[case("a:b", true)]
    #[case("a.", true)]
    #[case("a .b", false)]
    fn names_of_devices_are_not_for_files(#[case] name: &str, #[case] is_impossible: bool) {
        assert_eq!(fault_on_windows(name).is_some(), is_impossible);
    }
}
