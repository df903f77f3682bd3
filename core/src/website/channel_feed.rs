//! The feeds of the channel: the newest versions of its packages.

use std::cmp::Reverse;
use std::io;

use super::Frame;
use super::catalog::Entry;
use super::describe::{Description, LinkKind};
use super::spool::{FinishedSpool, Piece};
use crate::site::{ChannelFeed, FEED_ITEMS, FeedItem};

/// The feed. It is the one that an index run would write, with links to the website.
pub(super) fn feed(frame: &Frame<'_>, descriptions: &FinishedSpool) -> io::Result<ChannelFeed> {
    let mut newest: Vec<&Entry> = frame.plan.catalog.entries.iter().collect();
    newest.sort_by_key(|entry| (Reverse(entry.news), &entry.name));
    newest.truncate(FEED_ITEMS);
    let items: Vec<FeedItem> = newest
        .into_iter()
        .map(|entry| item(frame, entry, descriptions))
        .collect::<io::Result<_>>()?;
    let website = frame.plan.website;
    Ok(ChannelFeed::new(
        website.channel.as_str(),
        website.channel_url.as_deref(),
        website.site_url.as_deref(),
        items,
    ))
}

fn item(frame: &Frame<'_>, entry: &Entry, descriptions: &FinishedSpool) -> io::Result<FeedItem> {
    let said = if entry.description == Piece::default() {
        Description::default()
    } else {
        let bytes = descriptions.read(entry.description)?;
        rmp_serde::from_slice(&bytes).map_err(io::Error::other)?
    };
    let link = |wanted: LinkKind| {
        let link = said.links.iter().find(|(kind, _)| *kind == wanted);
        link.map(|(_, url)| url.clone()).unwrap_or_default()
    };
    let subdirs = entry.subdirs.iter();
    Ok(FeedItem {
        name: entry.name.to_string(),
        version: entry.version.to_string(),
        subdirs: subdirs
            .map(|subdir| frame.plan.subdir(*subdir).to_owned())
            .collect(),
        summary: said.summary.clone().unwrap_or_default(),
        description: said.description.clone().unwrap_or_default(),
        home: link(LinkKind::Home),
        doc_url: link(LinkKind::Documentation),
        dev_url: link(LinkKind::Development),
        source_url: link(LinkKind::Source),
        license: said.license.unwrap_or_default(),
        built: entry.news.built,
        updated: entry.news.since,
    })
}
