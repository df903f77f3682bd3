//! Packages that are held to the rules of `towpath verify` while they are read.

use std::io::{BufReader, Read, Seek};

use crate::channel::Subdir;
use crate::package::{ArtifactName, Metadata, PackageError};
use crate::verify::{Finding, Severity, VerifyOptions, verify};

/// How many warnings of a package are told one by one.
const WARNINGS_TOLD: usize = 5;

/// The metadata of a package that breaks no rule at the severity of an error; milder findings are
/// among its warnings.
pub(super) fn metadata_if_fit(
    mut metadata: Metadata,
    name: &ArtifactName,
    subdir: &Subdir,
    file: impl Read + Seek,
    options: &VerifyOptions,
) -> Result<Metadata, PackageError> {
    let options = VerifyOptions {
        subdir: Some(subdir.clone()),
        ..options.clone()
    };
    let report = verify(name, BufReader::new(file), &options)?;
    let of = |severity: Severity| {
        let findings = report.findings.iter();
        findings.filter(move |finding| finding.severity == severity)
    };
    if let Some(first) = of(Severity::Error).next() {
        let more = match report.count(Severity::Error) {
            1 => String::new(),
            2 => "; and 1 more error: see towpath verify".to_owned(),
            count => format!("; and {} more errors: see towpath verify", count - 1),
        };
        return Err(PackageError::Unfit(told(first) + &more));
    }
    let warnings = of(Severity::Warning).take(WARNINGS_TOLD).map(told);
    metadata.warnings.extend(warnings);
    let untold = report.count(Severity::Warning).saturating_sub(WARNINGS_TOLD);
    if untold > 0 {
        let warnings = if untold == 1 { "warning" } else { "warnings" };
        let more = format!("and {untold} more {warnings}: see towpath verify");
        metadata.warnings.push(more);
    }
    Ok(metadata)
}

fn told(finding: &Finding) -> String {
    format!("{} {}", finding.code, finding.in_words())
}
