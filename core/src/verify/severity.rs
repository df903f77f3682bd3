//! How bad a finding is, and to whom.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; nothing has to be done.
    Note,
    /// Against a recommendation, or a risk on some machines.
    Warning,
    /// Against what a CEP demands, or dangerous: not to be published so.
    Error,
}

/// A name that no severity has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no severity {0:?}: the severities are note, warning and error")]
pub struct UnknownSeverity(String);

impl Severity {
    /// All severities, the mildest first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(name: &str) -> Result<Self, UnknownSeverity> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str() == name);
        found.ok_or_else(|| UnknownSeverity(name.to_owned()))
    }
}

/// What a package is checked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// It was built now and is to be uploaded.
    #[default]
    Publish,
    /// It was built long ago and published elsewhere: what was usual then is no error.
    Mirror,
}

impl Profile {
    /// What a package is that passes, in words.
    pub fn fit(self) -> &'static str {
        match self {
            Self::Publish => "fit to be uploaded",
            Self::Mirror => "fit to be mirrored",
        }
    }

    /// The verdict on a package: "fit to be uploaded", or that it is not.
    pub fn verdict(self, is_fit: bool) -> String {
        let not = if is_fit { "" } else { "not " };
        format!("{not}{}", self.fit())
    }
}
