//! D315: where Python has its modules (CEP 17).

use serde_json::Value;

use super::{in_index, shown};
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Readers, Rule, Severity, Source, Subject};

pub(super) static D315: Rule = Rule {
    code: "D315",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "python_site_packages_path is in python alone, and within the environment",
    sources: &[Source::Cep(17, "Specification")],
    why: "Clients put the modules of every noarch package into this folder. One outside of the environment \
          lets a package write anywhere; clients must refuse it.",
    mend: "Write a path relative to the environment, and only in a package named python whose folder is not the usual one.",
    bad: "\"python_site_packages_path\": \"../site-packages\"",
    good: "\"python_site_packages_path\": \"lib/python3.13t/site-packages\"",
    readers: Readers::Refuse,
    check: Check::Package(site_packages_are_within_the_environment),
};

fn site_packages_are_within_the_environment(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(index) = subject.evidence.index() else {
        return;
    };
    let place = || in_index("python_site_packages_path");
    let is_python = index.get("name").and_then(Value::as_str) == Some("python");
    match index.get("python_site_packages_path") {
        None | Some(Value::Null) => {}
        Some(_) if !is_python => {
            let what = "the package is not python; clients ignore it";
            found.no_worse_than(Severity::Warning, place(), what);
        }
        Some(Value::String(path)) => {
            if let Some(why) = leads_outside(path) {
                found.at(place(), format!("{} {why}", quoted(path)));
            }
        }
        Some(other) => found.at(place(), format!("it is {}, not text", shown(other))),
    }
}

fn leads_outside(path: &str) -> Option<&'static str> {
    if path.starts_with(['/', '\\']) {
        return Some("is an absolute path");
    }
    if let [drive, b':', ..] = path.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Some("begins with a drive of Windows");
    }
    let mut depth = 0_usize;
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return Some("leads out of the environment"),
            },
            _ => depth += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("lib/python3.13t/site-packages", false)]
    #[case("lib/../lib64/site-packages", false)]
    #[case("lib/../../x", true)]
    #[case("..\\x", true)]
    #[case("/usr/lib", true)]
    #[case("c:lib", true)]
    fn paths_are_followed(#[case] path: &str, #[case] is_outside: bool) {
        assert_eq!(leads_outside(path).is_some(), is_outside);
    }
}
