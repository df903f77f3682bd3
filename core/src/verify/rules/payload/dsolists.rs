//! Which libraries of Windows packages may be linked to.

use serde_json::Value;

use crate::json;
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject};

/// Where build tools look for these lists.
const DIRECTORY: &str = "etc/conda-build/dsolists.d/";

pub(super) static F511: Rule = Rule {
    code: "F511",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Lists of allowed libraries have the form of CEP 28",
    sources: &[Source::Cep(28, "Specification")],
    why: "Build tools read these lists in every build for Windows that has this package in its \
          environments, and stop at one that they do not understand.",
    mend: "Write version 1, and allow and deny as lists of absolute paths with / between directories; **/ \
           stands for any directories.",
    bad: r#"{"version": 1, "allow": ["C:\\Windows\\System32\\*.dll", "R.dll"]}"#,
    good: r#"{"version": 1, "allow": ["C:/Windows/System32/*.dll", "**/R.dll"], "deny": [], "subdir": "win-64"}"#,
    readers: Readers::Agree,
    check: Check::Package(lists_have_the_form),
};

fn lists_have_the_form(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (entry, content) in subject.evidence.kept() {
        let name = entry.path.strip_prefix(DIRECTORY);
        if name.is_some_and(|name| !name.contains('/') && name.ends_with(".json")) {
            list_has_the_form(&entry.path, content, found);
        }
    }
}

fn list_has_the_form(path: &str, content: &[u8], found: &mut Found<'_>) {
    let place = || Place::member(path);
    let list = match json::parse(content) {
        Ok(Value::Object(list)) => list,
        Ok(_) => {
            found.at(place(), "it is JSON, but not an object");
            return;
        }
        Err(error) => {
            found.at(place(), format!("it {error}"));
            return;
        }
    };
    match list.get("version") {
        Some(version) if version.as_u64() == Some(1) => {}
        Some(version) => {
            let what = format!("it is {}, and there is only 1", quoted(&version.to_string()));
            found.at(place().key("version"), what);
        }
        None => found.at(place(), "it has no version"),
    }
    for key in ["allow", "deny"] {
        match list.get(key) {
            None => {}
            Some(Value::Array(globs)) => {
                for (number, glob) in globs.iter().enumerate() {
                    let place = place().key(format!("{key}[{number}]"));
                    match glob.as_str() {
                        None => found.at(place, "it is not text"),
                        Some(glob) if glob.contains('\\') => {
                            found.at(place, format!(r"{} has a \ in it, and must have /", quoted(glob)));
                        }
                        Some(glob) if !is_absolute(glob) => {
                            let what = format!(
                                "{} is not absolute: it begins with no drive, / or **",
                                quoted(glob)
                            );
                            found.at(place, what);
                        }
                        Some(_) => {}
                    }
                }
            }
            Some(_) => found.at(place().key(key), "it is not a list"),
        }
    }
    if list.get("subdir").is_some_and(|subdir| !subdir.is_string()) {
        found.at(place().key("subdir"), "it is not text");
    }
}

fn is_absolute(glob: &str) -> bool {
    let is_drive = |bytes: &[u8]| matches!(bytes, [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    glob.starts_with("**") || glob.starts_with('/') || is_drive(glob.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("**/R.dll", true)]
    #[case("C:/Windows/*.dll", true)]
    #[case("/opt/x", true)]
    #[case("*/R.dll", false)]
    #[case("R.dll", false)]
    #[case("C:R.dll", false)]
    #[case("", false)]
    fn globs_are_absolute(#[case] glob: &str, #[case] is_so: bool) {
        assert_eq!(is_absolute(glob), is_so);
    }
}
