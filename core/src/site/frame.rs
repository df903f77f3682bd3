//! What stands around the content of every page: the channel's name, its colour and its documents.

use minijinja::{Value, context};
use sha2::{Digest, Sha256};

use super::utc_time::UtcTime;

/// A document beside the subdirs. Pages link to those that are written, and to no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootDocument {
    /// `index.html`: the page of the channel.
    Page,
    /// `channeldata.json` (CEP 38).
    ChannelData,
    /// `rss.xml`.
    Rss,
    /// `atom.xml`.
    Atom,
}

impl RootDocument {
    /// Its name in the channel's root.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Page => "index.html",
            Self::ChannelData => "channeldata.json",
            Self::Rss => "rss.xml",
            Self::Atom => "atom.xml",
        }
    }

    /// The media type of a feed, by which readers find it.
    fn feed_type(self) -> Option<&'static str> {
        match self {
            Self::Rss => Some("application/rss+xml"),
            Self::Atom => Some("application/atom+xml"),
            Self::Page | Self::ChannelData => None,
        }
    }

    /// What a link to it says, where pages have a list of such links: it is not for pages.
    fn label(self) -> Option<&'static str> {
        match self {
            Self::Page => None,
            Self::ChannelData => Some("channeldata.json"),
            Self::Rss => Some("RSS"),
            Self::Atom => Some("Atom"),
        }
    }
}

/// The values of `base.html`, for a page from which `root` leads to the channel's root.
pub(super) fn frame(
    channel: &str,
    documents: &[RootDocument],
    root: &str,
    updated: Option<UtcTime>,
) -> Value {
    let href = |document: &RootDocument| format!("{root}{}", document.file_name());
    let link = |document: &RootDocument| {
        let label = document.label()?;
        Some(context! { href => href(document), label => label, feed_type => document.feed_type() })
    };
    context! {
        channel => channel,
        hue => channel_hue(channel),
        page_href => documents.iter().find(|document| **document == RootDocument::Page).map(href),
        root_documents => documents.iter().filter_map(link).collect::<Value>(),
        project_url => env!("CARGO_PKG_REPOSITORY"),
        updated => updated.map(|time| time.to_string()),
    }
}

/// The hue of a channel's links: its own, always the same, between green and pink, where dark tones
/// are not muddy and nothing looks like a warning.
pub fn channel_hue(channel: &str) -> u16 {
    let digest = Sha256::digest(channel);
    150 + u16::from_be_bytes([digest[0], digest[1]]) % 180
}
