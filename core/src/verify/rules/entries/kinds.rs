//! What kinds of members there are.

use super::Alike;
use crate::verify::finding::quoted;
use crate::verify::{Check, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static B104: Rule = Rule {
    code: "B104",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Every member is a file, a directory or a link",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "Devices, FIFOs and the like cannot be installed into an environment: paths.json has no type for them. Some \
          clients make empty files of them, others fail.",
    mend: "Remove it from the prefix before the package is made, or create it when the program runs.",
    bad: "var/run/demo.fifo is a FIFO",
    good: "var/run/.keep is a file",
    readers: Readers::Differ,
    check: Check::Package(members_are_files_directories_or_links),
};

fn members_are_files_directories_or_links(subject: &Subject<'_>, found: &mut Found<'_>) {
    for entry in &subject.evidence.entries {
        let EntryKind::Special(kind) = entry.kind else {
            continue;
        };
        let what = match kind {
            b'3' => "it is a character device".to_owned(),
            b'4' => "it is a block device".to_owned(),
            b'6' => "it is a FIFO".to_owned(),
            // Files with holes are headers that readers take differently.
            b'S' => continue,
            other => {
                let shown = quoted(&char::from(other).to_string());
                format!("its type {shown} is none that tar archives have")
            }
        };
        found.at(Place::member(entry.path.as_str()), what);
    }
}

pub(super) static B113: Rule = Rule {
    code: "B113",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Directories are made by the files in them",
    sources: &[Source::Other("what conda-build and rattler-build write")],
    why: "Clients make the directories that files need. A directory of its own is unpacked into the package cache, but \
          installed only if paths.json lists it, and by some clients never.",
    mend: "Nothing, if there are files in it. An empty directory that is needed gets a small file, such as .keep.",
    bad: "share/demo/ is a member",
    good: "share/demo/.keep is a member, share/demo/ is not",
    readers: Readers::Agree,
    check: Check::Package(directories_are_made_by_files),
};

fn directories_are_made_by_files(subject: &Subject<'_>, found: &mut Found<'_>) {
    let is_directory = |entry: &crate::verify::Entry| entry.kind == EntryKind::Directory;
    if let Some(directories) = Alike::of(&subject.evidence.entries, is_directory) {
        let what = directories.told("is a directory", "are directories");
        found.at(Place::member(directories.first.spelled.as_str()), what);
    }
}
