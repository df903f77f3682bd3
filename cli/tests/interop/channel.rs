//! Channels to be indexed: packages made once, and as many folders with them as a test wants.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;
use towpath_tests::{Generator, Kind, PackageBuilder, write_channel};

/// What a generated channel consists of.
const SEED: u64 = 7;

/// Packages in subdirs, which nobody changes.
#[derive(Debug)]
pub(crate) struct Packages {
    folder: PathBuf,
    /// Where they are, if they are to be removed with this.
    _temporary: Option<TempDir>,
}

/// A channel's folder, its packages hard links to [`Packages`]: they are removed and replaced,
/// never written to.
#[derive(Debug)]
pub(crate) struct TestChannel(TempDir);

/// A generator of which a share of the packages are `.tar.bz2`.
pub(crate) fn generator(bz2_share: f64) -> Generator {
    Generator {
        bz2_share,
        ..Generator::new(SEED)
    }
}

impl Packages {
    /// The first `count` packages of a generator.
    pub(crate) fn generated(generator: &Generator, count: u64) -> Self {
        let folder = temporary("packages-");
        write_channel(folder.path(), generator, count).unwrap();
        Self {
            folder: folder.path().to_owned(),
            _temporary: Some(folder),
        }
    }

    /// Those in this folder.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self {
            folder,
            _temporary: None,
        }
    }

    /// A channel of all these packages.
    pub(crate) fn channel(&self) -> TestChannel {
        let channel = TestChannel::empty();
        for file in files(&self.folder) {
            let target = channel.path().join(file.strip_prefix(&self.folder).unwrap());
            fs_err::create_dir_all(target.parent().unwrap()).unwrap();
            // Another file system, or one that links nothing of other users.
            if fs_err::hard_link(&file, &target).is_err() {
                fs_err::copy(&file, &target).unwrap();
                set_modified(&target, modified(&file));
            }
        }
        channel
    }
}

impl TestChannel {
    /// A channel without packages.
    pub(crate) fn empty() -> Self {
        let folder = temporary("channel-");
        fs_err::create_dir_all(folder.path().join("noarch")).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The paths of the packages, sorted.
    pub(crate) fn packages(&self) -> Vec<PathBuf> {
        let mut packages = files(self.path());
        packages.retain(|file| {
            let name = file.file_name().unwrap().to_string_lossy();
            name.ends_with(".conda") || name.ends_with(".tar.bz2")
        });
        packages
    }

    /// Puts a package into the channel, in place of one of its name if there is one. It was
    /// modified at `seconds` since 1970.
    pub(crate) fn put(&self, package: &PackageBuilder, kind: Kind, seconds: u64) {
        let subdir = package.index_json()["subdir"].as_str().unwrap();
        let folder = self.path().join(subdir);
        fs_err::create_dir_all(&folder).unwrap();
        let path = folder.join(package.file_name(kind));
        drop(fs_err::remove_file(&path));
        fs_err::write(&path, package.bytes(kind)).unwrap();
        set_modified(
            &path,
            SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds),
        );
    }

    /// All records of the `repodata.json` of its subdirs.
    pub(crate) fn records(&self) -> Vec<Value> {
        let repodata = files(self.path())
            .into_iter()
            .filter(|path| path.ends_with("repodata.json"));
        repodata
            .flat_map(|path| {
                let document: Value = serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
                ["packages", "packages.conda"].map(|key| document[key].as_object().unwrap().clone())
            })
            .flat_map(|records| records.into_iter().map(|(_, record)| record))
            .collect()
    }

    /// Gives every package a modification time of its own within the second that it has, in which
    /// numbers are rounded in different ways.
    pub(crate) fn spread_times(&self) {
        let within = [
            0,
            499_999_999,
            499_999_940,
            500_000_000,
            500_000_001,
            999_999_999,
            1,
            123_456_789,
        ];
        for (package, nanoseconds) in self.packages().iter().zip(within.into_iter().cycle()) {
            let time = modified(package) + std::time::Duration::from_nanos(nanoseconds);
            set_modified(package, time);
        }
    }

    /// Takes over what another channel's caches know of the packages.
    pub(crate) fn take_caches_of(&self, other: &Self) {
        for subdir in fs_err::read_dir(other.path()).unwrap() {
            let cache = Path::new(&subdir.unwrap().file_name()).join(".cache");
            fs_err::create_dir_all(self.path().join(&cache)).unwrap();
            let database = cache.join("cache.db");
            fs_err::copy(other.path().join(&database), self.path().join(database)).unwrap();
        }
    }

    /// Empties every package, in a way that cannot be seen from outside: whoever reads one finds
    /// nothing in it.
    pub(crate) fn hollow_out(&self) {
        for package in self.packages() {
            let (size, time) = (fs_err::metadata(&package).unwrap().len(), modified(&package));
            fs_err::remove_file(&package).unwrap();
            fs_err::File::create(&package).unwrap().set_len(size).unwrap();
            set_modified(&package, time);
        }
    }
}

/// Every file in a folder and its folders, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort_unstable();
    found
}

fn temporary(prefix: &str) -> TempDir {
    TempDir::with_prefix(prefix).unwrap()
}

fn modified(path: &Path) -> SystemTime {
    fs_err::metadata(path).unwrap().modified().unwrap()
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = fs_err::OpenOptions::new().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}
