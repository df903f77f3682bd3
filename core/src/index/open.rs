//! Scan and diff: what lies in a subdir's folder, and what of it the store does not know.

use crate::channel::{OnBusy, SubdirFolder, SubdirLock, list_artifacts};
use crate::package::ArtifactName;
use crate::publish::{ShardPlacement, remove_leftovers};
use crate::store::{ListedArtifact, Store, is_unfinished};

use super::stores::{ChannelStores, StoreLock};
use super::{IndexError, IndexOptions, LeftOut, Progress, Scan, Step, SubdirSummary};

/// What came of opening a subdir.
pub(super) enum Opened {
    Ready(Box<OpenSubdir>),
    /// Another process is at work on it, and it is left to that.
    Skipped,
}

/// A subdir that is being indexed.
pub(super) struct OpenSubdir {
    pub folder: SubdirFolder,
    pub store: Box<dyn Store + Send>,
    pub to_read: Vec<ToRead>,
    pub summary: SubdirSummary,
    /// Held until the subdir's documents are in place.
    pub _lock: SubdirLock,
    pub _store_lock: StoreLock,
}

/// An artifact that is to be read.
#[derive(Clone, Debug)]
pub(super) struct ToRead {
    pub artifact: ListedArtifact,
    pub known: Known,
}

/// What the store knows of an artifact that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    /// It was read in another state.
    OtherState,
    /// It was read in this state, if its bytes still have this SHA-256.
    ThisState {
        sha256: String,
    },
}

pub(super) fn open_subdir(
    folder: &SubdirFolder,
    stores: &ChannelStores,
    options: &IndexOptions,
    progress: &dyn Progress,
) -> Result<Opened, IndexError> {
    folder.create()?;
    // The folder first, then the store: whoever goes the same way cannot wait for us in turn.
    let Some(lock) = SubdirLock::acquire(folder, options.on_busy)? else {
        return busy(folder, options.on_busy);
    };
    let Some((mut store, store_lock)) = stores.open(folder, options.on_busy)? else {
        return busy(folder, options.on_busy);
    };
    if is_unfinished(&*store)? {
        return Err(IndexError::Unfinished {
            subdir: folder.subdir.clone(),
        });
    }
    progress.begin(Step::Scan);
    remove_leftovers(&folder.cache())?;
    remove_leftovers(&folder.output)?;
    remove_leftovers(&ShardPlacement::ShardsFolder.folder(&folder.output))?;
    store.adopt(options.now)?;
    let mut summary = SubdirSummary::of(&folder.subdir);
    let to_read = match options.scan {
        Scan::No => Vec::new(),
        Scan::Yes(missing) => {
            let listing = list_artifacts(&folder.packages, options.threads.get())?;
            summary.left_out.extend(
                listing
                    .unlistable
                    .into_iter()
                    .map(|(file_name, reason)| LeftOut::new(file_name, &reason)),
            );
            summary.removed = store.replace_listing(&listing.artifacts, missing)?;
            let mut to_read = changed(&*store, options)?;
            if options.verify_digests {
                add_unchanged(&mut to_read, &*store, &listing.artifacts)?;
            }
            to_read
        }
    };
    progress.end();
    Ok(Opened::Ready(Box::new(OpenSubdir {
        folder: folder.clone(),
        store,
        to_read,
        summary,
        _lock: lock,
        _store_lock: store_lock,
    })))
}

fn busy(folder: &SubdirFolder, on_busy: OnBusy) -> Result<Opened, IndexError> {
    match on_busy {
        OnBusy::Fail => Err(IndexError::Busy {
            subdir: folder.subdir.clone(),
        }),
        OnBusy::Wait | OnBusy::Skip => Ok(Opened::Skipped),
    }
}

fn changed(store: &dyn Store, options: &IndexOptions) -> Result<Vec<ToRead>, IndexError> {
    let changed = store.changed(&options.upstream)?;
    Ok(changed
        .into_iter()
        .map(|changed| ToRead {
            artifact: changed.artifact,
            known: if changed.replaces {
                Known::OtherState
            } else {
                Known::Nothing
            },
        })
        .collect())
}

/// Adds the artifacts that look unchanged, to be compared by their bytes.
fn add_unchanged(
    to_read: &mut Vec<ToRead>,
    store: &dyn Store,
    listing: &[ListedArtifact],
) -> Result<(), IndexError> {
    let changed: std::collections::BTreeSet<ArtifactName> = to_read
        .iter()
        .map(|changed| changed.artifact.name.clone())
        .collect();
    store.for_each_digest(&mut |file_name, sha256| {
        let listed = listing.binary_search_by(|listed| listed.name.as_str().cmp(file_name));
        if let Ok(position) = listed
            && !changed.contains(&listing[position].name)
        {
            let known = Known::ThisState {
                sha256: sha256.to_owned(),
            };
            to_read.push(ToRead {
                artifact: listing[position].clone(),
                known,
            });
        }
        Ok(())
    })?;
    Ok(())
}
