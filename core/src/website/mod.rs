//! The walk that makes a channel's website: one pass over its stores, then page after page.
//!
//! 1. `source`: what an index run has left is opened, or the published documents where there is
//!    nothing else.
//!    Beside it `environments`: what is recorded of those that are public.
//! 2. `gather`: all stores are read at once; builds go to disk by package, and a `catalog` of all
//!    packages stays in memory.
//! 3. `describe`: what packages say of themselves is added.
//! 4. Pages are made by all threads and put into the `folder`, each unit of them only if what it is
//!    made from has changed.
//!
//! What pages show and how they look is in [`site`](crate::site).

mod build_pages;
mod builds;
mod catalog;
mod changes;
mod channel_feed;
mod copy;
mod describe;
mod documents;
mod environment_pages;
mod environments;
mod error;
mod folder;
mod frame;
mod gather;
mod health;
pub mod hosting;
mod inspector;
mod journal;
mod list_pages;
mod listing_pages;
mod options;
mod package_files;
mod package_pages;
mod package_unit;
mod parallel;
mod plan;
mod root_unit;
mod source;
mod spool;
mod summary;

use std::path::Path;

use sha2::{Digest, Sha256};

pub use error::WebsiteError;
pub use folder::is_website;
pub use inspector::write_inspector;
pub use options::{
    BuildPages, ChannelFiles, InspectorOptions, PublicEnvironments, WebsiteIdentity, WebsiteOptions,
};
pub use summary::WebsiteSummary;

use self::copy::ChannelFile;
use self::environments::Environments;
use self::folder::{WebsiteFolder, digest};
use self::frame::{Frame, frame_digest, website, with_assets};
use self::plan::{Extent, Plan};
use self::root_unit::Part;
use self::source::{FoundChannel, SourceSubdir};
use self::spool::FinishedSpool;
use crate::channel::Subdir;
use crate::index::{BoxedStore, Progress, Step};
use crate::site::page::ChannelTotals;
use crate::site::{InspectorAssets, Templates, Website, WebsiteTemplates};

/// Folders of a website beside the channel's subdirs.
const FOLDERS: [&str; 9] = [
    "assets",
    "environments",
    "health",
    "inspect",
    "licenses",
    "maintainers",
    "names",
    "p",
    "search",
];

/// Makes a channel's website, or brings it up to date.
///
/// # Errors
///
/// When nothing is known of the channel, a store fails, a template has a mistake, or the folder cannot
/// be written to. What was written stays, and the next run goes on from there.
pub fn write_website(
    options: &WebsiteOptions,
    progress: &dyn Progress,
) -> Result<WebsiteSummary, WebsiteError> {
    let channel = FoundChannel::open(&options.index)?;
    let subdirs = channel.subdirs();
    refuse_collisions(&subdirs)?;
    let templates = Templates::with_replaced(options.templates.clone())?;
    let mut folder = WebsiteFolder::open(&options.folder)?;
    if is_of_channel(options) {
        // What an earlier run copied here is what there is of the channel now.
        folder.disown(copy::UNIT);
    }
    let mut website = website(options);
    let environments = Environments::read(options, website.channel_url.as_deref())?;
    website.has_environments = !environments.entries.is_empty();
    let (website, assets) = with_assets(
        website,
        &templates,
        options.identity.logo.as_deref(),
        options.inspector.as_ref(),
    )?;
    let channel_files = copy::found(options, &subdirs)?;
    let documents = listing_pages::stamps(options, &subdirs)?;
    let stamps = format!("{documents}; {:?}", environments.digest);
    let inputs = inputs(
        options,
        channel.inputs.as_deref(),
        &website,
        assets.inspector.as_ref(),
        &templates,
        &channel_files,
        &stamps,
    )?;
    if let Some(inputs) = &inputs
        && folder.is_current(inputs)
    {
        return Ok(WebsiteSummary::unchanged(folder.current_tally()));
    }
    folder.begin()?;
    progress.begin(Step::Gather {
        subdirs: subdirs.len(),
    });
    let mut source = channel.source()?;
    let (mut catalog, builds) = gather::gather(&source.subdirs, &mut source.stores, options.index.threads)?;
    let descriptions = describe::describe(&source, &mut catalog, options.index.threads)?;
    progress.end();
    let extent = Extent::within(
        options.build_pages,
        &catalog,
        assets.inspector_size,
        options.size_max,
    );
    let plan = Plan {
        catalog: &catalog,
        subdirs: &source.subdirs,
        options,
        website: &website,
        environments: &environments,
        extent,
    };
    let templates = WebsiteTemplates::new(templates, &website);
    let frame = Frame {
        digest: frame_digest(&plan, templates.templates()),
        plan: &plan,
        templates: &templates,
        assets: &assets.all,
        inspector: assets.inspector.as_ref(),
    };
    progress.begin(Step::Pages {
        packages: catalog.entries.len(),
    });
    parallel::for_each(catalog.entries.len(), options.index.threads, |position| {
        let entry = &catalog.entries[position];
        package_unit::write(&frame, &folder, entry, &builds, &descriptions)?;
        progress.advance(1, 0);
        Ok::<_, WebsiteError>(())
    })?;
    write_whole(&frame, &folder, &mut source.stores, &descriptions)?;
    progress.end();
    copy::write(&folder, &channel_files)?;
    let tally = folder.finish(inputs)?;
    Ok(WebsiteSummary::new(tally, catalog.totals, extent))
}

