//! Which rules are looked at: by options, else by `[verify]` in `towpath.toml`.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::ValueEnum;
use serde::Deserialize;
use towpath_core::verify::{Profile, Selection, Severity};

use super::{FailOn, VerifyArgs};
use crate::failure::Failure;

/// `[verify]`: the rules of the house for packages.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct VerifyConfig {
    profile: Option<ProfileName>,
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    pub(super) fail_on: Option<FailOn>,
    /// Severities by code.
    #[serde(default)]
    severity: BTreeMap<String, SeverityName>,
}

/// What packages are checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProfileName {
    /// They were built now and are to be uploaded
    Publish,
    /// They were published long ago: what was usual then is no error
    Mirror,
}

/// A severity, as `towpath.toml` has it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SeverityName {
    Error,
    Warning,
    Note,
}

/// `CODE=SEVERITY`.
#[derive(Clone, Debug)]
pub(super) struct CodeSeverity {
    code: String,
    severity: Severity,
}

impl FromStr for CodeSeverity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (code, severity) = text
            .split_once('=')
            .ok_or("it is CODE=SEVERITY, such as B110=warning")?;
        Ok(Self {
            code: code.to_owned(),
            severity: severity.parse().map_err(|error| format!("{error}"))?,
        })
    }
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Publish => Self::Publish,
            ProfileName::Mirror => Self::Mirror,
        }
    }
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Error => Self::Error,
            SeverityName::Warning => Self::Warning,
            SeverityName::Note => Self::Note,
        }
    }
}

impl VerifyConfig {
    /// What the file says, but only rules whose codes begin with one of these, if there are any.
    pub(crate) fn selection(&self, select: &[String]) -> Result<Selection, Failure> {
        let select: Vec<&String> = select.iter().filter(|code| !code.is_empty()).collect();
        let selected = if select.is_empty() {
            self.select.iter().collect()
        } else {
            select
        };
        let mut selection = Selection::of(self.profile.unwrap_or(ProfileName::Publish).into());
        for code in selected {
            selection = selection.select(code).map_err(Failure::usage)?;
        }
        for code in &self.ignore {
            selection = selection.ignore(code).map_err(Failure::usage)?;
        }
        for (code, severity) in &self.severity {
            selection = selection
                .with_severity(code, (*severity).into())
                .map_err(Failure::usage)?;
        }
        Ok(selection)
    }
}

/// What the options say, and what `towpath.toml` says where they say nothing. Codes to ignore and
/// severities of both hold; an option's severity wins.
pub(super) fn selection(args: &VerifyArgs, config: &VerifyConfig) -> Result<Selection, Failure> {
    let mut selection = config.selection(&args.select)?;
    if let Some(profile) = args.profile {
        selection.profile = profile.into();
    }
    for code in &args.ignore {
        selection = selection.ignore(code).map_err(Failure::usage)?;
    }
    for CodeSeverity { code, severity } in &args.severity {
        selection = selection.with_severity(code, *severity).map_err(Failure::usage)?;
    }
    Ok(selection)
}
