//! A002 to A004: which members the zip of a `.conda` has, and how they are stored.

use std::collections::BTreeMap;

use super::{component_names, zip_directory};
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static A002: Rule = Rule {
    code: "A002",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "A .conda has metadata.json, its two components, and nothing else",
    sources: &[
        Source::Cep(35, ".conda"),
        Source::Other("conda and rattler choose components by different rules"),
    ],
    why: "conda opens the two members that are named like the file, rattler unpacks whatever ends in .tar.zst. With \
          another member, or another name, one installs files that the other does not, or one of them refuses it.",
    mend: "Write the package with rattler-build, conda-build or cph create, and never rename it afterwards: name, \
           version and build belong into the recipe.",
    bad: "demo-1.0-0.conda holds info-demo-0.9-0.tar.zst",
    good: "metadata.json, pkg-demo-1.0-0.tar.zst, info-demo-1.0-0.tar.zst",
    readers: Readers::Differ,
    check: Check::Package(members_are_those_of_a_package),
};

fn members_are_those_of_a_package(subject: &Subject<'_>, found: &mut Found<'_>) {
    const METADATA: &str = "metadata.json";
    let Some(directory) = zip_directory(subject) else {
        return;
    };
    let [info, payload] = component_names(subject);
    let mut others: Vec<String> = Vec::new();
    let mut is_there = BTreeMap::from([(METADATA, false), (&info, false), (&payload, false)]);
    for member in &directory.members {
        let name = member.name();
        match is_there.get_mut(name.as_str()) {
            Some(is_there) => *is_there = true,
            None => others.push(name),
        }
    }
    // Names that are there twice are for another rule.
    others.sort_unstable();
    others.dedup();
    if let Some(folder) = folder_around(&others, &[METADATA, &info, &payload])
        && is_there.values().all(|is_there| !is_there)
    {
        let what = format!("all members are in the folder {}", quoted(folder));
        found.read_as(Readers::Refuse, Severity::Error, Place::file(), what);
        return;
    }
    if !is_there[METADATA] {
        let what = "it has no metadata.json";
        found.read_as(Readers::Agree, Severity::Error, Place::file(), what);
    }
    // A member that is there instead of a component: one finding for both.
    let mut instead = Vec::new();
    for (prefix, wanted) in [("info-", &info), ("pkg-", &payload)] {
        if is_there[wanted.as_str()] {
            continue;
        }
        let could_be = |name: &&String| stem(name, prefix).is_some();
        let mut candidates = others.iter().filter(could_be).cloned();
        match (candidates.next(), candidates.next()) {
            (Some(other), None) => instead.push((prefix, wanted, other)),
            _ => {
                let what = format!("it has no {}", quoted(wanted));
                found.read_as(Readers::Refuse, Severity::Error, Place::file(), what);
            }
        }
    }
    others.retain(|other| !instead.iter().any(|(.., name)| name == other));
    match &instead[..] {
        [(_, _, info), (_, _, payload)] if stem(info, "info-") == stem(payload, "pkg-") => {
            let theirs = quoted(stem(info, "info-").unwrap_or_default());
            let own = quoted(subject.evidence.name.stem());
            let what = format!("its components are those of {theirs}, the file's name says {own}");
            found.read_as(Readers::Refuse, Severity::Error, Place::file(), what);
        }
        _ => {
            for (_, wanted, other) in instead {
                let what = format!("it is there instead of {}", quoted(wanted));
                found.read_as(Readers::Refuse, Severity::Error, Place::member(other), what);
            }
        }
    }
    for other in others {
        let readers = if [&info, &payload].iter().any(|name| passes_for(&other, name)) {
            Readers::Refuse
        } else if is_component(&other) {
            Readers::Differ
        } else {
            Readers::Agree
        };
        let what = "no such member belongs into a .conda";
        found.read_as(readers, Severity::Error, Place::member(other), what);
    }
}

/// Whether conda takes a member for a component, beside the right one: it looks how names begin, and
/// refuses to choose.
fn passes_for(name: &str, component: &str) -> bool {
    let beginning = component.strip_suffix(".tar.zst").unwrap_or(component);
    name.starts_with(beginning)
}

/// Whether rattler takes a member for a component.
fn is_component(name: &str) -> bool {
    name.ends_with(".tar.zst")
}

/// The folder that holds all members, the wanted ones among them.
fn folder_around<'a>(names: &'a [String], wanted: &[&str]) -> Option<&'a str> {
    let in_folder = |name: &'a String| wanted.iter().find_map(|wanted| name.strip_suffix(wanted));
    let folder = names.iter().find_map(in_folder)?;
    let is_around = folder.ends_with('/') && names.iter().all(|name| name.starts_with(folder));
    is_around.then_some(folder)
}

/// What stands where the name of a component has name, version and build.
fn stem<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix)?.strip_suffix(".tar.zst")
}

pub(super) static A003: Rule = Rule {
    code: "A003",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "No member of a .conda is there twice",
    sources: &[
        Source::Cep(35, ".conda"),
        Source::Other("PyPI refuses such zip archives since August 2025"),
    ],
    why: "Which of two members of one name is unpacked depends on the reader: the first, the last, or one over the \
          other. What was scanned is then not what is installed. Names that differ only in case are one file on \
          Windows and macOS.",
    mend: "Write the package anew, into a new file: zip -u and append modes leave the old members where they were.",
    bad: "info-demo-1.0-0.tar.zst is there twice",
    good: "info-demo-1.0-0.tar.zst is there once",
    readers: Readers::Differ,
    check: Check::Package(names_are_unique),
};

fn names_are_unique(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(directory) = zip_directory(subject) else {
        return;
    };
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for member in &directory.members {
        let name = member.name();
        let place = Place::member(&name).offset(member.offset);
        match seen.get(&name.to_lowercase()) {
            None => {
                seen.insert(name.to_lowercase(), name);
            }
            Some(first) if *first == name => found.at(place, "there is another member of this name"),
            Some(first) => {
                let what = format!("its name differs from {} only in case", quoted(first));
                found.at(place, what);
            }
        }
    }
}

pub(super) static A004: Rule = Rule {
    code: "A004",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The members of a .conda are stored as they are",
    sources: &[Source::Cep(35, ".conda")],
    why: "The components are compressed already. If the zip compresses them once more, their bytes cannot be fetched \
          from a server piece by piece: rattler then refuses them. What is encrypted nobody can install.",
    mend: "Make the zip without compression: zip -0, ZIP_STORED in Python. Build tools do so by themselves.",
    bad: "info-demo-1.0-0.tar.zst is deflated",
    good: "info-demo-1.0-0.tar.zst is stored",
    readers: Readers::Refuse,
    check: Check::Package(members_are_stored),
};

fn members_are_stored(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(directory) = zip_directory(subject) else {
        return;
    };
    for member in &directory.members {
        let (readers, what) = match member.central.method {
            _ if member.central.is_encrypted() => (Readers::Refuse, "it is encrypted".to_owned()),
            0 => continue,
            8 => (
                if is_component(&member.name()) {
                    Readers::Refuse
                } else {
                    Readers::Agree
                },
                "the zip compresses it: it is deflated, not stored".to_owned(),
            ),
            method => (
                Readers::Refuse,
                format!("the zip compresses it in a way that clients do not know: method {method}"),
            ),
        };
        found.read_as(readers, Severity::Error, Place::member(member.name()), what);
    }
}
