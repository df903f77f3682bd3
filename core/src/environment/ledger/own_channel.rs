//! The channel whose owner keeps the ledger: how environments name it, and what it has.

use std::collections::BTreeMap;
use std::fmt;

use super::error::LedgerError;
use crate::channel::Subdir;
use crate::environment::LockedPackage;
use crate::index::IndexError;
use crate::package::ArtifactName;
use crate::web_url::spelling::compared;

/// The channel whose packages are to be protected.
#[derive(Clone, Debug)]
pub struct OwnChannel {
    /// What it is called in its database: its prefix on a server, `.` in its own folder.
    pub address: String,
    /// The URLs by which clients find it, without a slash at the end. The first is the one that is shown.
    pub urls: Vec<String>,
}

impl OwnChannel {
    /// Whether a URL is one of this channel.
    pub fn has_url(&self, url: &str) -> bool {
        let url = compared(url);
        self.urls.iter().any(|own| compared(own) == url)
    }

    /// The URL that is shown; `.` if none is known.
    pub fn shown_url(&self) -> &str {
        self.urls.first().map_or(".", String::as_str)
    }
}

/// What a channel has.
pub trait ChannelContent {
    /// Which of the files the channel lists in a subdir.
    ///
    /// # Errors
    ///
    /// When its store fails.
    fn listed(&self, subdir: &Subdir, file_names: &[String]) -> Result<Vec<String>, IndexError>;
}

/// A file in a subdir of the own channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelFile {
    /// The subdir.
    pub subdir: Subdir,
    /// The file.
    pub file: ArtifactName,
}

impl ChannelFile {
    /// The file of a package.
    pub fn of(package: &LockedPackage) -> Self {
        Self {
            subdir: package.subdir.clone(),
            file: package.file.clone(),
        }
    }
}

impl fmt::Display for ChannelFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.subdir, self.file.as_str())
    }
}

/// Fails if the channel does not have one of the files.
pub(super) fn refuse_missing(content: &dyn ChannelContent, files: &[ChannelFile]) -> Result<(), LedgerError> {
    let mut by_subdir: BTreeMap<&Subdir, Vec<String>> = BTreeMap::new();
    for file in files {
        let names = by_subdir.entry(&file.subdir).or_default();
        names.push(file.file.as_str().to_owned());
    }
    let mut missing = Vec::new();
    for (subdir, names) in by_subdir {
        let listed = content.listed(subdir, &names)?;
        let names = names.iter().filter(|name| !listed.contains(name));
        missing.extend(names.map(|name| format!("{subdir}/{name}")));
    }
    match missing.is_empty() {
        true => Ok(()),
        false => Err(LedgerError::Missing(missing)),
    }
}
