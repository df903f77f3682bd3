//! Files that nobody looks into: very large ones, and archives.

use super::{Alike, ends_so, file_name};
use crate::verify::{Check, Entry, Found, Place, Readers, Rule, Severity, Source, Subject};

/// Bytes from which on a file is told.
const LARGE: u64 = 50 << 20;

/// How the names of archives end. Those of Java are programs rather than archives.
const ARCHIVES: [&str; 17] = [
    ".conda", ".whl", ".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz",
    ".tar.zst", ".7z", ".rar", ".rpm", ".deb", ".iso",
];

pub(super) static F513: Rule = Rule {
    code: "F513",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "No file is very large, and none is an archive of files",
    sources: &[Source::Other("what reviewers of packages look for")],
    why: "What is in an archive is in no list of files: reviewers, scanners for vulnerabilities and this \
          program do not see it. Very large files make every small update a long download.",
    mend: "If the archive is unpacked by hand or by a script later, unpack it in the build. Data of \
           hundreds of megabytes can have a package of its own, which changes less often.",
    bad: "share/demo/plugins.zip",
    good: "share/demo/plugins/, with the files in it",
    readers: Readers::Agree,
    check: Check::Package(nothing_is_hidden_in_files),
};

fn nothing_is_hidden_in_files(subject: &Subject<'_>, found: &mut Found<'_>) {
    let files = || subject.evidence.payload().filter(|entry| entry.is_file());
    let is_archive = |entry: &&Entry| {
        let name = file_name(&entry.path);
        ARCHIVES
            .iter()
            .any(|ending| name.len() > ending.len() && ends_so(name, ending))
    };
    if let Some(archives) = Alike::of(files().filter(is_archive)) {
        let these = archives.these("is an archive", "are archives");
        let what = format!("{these}: no list of files tells what is inside");
        archives.tell(Severity::Note, what, found);
    }
    let large = || files().filter(|entry| entry.size > LARGE);
    if let Some(largest) = large().max_by_key(|entry| entry.size) {
        let megabytes = largest.size >> 20;
        let what = match large().count() {
            1 => format!("it has {megabytes} MiB"),
            count => format!(
                "{count} files have more than 50 MiB each; this one, the largest, has {megabytes} MiB"
            ),
        };
        found.at(Place::member(&*largest.path), what);
    }
}
