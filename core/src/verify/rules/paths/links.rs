//! Symbolic links: where they lead, and what `paths.json` says of that.

use super::digests::{difference, is_sha256};
use super::{listed, place};
use crate::verify::finding::quoted;
use crate::verify::tree::Target;
use crate::verify::{
    Check, Content, EntryKind, Found, PathEntry, Place, Readers, Rule, Severity, Source, Subject,
};

pub(super) static E406: Rule = Rule {
    code: "E406",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/paths.json has the size and the SHA-256 of what a symbolic link leads to",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "Whoever verifies an environment reads through the link, and compares what is read. rattler-build writes \
          the SHA-256 of the target and the size of the link itself: that is told as a note.",
    mend: "Write the digest and size of the target's content, not those of the link's text. conda-build does.",
    bad: "\"sha256\": \"e3b0…\", which is that of nothing, for lib/libdemo.so -> libdemo.so.1",
    good: "\"size_in_bytes\": 48128 and \"sha256\": \"2a97…\", which are those of lib/libdemo.so.1",
    readers: Readers::Agree,
    check: Check::Package(links_have_digests_of_targets),
};

fn links_have_digests_of_targets(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (number, entry) in listed(subject) {
        let Some(member) = subject.tree.listed_member(number) else {
            continue;
        };
        let EntryKind::Symlink(text) = &member.kind else {
            continue;
        };
        let says_something = entry.size.is_some() || entry.sha256.as_deref().is_some_and(is_sha256);
        if entry.path_type.as_deref() != Some("softlink") || !says_something {
            continue;
        }
        if let Target::Member(target) = subject.tree.target(&member.path, text)
            && let Some((content, size)) = subject.tree.content(target)
            && let Some(difference) = difference(entry, content, size)
        {
            let what = format!(
                "{} leads to {}, which {difference}",
                quoted(&entry.path),
                quoted(&target.path)
            );
            if is_size_of_the_link(entry, text, content) {
                found.no_worse_than(Severity::Note, place(number), what);
            } else {
                found.at(place(number), what);
            }
        }
    }
}

/// Whether only the size is that of the link itself, as rattler-build writes it: the length of its
/// text, or nothing where it was built on Windows.
fn is_size_of_the_link(entry: &PathEntry, text: &str, target: &Content) -> bool {
    let is_of_the_link = |size| size == text.len() as u64 || size == 0;
    entry.size.is_some_and(is_of_the_link) && entry.sha256.as_deref() == Some(&*target.sha256_hex())
}

pub(super) static E407: Rule = Rule {
    code: "E407",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Symbolic links lead to something in the package",
    sources: &[Source::Other("what users see: a link without its target")],
    why: "A link into another package works only while that one is installed, and breaks if it moves the \
          file. That may be meant; it also happens when a file was left out by mistake.",
    mend: "If the target belongs to a dependency, do nothing. Otherwise install the target, or leave out \
           the link.",
    bad: "lib/libdemo.so -> libdemo.so.1, and there is no lib/libdemo.so.1",
    good: "lib/libdemo.so -> libdemo.so.1, and both are in the package",
    readers: Readers::Agree,
    check: Check::Package(links_lead_somewhere),
};

fn links_lead_somewhere(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !subject.evidence.is_complete() {
        return;
    }
    let mut circles = Vec::new();
    let mut absent = 0_usize;
    let mut first = None;
    for entry in subject.evidence.payload() {
        let EntryKind::Symlink(text) = &entry.kind else {
            continue;
        };
        match subject.tree.target(&entry.path, text) {
            Target::Circle => circles.push(entry),
            Target::Absent(path) => {
                absent += 1;
                first.get_or_insert((entry, path));
            }
            Target::Member(_) | Target::Directory | Target::Outside | Target::Unknown => {}
        }
    }
    if let Some((entry, path)) = first {
        let target = quoted(&path);
        let what = match absent {
            1 => format!("it leads to {target}, which is not in this package"),
            _ => format!(
                "{absent} links lead to what is not in this package, the first of them here to {target}"
            ),
        };
        found.at(Place::member(&*entry.path), what);
    }
    for entry in circles {
        found.at(
            Place::member(&*entry.path),
            "it leads round in a circle, to nothing",
        );
    }
}
