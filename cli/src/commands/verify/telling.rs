//! Findings on their way out, in the form that was asked for.

use std::io;

use towpath_core::verify::{CheckedFile, Severity, github_annotations, github_unreadable, markdown, sarif};

use super::summary::Summary;
use super::text::Text;
use super::{Format, files};
use crate::failure::Failure;
use crate::report;

/// A run that tells what it finds.
pub(super) struct Telling {
    form: Form,
    quiet: bool,
    summary: Summary,
    /// What became of standard output.
    written: io::Result<()>,
}

/// What is kept of what was told already, or for the end.
enum Form {
    Text(Text),
    Github,
    Markdown,
    Json(Vec<CheckedFile>),
    Sarif(Vec<CheckedFile>),
}

impl Telling {
    /// Of a run over so many packages.
    pub(super) fn new(format: Format, quiet: bool, packages: usize, summary: Summary) -> Self {
        Self {
            form: match format {
                Format::Text => Form::Text(Text::new(packages, summary.fitness, quiet)),
                Format::Github => Form::Github,
                Format::Markdown => Form::Markdown,
                Format::Json => Form::Json(Vec::new()),
                Format::Sarif => Form::Sarif(Vec::new()),
            },
            quiet,
            summary,
            written: Ok(()),
        }
    }

    /// Tells what was found in a file, or keeps it for the end.
    pub(super) fn tell(&mut self, mut file: CheckedFile) {
        self.summary.note(&file.report);
        if self.quiet && matches!(self.form, Form::Github | Form::Markdown) {
            file.report
                .findings
                .retain(|finding| finding.severity > Severity::Note);
        }
        let told = match &mut self.form {
            Form::Json(files) | Form::Sarif(files) => {
                files.push(file);
                return;
            }
            _ if self.written.is_err() => return,
            Form::Text(text) => text.tell(&file),
            Form::Github => {
                github_annotations(&file).try_for_each(|line| report::print(&report::shown(&line)))
            }
            Form::Markdown => {
                let verdict = self.summary.fitness.verdict(&file.report);
                let text = markdown(&file, &verdict);
                text.lines()
                    .try_for_each(|line| report::print(&files::harmless(line)))
            }
        };
        self.written = told;
    }

    /// Notes that a file could not be read.
    pub(super) fn unreadable(&mut self, path: String, error: &io::Error) {
        self.summary.unreadable(path, error);
    }

    /// Tells the rest.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written, for another reason than that nobody reads it.
    pub(super) fn end(self) -> Result<Summary, Failure> {
        self.written?;
        let summary = self.summary;
        for (path, why) in &summary.unreadable {
            if let Form::Github = self.form {
                report::print(&report::shown(&github_unreadable(path, why)))?;
            } else {
                report::say(&format!("{}: {}", report::error("error"), files::harmless(why)));
            }
        }
        match &self.form {
            Form::Text(text) => text.tell_summary(&summary),
            Form::Github | Form::Markdown => {}
            Form::Json(files) => report::print(&report::shown_json(&summary.as_json(files)))?,
            Form::Sarif(files) => report::print(&report::shown_json(&sarif(files)))?,
        }
        Ok(summary)
    }
}
