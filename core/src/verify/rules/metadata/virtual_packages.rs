//! G611: what a package asks of the machine (CEP 30 and 46).

use super::dependencies::specs;
use super::in_index;
use crate::verify::finding::quoted;
use crate::verify::match_spec::{self, VersionExpression};
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

/// What clients offer: CEP 30, and `__cuda_arch` of CEP 46.
const KNOWN: [&str; 8] = [
    "__archspec",
    "__cuda",
    "__cuda_arch",
    "__glibc",
    "__linux",
    "__osx",
    "__unix",
    "__win",
];

pub(super) static G611: Rule = Rule {
    code: "G611",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "Virtual packages are those that clients offer",
    sources: &[
        Source::Cep(30, "List of virtual packages"),
        Source::Cep(46, "Specification"),
    ],
    why: "A virtual package that a client does not offer is one that is not installed: nobody can install what depends on it. \
          The version of __archspec is 0 or 1 and says nothing of the processor, which is in its build string.",
    mend: "Use __archspec, __cuda, __cuda_arch, __glibc, __linux, __osx, __unix or __win; \
           ask for a processor with \"__archspec * x86_64_v3\".",
    bad: "\"__archspec >=2\"",
    good: "\"__archspec * x86_64_v3\"",
    readers: Readers::Agree,
    check: Check::Package(virtual_packages_are_offered),
};

fn virtual_packages_are_offered(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (key, text) in subject.evidence.index().into_iter().flat_map(specs) {
        let Ok(spec) = match_spec::parse(text) else {
            continue;
        };
        if !spec.name.starts_with("__") {
            continue;
        }
        let version = spec.version.as_ref().filter(|version| !version.is_any());
        if let Some(version) = version.filter(|_| spec.name == "__archspec") {
            let what = format!("{}: __archspec may not be asked for by version", quoted(text));
            // Against CEP 30 as well, but it matches: by CEP 30, what is known has version 1.
            let most = if is_one(version) {
                Severity::Warning
            } else {
                Severity::Error
            };
            found.no_worse_than(most, in_index(key), what);
        } else if !KNOWN.contains(&spec.name) {
            // Clients may offer others, and some do.
            let what = format!("{}: no CEP has clients offer {}", quoted(text), quoted(spec.name));
            found.no_worse_than(Severity::Warning, in_index(key), what);
        }
    }
}

/// Whether an expression asks for the version that every processor has by which it is known.
fn is_one(version: &VersionExpression<'_>) -> bool {
    let is_one = |literal: &str| matches!(literal, "1" | "1.*" | "1*");
    matches!(version.clauses.as_slice(), [clause]
        if matches!(clause.operator, "" | "=" | "==" | ">=") && is_one(clause.literal))
}
