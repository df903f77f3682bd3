//! G613: an attestation beside the file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use towpath_core::verify::ChannelView;
use towpath_tests::Kind;

use crate::case::{Case, breaks, keeps, sound};

fn statement() -> Value {
    let sha256 = base16ct::lower::encode_string(&Sha256::digest(sound().conda()));
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": sound().file_name(Kind::Conda), "digest": { "sha256": sha256 } }],
        "predicateType": "https://schemas.conda.org/attestations-publish-1.schema.json",
        "predicate": { "targetChannel": "https://example.org/channel" },
    })
}

fn edited(pointer: &str, value: Value) -> String {
    let mut statement = statement();
    *statement.pointer_mut(pointer).unwrap() = value;
    statement.to_string()
}

fn broken(what: &'static str, attestation: String) -> Case {
    breaks("G613", what, &sound(), Kind::Conda).attested(attestation)
}

fn sound_with(what: &'static str, attestation: String) -> Case {
    keeps("G613", what, &sound(), Kind::Conda).attested(attestation)
}

fn channel_at(url: &str) -> ChannelView {
    let mut view = ChannelView::new(url);
    view.url = Some(url.to_owned());
    view
}

pub(crate) fn cases() -> Vec<Case> {
    let payload = STANDARD.encode(statement().to_string());
    let envelope =
        json!({ "payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": [] });
    let two = json!([statement()["subject"][0], statement()["subject"][0]]);
    let two_digests = json!({ "sha256": statement()["subject"][0]["digest"]["sha256"], "md5": "00" });
    vec![
        broken("not JSON", "{".to_owned()),
        broken("a list", "[]".to_owned()),
        broken(
            "of another type",
            edited("/_type", json!("https://in-toto.io/Statement/v0.1")),
        ),
        broken(
            "of another predicate",
            edited("/predicateType", json!("https://slsa.dev/provenance/v1")),
        ),
        broken(
            "of another file",
            edited("/subject/0/name", json!("other-1.0-0.conda")),
        ),
        broken(
            "of other bytes",
            edited("/subject/0/digest/sha256", json!("00".repeat(32))),
        ),
        broken("with two digests", edited("/subject/0/digest", two_digests)),
        broken("with two subjects", edited("/subject", two)),
        broken("without subjects", edited("/subject", json!(null))),
        broken(
            "for a channel with a slash",
            edited("/predicate/targetChannel", json!("https://example.org/")),
        ),
        broken("for no channel", edited("/predicate", json!({}))),
        broken(
            "whose payload is not base64",
            json!({ "dsseEnvelope": { "payload": "?" } }).to_string(),
        ),
        broken("for another channel", statement().to_string())
            .in_channel(channel_at("https://example.org/channel/label/rc")),
        sound_with("for this channel", statement().to_string())
            .in_channel(channel_at("https://EXAMPLE.org:443/channel/")),
        sound_with("of no channel's URL", statement().to_string()).in_channel(ChannelView::new("channel")),
        sound_with("a bare statement", statement().to_string()),
        sound_with("without predicate", edited("/predicate", json!(null))),
        sound_with("in an envelope", envelope.to_string()),
        sound_with("in a bundle", json!({ "dsseEnvelope": envelope }).to_string()),
    ]
}

#[test]
fn the_report_says_that_no_signature_was_checked() {
    for case in cases() {
        let attestation = case.report().attestation.unwrap();
        assert_eq!(attestation.statement_matches, !case.breaks, "{}", case.what);
        assert!(!attestation.signature_checked);
    }
}
