//! Findings, as people read them.

use std::io;

use anstyle::{AnsiColor, Style};
use towpath_core::verify::{Attestation, CheckedFile, Finding, Installs, Rule, Severity, Source, rules};

use super::Summary;
use crate::report::{self, shown};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const NOTE: Style = AnsiColor::Cyan.on_default();

/// Tells what was found in a file: the verdict, then the findings by rule, the worst first.
pub(super) fn tell(file: &CheckedFile, quiet: bool) -> io::Result<()> {
    let least = if quiet { Severity::Warning } else { Severity::Note };
    if quiet && file.report.worst() < Some(least) {
        return Ok(());
    }
    let path = shown(&file.path);
    report::print(&format!("{BOLD}{path}{BOLD:#}: {}", verdict(file)))?;
    for severity in Severity::ALL
        .into_iter()
        .rev()
        .filter(|severity| *severity >= least)
    {
        for rule in rules() {
            let findings: Vec<&Finding> = file
                .report
                .findings
                .iter()
                .filter(|finding| finding.code == rule.code && finding.severity == severity)
                .collect();
            if !findings.is_empty() {
                tell_rule(
                    rule,
                    severity,
                    &findings,
                    file.report.more.get(rule.code).copied(),
                )?;
            }
        }
    }
    if let Some(attestation) = file.report.attestation {
        report::print(&format!("  {}", told_of(attestation)))?;
    }
    if let Some(line) = installs(&file.report.installs) {
        report::print(&format!("  {line}"))?;
    }
    Ok(())
}

fn verdict(file: &CheckedFile) -> String {
    let found = counts(|severity| file.report.count(severity));
    match file.report.worst() {
        Some(Severity::Error) => format!("{}, {found}", report::error("not fit to be uploaded")),
        Some(Severity::Warning) => format!("{GOOD}fit to be uploaded{GOOD:#}, with {found}"),
        Some(Severity::Note) => format!("{GOOD}fit to be uploaded{GOOD:#}, {found}"),
        None => format!("{GOOD}fit to be uploaded{GOOD:#}"),
    }
}

fn tell_rule(rule: &Rule, severity: Severity, findings: &[&Finding], more: Option<usize>) -> io::Result<()> {
    let sources: Vec<String> = rule.sources.iter().map(Source::to_string).collect();
    report::print(&format!(
        "  {}: {} {DIM}({}){DIM:#}",
        heading(severity, rule.code),
        rule.title,
        sources.join("; ")
    ))?;
    for finding in findings {
        let place = finding.place.to_string();
        let between = if place.is_empty() { "" } else { ": " };
        report::print(&format!(
            "    {}",
            shown(&format!("{place}{between}{}", finding.what))
        ))?;
    }
    if let Some(more) = more {
        report::print(&format!("    and {more} more"))?;
    }
    if severity > Severity::Note {
        report::print(&format!("    {DIM}mend:{DIM:#} {}", rule.mend))?;
    }
    Ok(())
}

fn heading(severity: Severity, code: &str) -> String {
    let text = format!("{severity} {code}");
    match severity {
        Severity::Error => report::error(&text),
        Severity::Warning => report::warning(&text),
        Severity::Note => format!("{NOTE}{text}{NOTE:#}"),
    }
}

/// What is to be said of an attestation, most of all what was not done.
fn told_of(attestation: Attestation) -> &'static str {
    if attestation.statement_matches {
        "the attestation beside it says what this file is; its signature was not checked"
    } else {
        "the attestation beside it is not about this file as it is; its signature was not checked"
    }
}

/// Whether clients agree, where they do not.
fn installs(installs: &Installs) -> Option<String> {
    let (what, codes) = match installs {
        Installs::Same => return None,
        Installs::Differently(codes) => ("conda and rattler do not install the same from it", codes),
        Installs::Refused(codes) => ("conda or rattler, or both, refuse it", codes),
    };
    let codes: Vec<&str> = codes.iter().copied().collect();
    Some(format!("{} ({})", report::error(what), codes.join(", ")))
}

/// Sums up a run over several files.
pub(super) fn tell_summary(summary: &Summary) {
    if summary.files < 2 {
        return;
    }
    let with_errors = summary
        .files_with
        .get(&Severity::Error)
        .copied()
        .unwrap_or_default();
    let found = counts(|severity| summary.findings.get(&severity).copied().unwrap_or_default());
    let found = if found.is_empty() {
        String::new()
    } else {
        format!("; {found}")
    };
    report::say(&format!(
        "{BOLD}{} packages{BOLD:#}: {} fit to be uploaded, {with_errors} not{found}",
        summary.files,
        summary.files - with_errors,
    ));
}

/// "1 error, 2 warnings".
fn counts(count: impl Fn(Severity) -> usize) -> String {
    let counts = Severity::ALL
        .into_iter()
        .rev()
        .filter_map(|severity| match count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            count => Some(format!("{count} {severity}s")),
        });
    counts.collect::<Vec<_>>().join(", ")
}
