//! Channels: a temporary one for a test, and a large one on disk for a benchmark.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use fs_err::File;
use tempfile::TempDir;

use crate::generate::Generator;
use crate::package::{Kind, PackageBuilder};
use crate::tarball::MTIME;

/// A channel in a temporary folder, which goes away with it.
///
/// Every file that is written gets a modification time a second after the one before, from a
/// fixed start: runs agree on the times, and a file that is written again is seen to be newer.
///
/// ```
/// use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};
///
/// let lock = PackageBuilder::new("lock", "1.0", "0");
/// let channel = ChannelBuilder::new().package(&lock, Kind::Conda);
/// let channel = channel.remove("noarch/lock-1.0-0.conda");
/// assert_eq!(channel.path().join("noarch").read_dir().unwrap().count(), 0);
/// ```
#[derive(Debug)]
pub struct ChannelBuilder {
    folder: TempDir,
    next_mtime: u64,
}

impl Default for ChannelBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ChannelBuilder {
    /// A channel that has nothing but an empty noarch.
    pub fn new() -> Self {
        let folder = made("temporary folder", TempDir::with_prefix("channel-"));
        let channel = Self {
            folder,
            next_mtime: MTIME,
        };
        channel.directory("noarch")
    }

    /// Returns the folder of the channel.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a package into the subdir that its `index.json` names, noarch if it names none.
    #[must_use]
    pub fn package(self, package: &PackageBuilder, kind: Kind) -> Self {
        let subdir = package.index_json().get("subdir").and_then(|s| s.as_str());
        let path = format!("{}/{}", subdir.unwrap_or("noarch"), package.file_name(kind));
        self.file(&path, package.bytes(kind))
    }

    /// Writes these packages of a generator.
    #[must_use]
    pub fn generated(self, generator: &Generator, numbers: impl IntoIterator<Item = u64>) -> Self {
        numbers.into_iter().fold(self, |channel, k| {
            let package = generator.package(k);
            let path = format!("{}/{}", package.subdir, package.file_name());
            channel.file(&path, package.bytes())
        })
    }

    /// Writes a file, by its path in the channel.
    #[must_use]
    pub fn file(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let full = self.with_parent(path);
        made(path, fs_err::write(full, bytes));
        let mtime = self.next_mtime;
        self.next_mtime += 1;
        self.modified(path, mtime)
    }

    /// Makes a folder and those it is in.
    #[must_use]
    pub fn directory(self, path: &str) -> Self {
        made(path, fs_err::create_dir_all(self.path().join(path)));
        self
    }

    /// Makes a symbolic link; its target need not exist.
    #[cfg(unix)]
    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> Self {
        let full = self.with_parent(path);
        made(path, fs_err::os::unix::fs::symlink(target, full));
        self
    }

    /// Removes a file, or a folder with all that is in it.
    #[must_use]
    pub fn remove(self, path: &str) -> Self {
        let full = self.path().join(path);
        if full.is_dir() && !full.is_symlink() {
            made(path, fs_err::remove_dir_all(full));
        } else {
            made(path, fs_err::remove_file(full));
        }
        self
    }

    /// Sets the modification time of a file, in seconds since 1970.
    #[must_use]
    pub fn modified(self, path: &str, seconds: u64) -> Self {
        made(path, set_modified(&self.path().join(path), seconds));
        self
    }

    fn with_parent(&self, path: &str) -> PathBuf {
        let full = self.path().join(path);
        if let Some(parent) = full.parent() {
            made(path, fs_err::create_dir_all(parent));
        }
        full
    }
}

fn made<T>(what: &str, result: io::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("cannot make {what} of a channel: {error}"))
}

fn set_modified(path: &Path, seconds: u64) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// How many files, and bytes in them, were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Packages in noarch.
    pub noarch: u64,
    /// Packages in linux-64.
    pub linux_64: u64,
    /// Packages that are `.tar.bz2`.
    pub tar_bz2: u64,
    /// The size of all packages.
    pub bytes: u64,
}

impl Written {
    /// Returns how many packages were written.
    pub fn packages(&self) -> u64 {
        self.noarch + self.linux_64
    }

    fn and(self, other: Self) -> Self {
        Self {
            noarch: self.noarch + other.noarch,
            linux_64: self.linux_64 + other.linux_64,
            tar_bz2: self.tar_bz2 + other.tar_bz2,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Writes the first `count` packages of a generator into `channel`, on all processors. A file's
/// modification time is the time its package was built.
///
/// # Errors
///
/// The first error of writing a file; other files may have been written.
pub fn write_channel(channel: &Path, generator: &Generator, count: u64) -> io::Result<Written> {
    for subdir in ["noarch", "linux-64"] {
        fs_err::create_dir_all(channel.join(subdir))?;
    }
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        let work = || write_packages(channel, generator, count, &next);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_fold(Written::default(), |sum, worker| {
            let written = worker.join().unwrap_or_else(|panic| {
                std::panic::resume_unwind(panic);
            })?;
            Ok(sum.and(written))
        })
    })
}

/// Writes packages as long as `next` is below `count`.
fn write_packages(
    channel: &Path,
    generator: &Generator,
    count: u64,
    next: &AtomicU64,
) -> io::Result<Written> {
    let mut written = Written::default();
    loop {
        let k = next.fetch_add(1, Ordering::Relaxed);
        if k >= count {
            return Ok(written);
        }
        let package = generator.package(k);
        let path = channel.join(package.subdir).join(package.file_name());
        let bytes = package.bytes();
        let result = fs_err::write(&path, &bytes).and_then(|()| set_modified(&path, package.built));
        if let Err(error) = result {
            // The other workers need not go on.
            next.store(count, Ordering::Relaxed);
            return Err(error);
        }
        written = written.and(Written {
            noarch: u64::from(package.subdir == "noarch"),
            linux_64: u64::from(package.subdir == "linux-64"),
            tar_bz2: u64::from(package.kind == Kind::TarBz2),
            bytes: bytes.len() as u64,
        });
    }
}

#[cfg(test)]
mod tests;
