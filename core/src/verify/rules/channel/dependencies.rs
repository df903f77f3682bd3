//! What a package depends on has to be somewhere.

use std::collections::BTreeSet;

use rattler_conda_version::Version;
use serde_json::Value;

use crate::record::version_order::{compare, parse};
use crate::verify::against::name_of;
use crate::verify::finding::quoted;
use crate::verify::match_spec::Requirement;
use crate::verify::{
    ChannelView, Check, Claim, Found, Place, PublishedRecord, Readers, Rule, Severity, Source,
};

pub(super) static G603: Rule = Rule {
    code: "G603",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "Every dependency is in the channel, or in one that is used with it",
    sources: &[Source::Cep(29, "names"), Source::Cep(42, "channel relations")],
    why: "A package whose dependency is nowhere cannot be installed.",
    mend: "Look for a slip of the pen in the recipe. If the dependency is in another channel, name that too: \
           --channel TARGET --channel OTHER.",
    bad: "depends on nupmy, which no channel has",
    good: "depends on numpy",
    readers: Readers::Agree,
    check: Check::Channel(dependencies_are_known),
};

fn dependencies_are_known(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    for (number, spec) in claim.specs("depends").enumerate() {
        let name = name_of(spec).to_lowercase();
        // Those of the system are in no channel, those with a channel of their own in that one.
        if name.is_empty() || name.starts_with("__") || spec.contains("::") || name.contains(['*', '^']) {
            continue;
        }
        if name != claim.name && !channel.has_name(&claim.subdir, &name) {
            found.at(
                Place::member("info/index.json").key(format!("depends[{number}]")),
                format!("{} has no package {}", channel.channels(), quoted(&name)),
            );
        }
    }
}

pub(super) static G604: Rule = Rule {
    code: "G604",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Every dependency is satisfied by a build that is published",
    sources: &[
        Source::Cep(29, "version and build"),
        Source::Cep(33, "order of versions"),
    ],
    why: "A package that asks for a version or build which is nowhere cannot be installed.",
    mend: "Mend the pin in the recipe, or publish what it asks for first. If that is in another channel, name that too: \
           --channel TARGET --channel OTHER.",
    bad: "depends on numpy >=3, and 2.4.1 is the newest that any channel has",
    good: "depends on numpy >=2,<3",
    readers: Readers::Agree,
    check: Check::Channel(dependencies_are_satisfied),
};

/// How many versions or builds are named.
const NAMED: usize = 3;

fn dependencies_are_satisfied(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    for (number, spec) in claim.specs("depends").enumerate() {
        let name = name_of(spec).to_lowercase();
        // One of another name is another rule's, one of its own is satisfied by itself.
        if name == claim.name || name.starts_with("__") || !channel.has_name(&claim.subdir, &name) {
            continue;
        }
        let Some(requirement) = Requirement::of(spec) else {
            continue;
        };
        let builds = || channel.installable(&claim.subdir, &name);
        if builds().next().is_none() || builds().any(|build| satisfies(build, &requirement)) {
            continue;
        }
        found.at(
            Place::member("info/index.json").key(format!("depends[{number}]")),
            format!(
                "no build in {} satisfies {}: {}",
                channel.channels(),
                quoted(spec),
                what_there_is(builds(), &requirement)
            ),
        );
    }
}

/// Whether a build is what is required, as far as its record says.
fn satisfies(build: &PublishedRecord, requirement: &Requirement) -> bool {
    version_of(build).is_none_or(|(version, _)| requirement.finds_version(&version))
        && build_of(build).is_none_or(|text| requirement.finds_build(text, build_number_of(build)))
}

/// The version of a build, and its text.
fn version_of(build: &PublishedRecord) -> Option<(Version, &str)> {
    let text = build.record.get("version")?.as_str()?;
    Some((parse(text).ok()?, text))
}

fn build_of(build: &PublishedRecord) -> Option<&str> {
    build.record.get("build")?.as_str()
}

fn build_number_of(build: &PublishedRecord) -> Option<u64> {
    build.record.get("build_number").and_then(Value::as_u64)
}

/// What comes next to what is required, in words.
fn what_there_is<'a>(builds: impl Iterator<Item = &'a PublishedRecord>, requirement: &Requirement) -> String {
    let mut versions: Vec<(Version, &str, &PublishedRecord)> = builds
        .filter_map(|build| version_of(build).map(|(version, text)| (version, text, build)))
        .collect();
    versions.sort_by(|(one, ..), (other, ..)| compare(one, other));
    let found = versions
        .iter()
        .rfind(|(version, ..)| requirement.finds_version(version));
    if let Some((newest, text, _)) = found {
        let same = versions
            .iter()
            .filter(|(version, ..)| compare(version, newest).is_eq());
        let builds: BTreeSet<String> = same
            .filter_map(|(_, _, build)| {
                let number = build_number_of(build).map(|number| format!(" (build number {number})"));
                Some(format!(
                    "{}{}",
                    quoted(build_of(build)?),
                    number.unwrap_or_default()
                ))
            })
            .collect();
        let named: Vec<&str> = builds.iter().take(NAMED).map(String::as_str).collect();
        let more = match builds.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return format!("the builds of {} are {}{more}", quoted(text), named.join(", "));
    }
    let is_below = |version: &Version| requirement.is_before(version);
    let below = versions.iter().rfind(|(version, ..)| is_below(version));
    let above = versions.iter().find(|(version, ..)| !is_below(version));
    match (below, above) {
        (Some((_, below, _)), Some((_, above, _))) => {
            format!("the nearest versions are {} and {}", quoted(below), quoted(above))
        }
        (Some((_, newest, _)), None) => format!("the newest is {}", quoted(newest)),
        (None, Some((_, oldest, _))) => format!("the oldest is {}", quoted(oldest)),
        (None, None) => "none has a version".to_owned(),
    }
}
