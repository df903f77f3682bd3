//! One writer a subdir, one of the channel's documents and one of a website, by locks that die with their
//! process.

use std::fs::TryLockError;
use std::io;
use std::path::Path;

use super::SubdirFolder;

/// What to do when another process is at work on a subdir.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBusy {
    /// Wait until it is done.
    #[default]
    Wait,
    /// Leave the subdir to it.
    Skip,
    /// Stop with an error.
    Fail,
}

/// The right to write to a subdir's store and documents, until it is dropped.
///
/// The operating system frees it when the process ends, however it ends. The lock file stays: to
/// remove it would let two processes hold locks on two files of the same name.
#[derive(Debug)]
pub struct SubdirLock(#[expect(dead_code, reason = "held, not used")] fs_err::File);

impl SubdirLock {
    /// Takes the lock; `None` if another process has it and `on_busy` is not [`OnBusy::Wait`].
    ///
    /// # Errors
    ///
    /// When the lock file cannot be made or locked.
    pub fn acquire(folder: &SubdirFolder, on_busy: OnBusy) -> io::Result<Option<Self>> {
        let held = lock(&folder.cache().join("towpath.lock"), on_busy)?;
        Ok(held.map(Self))
    }
}

/// The right to write to a channel's documents of the whole, until it is dropped. Who has it may
/// not wait for a subdir.
#[derive(Debug)]
pub struct ChannelLock(#[expect(dead_code, reason = "held, not used")] fs_err::File);

impl ChannelLock {
    /// Takes the lock, whose file is in `folder`. Waits for another process that has it: it is held
    /// for a short time.
    ///
    /// # Errors
    ///
    /// When the lock file cannot be made or locked.
    pub fn acquire(folder: &Path) -> io::Result<Self> {
        let held = lock(&folder.join("lock"), OnBusy::Wait)?;
        held.map(Self)
            .ok_or_else(|| io::Error::other("waiting for a lock ended without it"))
    }
}

/// The right to write a website to a folder, until it is dropped.
#[derive(Debug)]
pub struct WebsiteLock(#[expect(dead_code, reason = "held, not used")] fs_err::File);

impl WebsiteLock {
    /// Takes the lock. Waits for another process that has it.
    ///
    /// # Errors
    ///
    /// When the lock file cannot be made or locked.
    pub fn acquire(folder: &Path) -> io::Result<Self> {
        let held = lock(&folder.join(".towpath-site.lock"), OnBusy::Wait)?;
        held.map(Self)
            .ok_or_else(|| io::Error::other("waiting for a lock ended without it"))
    }
}

fn lock(path: &Path, on_busy: OnBusy) -> io::Result<Option<fs_err::File>> {
    let file = fs_err::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match file.file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if on_busy == OnBusy::Wait => file.file().lock()?,
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(Some(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{ChannelFolder, Subdir};

    #[test]
    fn one_holder_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let folder = ChannelFolder::new(root.path().to_owned(), None).subdir(&Subdir::noarch());
        folder.create().unwrap();
        let first = SubdirLock::acquire(&folder, OnBusy::Fail).unwrap();
        assert!(first.is_some());
        assert!(SubdirLock::acquire(&folder, OnBusy::Skip).unwrap().is_none());
        drop(first);
        assert!(SubdirLock::acquire(&folder, OnBusy::Fail).unwrap().is_some());
    }
}
