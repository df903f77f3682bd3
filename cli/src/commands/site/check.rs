//! `towpath site --check`: what of a folder would break on a host.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use towpath_core::verify::Severity;
use towpath_core::website::hosting::{Host, HostingFinding, HostingReport, check};

use crate::failure::{Failure, status};
use crate::report::{self, shown};

/// Checks `folder`, tells what was found, and fails if there is an error.
pub(super) fn run(host: Host, folder: &Path, json: bool) -> Result<ExitCode, Failure> {
    let report = check(host, folder)?;
    if json {
        report::print(&serde_json::to_string(&report)?)?;
    } else {
        tell(folder, &report)?;
    }
    Ok(match report.count(Severity::Error) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(status::FAILED),
    })
}

/// Each name once with what to do about it, then one line that sums up.
fn tell(folder: &Path, report: &HostingReport) -> io::Result<()> {
    for findings in report.findings.chunk_by(|a, b| a.name == b.name) {
        // A chunk has at least one.
        let first = &findings[0];
        for finding in findings {
            report::print(&line(finding))?;
        }
        if let Some(more) = report.more.get(first.name) {
            report::print(&format!("  and {more} more"))?;
        }
        report::print(&format!("  mend: {}", first.mend))?;
    }
    if !report.advice.is_empty() {
        report::print("To upload it:")?;
        for line in &report.advice {
            report::print(&format!("  {}", shown(line)))?;
        }
    }
    report::say(&format!(
        "{} on {}: {} files, {}; {}",
        shown(&folder.display().to_string()),
        report.host,
        report.files,
        report::size(report.bytes),
        verdict(report)
    ));
    Ok(())
}

fn line(finding: &HostingFinding) -> String {
    let heading = format!("{} {}", finding.severity, finding.name);
    let heading = match finding.severity {
        Severity::Error => report::error(&heading),
        Severity::Warning => report::warning(&heading),
        Severity::Note => heading,
    };
    let what = shown(&finding.what);
    match &finding.file {
        Some(file) => format!("{heading}: {} {what}", shown(file)),
        None => format!("{heading}: {what}"),
    }
}

fn verdict(report: &HostingReport) -> String {
    let counts = Severity::ALL
        .into_iter()
        .rev()
        .filter_map(|severity| match report.count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            count => Some(format!("{count} {severity}s")),
        });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        "nothing would break".to_owned()
    } else {
        counts.join(", ")
    }
}
