//! G613: an attestation beside the file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::json;
use crate::verify::finding::{quoted, shown};
use crate::verify::{ChannelView, Check, Claim, Found, Place, Readers, Rule, Severity, Source, Subject};

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
    mend: "Sign again after the last change of the file, under the name and for the channel that it is published \
           with and in.",
    bad: "the subject's sha256 is that of the file before it was built again",
    good: "one subject, with the file's name and sha256",
    readers: Readers::Agree,
    check: Check::Both(attestation_is_about_this_file, attestation_is_for_the_channel),
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

fn attestation_is_for_the_channel(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    if let (Some(target), Some(url)) = (&claim.target_channel, &channel.url)
        && with_plain_origin(target) != with_plain_origin(url)
    {
        found.at(
            Place::member("the attestation").key("predicate.targetChannel"),
            format!("it is {}, the channel is {}", quoted(target), quoted(url)),
        );
    }
}

/// The channel that an attestation is for, if it names one.
pub(in crate::verify) fn target_channel(attestation: &[u8]) -> Option<String> {
    let statement = statement_in(attestation).ok()?;
    let channel = statement.get("predicate")?.get("targetChannel")?;
    channel.as_str().map(str::to_owned)
}

/// A channel's URL with scheme and host in lower case, without who asks, the scheme's own port, the
/// token of anaconda.org's `/t/TOKEN/` and slashes at the end.
fn with_plain_origin(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = scheme.to_ascii_lowercase();
    let host = authority
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(own_port).unwrap_or(&host);
    let path = match path
        .strip_prefix("/t/")
        .and_then(|rest| rest.find('/').map(|end| &rest[end..]))
    {
        Some(behind) => behind,
        None => path,
    };
    format!("{scheme}://{host}{}", path.trim_end_matches('/'))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("HTTPS://Conda.Example:443/a/", "https://conda.example/a")]
    #[case("https://me:secret@h.example/t/ab-1/a", "https://h.example/a")]
    #[case("http://h.example:8080", "http://h.example:8080")]
    #[case("https://h.example/t/a", "https://h.example/t/a")]
    #[case("a channel", "a channel")]
    fn a_channel_has_one_url(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(with_plain_origin(url), expected);
    }
}
