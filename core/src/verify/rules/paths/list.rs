//! Whether `paths.json` is there and can be read, and how it spells paths.

use super::{FILES, PATHS_JSON, listed, place};
use crate::verify::finding::quoted;
use crate::verify::{Check, Component, Evidence, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static E401: Rule = Rule {
    code: "E401",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "There is an info/paths.json that can be read",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "It is the list of what clients install. Without it they fall back to info/files, which has no \
          digests: a damaged file is installed as if it were whole. If it cannot be read, they refuse the \
          package.",
    mend: "Build the package again with a current conda-build or rattler-build; both write the file. conda \
           4.3 and later need \"paths_version\": 1.",
    bad: r#"{"paths_version": 2, "paths": [{"_path": 7}]}"#,
    good: r#"{"paths_version": 1, "paths": [{"_path": "bin/demo", "path_type": "hardlink", "sha256": "…", "size_in_bytes": 5}]}"#,
    readers: Readers::Refuse,
    check: Check::Package(paths_json_can_be_read),
};

fn paths_json_can_be_read(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let Some(paths) = &evidence.paths else {
        paths_json_is_not_there(evidence, found);
        return;
    };
    let here = || Place::member(PATHS_JSON);
    if let Some(failure) = &paths.failure {
        found.at(here(), format!("it {failure}"));
        return;
    }
    match &paths.version {
        None => found.at(here(), "it has no paths_version"),
        Some(version) if version.as_u64() != Some(1) => {
            let version = quoted(&version.to_string());
            found.at(
                here().key("paths_version"),
                format!("it is {version}; clients know 1 only"),
            );
        }
        Some(_) => {}
    }
    if !paths.has_list {
        found.at(here(), "it has no list of paths");
    }
    if paths.is_cut {
        let count = paths.entries.len();
        found.at(
            here(),
            format!("it lists more than {count} paths, which is more than are looked at"),
        );
    }
    for (number, entry) in paths.entries.iter().enumerate() {
        for oddity in &entry.oddities {
            found.at(place(number), oddity.clone());
        }
    }
}

fn paths_json_is_not_there(evidence: &Evidence, found: &mut Found<'_>) {
    let there = |path: &str| {
        let mut entries = evidence.info();
        entries.find(|entry| entry.path == path && entry.component != Component::Payload)
    };
    // In the wrong component it is another rule's, and so is an archive that is no conda package.
    let has = |path: &str| evidence.info().any(|entry| entry.path == path);
    let is_told_elsewhere = has(PATHS_JSON) || !has("info/index.json");
    if let Some(entry) = there(PATHS_JSON) {
        if !entry.is_file() {
            found.at(Place::member(PATHS_JSON), "it is not a file");
        } else if entry.content.is_some() {
            let what = format!("it has {} bytes, too many to be read here", entry.size);
            found.at(Place::member(PATHS_JSON), what);
        }
    } else if evidence.is_complete() && !is_told_elsewhere {
        if there(FILES).is_some() {
            let what =
                "there is no info/paths.json: clients install what info/files lists, and cannot check it";
            found.agreed(Severity::Error, Place::file(), what);
        } else {
            let what = "there is no info/paths.json, nor an info/files: clients do not know what to install";
            found.at(Place::file(), what);
        }
    }
}

pub(super) static E402: Rule = Rule {
    code: "E402",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/paths.json names each path of the payload once, and plainly",
    sources: &[Source::Cep(34, "./info/paths.json")],
    why: "Clients join these paths to the prefix. A path that is there twice is installed twice, with \
          whatever either entry says; one with .. or a slash in front leads out of the prefix; a backslash \
          is part of a name on Linux and macOS.",
    mend: "Build the package again with a current conda-build or rattler-build, or mend the build script \
           that wrote the file.",
    bad: r#"{"_path": "../bin/demo"}, {"_path": "Library\\bin\\demo.exe"}"#,
    good: r#"{"_path": "bin/demo"}, {"_path": "Library/bin/demo.exe"}"#,
    readers: Readers::Differ,
    check: Check::Package(paths_are_plain),
};

fn paths_are_plain(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (number, entry) in listed(subject) {
        let path = entry.path.as_str();
        // What the archive spells the same is told of the member.
        let member = subject.tree.listed_member(number);
        let is_told = member.is_some_and(|member| member.spelled == path);
        if let Some(oddity) = oddity_of(path).filter(|_| !is_told) {
            found.at(place(number), format!("{} {oddity}", quoted(path)));
        } else if subject.tree.is_repeated(number) {
            found.at(place(number), format!("{} was listed before", quoted(path)));
        }
    }
}

/// What is wrong with a path, if anything is.
fn oddity_of(path: &str) -> Option<&'static str> {
    let is_drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.contains('\\') {
        Some(r"has a \ in it: only / stands between directories")
    } else if path.starts_with('/') || is_drive {
        Some("is absolute")
    } else if path.split('/').any(|segment| segment == "..") {
        Some("has .. in it")
    } else if path.split('/').any(|segment| matches!(segment, "" | ".")) {
        Some("has an empty directory name or . in it")
    } else if path == "info" || path.starts_with("info/") {
        Some("is metadata, which is not listed")
    } else if path.chars().any(char::is_control) {
        Some("has a control character in it")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bin/demo", false)]
    #[case("bin/..demo", false)]
    #[case("information/a", false)]
    #[case("é:x", false)]
    #[case("a", false)]
    #[case("C:/a", true)]
    #[case("/a", true)]
    #[case("a/..", true)]
    #[case("a//b", true)]
    #[case("./a", true)]
    #[case("a/", true)]
    #[case("info/a", true)]
    #[case(r"a\b", true)]
    #[case("a\n", true)]
    fn paths_that_are_not_plain_are_told(#[case] path: &str, #[case] is_odd: bool) {
        assert_eq!(oddity_of(path).is_some(), is_odd);
    }
}
