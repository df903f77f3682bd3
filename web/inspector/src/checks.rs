//! Checks of a package, by the rules of `towpath verify`.

use serde::Deserialize;
use serde_json::{Value, json};
use towpath_core::channel::Subdir;
use towpath_core::package::ArtifactName;
use towpath_core::verify::{self, CheckedFile, Profile, Selection, Severity, VerifyOptions, markdown, sarif};
use wasm_bindgen::prelude::*;

use crate::channel::{ReadDocument, view};
use crate::error::Failure;
use crate::source::ByteSource;

/// How a package is checked; all of it can be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    profile: Profile,
    select: Vec<String>,
    ignore: Vec<String>,
    subdir: Option<String>,
    now: Option<i64>,
    attestation: Option<String>,
    /// The URL of the channel that the package is to be added to.
    channel: Option<String>,
}

/// Checks a package; `options` is JSON. The result is JSON of what `towpath verify --json` says of the
/// file (`report`), and the same in SARIF (`sarif`) and Markdown (`markdown`); if the channel could not be
/// read, why (`channel_failure`).
///
/// # Errors
///
/// When the file cannot be read, or an option is wrong. Whatever is wrong with the package is a finding.
#[wasm_bindgen]
pub fn verify(name: &str, source: &ByteSource, options: &str, read: ReadDocument) -> Result<String, JsValue> {
    Ok(verified(name, source, options, read)?)
}

fn verified(name: &str, source: &ByteSource, options: &str, read: ReadDocument) -> Result<String, Failure> {
    let name = ArtifactName::new(name)?;
    let options: Options = serde_json::from_str(options)?;
    let profile = options.profile;
    let channel = options.channel.clone();
    let options = options.parsed()?;
    let mut report = verify::verify(&name, source.open(), &options)?;
    let mut channel_failure = None;
    if let (Some(url), Some(claim)) = (channel, &report.claim) {
        match view(&url, claim, read) {
            Ok(view) => report.compare(&view, &options.selection),
            Err(failure) => channel_failure = Some(failure.to_string()),
        }
    }
    let fit = report.worst() < Some(Severity::Error);
    let file = CheckedFile {
        path: name.as_str().to_owned(),
        report,
    };
    let mut told = json!(file.report);
    told["fit"] = fit.into();
    let markdown = markdown(&file, &profile.verdict(fit));
    let sarif = sarif(&[file]);
    Ok(json!({
        "report": told,
        "markdown": markdown,
        "sarif": sarif,
        "channel_failure": channel_failure,
    })
    .to_string())
}

impl Options {
    fn parsed(self) -> Result<VerifyOptions, Failure> {
        let mut selection = Selection::of(self.profile);
        for code in &self.select {
            selection = selection.select(code)?;
        }
        for code in &self.ignore {
            selection = selection.ignore(code)?;
        }
        let subdir: Option<Subdir> = self.subdir.map(|subdir| subdir.parse()).transpose()?;
        Ok(VerifyOptions {
            selection,
            subdir,
            now: self.now,
            attestation: self.attestation.map(String::into_bytes),
            ..VerifyOptions::default()
        })
    }
}

/// The rules, as JSON: what each asks, why, and what to do about a breach.
#[wasm_bindgen]
pub fn rules() -> String {
    let rules: Vec<Value> = verify::rules()
        .map(|rule| {
            let sources = rule.sources.iter();
            let sources = sources.map(|source| json!({ "text": source.to_string(), "url": source.url() }));
            json!({
                "code": rule.code,
                "severity": rule.severity,
                "mirror": rule.mirror,
                "title": rule.title,
                "why": rule.why,
                "mend": rule.mend,
                "bad": rule.bad,
                "good": rule.good,
                "sources": sources.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!(rules).to_string()
}
