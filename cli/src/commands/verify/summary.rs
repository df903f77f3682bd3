//! What a run found in all, and whether that makes it fail.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};
use towpath_core::verify::{CheckedFile, Profile, Report, Severity};

use super::FailOn;

/// What packages are to be fit for, and what makes them unfit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fitness {
    pub(super) profile: Profile,
    pub(super) fail_on: FailOn,
}

impl Fitness {
    /// Whether nothing was found that makes the package unfit.
    pub(super) fn is_fit(self, report: &Report) -> bool {
        let least = match self.fail_on {
            FailOn::Error | FailOn::Never => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        };
        report.worst() < Some(least)
    }

    /// "fit to be uploaded", or that it is not.
    pub(super) fn verdict(self, report: &Report) -> String {
        self.profile.verdict(self.is_fit(report))
    }
}

/// What a run found in all.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) fitness: Fitness,
    pub(super) files: usize,
    pub(super) unfit: usize,
    /// How many findings there are of each severity.
    pub(super) findings: BTreeMap<Severity, usize>,
    /// Files that could not be read, and why.
    pub(super) unreadable: Vec<(String, String)>,
}

impl Summary {
    /// Of a run that has found nothing yet.
    pub(super) fn of(fitness: Fitness) -> Self {
        Self {
            fitness,
            files: 0,
            unfit: 0,
            findings: Severity::ALL.map(|severity| (severity, 0)).into(),
            unreadable: Vec::new(),
        }
    }

    /// Adds what was found in a file.
    pub(super) fn note(&mut self, report: &Report) {
        self.files += 1;
        self.unfit += usize::from(!self.fitness.is_fit(report));
        for (severity, count) in &mut self.findings {
            *count += report.count(*severity);
        }
    }

    pub(super) fn unreadable(&mut self, path: String, error: &io::Error) {
        self.unreadable.push((path, error.to_string()));
    }

    pub(super) fn fails(&self) -> bool {
        !self.unreadable.is_empty() || self.fitness.fail_on != FailOn::Never && self.unfit > 0
    }

    /// The run as one object.
    pub(super) fn as_json(&self, files: &[CheckedFile]) -> Value {
        let files: Vec<Value> = files
            .iter()
            .map(|file| {
                let mut report = json!(file.report);
                report["path"] = file.path.clone().into();
                report["fit"] = self.fitness.is_fit(&file.report).into();
                report
            })
            .collect();
        let unreadable: Vec<Value> = self
            .unreadable
            .iter()
            .map(|(path, why)| json!({ "path": path, "error": why }))
            .collect();
        json!({
            "profile": self.fitness.profile,
            "files": files,
            "findings": self.findings,
            "unreadable": unreadable,
        })
    }
}
