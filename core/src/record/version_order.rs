//! Versions as conda compares them (CEP 33), and the prefix match of `name=version`.
//!
//! rattler's own comparison differs in two places that conda-index's documents show: it takes
//! `1.0a_` for older than `1.0a`, and its prefix match finds `1.0post1` by `1.0.0`, and misses
//! `1.0alpha` by `1.0a`.

#[cfg(feature = "gluesql")]
mod sort_key;

use std::cmp::Ordering;

use rattler_conda_version::Version;
use rattler_conda_version::version::{Component, ParseVersionError};

#[cfg(feature = "gluesql")]
pub(crate) use self::sort_key::sort_key;

/// Characters of a version; CEP 26 allows 64.
const VERSION_LENGTH_MAX: usize = 1_000;

/// A run of digits or of letters in a segment. The order of the variants is their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Dev,
    /// Letters, and whether an underscore ends the version behind them.
    Text(&'a str, bool),
    Number(u64),
    Post,
}

/// What is missing at the end of a segment or version.
const FILL: Part<'static> = Part::Number(0);

type Segment<'a> = Vec<Part<'a>>;

/// The version that a text spells; says what is wrong with one that spells none (CEP 33).
pub(crate) fn parse(text: &str) -> Result<Version, String> {
    if text.len() > VERSION_LENGTH_MAX {
        return Err(format!("version has more than {VERSION_LENGTH_MAX} characters"));
    }
    text.trim()
        .parse()
        .map_err(|error: ParseVersionError| format!("version {text:?} is not a version: {}", error.kind))
}

/// Which of two versions is newer.
pub(crate) fn compare(one: &Version, other: &Version) -> Ordering {
    one.epoch()
        .cmp(&other.epoch())
        .then_with(|| compare_segments(&release(one), &release(other)))
        .then_with(|| compare_segments(&local(one), &local(other)))
}

/// Whether `name=prefix` matches `version`: `1.0` finds `1`, `1.0.0`, `1.0.1`, `1.0rc1` and
/// `1.0+local`.
pub(crate) fn starts_with(version: &Version, prefix: &Version) -> bool {
    version.epoch() == prefix.epoch() && begins_with(version, &release(prefix), &local(prefix))
}

/// Whether `name ~=limit` matches `version`: `1.2.3` finds what is no older and begins with `1.2`.
pub(crate) fn is_compatible(version: &Version, limit: &Version) -> bool {
    let (mut prefix, mut local_prefix) = (release(limit), local(limit));
    // The last segment goes; a local part of one segment goes with the segment that it is tied to.
    if local_prefix.pop().is_none() || local_prefix.is_empty() {
        prefix.pop();
    }
    compare(version, limit).is_ge()
        && version.epoch() == limit.epoch()
        && begins_with(version, &prefix, &local_prefix)
}

fn begins_with(version: &Version, prefix: &[Segment<'_>], local_prefix: &[Segment<'_>]) -> bool {
    if local_prefix.is_empty() {
        return segments_start_with(&release(version), prefix);
    }
    compare_segments(&release(version), prefix).is_eq() && segments_start_with(&local(version), local_prefix)
}

fn release(version: &Version) -> Vec<Segment<'_>> {
    version
        .segments()
        .map(|segment| parts(segment.components()))
        .collect()
}

fn local(version: &Version) -> Vec<Segment<'_>> {
    version
        .local_segments()
        .map(|segment| parts(segment.components()))
        .collect()
}

fn parts<'a>(components: impl Iterator<Item = &'a Component>) -> Segment<'a> {
    let mut parts = Vec::new();
    for component in components {
        match (component, parts.last_mut()) {
            (Component::UnderscoreOrDash { .. }, Some(Part::Text(_, underscore))) => *underscore = true,
            (Component::UnderscoreOrDash { .. }, _) => parts.push(Part::Text("", true)),
            (Component::Numeral(number), _) => parts.push(Part::Number(*number)),
            (Component::Iden(text), _) => parts.push(Part::Text(text, false)),
            (Component::Dev, _) => parts.push(Part::Dev),
            (Component::Post, _) => parts.push(Part::Post),
        }
    }
    parts
}

