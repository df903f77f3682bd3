//! D313, D314: when a package was built.

use serde_json::Value;

use super::{in_index, shown};
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

/// The last second of the year 9999: clients take what is not larger for seconds.
const SECONDS_MAX: u64 = 253_402_300_799;
/// How far clocks may differ.
const DAY: i64 = 24 * 60 * 60 * 1000;

pub(super) static D313: Rule = Rule {
    code: "D313",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "The timestamp is a time in milliseconds that has been",
    sources: &[
        Source::Cep(34, "./info/index.json"),
        Source::Cep(47, "Timestamp validation"),
    ],
    why: "Solvers prefer the later of two builds, and leave out what was built after a date that the user names. \
          A time in the future wins for ever.",
    mend: "Set the clock of the machine that builds, and write SOURCE_DATE_EPOCH in seconds; the build tool \
           turns it into milliseconds.",
    bad: "\"timestamp\": \"2023-11-14\"",
    good: "\"timestamp\": 1700000000000",
    readers: Readers::Agree,
    check: Check::Package(timestamp_is_a_time),
};

fn timestamp_is_a_time(subject: &Subject<'_>, found: &mut Found<'_>) {
    let index = subject.evidence.index();
    let Some(value) = index.and_then(|index| index.get("timestamp")) else {
        return;
    };
    let place = || in_index("timestamp");
    let Some(time) = value.as_u64() else {
        if !value.is_null() {
            let what = format!(
                "it is {}, not a whole number of milliseconds since 1970",
                shown(value)
            );
            found.at(place(), what);
        }
        return;
    };
    // 0 is the same in both units.
    if (1..=SECONDS_MAX).contains(&time) {
        found.at(
            place(),
            format!("{time} is in seconds, or before 1979; it should be milliseconds"),
        );
    } else if time / 1000 > SECONDS_MAX {
        found.at(place(), format!("{time} is after the year 9999"));
    } else if let Some(now) = subject.now
        && i64::try_from(time).is_ok_and(|time| time > now.saturating_add(DAY))
    {
        found.at(place(), format!("{time} is in the future"));
    }
}

pub(super) static D314: Rule = Rule {
    code: "D314",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "info/index.json says when the package was built",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "Of two builds with the same version and number, solvers take the one built last; \
          what has no date cannot be left out by date either.",
    mend: "Build the package with a build tool of today.",
    bad: "{\"name\": \"demo\", \"version\": \"1.0\"}",
    good: "{\"name\": \"demo\", \"version\": \"1.0\", \"timestamp\": 1700000000000}",
    readers: Readers::Agree,
    check: Check::Package(index_has_a_timestamp),
};

fn index_has_a_timestamp(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(index) = subject.evidence.index()
        && index.get("timestamp").is_none_or(Value::is_null)
    {
        found.at(in_index("timestamp"), "there is no timestamp");
    }
}
