//! Build and publish: the documents of the channel as a whole, from the stores of all its subdirs.

mod pages;

use std::sync::Mutex;

use super::documents::{FROM_PACKAGES, Output, PublishedSubdir, Unpatched};
use super::{ChannelSummary, IndexError, IndexOptions, Progress, Step, StoreKind};
use crate::channel::{ChannelLock, Subdir};
use crate::publish::{PublishedState, remove_leftovers};
use crate::repodata::patch::PatchSource;
use crate::repodata::{Channeldata, Edition, PatchInstructions, Review};
use crate::site::RootDocument;
use crate::store::{SqliteStore, Store, StoreError};

/// Brings the channel's documents up to date. `indexed` are the subdirs of this run; what is known
/// of the channel's other subdirs counts too, but for those of `failed`, without which there are no
/// documents of the whole.
pub(super) fn publish(
    indexed: Vec<PublishedSubdir>,
    failed: &[String],
    options: &IndexOptions,
    compressing: &Mutex<()>,
    progress: &dyn Progress,
) -> ChannelSummary {
    if !failed.is_empty() {
        let failure = format!(
            "channeldata.json is as it was: it is of the whole channel, and {} could not be indexed",
            failed.join(", ")
        );
        return ChannelSummary {
            failure: Some(failure),
            ..ChannelSummary::default()
        };
    }
    let mut output = Output {
        folder: options.channel.output(),
        documents: &options.documents,
        threads: options.threads.get(),
        compressing,
        state: PublishedState::default(),
        written: Vec::new(),
    };
    let result = update(indexed, options, progress, &mut output);
    ChannelSummary {
        documents_written: output.written,
        failure: result.err().map(|error| error.to_string()),
    }
}

fn update(
    indexed: Vec<PublishedSubdir>,
    options: &IndexOptions,
    progress: &dyn Progress,
    output: &mut Output<'_>,
) -> Result<(), IndexError> {
    let cache = options.channel.subdir(&Subdir::noarch()).cache();
    fs_err::create_dir_all(&cache)?;
    // Whoever comes second builds from what the first has left in the stores.
    let _lock = ChannelLock::acquire(&cache)?;
    remove_leftovers(output.folder)?;
    let state_path = cache.join("towpath-channel.json");
    output.state = PublishedState::load(&state_path);

    let mut subdirs = indexed;
    subdirs.extend(other_subdirs(&subdirs, options, output)?);
    subdirs.sort_by(|one, other| one.folder.subdir.cmp(&other.folder.subdir));
    let inputs = inputs(&subdirs, options)?;
    if inputs.is_some() && inputs.as_ref() == Some(&output.state.inputs) && output.is_in_place() {
        return Ok(());
    }
    pages::remove_unwanted(options, output)?;
    output.state = PublishedState::default();
    progress.begin(Step::Channel {
        subdirs: subdirs.len(),
    });
    let channeldata = channeldata(subdirs, options, progress);
    progress.end();
    let channeldata = channeldata?;
    let built = output.build(|out| channeldata.write(options.documents.layout, out))?;
    output.put(built, RootDocument::ChannelData.file_name())?;
    pages::publish(&channeldata, options, output)?;
    output.state.inputs = inputs.unwrap_or_default();
    output.state.save(&state_path)?;
    Ok(())
}

/// The channel's subdirs that are not indexed in this run and of which something is known.
fn other_subdirs(
    indexed: &[PublishedSubdir],
    options: &IndexOptions,
    output: &Output<'_>,
) -> Result<Vec<PublishedSubdir>, IndexError> {
    let mut others = Vec::new();
    if options.store == StoreKind::Memory {
        return Ok(others);
    }
    for entry in fs_err::read_dir(options.channel.root())? {
        let name = entry?.file_name();
        let Some(subdir) = name.to_str().and_then(|name| name.parse::<Subdir>().ok()) else {
            continue;
        };
        let folder = options.channel.subdir(&subdir);
        let is_indexed = indexed.iter().any(|indexed| indexed.folder.subdir == subdir);
        if is_indexed || !folder.sqlite_store().is_file() {
            continue;
        }
        let store = SqliteStore::open(&folder.sqlite_store())?;
        let published = folder.output.join(FROM_PACKAGES);
        // A generator wants repodata, and an output may be younger than what is known of a subdir.
        let wants_repodata = matches!(options.patches, PatchSource::Generator { .. });
        let made = match wants_repodata && !published.is_file() {
            true => Some(Unpatched::build(
                &store,
                &options.document_options(&subdir),
                options,
                output,
            )?),
            false => None,
        };
        let repodata = made
            .as_ref()
            .map_or(published.as_path(), |made| made.document.path());
        let sourced = options
            .patches
            .instructions(&subdir, repodata, &folder.patch_instructions())?;
        others.push(PublishedSubdir {
            folder,
            store: Box::new(store),
            patch: sourced.instructions,
        });
    }
    Ok(others)
}

/// Everything that decides what the documents hold; `None` if that cannot be told.
fn inputs(subdirs: &[PublishedSubdir], options: &IndexOptions) -> Result<Option<String>, IndexError> {
    let mut inputs = format!(
        "towpath {}; {:?}; {:?}; {:?}; {:?}; {:?}",
        env!("CARGO_PKG_VERSION"),
        options.policy,
        options.identity,
        options.upstream,
        options.include_stages,
        options.documents
    );
    for subdir in subdirs {
        let Some(mark) = subdir.store.change_mark()? else {
            return Ok(None);
        };
        let patch = subdir.patch.as_ref().map(PatchInstructions::digest);
        inputs.push_str(&format!("; {}: {} {patch:?}", subdir.folder.subdir, mark.0));
    }
    let output = fs_err::canonicalize(options.channel.output())?;
    Ok(Some(format!("{inputs}; {}", output.display())))
}

/// What the subdirs say of their packages, read by all threads.
fn channeldata(
    subdirs: Vec<PublishedSubdir>,
    options: &IndexOptions,
    progress: &dyn Progress,
) -> Result<Channeldata, IndexError> {
    let count = subdirs.len();
    let queue = Mutex::new(subdirs.into_iter().enumerate());
    let mut parts = std::thread::scope(|scope| {
        let work = || {
            let mut parts = Vec::new();
            loop {
                let next = queue
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .next();
                let Some((position, subdir)) = next else {
                    return parts;
                };
                parts.push((position, of_subdir(&*subdir.store, &subdir, options)));
                progress.advance(1, 0);
            }
        };
        let threads: Vec<_> = (0..options.threads.get().min(count))
            .map(|_| scope.spawn(work))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_default())
            .collect::<Vec<_>>()
    });
    if parts.len() < count {
        return Err(std::io::Error::other("a thread that reads the channel's packages panicked").into());
    }
    // Merged in order of subdirs, whichever thread was first.
    parts.sort_by_key(|(position, _)| *position);
    let mut whole = Channeldata::default();
    for (_, part) in parts {
        whole = whole.merged_with(part?);
    }
    Ok(whole)
}

fn of_subdir(
    store: &dyn Store,
    subdir: &PublishedSubdir,
    options: &IndexOptions,
) -> Result<Channeldata, StoreError> {
    let unreviewed = Edition {
        options: &options.document_options(&subdir.folder.subdir),
        patch: subdir.patch.as_ref(),
        review: &Review::default(),
    };
    let edition = Edition {
        review: &Review::of(store, &unreviewed, &options.policy)?,
        ..unreviewed
    };
    Channeldata::of_subdir(store, &edition)
}
