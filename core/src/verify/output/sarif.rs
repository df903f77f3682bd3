//! Findings in SARIF 2.1.0, which code scanning services read.

use serde_json::{Value, json};

use super::CheckedFile;
use crate::verify::{Finding, Rule, Severity, rules};

/// The findings of some files as one SARIF log.
pub fn sarif(files: &[CheckedFile]) -> Value {
    let rules: Vec<&Rule> = rules().collect();
    let results: Vec<Value> = files
        .iter()
        .flat_map(|file| {
            let findings = file.report.findings.iter();
            findings.map(|finding| result(file, finding, &rules))
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "towpath",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
                },
            },
            "artifacts": files.iter().map(artifact).collect::<Vec<_>>(),
            "results": results,
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    let url = rule.sources.iter().find_map(|source| source.url());
    let mut descriptor = json!({
        "id": rule.code,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.mend },
        "defaultConfiguration": { "level": level(rule.severity) },
    });
    if let Some(url) = url {
        descriptor["helpUri"] = url.into();
    }
    descriptor
}

fn artifact(file: &CheckedFile) -> Value {
    json!({
        "location": { "uri": uri(&file.path) },
        "length": file.report.size,
        "hashes": { "md5": file.report.md5, "sha-256": file.report.sha256 },
    })
}

fn result(file: &CheckedFile, finding: &Finding, rules: &[&Rule]) -> Value {
    let place = finding.place.to_string();
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&file.path) },
            // Packages have no lines, but GitHub shows nothing that has none.
            "region": { "startLine": 1 },
        },
    });
    if !place.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": place, "kind": "member" }]);
    }
    json!({
        "ruleId": finding.code,
        "ruleIndex": rules.iter().position(|rule| rule.code == finding.code),
        "level": level(finding.severity),
        "message": { "text": finding.in_words() },
        "locations": [location],
    })
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// A path as a reference: relative, or to a file of this machine.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri += "file://";
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' | b'!' => {
                uri.push(char::from(byte));
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_more_than_a_path() {
        assert_eq!(uri("a b/ü#1?.conda"), "a%20b/%C3%BC%231%3F.conda");
        assert_eq!(uri("/a.conda"), "file:///a.conda");
    }
}
