//! The lists that `paths.json` took the place of, which old clients read.

use std::collections::HashMap;

use super::{FILES, HAS_PREFIX};
use crate::verify::finding::quoted;
use crate::verify::{
    Check, EntryKind, Evidence, Found, PathEntry, Place, Readers, Rule, Severity, Source, Subject,
};

/// The placeholder of a line that is only a path.
const DEFAULT: &str = "/opt/anaconda1anaconda2anaconda3";

pub(super) static E412: Rule = Rule {
    code: "E412",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "info/files and info/has_prefix say the same as info/paths.json",
    sources: &[
        Source::Cep(34, "./info/paths.json"),
        Source::Cep(34, "./info/files"),
    ],
    why: "paths.json counts where it is there, but old clients and some tools read the old lists, and take \
          the package for something else.",
    mend: "Leave the old lists out, or build the package again with a tool that writes all of them.",
    bad: "info/files lists bin/old, paths.json lists bin/demo",
    good: "both list bin/demo",
    readers: Readers::Agree,
    check: Check::Package(old_lists_agree),
};

fn old_lists_agree(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    if let Some(files) = text_at(FILES, evidence) {
        match &evidence.paths {
            None => files_and_package(files, subject, found),
            Some(paths) if paths.is_whole() => {
                files_and_paths(files, subject, found);
            }
            Some(_) => {}
        }
    }
    let readable = evidence.paths.as_ref().filter(|paths| paths.is_whole());
    if let (Some(lines), Some(paths)) = (text_at(HAS_PREFIX, evidence), readable) {
        has_prefix_and_paths(lines, &paths.entries, found);
    }
}

fn text_at<'a>(path: &str, evidence: &'a Evidence) -> Option<&'a str> {
    let (_, content) = evidence.kept().find(|(entry, _)| entry.path == path)?;
    std::str::from_utf8(content).ok()
}

fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn files_and_paths(files: &str, subject: &Subject<'_>, found: &mut Found<'_>) {
    let here = || Place::member(FILES);
    let unlisted = lines_of(files).filter(|path| subject.tree.listed(path).is_none());
    tell(unlisted, here(), "lists what paths.json does not", found);
    let files: std::collections::HashSet<&str> = lines_of(files).collect();
    let entries = subject.evidence.paths.iter().flat_map(|paths| &paths.entries);
    let listed = entries.map(|entry| entry.path.as_str());
    let missing = listed.filter(|path| !path.is_empty() && !files.contains(path));
    tell(missing, here(), "does not list what paths.json does", found);
}

/// Without `paths.json` this list is what is installed.
fn files_and_package(files: &str, subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let here = || Place::member(FILES);
    if evidence.is_complete() {
        let is_absent =
            |path: &&str| subject.tree.member(path).is_none() && !subject.tree.has_directory(path);
        let absent = lines_of(files).filter(is_absent);
        tell(absent, here(), "lists what is not in the package", found);
    }
    let files: std::collections::HashSet<&str> = lines_of(files).collect();
    let installed = evidence
        .payload()
        .filter(|entry| entry.kind != EntryKind::Directory);
    let missing = installed
        .map(|entry| entry.path.as_str())
        .filter(|path| !files.contains(path));
    tell(
        missing,
        here(),
        "does not list what is in the package, so that no client installs it",
        found,
    );
}

fn tell<'a>(mut paths: impl Iterator<Item = &'a str>, place: Place, does: &str, found: &mut Found<'_>) {
    if let Some(first) = paths.next() {
        let others = match paths.count() {
            0 => String::new(),
            1 => " and 1 other".to_owned(),
            more => format!(" and {more} others"),
        };
        found.at(place, format!("it {does}: {}{others}", quoted(first)));
    }
}

fn has_prefix_and_paths(lines: &str, entries: &[PathEntry], found: &mut Found<'_>) {
    let mut declared: HashMap<&str, (&str, &str)> = HashMap::new();
    for (number, line) in (1..).zip(lines.lines()) {
        let mut parts = [""; 3];
        let mut count = 0;
        for part in parts_of(line) {
            if let Some(slot) = parts.get_mut(count) {
                *slot = part;
            }
            count += 1;
        }
        match count {
            0 => {}
            1 => {
                declared.insert(parts[0], (DEFAULT, "text"));
            }
            3 => {
                declared.insert(parts[2], (parts[0], parts[1]));
            }
            _ => {
                let what = format!(
                    "{} is neither a path nor placeholder, mode and path",
                    quoted(line)
                );
                found.at(Place::member(HAS_PREFIX).line(number), what);
            }
        }
    }
    let here = || Place::member(HAS_PREFIX);
    let mut otherwise = Vec::new();
    let mut missing = Vec::new();
    for entry in entries {
        let Some(placeholder) = entry.placeholder.as_deref().filter(|text| !text.is_empty()) else {
            continue;
        };
        match declared.remove(entry.path.as_str()) {
            None => missing.push(entry.path.as_str()),
            Some((other, mode)) => {
                let same_mode = entry.file_mode.as_deref().is_none_or(|said| said == mode);
                if other != placeholder || !same_mode {
                    otherwise.push(entry.path.as_str());
                }
            }
        }
    }
    let mut surplus: Vec<&str> = declared.into_keys().collect();
    surplus.sort_unstable();
    let surplus = surplus.into_iter();
    tell(
        surplus,
        here(),
        "names files for which paths.json has no placeholder",
        found,
    );
    let missing = missing.into_iter();
    tell(
        missing,
        here(),
        "does not name files for which paths.json has a placeholder",
        found,
    );
    let otherwise = otherwise.into_iter();
    tell(
        otherwise,
        here(),
        "has another placeholder or mode than paths.json",
        found,
    );
}

/// The parts of a line between blanks; quotation marks hold parts together.
fn parts_of(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line.trim();
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let (part, behind) = match first {
            '"' | '\'' => {
                let inner = &rest[1..];
                inner.split_once(first).unwrap_or((inner, ""))
            }
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        rest = behind;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bin/a", &["bin/a"])]
    #[case("/opt/x text bin/a\r", &["/opt/x", "text", "bin/a"])]
    #[case("\"/opt/x y\" text 'bin/a b'", &["/opt/x y", "text", "bin/a b"])]
    #[case("  ", &[])]
    #[case("\"open", &["open"])]
    #[case("\"\" é", &["", "é"])]
    fn lines_are_taken_apart(#[case] line: &str, #[case] parts: &[&str]) {
        assert_eq!(parts_of(line).collect::<Vec<_>>(), parts);
    }
}
