//! G613: an attestation beside the file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::json;
use crate::verify::finding::{quoted, shown};
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) const RULES: &[&Rule] = &[&G613];

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE: &str = "https://schemas.conda.org/attestations-publish-1.schema.json";

static G613: Rule = Rule {
    code: "G613",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "An attestation beside the file is about this file",
    sources: &[Source::Cep(27, "Attestation format")],
    why: "A server that checks attestations refuses the upload, and who trusts the attestation trusts something else \
          than this file. Only what the statement says is looked at here: its signature is not checked.",
    mend: "Sign again after the last change of the file, under the name that it is published with.",
    bad: "the subject's sha256 is that of the file before it was built again",
    good: "one subject, with the file's name and sha256",
    readers: Readers::Agree,
    check: Check::Package(attestation_is_about_this_file),
};

fn attestation_is_about_this_file(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(attestation) = subject.attestation else {
        return;
    };
    let place = || Place::member("the attestation");
    let statement = match statement_in(attestation) {
        Ok(statement) => statement,
        Err(why) => return found.at(place(), why),
    };
    for (key, expected) in [("_type", STATEMENT_TYPE), ("predicateType", PREDICATE_TYPE)] {
        if statement.get(key).and_then(Value::as_str) != Some(expected) {
            found.at(
                place().key(key),
                format!("it is {}, not {expected}", shown(statement.get(key))),
            );
        }
    }
    let evidence = subject.evidence;
    match statement
        .get("subject")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([only]) => {
            if only.get("name").and_then(Value::as_str) != Some(evidence.name.as_str()) {
                let name = shown(only.get("name"));
                found.at(
                    place().key("subject[0].name"),
                    format!("it is {name}, the file is {}", quoted(evidence.name.as_str())),
                );
            }
            let ours = evidence.digests.sha256_hex();
            let digest = only.get("digest").and_then(Value::as_object);
            let is_ours = digest.is_some_and(|digest| {
                let sha256 = digest.get("sha256").and_then(Value::as_str);
                digest.len() == 1 && sha256 == Some(&ours)
            });
            if !is_ours {
                let digest = shown(only.get("digest"));
                found.at(
                    place().key("subject[0].digest"),
                    format!("it is {digest}, not only the sha256 {ours}"),
                );
            }
        }
        Some(several) => found.at(
            place().key("subject"),
            format!("it has {} subjects, not one", several.len()),
        ),
        None => found.at(place().key("subject"), "it has no list of subjects"),
    }
    if let Some(predicate) = statement
        .get("predicate")
        .filter(|predicate| !predicate.is_null())
    {
        let channel = predicate.get("targetChannel").and_then(Value::as_str);
        let is_url = |text: &str| {
            let host = text.split_once("://").map_or("", |(_, rest)| rest);
            !host.is_empty() && !text.ends_with('/') && !text.contains(char::is_whitespace)
        };
        if !channel.is_some_and(is_url) {
            found.at(
                place().key("predicate.targetChannel"),
                format!(
                    "it is {}, not a URL without a slash at its end",
                    shown(predicate.get("targetChannel"))
                ),
            );
        }
    }
}

/// The statement in a Sigstore bundle, in an envelope of its own, or bare.
fn statement_in(attestation: &[u8]) -> Result<Map<String, Value>, String> {
    let object = |bytes: &[u8], what: &str| match json::parse(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(format!("{what} is not a JSON object")),
        Err(error) => Err(format!("{what} {error}")),
    };
    let outer = object(attestation, "it")?;
    let envelope = match outer.get("dsseEnvelope") {
        Some(Value::Object(envelope)) => envelope,
        Some(_) => return Err("its dsseEnvelope is not an object".to_owned()),
        None => &outer,
    };
    match envelope.get("payload") {
        Some(Value::String(payload)) => {
            let statement = STANDARD
                .decode(payload)
                .map_err(|_| "its payload is not base64".to_owned())?;
            object(&statement, "its payload")
        }
        Some(_) => Err("its payload is not text".to_owned()),
        None => Ok(outer),
    }
}
