//! Whether files are what `paths.json` says.

use super::{listed, place};
use crate::verify::finding::quoted;
use crate::verify::{Check, Content, EntryKind, Found, PathEntry, Readers, Rule, Severity, Source, Subject};

pub(super) static E405: Rule = Rule {
    code: "E405",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Files have the size and the SHA-256 that info/paths.json says",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "Clients check extracted packages and whole environments by these numbers. Where they are wrong, \
          conda warns of a corrupted package or refuses it, as safety_checks says, and rattler takes its \
          cache for damaged; and a file that was changed after the build cannot be told from one that was \
          tampered with.",
    mend: "Do not change files after the build: sign and strip them in the build script. Build the package \
           again.",
    bad: r#"{"_path": "bin/demo", "sha256": "0000…", "size_in_bytes": 3} for a file of 5 bytes"#,
    good: r#"{"_path": "bin/demo", "sha256": "2a97…", "size_in_bytes": 5} for that file"#,
    readers: Readers::Agree,
    check: Check::Package(files_are_what_is_said),
};

fn files_are_what_is_said(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut unchecked = 0_usize;
    let mut first = None;
    for (number, entry) in listed(subject) {
        if let Some(sha256) = entry.sha256.as_deref().filter(|text| !is_sha256(text)) {
            let what = format!(
                "the sha256 of {} is {}, not 64 hexadecimal digits in lower case",
                quoted(&entry.path),
                quoted(sha256)
            );
            found.at(place(number), what);
            continue;
        }
        let is_file = !matches!(entry.path_type.as_deref(), Some("softlink" | "directory"));
        let member = subject.tree.listed_member(number);
        let member = member.filter(|member| matches!(member.kind, EntryKind::File | EntryKind::Hardlink(_)));
        let Some(member) = member.filter(|_| is_file) else {
            continue;
        };
        if entry.oddities.is_empty() && (entry.sha256.is_none() || entry.size.is_none()) {
            unchecked += 1;
            first.get_or_insert((number, &entry.path));
        }
        if let Some((content, size)) = subject.tree.content(member)
            && let Some(difference) = difference(entry, content, size)
        {
            found.at(place(number), format!("{} {difference}", quoted(&entry.path)));
        }
    }
    if let Some((number, path)) = first {
        let path = quoted(path);
        let what = match unchecked {
            1 => format!("{path} has no sha256 or no size_in_bytes"),
            _ => format!("{unchecked} files have no sha256 or no size_in_bytes, the first of them {path}"),
        };
        found.at(place(number), what);
    }
}

/// What of a file is otherwise than `paths.json` says.
pub(super) fn difference(entry: &PathEntry, content: &Content, size: u64) -> Option<String> {
    if let Some(said) = entry.size.filter(|said| *said != size) {
        return Some(format!("has {size} bytes, and is said to have {said}"));
    }
    let said = entry.sha256.as_deref().filter(|said| is_sha256(said))?;
    let sha256 = content.sha256_hex();
    (said != sha256).then(|| format!("has the SHA-256 {sha256}, and is said to have {said}"))
}

pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
