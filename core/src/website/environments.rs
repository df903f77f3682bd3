//! The environments that are public, read from the ledger once: pages go to disk until all packages are
//! known, and who uses what of the channel stays in memory.

use std::collections::HashMap;

use super::WebsiteError;
use super::folder::DataDigest;
use super::options::WebsiteOptions;
use super::spool::{FinishedSpool, Piece};
use crate::site::page::EnvironmentPlatform;

/// The environments that are public.
pub(super) struct Environments {
    /// Sorted by namespace and name.
    pub entries: Vec<EnvironmentEntry>,
    /// By name of the package, which of its builds they use, in order of the entries.
    pub uses: HashMap<Box<str>, Vec<UsedBuild>>,
    /// Of all that is told of them.
    pub digest: DataDigest,
    /// Pages and files; there is none where there are no entries.
    pub spool: Option<FinishedSpool>,
}

/// An environment.
pub(super) struct EnvironmentEntry {
    pub namespace: Box<str>,
    pub name: Box<str>,
    pub platforms: Vec<EnvironmentPlatform>,
    /// Where its page is spooled.
    pub page: Piece,
    /// Its files by their paths beside the page, and where they are spooled.
    pub files: Vec<(Box<str>, Piece)>,
}

/// A build of a package that an environment uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UsedBuild {
    /// The position of the environment.
    pub environment: u32,
    pub version: Box<str>,
    pub build: Box<str>,
    pub platform: Box<str>,
}

impl Environments {
    /// There are none.
    fn none() -> Self {
        Self {
            entries: Vec::new(),
            uses: HashMap::new(),
            digest: DataDigest::default(),
            spool: None,
        }
    }

    /// Reads them, of a channel with this URL. Where nobody ever recorded one, or none is public, no
    /// database is asked.
    #[cfg(feature = "ledger")]
    pub(super) fn read(options: &WebsiteOptions, channel_url: Option<&str>) -> Result<Self, WebsiteError> {
        let found = match options.environments == super::PublicEnvironments::NONE {
            true => None,
            false => of_ledger::read(options, channel_url)?,
        };
        Ok(found.unwrap_or_else(Self::none))
    }

    /// There are none where none can be recorded.
    #[cfg(not(feature = "ledger"))]
    pub(super) fn read(_: &WebsiteOptions, _: Option<&str>) -> Result<Self, WebsiteError> {
        Ok(Self::none())
    }
}

#[cfg(feature = "ledger")]
mod of_ledger;
