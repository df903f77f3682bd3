//! What became of a website.

use serde::Serialize;

use crate::site::page::ChannelTotals;

/// What became of a website.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebsiteSummary {
    /// Files that are part of the website, and those of the channel that are copied beside it.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were written, because they are new or changed.
    pub written: usize,
    /// Files of earlier runs that are gone.
    pub removed: usize,
    /// What the channel has; nothing if nothing had changed, and nothing was looked at.
    pub totals: Option<ChannelTotals>,
    /// How much was made of packages; as `totals`. `all`, `latest` or `none`: which builds have pages of
    /// their own. `lean`: besides, only what cannot be told otherwise.
    pub extent: Option<&'static str>,
}
