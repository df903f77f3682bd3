//! D324, D325: `info/link.json` and the commands that it has clients make.

use serde_json::{Map, Value};

use super::{document, shown};
use crate::verify::finding::quoted;
use crate::verify::{Check, Document, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static D324: Rule = Rule {
    code: "D324",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/link.json says the same kind of noarch as info/index.json",
    sources: &[
        Source::Cep(34, "./info/link.json"),
        Source::Cep(20, "info/link.json file"),
    ],
    why: "Some clients ask one document whether this is a package of Python modules, some the other; \
          they put the modules to different places.",
    mend: "Build the package with conda-build or rattler-build, which write both.",
    bad: "{\"noarch\": {\"type\": \"python\"}, \"package_metadata_version\": 1} in a package for linux-64",
    good: "{\"noarch\": {\"type\": \"python\"}, \"package_metadata_version\": 1} with \"noarch\": \"python\" in info/index.json",
    readers: Readers::Differ,
    check: Check::Package(link_and_index_agree),
};

fn link_and_index_agree(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let place = || Place::member(Document::Link.path());
    let kind = evidence.index_text("noarch");
    if kind == Some("python") && document::is_missing(Document::Link, evidence) {
        let what = "the package is noarch: python and has no info/link.json";
        found.no_worse_than(Severity::Warning, place(), what);
    }
    let link = match document::look_into(Document::Link, evidence, found) {
        None => return,
        Some(Value::Object(link)) => link,
        Some(other) => {
            found.at(place(), format!("it is {}, not an object", shown(other)));
            return;
        }
    };
    match link.get("package_metadata_version") {
        Some(version) if version.as_u64() == Some(1) => {}
        Some(version) => found.at(
            place().key("package_metadata_version"),
            format!("it is {}; the only version is 1", shown(version)),
        ),
        None => found.at(
            place().key("package_metadata_version"),
            "there is no package_metadata_version",
        ),
    }
    match link.get("noarch") {
        Some(Value::Object(noarch)) => expect_kind(noarch, subject, found),
        // conda-build wrote such documents for packages with an environment of their own.
        None if kind.is_none() && link.contains_key("preferred_env") => {}
        None => found.at(place().key("noarch"), "there is no noarch"),
        Some(other) => found.at(
            place().key("noarch"),
            format!("it is {}, not an object", shown(other)),
        ),
    }
}

fn expect_kind(noarch: &Map<String, Value>, subject: &Subject<'_>, found: &mut Found<'_>) {
    let place = |key: &str| Place::member(Document::Link.path()).key(key);
    let kind = match noarch.get("type") {
        Some(Value::String(kind)) if kind == "generic" || kind == "python" => Some(kind.as_str()),
        Some(other) => {
            let what = format!("it is {}, not \"generic\" or \"python\"", shown(other));
            found.at(place("noarch.type"), what);
            None
        }
        None => {
            found.at(place("noarch.type"), "there is no type");
            None
        }
    };
    // A value of index.json that is not known is a finding of its own.
    let in_index = subject.evidence.index().map(|index| index.get("noarch"));
    let what = match (kind, in_index) {
        (Some(kind), Some(None | Some(Value::Null))) => Some(format!(
            "it is {}, but info/index.json has no noarch",
            quoted(kind)
        )),
        (Some(kind), Some(Some(Value::String(other))))
            if kind != other && matches!(other.as_str(), "generic" | "python") =>
        {
            Some(format!(
                "it is {}, but info/index.json has {}",
                quoted(kind),
                quoted(other)
            ))
        }
        _ => None,
    };
    if let Some(what) = what {
        found.at(place("noarch.type"), what);
    }
    if let Some(list) = noarch.get("entry_points").filter(|list| !list.is_array()) {
        let what = format!("it is {}, not a list", shown(list));
        found.at(place("noarch.entry_points"), what);
    }
}

pub(super) static D325: Rule = Rule {
    code: "D325",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Entry points name a command, a module and a function",
    sources: &[
        Source::Cep(34, "./info/link.json"),
        Source::Other("GHSA-q53q-5r4j-5729 and GHSA-9m8m-c4j3-rj2c"),
    ],
    why: "On installation, clients write a program of this name that imports this module. A name with a path in it \
          writes outside of the environment, and text that is no module runs as code; clients of today refuse both.",
    mend: "Write the entry points of the Python project: name = package.module:function.",
    bad: "\"../demo = demo:main\"",
    good: "\"demo = demo.cli:main\"",
    readers: Readers::Refuse,
    check: Check::Package(entry_points_are_sound),
};

fn entry_points_are_sound(subject: &Subject<'_>, found: &mut Found<'_>) {
    let link = subject.evidence.object(Document::Link);
    let points = link.and_then(|link| link.get("noarch")?.get("entry_points")?.as_array());
    for (number, point) in points.into_iter().flatten().enumerate() {
        let what = match point.as_str() {
            None => format!("it is {}, not text", shown(point)),
            Some(text) => match fault(text) {
                Some(fault) => format!("{} {fault}", quoted(text)),
                None => continue,
            },
        };
        let place = Place::member(Document::Link.path());
        found.at(place.key(format!("noarch.entry_points[{number}]")), what);
    }
}

/// What is wrong with an entry point, if anything is.
fn fault(text: &str) -> Option<&'static str> {
    let Some((command, object)) = text.split_once('=') else {
        return Some("has no \"=\" between the command and the module");
    };
    let Some((module, function)) = object.split_once(':') else {
        return Some("has no \":\" between the module and the function");
    };
    let command = command.trim();
    if command.is_empty() {
        return Some("has no command");
    }
    if command.contains(['/', '\\']) {
        return Some("has a path for a command");
    }
    if command.starts_with('.') {
        return Some("has a command that begins with a dot");
    }
    let is_plain = |character: char| {
        !character.is_ascii() || character.is_ascii_alphanumeric() || "-_.+@".contains(character)
    };
    if command.contains(|character: char| {
        character.is_control() || character.is_whitespace() || !is_plain(character)
    }) {
        return Some("has a character in its command that means something to a shell");
    }
    if !is_dotted_name(module.trim()) {
        return Some("has a module that Python cannot import");
    }
    if !is_dotted_name(function.trim()) {
        return Some("has a function that Python cannot call");
    }
    None
}

fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        !part.starts_with(|first: char| first.is_ascii_digit())
            && !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("demo = demo.cli:main", None)]
    #[case("demo=demo:main", None)]
    #[case("demo-2.x = _demo:Class.run", None)]
    #[case("demo", Some("has no \"=\" between the command and the module"))]
    #[case("demo = demo", Some("has no \":\" between the module and the function"))]
    #[case(" = demo:main", Some("has no command"))]
    #[case("../demo = demo:main", Some("has a path for a command"))]
    #[case("c\\demo = demo:main", Some("has a path for a command"))]
    #[case(".demo = demo:main", Some("has a command that begins with a dot"))]
    #[case(
        "de;mo = demo:main",
        Some("has a character in its command that means something to a shell")
    )]
    #[case(
        "de mo = demo:main",
        Some("has a character in its command that means something to a shell")
    )]
    #[case("demo = demo;x:main", Some("has a module that Python cannot import"))]
    #[case("demo = 2demo:main", Some("has a module that Python cannot import"))]
    #[case("demo = demo:main()", Some("has a function that Python cannot call"))]
    #[case("demo = demo:", Some("has a function that Python cannot call"))]
    fn entry_points_are_taken_apart(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(fault(text), expected);
    }
}
