//! Other versions, other builds and other names.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::record::version_order::{compare, parse};
use crate::verify::against::{name_of, specs};
use crate::verify::finding::{quoted, shown};
use crate::verify::{
    ChannelView, Check, Claim, Found, Place, PublishedRecord, Readers, Rule, Severity, Source,
};

pub(super) static G605: Rule = Rule {
    code: "G605",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Builds of one version and build number differ in what they need",
    sources: &[Source::Cep(34, "build_number")],
    why: "If only the build string differs, a solver has no reason to prefer one of the two, and who gets which is left \
          to chance.",
    mend: "Raise the build number of the newer one. If both are meant (variants), let a dependency tell them apart.",
    bad: "demo-1.0-h1_0 and demo-1.0-h2_0 depend on the same",
    good: "demo-1.0-h2_1 replaces demo-1.0-h1_0",
    readers: Readers::Agree,
    check: Check::Channel(builds_differ),
};

fn builds_differ(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let needs = |record: &Map<String, Value>| -> BTreeSet<(&'static str, String)> {
        let keys = ["depends", "constrains"].into_iter();
        keys.flat_map(|key| {
            specs(record, key)
                .map(move |spec| (key, spec.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
    };
    let ours = needs(&claim.index);
    for other in channel.records(&claim.subdir, &claim.name) {
        let is_same =
            |key: &str| claim.index.get(key).is_some() && claim.index.get(key) == other.record.get(key);
        let is_rival = is_same("version") && is_same("build_number") && !is_same("build");
        let features = |record: &Map<String, Value>| record.get("track_features").cloned();
        if is_rival && ours == needs(&other.record) && features(&claim.index) == features(&other.record) {
            found.at(
                Place::member("info/index.json").key("build"),
                format!(
                    "{} has the same version, build number and dependencies",
                    quoted(&other.file_name)
                ),
            );
        }
    }
}

pub(super) static G607: Rule = Rule {
    code: "G607",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "A new name is not to be taken for one that is known",
    sources: &[Source::Other("name confusion as an attack (typosquatting)")],
    why: "Who mistypes a name installs another package, and runs its code.",
    mend: "If it is the same software, use the name that is there. If not, choose a name that nobody confuses with it.",
    bad: "python_dateutil is new, python-dateutil is in the channel",
    good: "dateutil-extras is new",
    readers: Readers::Agree,
    check: Check::Channel(name_is_distinct),
};

/// Names shorter than this are all alike.
const SHORT: usize = 5;

fn name_is_distinct(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let ours = claim.name.as_str();
    if channel.names().any(|name| name == ours) {
        return;
    }
    let folded = |name: &str| name.replace(['-', '_', '.'], "-");
    let ours_folded = folded(ours);
    for name in channel.names() {
        let difference = if folded(name) == ours_folded {
            "differs from it in separators only"
        } else if ours.len() >= SHORT && differs_by_one_letter(name, ours) {
            "differs from it in one letter"
        } else {
            continue;
        };
        found.at(
            Place::member("info/index.json").key("name"),
            format!(
                "{} is in the channel, and {} {difference}",
                quoted(name),
                quoted(ours)
            ),
        );
    }
}

/// Whether one letter more, less or other makes one of the other. Digits are no letters: foo2 is
/// not mistaken for foo3.
fn differs_by_one_letter(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let start = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    let (one, other) = (&one[start..], &other[start..]);
    let ends = one.iter().rev().zip(other.iter().rev());
    let end = ends.take_while(|(one, other)| one == other).count();
    let changed = [
        &one[..one.len() - end.min(one.len())],
        &other[..other.len() - end.min(other.len())],
    ];
    changed.iter().all(|changed| changed.len() <= 1)
        && changed.concat().iter().all(u8::is_ascii_alphabetic)
        && changed.iter().any(|changed| !changed.is_empty())
}

pub(super) static G615: Rule = Rule {
    code: "G615",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "A new build has what the one before it had",
    sources: &[Source::Other("what reviewers of feedstocks look at")],
    why: "A dependency that is gone, or another licence, is often a mistake in the recipe.",
    mend: "Nothing has to be done if it is meant.",
    bad: "1.0 depends on libfoo, 1.1 does not",
    good: "1.1 depends on what 1.0 depended on",
    readers: Readers::Agree,
    check: Check::Channel(nothing_is_lost),
};

fn nothing_is_lost(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(before) = newest_before(claim, channel) else {
        return;
    };
    let names = |record| -> BTreeSet<String> {
        specs(record, "depends")
            .map(|spec| name_of(spec).to_lowercase())
            .collect()
    };
    let lost: Vec<String> = names(&before.record)
        .difference(&names(&claim.index))
        .cloned()
        .collect();
    if !lost.is_empty() {
        found.at(
            Place::member("info/index.json").key("depends"),
            format!(
                "{} depends on {}, this does not",
                quoted(&before.file_name),
                quoted(&lost.join(", "))
            ),
        );
    }
    for key in ["license", "noarch"] {
        let (ours, theirs) = (claim.index.get(key), before.record.get(key));
        if let Some(theirs) = theirs.filter(|theirs| !theirs.is_null() && Some(*theirs) != ours) {
            found.at(
                Place::member("info/index.json").key(key),
                format!(
                    "{} has {}, this has {}",
                    quoted(&before.file_name),
                    shown(Some(theirs)),
                    shown(ours)
                ),
            );
        }
    }
}

/// The newest build of an older version, or of the same with a lower build number.
fn newest_before<'a>(claim: &Claim, channel: &'a ChannelView) -> Option<&'a PublishedRecord> {
    let ours = parse(claim.text("version")?).ok()?;
    let number = |record: &Map<String, Value>| record.get("build_number").and_then(Value::as_u64);
    let our_number = number(&claim.index);
    let versioned = channel
        .records(&claim.subdir, &claim.name)
        .iter()
        .filter_map(|record| {
            let version = parse(record.record.get("version")?.as_str()?).ok()?;
            let order = compare(&version, &ours);
            let is_before = order.is_lt() || order.is_eq() && number(&record.record) < our_number;
            is_before.then_some((version, record))
        });
    let newest = versioned.max_by(|(one, one_record), (other, other_record)| {
        compare(one, other).then_with(|| number(&one_record.record).cmp(&number(&other_record.record)))
    });
    newest.map(|(_, record)| record)
}

pub(super) static G616: Rule = Rule {
    code: "G616",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "A new version is newer than some that is published",
    sources: &[Source::Cep(33, "order of versions")],
    why: "A solver prefers the newest version. One that is older than all others is never chosen unless somebody asks \
          for it by number; that happens when a project changes how it counts (2024.1, then 1.0).",
    mend: "If the project counts anew, add an epoch to the version: 1!1.0.",
    bad: "1.0 is new, and 2023.4 is the oldest version in the channel",
    good: "1!1.0 is new; or 2023.3.1, where 2023.3 is in the channel",
    readers: Readers::Agree,
    check: Check::Channel(version_goes_forward),
};

fn version_goes_forward(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(text) = claim.text("version") else {
        return;
    };
    let Ok(ours) = parse(text) else {
        return;
    };
    let records = channel.records(&claim.subdir, &claim.name).iter();
    let versions = records.filter_map(|record| {
        let text = record.record.get("version")?.as_str()?;
        Some((parse(text).ok()?, text))
    });
    let oldest = versions.min_by(|(one, _), (other, _)| compare(one, other));
    if let Some((oldest, oldest_text)) = oldest
        && compare(&ours, &oldest).is_lt()
    {
        found.at(
            Place::member("info/index.json").key("version"),
            format!(
                "{} is older than every version in the channel; the oldest is {}",
                quoted(text),
                quoted(oldest_text)
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("requests", "request", true)]
    #[case("requests", "reqeests", true)]
    #[case("requests", "requests", false)]
    #[case("requests", "reqeusts", false)]
    #[case("libfoo2", "libfoo3", false)]
    #[case("aaaaa", "aaaaaa", true)]
    #[case("", "a", true)]
    fn one_letter(#[case] one: &str, #[case] other: &str, #[case] expected: bool) {
        assert_eq!(differs_by_one_letter(one, other), expected);
        assert_eq!(differs_by_one_letter(other, one), expected);
    }
}
