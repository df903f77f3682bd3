//! What people see of the channel as a whole: its page, and its feeds.

use std::cell::LazyCell;

use crate::channel::Subdir;
use crate::index::documents::{Output, PAGE};
use crate::index::{IndexError, IndexOptions};
use crate::repodata::Channeldata;
use crate::site::{
    ChannelFeed, ChannelPage, FeedItem, ListedSubdir, PackageRow, RootDocument, Templates, UtcTime,
};

/// Puts those in place that are asked for.
pub(super) fn publish(
    channeldata: &Channeldata,
    options: &IndexOptions,
    output: &mut Output<'_>,
) -> Result<(), IndexError> {
    let templates = Templates::embedded()?;
    let feed = LazyCell::new(|| feed(channeldata, options));
    // Not the time of the run: a page that shows nothing new is left alone.
    let written = fs_err::metadata(output.folder.join(RootDocument::ChannelData.file_name()))?.modified()?;
    let updated = UtcTime::of_system_time(written);
    for document in options.documents.root_documents() {
        let built = match document {
            RootDocument::ChannelData => continue,
            RootDocument::Page => {
                let page = page(channeldata, options, output, updated);
                output.build(|out| templates.write_channel_page(&page, rows(channeldata), out))?
            }
            RootDocument::Rss => output.build(|out| templates.write_rss(&feed, out))?,
            RootDocument::Atom => output.build(|out| templates.write_atom(&feed, out))?,
        };
        output.put(built, document.file_name())?;
    }
    Ok(())
}

/// Removes those of an earlier run that are not asked for any more.
pub(super) fn remove_unwanted(options: &IndexOptions, output: &Output<'_>) -> Result<(), IndexError> {
    let wanted = options.documents.root_documents();
    let all = [RootDocument::Page, RootDocument::Rss, RootDocument::Atom];
    all.into_iter()
        .filter(|document| !wanted.contains(document))
        .try_for_each(|document| output.remove_own(document.file_name()))
}

fn page(
    channeldata: &Channeldata,
    options: &IndexOptions,
    output: &Output<'_>,
    updated: Option<UtcTime>,
) -> ChannelPage {
    // Every one was a subdir when its packages were read.
    let subdirs = channeldata.subdirs().filter_map(|name| name.parse().ok());
    ChannelPage {
        channel: options.identity.name.clone(),
        subdirs: subdirs
            .map(|subdir: Subdir| ListedSubdir {
                has_page: output.folder.join(subdir.as_str()).join(PAGE).is_file(),
                subdir,
            })
            .collect(),
        root_documents: options.documents.root_documents(),
        updated,
    }
}

fn rows(channeldata: &Channeldata) -> Vec<PackageRow> {
    let mut rows: Vec<PackageRow> = channeldata
        .packages()
        .map(|(name, package)| PackageRow::from_channeldata(name, &package.members()))
        .collect();
    rows.sort_by_cached_key(|row| {
        let (folded, name) = row.sort_key();
        (folded, name.to_owned())
    });
    rows
}

/// News of a channel are versions, each dated by when it became part of the channel, or by when it
/// was built where that is not known.
fn feed(channeldata: &Channeldata, options: &IndexOptions) -> ChannelFeed {
    let identity = &options.identity;
    let items = channeldata.packages().map(|(name, package)| {
        let item = FeedItem::from_channeldata(name, &package.members());
        let released = package
            .released()
            .and_then(|milliseconds| UtcTime::from_seconds(milliseconds.div_euclid(1000)));
        FeedItem {
            updated: released.or(item.updated),
            ..item
        }
    });
    ChannelFeed::new(
        identity.name.as_str(),
        identity.url.as_deref(),
        identity.site_url.as_deref(),
        items,
    )
}
