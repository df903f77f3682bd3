//! The subdir that the package is published in.

use super::{index, text};
use crate::record::names;
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

pub(super) static C210: Rule = Rule {
    code: "C210",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The package lies in the subdir that it was built for",
    sources: &[
        Source::Cep(34, "./info/index.json"),
        Source::Cep(36, "Package record metadata"),
    ],
    why: "Clients offer a package to the machines of the subdir where it lies: those install programs for another \
          machine. Older mamba reads nothing of such a channel.",
    mend: "Upload it to the subdir that info/index.json names, or build it for this one.",
    bad: "osx-arm64/demo-1.0-0.conda with \"subdir\": \"linux-64\"",
    good: "linux-64/demo-1.0-0.conda with \"subdir\": \"linux-64\"",
    readers: Readers::Agree,
    check: Check::Package(package_lies_in_its_subdir),
};

fn package_lies_in_its_subdir(subject: &Subject<'_>, found: &mut Found<'_>) {
    let (Some(place), Some(said)) = (subject.subdir, text(subject, "subdir")) else {
        return;
    };
    if said != place.as_str() && names::subdir_fault(said).is_none() {
        let what = format!("the subdir is {}, but the package is for {place}", quoted(said));
        found.at(index("subdir"), what);
    }
}
