//! The walk through the house: from packages in a folder to documents that clients read.
//!
//! Each subdir is scanned and compared with its store; what changed in any of them is read by all
//! threads from one queue and recorded in batches; then each subdir's documents are built from
//! its store and put in place.

mod channel;
mod documents;
mod error;
mod fitness;
mod open;
mod options;
mod package_file;
mod progress;
mod read;
mod record;
mod stores;
mod summary;

use std::panic::resume_unwind;
use std::sync::Mutex;

pub use channel::{PublishedChannel, open_published};
pub use documents::PublishedSubdir;
pub(crate) use documents::document_rows;
pub use error::IndexError;
pub use options::{ChannelIdentity, DocumentSelection, IndexOptions, ListingPages, Scan, SubdirSelection};
pub use progress::{Progress, Silent, Step};
pub use stores::{BoxedStore, ChannelStores, StoreKind, StoreLock};
#[cfg(feature = "postgres")]
pub use stores::{PostgresOptions, SetUp};
pub use summary::{ChannelSummary, IndexSummary, LeftOut, SubdirSummary, Warning};

use self::open::{OpenSubdir, Opened};

/// Indexes a channel.
///
/// What is wrong with one package leaves that package out; what is wrong with one subdir leaves
/// that subdir as it was. Both are in the summary.
///
/// # Errors
///
/// When nothing can be done at all: the channel's folder cannot be listed, the database cannot be
/// reached or has to be upgraded first, or another process holds a subdir and the options say to
/// fail then.
pub fn index_channel(options: &IndexOptions, progress: &dyn Progress) -> Result<IndexSummary, IndexError> {
    let mut open = Vec::new();
    let mut done = Vec::new();
    let folders = options.subdir_folders()?;
    let stores = ChannelStores::open_channel(&options.store, &options.channel)?;
    stores.register(&options.identity.name)?;
    for folder in folders {
        match open::open_subdir(&folder, &stores, options, progress) {
            Ok(Opened::Ready(subdir)) => open.push(*subdir),
            Ok(Opened::Skipped) => done.push(SubdirSummary::skipped(&folder.subdir)),
            Err(error @ IndexError::Busy { .. }) => return Err(error),
            Err(error) => done.push(SubdirSummary::failed(&folder.subdir, &error)),
        }
    }
    read::read_changed(&mut open, options, progress);
    let compressing = Mutex::new(());
    let (summaries, published) = publish_all(open, options, &compressing, progress);
    done.extend(summaries);
    done.sort_by(|one, other| one.subdir.cmp(&other.subdir));
    let mut channel = ChannelSummary::default();
    if options.documents.channeldata {
        let failed = done.iter().filter(|subdir| subdir.failure.is_some());
        let failed: Vec<String> = failed.map(|subdir| subdir.subdir.clone()).collect();
        channel = channel::publish(published, &stores, &failed, options, &compressing, progress);
    }
    Ok(IndexSummary {
        subdirs: done,
        channel,
    })
}

/// Builds and publishes the subdirs, as many at a time as there are threads.
fn publish_all(
    open: Vec<OpenSubdir>,
    options: &IndexOptions,
    compressing: &Mutex<()>,
    progress: &dyn Progress,
) -> (Vec<SubdirSummary>, Vec<PublishedSubdir>) {
    progress.begin(Step::Write { subdirs: open.len() });
    let workers = options.threads.get().min(open.len());
    let queue = Mutex::new(open);
    let results = std::thread::scope(|scope| {
        let work = || {
            let mut results = Vec::new();
            // A poisoned queue is of a thread that panicked, which is told when it is joined.
            while let Some(subdir) = queue
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .pop()
            {
                let (summary, published) = documents::publish(subdir, options, compressing);
                // Its store stays open for the documents of the whole, if there are to be any.
                results.push((summary, published.filter(|_| options.documents.channeldata)));
                progress.advance(1, 0);
            }
            results
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    progress.end();
    let (summaries, published): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    (summaries, published.into_iter().flatten().collect())
}
