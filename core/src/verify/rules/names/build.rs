//! The build string.

use super::{index, text};
use crate::record::names;
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

pub(super) static C207: Rule = Rule {
    code: "C207",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The build string is made of letters, digits and . _ +",
    sources: &[
        Source::Cep(26, "Build strings"),
        Source::Other("GHSA-h672-p7h7-97v9: a build string that was a path"),
    ],
    why: "The build string is a part of the names of files and directories. With a hyphen the file name is taken \
          apart at another place; with a slash it leads to another directory.",
    mend: "Change the build string in the recipe, at most 64 characters, or leave it to the build tool.",
    bad: "\"build\": \"py312-0\"",
    good: "\"build\": \"py312_0\"",
    readers: Readers::Agree,
    check: Check::Package(build_string_is_one),
};

fn build_string_is_one(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(build) = text(subject, "build")
        && let Some(why) = names::build_fault(build)
    {
        found.at(
            index("build"),
            format!("the build string {} {why}", quoted(build)),
        );
    }
}

pub(super) static C208: Rule = Rule {
    code: "C208",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "The build string has the build number in it, behind an underscore",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "People tell builds of one version by the number at the end of the file name. If it is not the build number, \
          by which clients decide, a newer build looks older.",
    mend: "Let the build string of the recipe end in _{{ PKG_BUILDNUM }} (conda-build) or _${{ build_number }} \
           (rattler-build), or leave it to the build tool.",
    bad: "\"build\": \"py312_0\" with \"build_number\": 1",
    good: "\"build\": \"py312_1\" with \"build_number\": 1",
    readers: Readers::Agree,
    check: Check::Package(build_string_has_the_build_number),
};

fn build_string_has_the_build_number(subject: &Subject<'_>, found: &mut Found<'_>) {
    let number = subject
        .evidence
        .index()
        .and_then(|index| index.get("build_number"));
    let Some(number) = number.and_then(serde_json::Value::as_u64) else {
        return;
    };
    let Some(build) = text(subject, "build") else {
        return;
    };
    let number = number.to_string();
    if names::build_fault(build).is_none() && !build.split('_').any(|part| part == number) {
        let what = format!(
            "the build string {} does not contain the build number {number}",
            quoted(build)
        );
        found.at(index("build"), what);
    }
}
