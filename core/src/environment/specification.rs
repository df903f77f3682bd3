//! What was asked for, as it is kept.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// In which form somebody says what an environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecificationKind {
    /// `environment.yml` (CEP 24).
    EnvironmentYml,
    /// `MatchSpec`s, one a line.
    MatchSpecs,
    /// URLs of packages (CEP 23).
    Explicit,
    /// `conda-lock.yml` (CEP 37).
    CondaLock,
    /// `pixi.lock`
    PixiLock,
}

/// A name that no form has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no form of a specification: those are {known}", known = SpecificationKind::ALL.map(SpecificationKind::as_str).join(", "))]
pub struct UnknownKind(String);

impl SpecificationKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::EnvironmentYml,
        Self::MatchSpecs,
        Self::Explicit,
        Self::CondaLock,
        Self::PixiLock,
    ];

    /// As it is written in stores and given on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnvironmentYml => "environment.yml",
            Self::MatchSpecs => "matchspecs",
            Self::Explicit => "explicit",
            Self::CondaLock => "conda-lock",
            Self::PixiLock => "pixi-lock",
        }
    }
}

impl FromStr for SpecificationKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

impl fmt::Display for SpecificationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What was asked for. Two with one digest mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specification {
    /// Its form.
    pub kind: SpecificationKind,
    /// SHA-256 of what it means: comments, and the order of what has none, do not count. 64 lower case
    /// hexadecimal digits.
    pub sha256: String,
    /// The text.
    pub body: String,
}
