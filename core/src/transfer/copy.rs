//! From one backend to another.

use std::io;

use jiff::Timestamp;

use super::environments::{self, Recorded};
use super::exact_times::ExactTimes;
use super::fill::{Filling, MovedSubdir};
use super::{Existing, Moved, OpenStore, TransferError, lock, open_channel, subdirs};
use crate::channel::{ChannelFolder, Subdir, SubdirFolder};
use crate::index::StoreKind;
use crate::store::{Store, StoreError, begin_filling, end_filling};

/// What is copied, and where to.
#[derive(Clone, Debug)]
pub struct CopyOptions {
    /// The channel: where local stores lie, and which prefix it has in a database.
    pub channel: ChannelFolder,
    /// Which subdirs, if not all that the source knows, and environments.
    pub subdirs: Option<Vec<Subdir>>,
    /// The source.
    pub from: StoreKind,
    /// The target.
    pub to: StoreKind,
    /// What becomes of what the target knows.
    pub existing: Existing,
    /// The time of the copy.
    pub now: Timestamp,
}

/// Copies all that is known of a channel's subdirs to another backend, and then what is recorded of
/// environments, in one transaction. Before anything is copied, all subdirs are locked and all targets
/// empty. A source without environments leaves the target's alone.
///
/// # Errors
///
/// When a store cannot be opened or fails, and when there is something in a target that is not to be
/// replaced. Subdirs that were copied stay so, and of others the target knows nothing.
pub fn copy_channel(options: &CopyOptions) -> Result<Moved, TransferError> {
    let channel = &options.channel;
    let from = open_channel(&options.from, channel)?;
    let to = open_channel(&options.to, channel)?;
    if from.are_those_of(&to)? {
        return Err(TransferError::SamePlace);
    }
    let recorded = match options.subdirs {
        None => Recorded::of(&from, channel)?,
        Some(_) => None,
    };
    if recorded.is_some() {
        environments::check_target(&to, channel, options.existing)?;
    }
    let mut open = Vec::new();
    for subdir in subdirs(&from, channel, options.subdirs.as_deref())? {
        let folder = channel.subdir(&subdir);
        let lock = lock(&folder)?;
        let source = OpenStore::open_whole(&from, &folder)?;
        open.push((folder, lock, source));
    }
    let mut ready = Vec::new();
    for (folder, lock, source) in open {
        let target = OpenStore::open(&to, &folder)?;
        if options.existing == Existing::Refuse && !target.store.is_empty()? {
            return Err(TransferError::NotEmpty {
                subdir: folder.subdir,
            });
        }
        ready.push((folder, lock, source, target));
    }
    let mut moved = Vec::new();
    for (folder, _lock, mut source, mut target) in ready {
        moved.push(copy_store(
            &mut *source.store,
            &mut *target.store,
            &folder,
            options.now,
        )?);
    }
    if let Some(recorded) = &recorded {
        recorded.write(&to, channel, options.existing)?;
    }
    Ok(Moved {
        subdirs: moved,
        environments: recorded.map(|recorded| recorded.moved()),
    })
}

/// Makes `target` know what `source` knows, and nothing else. Both are of the subdir of `folder`, whose
/// files have exact times where the source does not.
///
/// What another tool put into the source is dated first, as an index run would do: the target could not
/// tell any more what is old.
///
/// # Errors
///
/// When a store fails. The target is empty then, unless it is the one that failed.
pub fn copy_store(
    source: &mut dyn Store,
    target: &mut dyn Store,
    folder: &SubdirFolder,
    now: Timestamp,
) -> Result<MovedSubdir, TransferError> {
    source.adopt(now)?;
    source.date_artifacts(now)?;
    let exact_times = ExactTimes::between(source.time_precision(), target.time_precision(), folder)?;
    if !target.is_empty()? {
        target.clear()?;
    }
    begin_filling(target)?;
    let streamed = stream(source, target, Filling::new(&folder.subdir, exact_times)).and_then(|moved| {
        end_filling(target)?;
        Ok(moved)
    });
    match streamed {
        Ok(moved) => Ok(moved),
        Err(error) => {
            // What went wrong first is what to tell.
            let _ = target.clear();
            Err(error.into())
        }
    }
}

fn stream(
    source: &dyn Store,
    target: &mut dyn Store,
    mut filling: Filling,
) -> Result<MovedSubdir, StoreError> {
    let mut failure = None;
    let streamed = source.for_each_row(&mut |row| {
        filling.take(row, target).map_err(|error| {
            failure = Some(error);
            io::Error::other("the target failed")
        })
    });
    match failure {
        Some(error) => Err(error),
        None => {
            streamed?;
            filling.finish(target)
        }
    }
}
