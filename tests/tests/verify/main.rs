//! Every rule of `towpath verify`, on packages that break it and on packages that just do not.

#[cfg(all(test, target_family = "wasm"))]
#[macro_use]
extern crate towpath_tests_in_wasm;

#[cfg(test)]
mod attestation;
#[cfg(test)]
mod case;
#[cfg(test)]
mod channel;
#[cfg(test)]
mod container;
#[cfg(test)]
#[cfg(feature = "native")]
mod corpus;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod given;
#[cfg(test)]
mod installs;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod names;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod payload;
#[cfg(test)]
mod zip_file;

#[cfg(feature = "native")]
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use case::Case;
#[cfg(not(target_family = "wasm"))]
use towpath_core::package::Limits;
use towpath_core::verify::{Severity, rules};
use towpath_tests::Kind;

/// The cases of all rules.
fn cases() -> Vec<Case> {
    [
        attestation::cases(),
        channel::cases(),
        container::cases(),
        entries::cases(),
        metadata::cases(),
        names::cases(),
        paths::cases(),
        payload::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_rule_has_a_package_that_breaks_it_and_one_that_just_does_not() {
    let cases = cases();
    for rule in rules() {
        let of_rule: Vec<&Case> = cases.iter().filter(|case| case.code == rule.code).collect();
        assert!(
            of_rule.iter().any(|case| case.breaks),
            "{}: no package breaks it",
            rule.code
        );
        assert!(
            of_rule.iter().any(|case| !case.breaks),
            "{}: no package just keeps it",
            rule.code
        );
    }
    for case in &cases {
        let known = rules().any(|rule| rule.code == case.code);
        assert!(known, "{}: there is no such rule", case.code);
    }
}

#[test]
fn a_package_with_a_known_defect_has_exactly_that_finding() {
    let mut wrong = Vec::new();
    for case in cases() {
        let report = case.report();
        let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.code).collect();
        let expected: BTreeSet<&str> = if case.breaks {
            case.also.iter().copied().chain([case.code]).collect()
        } else {
            case.also.iter().copied().collect()
        };
        if found != expected {
            let told: Vec<String> = report
                .findings
                .iter()
                .map(|finding| format!("    {} {}: {}", finding.code, finding.place, finding.what))
                .collect();
            wrong.push(format!(
                "{} ({}), expected {expected:?}, found:\n{}",
                case.code,
                case.what,
                told.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Writes the packages of all cases, each with what is found in it and how it was checked, into the folder
/// `TOWPATH_TEST_CASES`, for `tests/browser`, where the same must be found. It takes part in no run of tests.
#[test]
#[ignore = "is run by tests/browser/make-sites"]
#[cfg(not(target_family = "wasm"))]
fn packages_are_written_for_the_browser() {
    let folder = std::env::var("TOWPATH_TEST_CASES").unwrap();
    for (number, case) in cases().into_iter().enumerate() {
        // A channel would have to be served, and other limits are for the library alone.
        if case.channel.is_some() || case.options.limits != Limits::default() {
            continue;
        }
        let folder = std::path::Path::new(&folder).join(number.to_string());
        let attestation = case.options.attestation.as_deref().map(String::from_utf8_lossy);
        let expected = serde_json::json!({
            "choices": {
                "now": case.options.now,
                "subdir": case.options.subdir.as_ref().map(towpath_core::channel::Subdir::as_str),
                "attestation": attestation,
            },
            "report": case.report(),
        });
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join(&case.file_name), &case.bytes).unwrap();
        fs_err::write(folder.join("expected.json"), expected.to_string()).unwrap();
    }
}

/// What is found in broken packages, as people read it: a snapshot for each group of rules. The
/// byte numbers in them are those of what the C library compresses.
#[test]
#[cfg(feature = "native")]
fn findings_in_words() {
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    for case in cases().into_iter().filter(|case| case.breaks) {
        let report = case.report();
        let group = told.entry(&case.code[..1]).or_default();
        for finding in report.findings.iter().filter(|finding| finding.code == case.code) {
            *group += &format!(
                "{} ({})\n    {}: {}\n",
                case.code,
                case.what,
                finding.severity,
                finding.in_words()
            );
        }
    }
    for (group, told) in told {
        insta::assert_snapshot!(format!("group_{group}"), told);
    }
}

#[test]
fn nothing_is_found_in_sound_packages() {
    for kind in [Kind::Conda, Kind::TarBz2] {
        for package in case::sound_packages() {
            let report = case::report_of(&package.file_name(kind), package.bytes(kind));
            let findings: Vec<String> = report
                .findings
                .iter()
                .map(|finding| format!("{} {}: {}", finding.code, finding.place, finding.what))
                .collect();
            assert!(findings.is_empty(), "{}: {findings:#?}", report.file_name);
            assert_eq!(report.count(Severity::Error), 0);
        }
    }
}
