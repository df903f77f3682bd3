//! A013 to A016: which component a member is in, and whether it is at the root of it.

use super::counted;
use crate::verify::finding::quoted;
use crate::verify::{
    Check, Component, Entry, Evidence, Found, Place, Readers, Rule, Severity, Source, Subject,
};

/// Members of `info/` that clients read, or write when they install a package.
const READ_BY_CLIENTS: [&str; 6] = [
    "info/index.json",
    "info/paths.json",
    "info/link.json",
    "info/run_exports.json",
    "info/about.json",
    "info/repodata_record.json",
];

pub(super) static A013: Rule = Rule {
    code: "A013",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "All of info/ is in the info component",
    sources: &[Source::Cep(35, ".conda")],
    why: "Whoever reads only the info component, as servers and indexers do, does not see what of info/ is in the \
          payload. conda-build puts licences there.",
    mend: "Nothing has to be done; rattler-build has all of info/ in its component.",
    bad: "info/licenses/LICENSE in pkg-demo-1.0-0.tar.zst",
    good: "info/licenses/LICENSE in info-demo-1.0-0.tar.zst",
    readers: Readers::Agree,
    check: Check::Package(info_is_in_its_component),
};

fn info_is_in_its_component(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut strays = members(subject.evidence, Component::Payload)
        .filter(|entry| entry.is_info() && !READ_BY_CLIENTS.contains(&entry.path.as_str()));
    if let Some(first) = strays.next() {
        let what = match strays.count() {
            0 => "it is in the payload component".to_owned(),
            more => format!(
                "it is in the payload component, and {} of info/ with it",
                counted(more as u64, "other member")
            ),
        };
        found.at(Place::member(&first.path), what);
    }
}

pub(super) static A014: Rule = Rule {
    code: "A014",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The payload component holds no metadata that clients read",
    sources: &[
        Source::Cep(35, ".conda"),
        Source::Other("tried with conda-package-streaming and rattler: each may show other metadata"),
    ],
    why: "Both components are unpacked into one folder, and the one that comes second wins: conda and rattler then see \
          different metadata of one package, and both see other than the server that indexed it.",
    mend: "Build the package anew, and let the build script write nothing into $PREFIX/info.",
    bad: "info/index.json in pkg-demo-1.0-0.tar.zst",
    good: "info/index.json in info-demo-1.0-0.tar.zst only",
    readers: Readers::Differ,
    check: Check::Package(payload_has_no_metadata),
};

fn payload_has_no_metadata(subject: &Subject<'_>, found: &mut Found<'_>) {
    let metadata = members(subject.evidence, Component::Payload)
        .filter(|entry| READ_BY_CLIENTS.contains(&entry.path.as_str()));
    for entry in metadata {
        found.at(Place::member(&entry.path), "it is in the payload component");
    }
}

pub(super) static A015: Rule = Rule {
    code: "A015",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The info component holds nothing but info/",
    sources: &[Source::Cep(35, ".conda")],
    why: "Files that are installed are taken from the payload; whoever checks or scans only that does not see files in \
          the info component, which clients unpack into the same folder.",
    mend: "Build the package anew with a build tool. By hand: tar info/ into info-….tar.zst, all else into \
           pkg-….tar.zst.",
    bad: "bin/demo in info-demo-1.0-0.tar.zst",
    good: "bin/demo in pkg-demo-1.0-0.tar.zst",
    readers: Readers::Agree,
    check: Check::Package(info_component_has_only_info),
};

fn info_component_has_only_info(subject: &Subject<'_>, found: &mut Found<'_>) {
    if wrapping_folder(subject.evidence, Component::Info).is_some() {
        return;
    }
    let strays =
        members(subject.evidence, Component::Info).filter(|entry| !entry.is_info() && !is_root(entry));
    for entry in strays {
        found.at(Place::member(&entry.path), "it is in the info component");
    }
}

pub(super) static A016: Rule = Rule {
    code: "A016",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/ is at the root of its tarball",
    sources: &[Source::Cep(35, ".tar.bz2"), Source::Cep(35, ".conda")],
    why: "Tarballs are unpacked into the folder of the package as they are. With a folder around everything, clients \
          look for info/index.json in vain.",
    mend: "Run tar within the folder, not above it: tar -C demo-1.0-0 -cjf demo-1.0-0.tar.bz2 .",
    bad: "demo-1.0-0/info/index.json",
    good: "info/index.json",
    readers: Readers::Refuse,
    check: Check::Package(info_is_at_the_root),
};

fn info_is_at_the_root(subject: &Subject<'_>, found: &mut Found<'_>) {
    for component in [Component::Info, Component::Whole] {
        if let Some((folder, entry)) = wrapping_folder(subject.evidence, component) {
            let what = format!("the folder {} is around all of it", quoted(folder));
            found.at(Place::member(&entry.path), what);
        }
    }
}

/// The folder in which a tarball has `info/index.json`, if not at its root.
fn wrapping_folder(evidence: &Evidence, component: Component) -> Option<(&str, &Entry)> {
    let is_index = |path: &str| path == "info/index.json";
    if members(evidence, component).any(|entry| is_index(&entry.path)) {
        return None;
    }
    members(evidence, component).find_map(|entry| {
        let (folder, path) = entry.path.split_once('/')?;
        (is_index(path) && !matches!(folder, "" | "." | "..")).then_some((folder, entry))
    })
}

fn members(evidence: &Evidence, component: Component) -> impl Iterator<Item = &Entry> {
    let entries = evidence.entries.iter();
    entries.filter(move |entry| entry.component == component)
}

/// Whether it is the root folder itself, which some tools write as `./`.
fn is_root(entry: &Entry) -> bool {
    matches!(entry.path.as_str(), "" | ".")
}
