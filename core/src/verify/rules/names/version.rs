//! The version.

use super::{index, text};
use crate::policy::version::is_version;
use crate::record::names;
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

/// The largest number in a version.
const LARGEST: u64 = (1 << 31) - 1;
/// What stands between segments.
const SEPARATORS: [char; 3] = ['.', '_', '-'];

pub(super) static C204: Rule = Rule {
    code: "C204",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The version is made of lowercase letters, digits and . _ + !",
    sources: &[
        Source::Cep(26, "Version strings"),
        Source::Cep(33, "Version literals"),
    ],
    why: "Clients cannot read, and so cannot order, a version with other characters; some read no build of the \
          package then. Capital letters are read as lowercase ones: CEP 33 allows them, CEP 26 does not.",
    mend: "Change the version in the recipe, at most 64 characters: 1.0rc1 instead of 1.0~RC1.",
    bad: "\"version\": \"1.0~rc1\"",
    good: "\"version\": \"1.0rc1\"",
    readers: Readers::Refuse,
    check: Check::Package(version_has_known_characters),
};

fn version_has_known_characters(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(version) = text(subject, "version") else {
        return;
    };
    let shown = quoted(version);
    if let Some(why) = character_fault(version) {
        tell(version, format!("the version {shown} {why}"), found);
    } else if version.contains(|character: char| character.is_ascii_uppercase()) {
        let what = format!("the version {shown} has capital letters, which CEP 26 does not allow");
        found.agreed(Severity::Warning, index("version"), what);
    }
}

/// Why a version is too short or too long, or which character it should not have. Hyphens are
/// allowed, if not well.
fn character_fault(version: &str) -> Option<String> {
    if version.is_empty() {
        return Some("is empty".to_owned());
    }
    names::version_fault(&version.replace('-', "_"))
}

/// Clients refuse what they cannot read; other faults are for people.
fn tell(version: &str, what: String, found: &mut Found<'_>) {
    if is_version(version) {
        found.agreed(Severity::Error, index("version"), what);
    } else {
        found.at(index("version"), what);
    }
}

pub(super) static C205: Rule = Rule {
    code: "C205",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The version has one epoch and one local part at most, and no number above 2147483647",
    sources: &[Source::Cep(33, "Version literals")],
    why: "Clients hold numbers of a version in integers of various sizes: beyond 2147483647 some cannot read the \
          version. With two epochs or local parts none can.",
    mend: "Shorten dates and hashes (20240229 instead of 20240229123456), and use ! and + once.",
    bad: "\"version\": \"1.0.20240229123456\"",
    good: "\"version\": \"1.0.20240229\"",
    readers: Readers::Refuse,
    check: Check::Package(version_has_readable_parts),
};

fn version_has_readable_parts(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(version) = text(subject, "version")
        && character_fault(version).is_none()
        && let Some(why) = part_fault(version)
    {
        tell(version, format!("the version {} {why}", quoted(version)), found);
    }
}

fn part_fault(version: &str) -> Option<String> {
    if version.matches('!').count() > 1 {
        return Some("has several epochs".to_owned());
    }
    if version.matches('+').count() > 1 {
        return Some("has several local parts".to_owned());
    }
    if let Some((epoch, _)) = version.split_once('!')
        && (epoch.is_empty() || !epoch.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some("has an epoch that is not a number".to_owned());
    }
    let mut numbers = version.split(|character: char| !character.is_ascii_digit());
    let large = numbers
        .find(|digits| !digits.is_empty() && !digits.parse().is_ok_and(|number: u64| number <= LARGEST))?;
    Some(format!("has the number {large}, which is larger than {LARGEST}"))
}

pub(super) static C206: Rule = Rule {
    code: "C206",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The version is made of segments between dots or underscores",
    sources: &[Source::Cep(33, "Version literals")],
    why: "Clients refuse a version with an empty segment, and with it, some of them, each build of the package. A \
          hyphen is read as an underscore, but makes it unclear where in a file name the version begins.",
    mend: "Remove separators that nothing follows, and put a dot or an underscore in the place of a hyphen.",
    bad: "\"version\": \"1..2\"",
    good: "\"version\": \"1.2\"",
    readers: Readers::Refuse,
    check: Check::Package(version_has_segments),
};

fn version_has_segments(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(version) = text(subject, "version") else {
        return;
    };
    if character_fault(version).is_some() || part_fault(version).is_some() {
        return;
    }
    let is_readable = is_version(version);
    let why = if has_empty_segment(version) {
        "has an empty segment"
    } else if version.contains('-') && is_readable {
        "has a hyphen"
    } else if version.contains('-') {
        "has a hyphen in a place where clients cannot read it"
    } else if !is_readable {
        "cannot be read by clients"
    } else {
        return;
    };
    let what = format!("the version {} {why}", quoted(version));
    if is_readable {
        found.agreed(Severity::Warning, index("version"), what);
    } else {
        found.at(index("version"), what);
    }
}

/// Whether a segment is empty. One underscore may stand at the end.
fn has_empty_segment(version: &str) -> bool {
    let version = version.split_once('!').map_or(version, |(_, rest)| rest);
    version.split('+').any(|part| {
        let part = part.strip_suffix('_').unwrap_or(part);
        part.split(SEPARATORS).any(str::is_empty)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("1.0", false)]
    #[case("1.0.1_", false)]
    #[case("1!2.15.1_alpha+1.2.3h123", false)]
    #[case("1.", true)]
    #[case("1._2", true)]
    #[case("1__", true)]
    #[case("1.0+", true)]
    #[case("1!", true)]
    fn segments_are_not_empty(#[case] version: &str, #[case] expected: bool) {
        assert_eq!(has_empty_segment(version), expected);
    }

    #[rstest::rstest]
    #[case("1.2147483647", true)]
    #[case("1.0002147483647", true)]
    #[case("1.2147483648", false)]
    #[case("1.99999999999999999999999", false)]
    #[case("1!2!3", false)]
    #[case("1+2+3", false)]
    #[case("v1!2", false)]
    #[case("!2", false)]
    #[case("1!2+3", true)]
    fn numbers_are_small_and_parts_are_single(#[case] version: &str, #[case] is_sound: bool) {
        assert_eq!(part_fault(version).is_none(), is_sound);
    }
}
