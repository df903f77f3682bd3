//! Which rules are looked at: by options, else by `[verify]` in `towpath.toml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use clap::ValueEnum;
use serde::Deserialize;
use towpath_core::verify::{Profile, Selection, Severity, UnknownCode};

use super::{FailOn, VerifyArgs};
use crate::config::Config;
use crate::failure::Failure;

/// `[verify]`: the rules of the house for packages.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct VerifyConfig {
    profile: Option<ProfileName>,
    #[serde(default)]
    select: Vec<Code>,
    #[serde(default)]
    ignore: Vec<Code>,
    pub(super) fail_on: Option<FailOn>,
    /// Severities by code.
    #[serde(default)]
    severity: BTreeMap<Code, SeverityName>,
}

/// Text that codes begin with. That there are such is found when the file is read, so that the file
/// and the line are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Code(String);

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

impl TryFrom<String> for Code {
    type Error = UnknownCode;

    fn try_from(code: String) -> Result<Self, UnknownCode> {
        Selection::default().select(&code)?;
        Ok(Self(code))
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
        let select: Vec<&str> = given(select).collect();
        let selected = if select.is_empty() {
            self.select.iter().map(|Code(code)| code.as_str()).collect()
        } else {
            select
        };
        let mut selection = Selection::of(self.profile.unwrap_or(ProfileName::Publish).into());
        for code in selected {
            selection = selection.select(code).map_err(Failure::usage)?;
        }
        for Code(code) in &self.ignore {
            selection = selection.ignore(code).map_err(Failure::usage)?;
        }
        for (Code(code), severity) in &self.severity {
            selection = selection
                .with_severity(code, (*severity).into())
                .map_err(Failure::usage)?;
        }
        Ok(selection)
    }
}

/// What `[verify]` says where the packages are, or where the command is run.
pub(super) fn config(args: &VerifyArgs) -> Result<VerifyConfig, Failure> {
    let config = match (&args.config, args.paths.as_slice()) {
        (Some(file), _) => Config::of_file(file),
        (None, [folder]) if Config::is_in(folder) => Config::of_channel(folder),
        (None, _) => Config::of_channel(Path::new(".")),
    };
    Ok(config?.verify)
}

/// The codes of an option; `--select=` has none.
fn given(codes: &[String]) -> impl Iterator<Item = &str> {
    codes.iter().map(String::as_str).filter(|code| !code.is_empty())
}

/// What the options say, and what `towpath.toml` says where they say nothing. Codes to ignore and
/// severities of both hold; an option's severity wins.
pub(super) fn selection(args: &VerifyArgs, config: &VerifyConfig) -> Result<Selection, Failure> {
    let mut selection = config.selection(&args.select)?;
    if let Some(profile) = args.profile {
        selection.profile = profile.into();
    }
    for code in given(&args.ignore) {
        selection = selection.ignore(code).map_err(Failure::usage)?;
    }
    for CodeSeverity { code, severity } in &args.severity {
        selection = selection.with_severity(code, *severity).map_err(Failure::usage)?;
    }
    Ok(selection)
}