/// Something that is about the channel as a whole, or about a subdir.
enum Whole<'a> {
    Listing(&'a SourceSubdir, &'a mut BoxedStore),
    Part(Part),
}

/// Writes what is about the channel as a whole, by all threads. Listings come first: they take longest.
fn write_whole(
    frame: &Frame<'_>,
    folder: &WebsiteFolder,
    stores: &mut [BoxedStore],
    descriptions: &FinishedSpool,
) -> Result<(), WebsiteError> {
    let listings = frame.plan.subdirs.iter().zip(stores);
    let listings = listings.map(|(subdir, store)| Whole::Listing(subdir, store));
    let all: Vec<Whole<'_>> = listings.chain(Part::ALL.map(Whole::Part)).collect();
    let threads = frame.plan.options.index.threads;
    parallel::map(all, threads, |whole| match whole {
        Whole::Listing(subdir, store) => listing_pages::write(frame, folder, subdir, &**store),
        Whole::Part(part) => part.write(frame, folder, descriptions),
    })?;
    Ok(())
}

/// Whether the website is written to where the channel or its documents are.
fn is_of_channel(options: &WebsiteOptions) -> bool {
    let real = |path: &Path| fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let channel = &options.index.channel;
    let folder = real(&options.folder);
    [channel.root(), channel.output()]
        .into_iter()
        .any(|of_channel| real(of_channel) == folder)
}

/// Listings of subdirs lie beside the website's own folders, and so do the subdirs as a rule.
fn refuse_collisions(subdirs: &[Subdir]) -> Result<(), WebsiteError> {
    let collision = subdirs
        .iter()
        .map(Subdir::as_str)
        .find(|subdir| FOLDERS.contains(subdir));
    collision.map_or(Ok(()), |subdir| {
        Err(WebsiteError::Collision {
            subdir: subdir.to_owned(),
        })
    })
}

/// Everything that decides what the website is; `None` if that cannot be told.
fn inputs(
    options: &WebsiteOptions,
    channel: Option<&str>,
    website: &Website,
    inspector: Option<&InspectorAssets>,
    templates: &Templates,
    channel_files: &[ChannelFile],
    stamps: &str,
) -> Result<Option<String>, WebsiteError> {
    let Some(channel) = channel else {
        return Ok(None);
    };
    let report = match &options.verify_report {
        Some(path) => fs_err::read(path)?,
        None => Vec::new(),
    };
    let all = format!(
        "towpath {}; {channel}; {website:?}; {inspector:?}; {:?}; {:?}; {:?}; {:?}; {}; {}; {:?}; {:?}{stamps}",
        env!("CARGO_PKG_VERSION"),
        options.identity.description,
        options.channel_files,
        templates.digest(),
        options.build_pages,
        options.size_max,
        options.file_lists,
        digest([report.as_slice()]),
        copy::digest_of(channel_files),
    );
    Ok(Some(base16ct::lower::encode_string(&Sha256::digest(all))))
}

impl WebsiteSummary {
    fn new(tally: folder::Tally, totals: ChannelTotals, extent: Extent) -> Self {
        Self {
            totals: Some(totals),
            extent: Some(extent.name()),
            ..Self::of_files(tally)
        }
    }

    fn unchanged(tally: folder::Tally) -> Self {
        Self {
            written: 0,
            removed: 0,
            ..Self::of_files(tally)
        }
    }

    fn of_files(tally: folder::Tally) -> Self {
        Self {
            files: tally.files,
            bytes: tally.bytes,
            written: tally.written,
            removed: tally.removed,
            totals: None,
            extent: None,
        }
    }
}
