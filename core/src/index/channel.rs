//! Build and publish: the documents of the channel as a whole, from the stores of all its subdirs.

mod other_subdirs;
mod pages;

use std::panic::resume_unwind;
use std::sync::Mutex;

use super::documents::{Output, PublishedSubdir};
use super::stores::ChannelStores;
use super::{ChannelSummary, IndexError, IndexOptions, Progress, Step};
use crate::channel::{ChannelLock, Subdir};
use crate::publish::{PublishedState, remove_leftovers};
use crate::repodata::{Channeldata, Edition, PatchInstructions, Review};
use crate::site::RootDocument;
use crate::store::{Store, StoreError};

/// Brings the channel's documents up to date. `indexed` are the subdirs of this run; what is known
/// of the channel's other subdirs counts too, but for those of `failed`, without which there are no
/// documents of the whole.
pub(super) fn publish(
    indexed: Vec<PublishedSubdir>,
    stores: &ChannelStores,
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
    let result = update(indexed, stores, options, progress, &mut output);
    ChannelSummary {
        documents_written: output.written,
        failure: result.err().map(|error| error.to_string()),
    }
}

fn update(
    indexed: Vec<PublishedSubdir>,
    stores: &ChannelStores,
    options: &IndexOptions,
    progress: &dyn Progress,
    output: &mut Output<'_>,
) -> Result<(), IndexError> {
    // A folder of its own: what lies beside it is under the lock of the subdir. In the root's own
    // `.cache` conda-index would expect a file of its own.
    let cache = options
        .channel
        .subdir(&Subdir::noarch())
        .cache()
        .join("towpath-channel");
    fs_err::create_dir_all(&cache)?;
    // Whoever comes second builds from what the first has left in the stores.
    let _lock = ChannelLock::acquire(&cache)?;
    remove_leftovers(&cache)?;
    remove_leftovers(output.folder)?;
    let state_path = cache.join("published.json");
    output.state = PublishedState::load(&state_path);

    let mut subdirs = indexed;
    subdirs.extend(other_subdirs::known(&subdirs, stores, options, output)?);
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

/// What was published of the whole channel, with the stores that know of it.
pub struct PublishedChannel {
    /// The subdirs, sorted.
    pub subdirs: Vec<PublishedSubdir>,
    /// Everything that decides what is published; `None` if that cannot be told. Equal texts: nothing
    /// has changed.
    pub inputs: Option<String>,
}

/// Opens the stores of a channel to read what an index run has left in them. Nothing is written.
///
/// # Errors
///
/// When the database cannot be reached, a store cannot be opened, or one was being filled from
/// elsewhere and that was stopped.
pub fn open_published(options: &IndexOptions) -> Result<PublishedChannel, IndexError> {
    let stores = ChannelStores::open_channel(&options.store, &options.channel)?;
    let compressing = Mutex::new(());
    let output = Output {
        folder: options.channel.output(),
        documents: &options.documents,
        threads: options.threads.get(),
        compressing: &compressing,
        state: PublishedState::default(),
        written: Vec::new(),
    };
    let mut subdirs = other_subdirs::known(&[], &stores, options, &output)?;
    subdirs.sort_by(|one, other| one.folder.subdir.cmp(&other.folder.subdir));
    let inputs = inputs(&subdirs, options)?;
    Ok(PublishedChannel { subdirs, inputs })
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
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
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
    let document_options = options.document_options(&subdir.folder.subdir);
    let patch = subdir.patch.as_ref();
    let edition = Edition {
        options: &document_options,
        patch,
        review: &Review::of(store, &document_options, patch, &options.policy)?,
    };
    Channeldata::of_subdir(store, &edition)
}
