//! The first page: what the channel is, how to use it, and what is new.

use serde::Serialize;

use crate::site::UtcTime;

/// `index.html`: the channel.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HomePage {
    /// What the channel is called.
    pub channel: String,
    /// What it is, in Markdown: from `towpath.toml`.
    pub description: Option<String>,
    /// Where clients find it, if that is known.
    pub channel_url: Option<String>,
    /// All subdirs taken together.
    pub totals: ChannelTotals,
    /// The subdirs, sorted.
    pub subdirs: Vec<SubdirFacts>,
    /// The packages with the newest versions, newest first.
    pub newest: Vec<NewPackage>,
    /// The packages that most others depend on, most first.
    pub most_used: Vec<NewPackage>,
    /// When the newest build was made.
    pub updated: Option<UtcTime>,
    /// Channels that clients load with this one, with higher and with lower priority (CEP 42).
    pub base_channel: Option<String>,
    /// As [`base_channel`](Self::base_channel), with lower priority.
    pub overrides_channel: Option<String>,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChannelTotals {
    /// Package names.
    pub packages: usize,
    /// Files.
    pub builds: usize,
    /// Bytes of the files.
    pub size: u64,
}

/// A subdir.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SubdirFacts {
    /// The subdir.
    pub subdir: String,
    /// How much is in it.
    pub totals: ChannelTotals,
    /// When its newest build was made.
    pub updated: Option<UtcTime>,
    /// Whether it has a listing page at `<subdir>/`.
    pub has_page: bool,
}

/// A package in a short list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewPackage {
    /// Its name.
    pub name: String,
    /// Its highest version.
    pub version: String,
    /// What it is, in a sentence.
    pub summary: Option<String>,
    /// When that version was first built.
    pub released: Option<UtcTime>,
    /// The subdirs that have it.
    pub subdirs: Vec<String>,
    /// How many packages of the channel depend on it.
    pub used_by_count: usize,
}