fn compare_segments(one: &[Segment<'_>], other: &[Segment<'_>]) -> Ordering {
    (0..one.len().max(other.len()))
        .map(|index| compare_parts(segment(one, index), segment(other, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_parts(one: &[Part<'_>], other: &[Part<'_>]) -> Ordering {
    (0..one.len().max(other.len()))
        .map(|index| part(one, index).cmp(&part(other, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// All of the prefix but its last part has to be equal; text as last part may go on.
fn segments_start_with(version: &[Segment<'_>], prefix: &[Segment<'_>]) -> bool {
    let Some((last_segment, segments)) = prefix.split_last() else {
        return true;
    };
    let before = &version[..version.len().min(segments.len())];
    if compare_segments(before, segments).is_ne() {
        return false;
    }
    let Some((last, parts)) = last_segment.split_last() else {
        return true;
    };
    let this = segment(version, segments.len());
    let before = &this[..this.len().min(parts.len())];
    if compare_parts(before, parts).is_ne() {
        return false;
    }
    match (part(this, parts.len()), *last) {
        (Part::Text(text, _), Part::Text(prefix, false)) => text.starts_with(prefix),
        (this, last) => this == last,
    }
}

fn segment<'a, 'b>(segments: &'a [Segment<'b>], index: usize) -> &'a [Part<'b>] {
    segments.get(index).map_or(&[], Vec::as_slice)
}

fn part<'a>(parts: &[Part<'a>], index: usize) -> Part<'a> {
    parts.get(index).copied().unwrap_or(FILL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    /// The examples of CEP 33, and what conda's own documentation adds to them.
    #[test]
    fn versions_in_the_order_of_cep_33() {
        let ascending: &[&[&str]] = &[
            &["0.4", "0.4.0"],
            &["0.4.1.rc", "0.4.1.RC"],
            &["0.4.1+local"],
            &["0.4.1+0.local"],
            &["0.4.1", "0.4.1+0"],
            &["0.4.1+1.local"],
            &["0.5a1"],
            &["0.5b3"],
            &["0.5C1"],
            &["0.5"],
            &["0.9.6"],
            &["0.960923"],
            &["1.0"],
            &["1.1dev1"],
            &["1.1_"],
            &["1.1a1"],
            &["1.1a_"],
            &["1.1aa"],
            &["1.1.0dev1", "1.1.dev1"],
            &["1.1.a1"],
            &["1.1.0rc1"],
            &["1.1.0.0", "1.1.0", "1.1"],
            &["1.1.post1", "1.1.0post1"],
            &["1.1post1"],
            &["1996.07.12"],
            &["1!0.4.1"],
            &["1!3.1.1.6"],
            &["2!0.4.1"],
        ];
        for (rank, versions) in ascending.iter().enumerate() {
            for (other_rank, others) in ascending.iter().enumerate() {
                for (one, other) in versions
                    .iter()
                    .flat_map(|one| others.iter().map(move |other| (one, other)))
                {
                    let order = compare(&version(one), &version(other));
                    assert_eq!(order, rank.cmp(&other_rank), "{one} and {other}");
                }
            }
        }
    }

    #[rstest::rstest]
    #[case("1.0", &["1.0", "1", "1.0.0", "1.0.1", "1.0a1", "1.0rc1", "1.0.dev1", "1.0+local", "1.0post1"])]
    #[case("1.0.0", &["1", "1.0", "1.0.0.1", "1.0+local"])]
    #[case("1.0a", &["1.0a", "1.0a1", "1.0alpha", "1.0alpha.2"])]
    #[case("1.0_", &["1.0_"])]
    #[case("1.0+a", &["1.0+a", "1.0+a.1", "1.0+alpha", "1.0.0+a"])]
    #[case("1!1.0", &["1!1.0.1"])]
    fn a_prefix_finds(#[case] prefix: &str, #[case] versions: &[&str]) {
        for found in versions {
            assert!(starts_with(&version(found), &version(prefix)), "{found}");
        }
    }

    #[rstest::rstest]
    #[case("1.2.3", "1.2.3", true)]
    #[case("1.2.3", "1.2.10", true)]
    #[case("1.2.3", "1.2.3rc1", false)]
    #[case("1.2.3", "1.3", false)]
    #[case("1.2.3", "1!1.2.4", false)]
    #[case("1.2+a", "1.3", true)]
    #[case("1.2+a.1", "1.2+a.2", true)]
    #[case("1.2+a.1", "1.3", false)]
    #[case("1", "2", true)]
    fn compatible_versions(#[case] limit: &str, #[case] other: &str, #[case] expected: bool) {
        assert_eq!(is_compatible(&version(other), &version(limit)), expected);
    }

    #[rstest::rstest]
    #[case("1.0", &["1.1", "1.01", "1.10", "2.0", "1!1.0"])]
    #[case("1.0.0", &["1.0.1", "1.0a1", "1.0post1"])]
    #[case("1.0a1", &["1.0a10", "1.0b1", "1.0"])]
    #[case("1.0alpha", &["1.0a", "1.0beta"])]
    #[case("1.0_", &["1.0a", "1.0"])]
    #[case("1.0a_", &["1.0a", "1.0ab"])]
    #[case("1.0+a", &["1.0", "1.0+b", "1.0.1+a"])]
    fn a_prefix_does_not_find(#[case] prefix: &str, #[case] versions: &[&str]) {
        for other in versions {
            assert!(!starts_with(&version(other), &version(prefix)), "{other}");
        }
    }
}
