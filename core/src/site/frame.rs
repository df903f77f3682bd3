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

    /// What a link to it says.
    fn label(self) -> &'static str {
        match self {
            Self::Page => "All packages",
            Self::ChannelData => "channeldata.json",
            Self::Rss => "RSS",
            Self::Atom => "Atom",
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
}

/// The values of `base.html`, for a page from which `root` leads to the channel's root.
pub(super) fn frame(
    channel: &str,
    documents: &[RootDocument],
    root: &str,
    updated: Option<UtcTime>,
) -> Value {
    let links: Vec<Value> = documents
        .iter()
        .map(|document| {
            context! {
                href => format!("{root}{}", document.file_name()),
                label => document.label(),
                feed_type => document.feed_type(),
            }
        })
        .collect();
    context! {
        channel => channel,
        hue => hue(channel),
        root_documents => links,
        updated => updated.map(|time| time.to_string()),
    }
}

/// The hue of a channel's links: its own, and always the same.
fn hue(channel: &str) -> u16 {
    let digest = Sha256::digest(channel);
    u16::from_be_bytes([digest[0], digest[1]]) % 360
}
