//! The name of the package.

use super::{index, text};
use crate::record::names;
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

pub(super) static C202: Rule = Rule {
    code: "C202",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The package name is made of lowercase letters, digits and single separators",
    sources: &[Source::Cep(26, "Package names")],
    why: "Clients read the names of dependencies by these rules: a package with another name cannot be asked for, and \
          some clients read no record of it.",
    mend: "Rename the package in the recipe: lowercase ASCII letters and digits, with one of - . _ between them, at \
           most 64 characters.",
    bad: "\"name\": \"Demo--Tools\"",
    good: "\"name\": \"demo-tools\"",
    readers: Readers::Refuse,
    check: Check::Package(package_name_is_one),
};

fn package_name_is_one(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(name) = text(subject, "name")
        && let Some(why) = names::package_name_fault(name)
    {
        found.at(index("name"), format!("the name {} {why}", quoted(name)));
    }
}

pub(super) static C203: Rule = Rule {
    code: "C203",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "The package name ends with a letter or a digit",
    sources: &[Source::Cep(
        26,
        "Package names, whose regular expression allows it",
    )],
    why: "With a separator at its end a name is easily taken for another one, and in the file name two separators \
          stand side by side.",
    mend: "Rename the package in the recipe.",
    bad: "\"name\": \"demo-\"",
    good: "\"name\": \"demo\"",
    readers: Readers::Agree,
    check: Check::Package(package_name_has_an_end),
};

fn package_name_has_an_end(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(name) = text(subject, "name")
        && names::package_name_fault(name).is_none()
        && name.ends_with(['-', '.', '_'])
    {
        found.at(
            index("name"),
            format!("the name {} ends with a separator", quoted(name)),
        );
    }
}
