//! D311, D312: packages for every platform.

use serde_json::Value;

use super::{in_index, shown};
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

pub(super) static D311: Rule = Rule {
    code: "D311",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "noarch is generic or python, and as the subdir has it",
    sources: &[
        Source::Cep(34, "./info/index.json"),
        Source::Cep(20, "Implementation for abi3 packages"),
    ],
    why: "It tells the client where Python modules are put and whether they are compiled on installation. \
          Clients refuse a value that they do not know; true is a spelling of generic that CEP 34 does not have.",
    mend: "In the recipe, write noarch: python or noarch: generic. A package with an abi3 extension is \
           noarch: python in the subdir of its platform (python_version_independent: true).",
    bad: "\"noarch\": true",
    good: "\"noarch\": \"generic\", \"subdir\": \"noarch\"",
    readers: Readers::Agree,
    check: Check::Package(noarch_is_generic_or_python),
};

fn noarch_is_generic_or_python(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    let subdir = index.get("subdir").and_then(Value::as_str);
    match index.get("noarch") {
        None | Some(Value::Null) => {}
        Some(Value::String(kind)) if kind == "python" => {}
        Some(Value::String(kind)) if kind == "generic" => {
            if let Some(subdir) = subdir.filter(|subdir| *subdir != "noarch") {
                let what = format!("it is \"generic\", but the subdir is {}", quoted(subdir));
                found.no_worse_than(Severity::Warning, in_index("noarch"), what);
            }
        }
        Some(other) => {
            let what = format!("it is {}, not \"generic\" or \"python\"", shown(other));
            found.at(in_index("noarch"), what);
        }
    }
}

pub(super) static D312: Rule = Rule {
    code: "D312",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "A package of the subdir noarch says what kind it is",
    sources: &[Source::Cep(34, "./info/index.json")],
    why: "Without the kind no client moves Python modules to the site-packages of the environment, nor makes its entry points.",
    mend: "In the recipe, write noarch: python for a package of Python modules and noarch: generic for all others.",
    bad: "\"subdir\": \"noarch\"",
    good: "\"subdir\": \"noarch\", \"noarch\": \"python\"",
    readers: Readers::Agree,
    check: Check::Package(noarch_packages_say_their_kind),
};

fn noarch_packages_say_their_kind(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    let is_noarch = index.get("subdir").and_then(Value::as_str) == Some("noarch");
    if is_noarch && index.get("noarch").is_none_or(Value::is_null) {
        let what = "the subdir is noarch, and there is no noarch that says \"generic\" or \"python\"";
        found.at(in_index("noarch"), what);
    }
}
