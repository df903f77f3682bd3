//! D306, D307, D308: each dependency is a `MatchSpec` (CEP 29).

use super::dependencies::specs;
use super::in_index;
use super::revision::{declared, needs_revision_3};
use crate::verify::finding::quoted;
use crate::verify::match_spec::{self, Slip};
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

pub(super) static D306: Rule = Rule {
    code: "D306",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Each dependency is a MatchSpec of name, version and build",
    sources: &[
        Source::Cep(29, "Syntax"),
        Source::Cep(34, "./info/index.json"),
        Source::Cep(43, "Syntax"),
    ],
    why: "A solver that cannot read a dependency cannot install the package.",
    mend: "Write name, version and build separated by spaces, and comparisons with commas between them.",
    bad: "\"numpy >=1.26 <3\"",
    good: "\"numpy >=1.26,<3\"",
    readers: Readers::Refuse,
    check: Check::Package(dependencies_are_match_specs),
};

fn dependencies_are_match_specs(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    let may_have_brackets = declared(index) >= 3;
    for (key, text) in specs(index) {
        match match_spec::parse(text) {
            Err(fault) => found.at(
                in_index(key),
                format!("{} is no MatchSpec: {fault}", quoted(text)),
            ),
            // What only clients of today understand is looked at elsewhere.
            Ok(spec) if may_have_brackets || spec.keys.is_empty() || needs_revision_3(&spec) => {}
            Ok(_) => found.at(
                in_index(key),
                format!(
                    "{} has square brackets, which a dependency may have only from schema_version 3 on",
                    quoted(text)
                ),
            ),
        }
    }
}

pub(super) static D307: Rule = Rule {
    code: "D307",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Dependencies are written as CEP 29 has them",
    sources: &[
        Source::Cep(29, "Syntax"),
        Source::Cep(29, "Version matching"),
        Source::Cep(33, "Version literals"),
    ],
    why: "Clients read most of it, but not all of them, and not all as the same.",
    mend: "Write \"name version build\" with single spaces, no space within the version, and >=1.2.3,1.2.* instead of ~=1.2.3.",
    bad: "\"numpy >= 1.26, < 3\"",
    good: "\"numpy >=1.26,<3\"",
    readers: Readers::Agree,
    check: Check::Package(dependencies_are_written_well),
};

fn dependencies_are_written_well(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (key, text) in subject.evidence.index().into_iter().flat_map(specs) {
        let Ok(spec) = match_spec::parse(text) else {
            continue;
        };
        let most = match spec.slips.iter().next() {
            None => continue,
            // CEP 29 does not say how many spaces may separate.
            Some(Slip::SeveralSpaces) => Severity::Note,
            Some(_) => Severity::Warning,
        };
        let slips: Vec<String> = spec.slips.iter().map(ToString::to_string).collect();
        let what = format!("{}: {}", quoted(text), slips.join("; "));
        found.no_worse_than(most, in_index(key), what);
    }
}

pub(super) static D308: Rule = Rule {
    code: "D308",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "A dependency on exactly one version is meant so",
    sources: &[Source::Cep(29, "Version expression parsing")],
    why: "\"demo 1.2\" is demo 1.2 and neither 1.2.1 nor 1.2.3: with the next release of demo, nobody can install both.",
    mend: "Write \"demo 1.2.*\" or \"demo >=1.2\" if others will do, and \"demo ==1.2\" if not.",
    bad: "\"demo 1.2\"",
    good: "\"demo >=1.2,<2\"",
    readers: Readers::Agree,
    check: Check::Package(exact_versions_are_meant),
};

fn exact_versions_are_meant(subject: &Subject<'_>, found: &mut Found<'_>) {
    let specs = subject.evidence.index().into_iter().flat_map(specs);
    for (key, text) in specs.filter(|(key, _)| !key.starts_with("constrains")) {
        let Ok(spec) = match_spec::parse(text) else {
            continue;
        };
        // With a build string there is no doubt.
        if spec.build.is_none()
            && let Some(version) = spec.bare_version()
        {
            let what = format!("{} is version {version} and no other", quoted(text));
            found.at(in_index(key), what);
        }
    }
}
