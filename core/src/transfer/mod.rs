//! Moves what is known of a channel: from one backend to another, to a file and back, and out of the
//! channel.

mod copy;
mod dump;
mod environments;
mod error;
mod exact_times;
mod fill;
mod load;
mod remove;

use crate::store::is_unfinished;
pub use copy::{CopyOptions, copy_channel, copy_store};
pub use dump::{DumpOptions, dump_channel};
pub use environments::MovedEnvironments;
pub use error::TransferError;
pub use fill::MovedSubdir;
pub use load::{LoadOptions, load_channel, verify_dump};
pub use remove::{FileInChannel, FileState, RemoveOptions, RemovedFile, remove_packages};

use crate::channel::{ChannelFolder, OnBusy, Subdir, SubdirFolder, SubdirLock};
use crate::index::{BoxedStore, ChannelStores, IndexError, StoreKind, StoreLock};

/// What becomes of what the target knows already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Nothing is moved then.
    Refuse,
    /// All of it goes before anything comes.
    Replace,
}

/// What was moved of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its subdirs.
    pub subdirs: Vec<MovedSubdir>,
    /// What is recorded of environments, if anything is.
    pub environments: Option<MovedEnvironments>,
}

/// The stores of the channel. Its folder has to be there: nobody's typing error is to make one.
fn open_channel(kind: &StoreKind, channel: &ChannelFolder) -> Result<ChannelStores, TransferError> {
    fs_err::read_dir(channel.root())?;
    Ok(ChannelStores::open_channel(kind, channel)?)
}

/// A store that nobody else writes to. The subdir's folder is locked by who opened it.
struct OpenStore {
    store: BoxedStore,
    _lock: StoreLock,
}

impl OpenStore {
    fn open(stores: &ChannelStores, folder: &SubdirFolder) -> Result<Self, TransferError> {
        let (store, lock) = stores
            .open(folder, OnBusy::Wait)?
            .ok_or_else(|| busy(&folder.subdir))?;
        Ok(Self { store, _lock: lock })
    }

    /// The same, with everything in it that belongs there.
    fn open_whole(stores: &ChannelStores, folder: &SubdirFolder) -> Result<Self, TransferError> {
        let open = Self::open(stores, folder)?;
        match is_unfinished(&*open.store)? {
            true => Err(IndexError::Unfinished {
                subdir: folder.subdir.clone(),
            })?,
            false => Ok(open),
        }
    }

    /// The same, with nothing in it.
    fn open_empty(
        stores: &ChannelStores,
        folder: &SubdirFolder,
        existing: Existing,
    ) -> Result<Self, TransferError> {
        let mut open = Self::open(stores, folder)?;
        if !open.store.is_empty()? {
            match existing {
                Existing::Replace => open.store.clear()?,
                Existing::Refuse => {
                    return Err(TransferError::NotEmpty {
                        subdir: folder.subdir.clone(),
                    });
                }
            }
        }
        Ok(open)
    }
}

/// Takes the right to write to what lies in the subdir's folder, which is made if it is missing.
fn lock(folder: &SubdirFolder) -> Result<SubdirLock, TransferError> {
    folder.create()?;
    Ok(SubdirLock::acquire(folder, OnBusy::Wait)?.ok_or_else(|| busy(&folder.subdir))?)
}

fn busy(subdir: &Subdir) -> IndexError {
    IndexError::Busy {
        subdir: subdir.clone(),
    }
}

/// The subdirs that are asked for, or all that the stores know; sorted.
fn subdirs(
    stores: &ChannelStores,
    channel: &ChannelFolder,
    named: Option<&[Subdir]>,
) -> Result<Vec<Subdir>, TransferError> {
    let known = stores.known_subdirs(channel)?;
    let Some(named) = named else {
        return Ok(known);
    };
    let mut named = named.to_vec();
    named.sort_unstable();
    named.dedup();
    match named.iter().find(|subdir| !known.contains(subdir)) {
        Some(subdir) => Err(TransferError::UnknownSubdir {
            subdir: subdir.clone(),
        }),
        None => Ok(named),
    }
}
