//! Findings, as people read them.

use std::collections::BTreeSet;
use std::io;

use anstyle::{AnsiColor, Style};
use towpath_core::verify::{
    Attestation, CheckedFile, Finding, Installs, Report, Rule, Severity, Source, rules,
};

use super::files::harmless;
use super::summary::{Fitness, Summary};
use crate::report;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const NOTE: Style = AnsiColor::Cyan.on_default();

/// How many findings of a rule are told one by one of a package.
const TOLD: usize = 10;

/// Of more packages than this, those that are fit and have no more than notes are only counted.
const FEW: usize = 20;

/// What is told to people, and what of it they know already.
pub(super) struct Text {
    packages: usize,
    fitness: Fitness,
    quiet: bool,
    /// Rules that were told with their sources and what to do about them: that is told once a run.
    explained: BTreeSet<&'static str>,
    /// How many notes were only counted.
    untold_notes: usize,
}

impl Text {
    /// Of a run over so many packages.
    pub(super) fn new(packages: usize, fitness: Fitness, quiet: bool) -> Self {
        Self {
            packages,
            fitness,
            quiet,
            explained: BTreeSet::new(),
            untold_notes: 0,
        }
    }

    /// Tells what was found in a file: the verdict, then the findings by rule, the worst first.
    pub(super) fn tell(&mut self, file: &CheckedFile) -> io::Result<()> {
        let report = &file.report;
        let is_fit = self.fitness.is_fit(report);
        if is_fit && report.worst() <= Some(Severity::Note) && (self.quiet || self.packages > FEW) {
            self.untold_notes += report.count(Severity::Note);
            return Ok(());
        }
        let path = harmless(&file.path);
        report::print(&format!("{BOLD}{path}{BOLD:#}: {}", self.verdict(report)))?;
        for severity in Severity::ALL.into_iter().rev() {
            if !(self.quiet && severity == Severity::Note) {
                self.tell_severity(report, severity)?;
            }
        }
        if let Some(attestation) = report.attestation {
            report::print(&format!("  {}", words_of(attestation)))?;
        }
        if let Some(line) = installs(&report.installs) {
            report::print(&format!("  {line}"))?;
        }
        Ok(())
    }

    fn verdict(&self, report: &Report) -> String {
        let words = self.fitness.profile.fit();
        let found = counts(|severity| report.count(severity));
        let between = if found.is_empty() { "" } else { ", " };
        if self.fitness.is_fit(report) {
            format!("{GOOD}{words}{GOOD:#}{between}{found}")
        } else {
            format!("{}{between}{found}", report::error(&format!("not {words}")))
        }
    }

    fn tell_severity(&mut self, report: &Report, severity: Severity) -> io::Result<()> {
        for rule in rules() {
            let findings = report.findings.iter();
            let findings: Vec<&Finding> = findings
                .filter(|finding| finding.code == rule.code && finding.severity == severity)
                .collect();
            if !findings.is_empty() {
                let more = report.more.get(rule.code).and_then(|more| more.get(&severity));
                self.tell_rule(rule, severity, &findings, more.copied().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn tell_rule(
        &mut self,
        rule: &Rule,
        severity: Severity,
        findings: &[&Finding],
        more: usize,
    ) -> io::Result<()> {
        let is_new = self.explained.insert(rule.code);
        let sources: Vec<String> = rule.sources.iter().map(Source::to_string).collect();
        let sources = if is_new {
            format!(" {DIM}({}){DIM:#}", sources.join("; "))
        } else {
            String::new()
        };
        report::print(&format!(
            "  {}: {}{sources}",
            heading(severity, rule.code),
            rule.title
        ))?;
        for finding in findings.iter().take(TOLD) {
            report::print(&format!("    {}", harmless(&finding.in_words())))?;
        }
        let more = more + findings.len().saturating_sub(TOLD);
        if more > 0 {
            report::print(&format!("    and {more} more"))?;
        }
        if is_new && severity > Severity::Note {
            report::print(&format!("    {DIM}mend:{DIM:#} {}", rule.mend))?;
        }
        Ok(())
    }

    /// Sums up a run over several files.
    pub(super) fn tell_summary(&self, summary: &Summary) {
        let unreadable = summary.unreadable.len();
        if summary.files + unreadable < 2 || self.quiet && summary.unfit == 0 && unreadable == 0 {
            return;
        }
        let mut parts = vec![format!(
            "{} {}",
            summary.files - summary.unfit,
            self.fitness.profile.fit()
        )];
        if summary.unfit > 0 {
            parts.push(format!("{} not", summary.unfit));
        }
        if unreadable > 0 {
            parts.push(format!("{unreadable} could not be read"));
        }
        let found = counts(|severity| summary.findings.get(&severity).copied().unwrap_or_default());
        let between = if found.is_empty() { "" } else { "; " };
        let hint = if self.untold_notes > 0 && !self.quiet {
            " (not all notes are told: --json has them)"
        } else {
            ""
        };
        report::say(&format!(
            "{BOLD}{} packages{BOLD:#}: {}{between}{found}{hint}",
            summary.files + unreadable,
            parts.join(", ")
        ));
    }
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
fn words_of(attestation: Attestation) -> &'static str {
    if attestation.statement_matches {
        "the attestation beside it says what this file is; its signature was not checked"
    } else {
        "the attestation beside it is not about this file as it is; its signature was not checked"
    }
}

/// Whether clients agree, where they do not.
fn installs(installs: &Installs) -> Option<String> {
    let (what, codes) = installs.disagreement()?;
    let codes: Vec<&str> = codes.iter().copied().collect();
    Some(format!("{} ({})", report::error(what), codes.join(", ")))
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
