//! A007: `metadata.json`, which says which version of the format a `.conda` has.

use serde_json::Value;

use crate::json;
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static A007: Rule = Rule {
    code: "A007",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "metadata.json says that the format is version 2",
    sources: &[Source::Cep(35, ".conda")],
    why: "It is how a client will tell a package of today from one of a later format. Clients of today do not look; \
          those that do would refuse the package. Old versions of conda-package-handling left it empty.",
    mend: "Write the package anew: cph transmute in version 1.8 or newer.",
    bad: "metadata.json is empty",
    good: "{\"conda_pkg_format_version\": 2}",
    readers: Readers::Agree,
    check: Check::Package(format_is_version_2),
};

fn format_is_version_2(subject: &Subject<'_>, found: &mut Found<'_>) {
    const MEMBER: &str = "metadata.json";
    const VERSION: &str = "conda_pkg_format_version";
    let metadata_json = subject.evidence.zip().and_then(|zip| zip.metadata_json.as_ref());
    let Some(Ok(content)) = metadata_json else {
        return;
    };
    if content.is_empty() {
        found.at(Place::member(MEMBER), "it is empty");
        return;
    }
    let value = match json::parse(content) {
        Ok(value) => value,
        Err(error) => {
            found.at(Place::member(MEMBER), format!("it {error}"));
            return;
        }
    };
    match value.as_object().map(|object| object.get(VERSION)) {
        None => found.at(Place::member(MEMBER), "it is not a JSON object"),
        Some(None) => found.at(Place::member(MEMBER), format!("it has no {VERSION}")),
        Some(Some(version)) if version.as_u64() != Some(2) => {
            let what = match version {
                Value::String(text) => format!("it is the text {}, not the number 2", quoted(text)),
                Value::Number(number) => format!("it is {}, not 2", quoted(&number.to_string())),
                _ => "it is not the number 2".to_owned(),
            };
            found.at(Place::member(MEMBER).key(VERSION), what);
        }
        Some(Some(_)) => {}
    }
}
