//! One writer a subdir, by a lock that dies with its process.

use std::fs::TryLockError;
use std::io;

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
        let path = folder.cache().join("towpath.lock");
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
        Ok(Some(Self(file)))
    }
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
