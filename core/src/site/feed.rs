//! The feeds of a channel: its newest packages, as RSS 2.0 and as Atom (RFC 4287).

use std::cmp::Reverse;
use std::io::Write;

use minijinja::{Value, context};
use serde_json::Map;
use sha2::{Digest, Sha256};

use super::address::package_folder;
use super::metadata_text;
use super::templates::{RenderError, Templates};
use super::utc_time::UtcTime;
use super::website::folder_url;
use crate::web_url::web_url;

/// How many packages a feed has at most.
pub const FEED_ITEMS: usize = 100;

/// What the feeds of a channel say.
#[derive(Clone, Debug)]
pub struct ChannelFeed {
    channel: String,
    channel_url: Option<String>,
    site_url: Option<String>,
    items: Vec<FeedItem>,
}

/// A package in a feed, in its latest version. A text is empty if the package does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedItem {
    /// The package's name.
    pub name: String,
    /// Its latest version.
    pub version: String,
    /// The subdirs that have it.
    pub subdirs: Vec<String>,
    /// What it is, in a sentence.
    pub summary: String,
    /// What it is, at length.
    pub description: String,
    /// Where it is at home.
    pub home: String,
    /// Where its documentation is.
    pub doc_url: String,
    /// Where it is developed.
    pub dev_url: String,
    /// Where its source is.
    pub source_url: String,
    /// Its licence.
    pub license: String,
    /// When its newest artifact was built, if known.
    pub built: Option<UtcTime>,
    /// When the version became news, if known.
    pub updated: Option<UtcTime>,
}

impl FeedItem {
    /// The item of a package that `channeldata.json` says this of. Members that are lists are
    /// joined, others that are not what they should be are as if absent. It is news when it is
    /// built: `channeldata.json` does not say when it became part of the channel.
    pub fn from_channeldata(name: impl Into<String>, package: &Map<String, serde_json::Value>) -> Self {
        let mut subdirs = metadata_text::texts(package, "subdirs");
        subdirs.sort_unstable();
        let built = UtcTime::from_record_timestamp(package.get("timestamp"));
        Self {
            name: name.into(),
            version: metadata_text::text(package, "version"),
            subdirs,
            summary: metadata_text::text(package, "summary"),
            description: metadata_text::text(package, "description"),
            home: metadata_text::url(package, "home"),
            doc_url: metadata_text::url(package, "doc_url"),
            dev_url: metadata_text::url(package, "dev_url"),
            source_url: metadata_text::url(package, "source_url"),
            license: metadata_text::text(package, "license"),
            built,
            updated: built,
        }
    }

    fn to_value(&self, feed: &ChannelFeed) -> Value {
        let (home, documentation) = (web_url(&self.home), web_url(&self.doc_url));
        let page = feed.package_page(&self.name);
        context! {
            id => urn(&[&feed.channel, &self.name, &self.version]),
            title => format!("{} {} [{}]", self.name, self.version, self.subdirs.join(", ")),
            subdirs => self.subdirs.clone(),
            summary => self.summary.as_str(),
            text => [&self.description, &self.summary]
                .into_iter()
                .find(|text| !text.is_empty())
                .map_or("No description.", String::as_str),
            license => self.license.as_str(),
            link => page.or_else(|| documentation.clone()).or_else(|| home.clone()),
            home => home,
            documentation => documentation,
            development => web_url(&self.dev_url),
            source => web_url(&self.source_url),
            builds => Value::from(()),
            rfc822 => self.updated.map(UtcTime::rfc822),
            rfc3339 => self.updated.unwrap_or(UtcTime::EPOCH).rfc3339(),
        }
    }
}

impl ChannelFeed {
    /// The feed of the newest [`FEED_ITEMS`] of these packages, newest first; packages of the same
    /// time, as all of a channel's first run are, are in order of when they were built, newest
    /// first, and then of their names. URLs that are not of the web are as if not known.
    ///
    /// `channel_url` is where clients find the channel, and the feeds; `site_url` is where people
    /// find pages of its packages, as `p/<name>/`.
    pub fn new(
        channel: impl Into<String>,
        channel_url: Option<&str>,
        site_url: Option<&str>,
        packages: impl IntoIterator<Item = FeedItem>,
    ) -> Self {
        let mut items: Vec<FeedItem> = Vec::with_capacity(2 * FEED_ITEMS);
        for item in packages {
            if items.len() == 2 * FEED_ITEMS {
                keep_newest(&mut items);
            }
            items.push(item);
        }
        keep_newest(&mut items);
        Self {
            channel: channel.into(),
            channel_url: channel_url.and_then(folder_url),
            site_url: site_url.and_then(folder_url),
            items,
        }
    }

    /// Where the site says more of a package, if there is a site.
    fn package_page(&self, name: &str) -> Option<String> {
        let site = self.site_url.as_ref()?;
        Some(format!("{site}p/{}/", package_folder(name)))
    }

    fn values(&self) -> Value {
        let newest = self.items.iter().filter_map(|item| item.updated).max();
        context! {
            channel => self.channel.as_str(),
            title => self.channel.as_str(),
            about => format!("The newest packages of the channel {}.", self.channel),
            feed_url => self.channel_url.as_deref(),
            page_url => self.site_url.as_ref().or(self.channel_url.as_ref()),
            id => urn(&[&self.channel]),
            rfc822 => newest.map(UtcTime::rfc822),
            rfc3339 => newest.unwrap_or(UtcTime::EPOCH).rfc3339(),
            items => self.items.iter().map(|item| item.to_value(self)).collect::<Value>(),
        }
    }
}

impl Templates {
    /// Writes the feed as RSS 2.0.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write_rss(&self, feed: &ChannelFeed, out: impl Write) -> Result<(), RenderError> {
        self.write("rss.xml", feed.values(), out)
    }

    /// Writes the feed as Atom (RFC 4287).
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write_atom(&self, feed: &ChannelFeed, out: impl Write) -> Result<(), RenderError> {
        self.write("atom.xml", feed.values(), out)
    }
}

fn keep_newest(items: &mut Vec<FeedItem>) {
    fn order(item: &FeedItem) -> impl Ord + '_ {
        // No package is built after it is news: who says so does not come first for it.
        let built = item.built.filter(|built| Some(*built) <= item.updated);
        (Reverse(item.updated), Reverse(built), &item.name, &item.version)
    }
    items.sort_by(|one, other| order(one).cmp(&order(other)));
    items.truncate(FEED_ITEMS);
}

/// The name, for ever, of what these texts name together: a UUID of version 8 (RFC 9562) made from
/// their SHA-256.
pub(super) fn urn(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        // With its length, so that no two lists of texts are hashed alike.
        digest.update(text.len().to_string());
        digest.update(":");
        digest.update(text);
    }
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&digest.finalize()[..16]);
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let hex = base16ct::lower::encode_string(&uuid);
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    format!("urn:uuid:{}", parts.join("-"))
}
