//! Notices that the packages of a channel were changed.
//!
//! It looks rather than being told: notifications do not reach across network file systems and into
//! containers, are lost when there are many, and would tell of every document that indexing writes. A look
//! lists the subdirs and compares sizes, times and inodes of what indexing reads, so that nothing that it
//! writes is ever taken for a change.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::validators::FileStamp;
use crate::package::ArtifactName;

/// What indexing reads beside packages, in each subdir.
const PATCHES: &str = "patch_instructions.json";

/// How many looks at packages that do not come to rest are enough.
const PATIENCE: u32 = 10;

/// The packages of a channel, as they were when they were looked at.
#[derive(Debug)]
pub struct PackageWatch {
    channel: PathBuf,
    also: Vec<PathBuf>,
    /// What was there when a change was last told of.
    told: Snapshot,
    /// What was there at the last look.
    seen: Snapshot,
    restless: u32,
}

type Snapshot = BTreeMap<PathBuf, FileStamp>;

impl PackageWatch {
    /// Watches the packages and patch instructions in the subdirs of a folder, and these files. What is there
    /// now is no change.
    pub fn new(channel: PathBuf, also: Vec<PathBuf>) -> Self {
        let now = snapshot(&channel, &also);
        Self {
            channel,
            also,
            told: now.clone(),
            seen: now,
            restless: 0,
        }
    }

    /// Looks again. Whether there is a change that was not told of, and it is over: what is there is what was
    /// there at the look before, or has been changing for ten looks.
    ///
    /// A package that is being copied is so told of once, when it is all there.
    pub fn look(&mut self) -> bool {
        let now = snapshot(&self.channel, &self.also);
        let is_at_rest = now == self.seen;
        self.seen = now;
        if self.seen == self.told {
            self.restless = 0;
            return false;
        }
        self.restless += 1;
        if !is_at_rest && self.restless < PATIENCE {
            return false;
        }
        self.told = self.seen.clone();
        self.restless = 0;
        true
    }
}

/// What is there. What cannot be looked at is not there: indexing says why.
fn snapshot(channel: &Path, also: &[PathBuf]) -> Snapshot {
    let mut snapshot = Snapshot::new();
    for path in also {
        add(&mut snapshot, path.clone());
    }
    for subdir in names(channel).filter(|name| !name.starts_with('.')) {
        let subdir = channel.join(subdir);
        for name in names(&subdir) {
            let path = subdir.join(&name);
            if name == PATCHES || ArtifactName::new(name).is_ok() {
                add(&mut snapshot, path);
            }
        }
    }
    snapshot
}

/// The names in a folder; none if it is none.
fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs_err::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry: io::Result<fs_err::DirEntry>| entry.ok()?.file_name().into_string().ok())
}

fn add(snapshot: &mut Snapshot, path: PathBuf) {
    if let Ok(metadata) = fs_err::metadata(&path) {
        snapshot.insert(path, FileStamp::of(&metadata));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, path: &str, content: &str) {
        let path = folder.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }

    fn looks(watch: &mut PackageWatch, count: usize) -> usize {
        (0..count).filter(|_| watch.look()).count()
    }

    #[test]
    fn a_package_is_told_of_once_when_it_is_all_there() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "noarch/lock-1.0-0.conda", "");
        let mut watch = PackageWatch::new(folder.path().to_owned(), Vec::new());
        assert_eq!(looks(&mut watch, 3), 0);
        for part in ["a", "ab", "abc"] {
            write(folder.path(), "linux-64/gate-1.0-0.conda", part);
            assert!(!watch.look());
        }
        assert!(watch.look());
        assert_eq!(looks(&mut watch, 3), 0);
    }

    #[test]
    fn packages_that_keep_coming_are_told_of_now_and_then() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = PackageWatch::new(folder.path().to_owned(), Vec::new());
        let mut told = 0;
        for number in 0..30 {
            write(folder.path(), &format!("noarch/lock-{number}-0.conda"), "");
            told += usize::from(watch.look());
        }
        assert_eq!(told, 3);
    }

    #[test]
    fn replaced_removed_and_configured_are_changes() {
        let folder = tempfile::tempdir().unwrap();
        let configuration = folder.path().join("towpath.toml");
        let package = folder.path().join("noarch/lock-1.0-0.tar.bz2");
        write(folder.path(), "noarch/lock-1.0-0.tar.bz2", "one");
        let mut watch = PackageWatch::new(folder.path().to_owned(), vec![configuration]);
        let changes: [&dyn Fn(); 4] = [
            &|| {
                write(folder.path(), "new", "two");
                fs_err::rename(folder.path().join("new"), &package).unwrap();
            },
            &|| fs_err::remove_file(&package).unwrap(),
            &|| write(folder.path(), "towpath.toml", "[index]"),
            &|| write(folder.path(), "noarch/patch_instructions.json", "{}"),
        ];
        for change in changes {
            change();
            assert_eq!(looks(&mut watch, 4), 1);
        }
    }

    #[test]
    fn what_indexing_writes_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "noarch/lock-1.0-0.conda", "");
        let mut watch = PackageWatch::new(folder.path().to_owned(), Vec::new());
        for path in [
            "noarch/repodata.json",
            "noarch/repodata.json.zst",
            "noarch/index.html",
            "noarch/.cache/cache.db",
            "noarch/shards/0a.msgpack.zst",
            "noarch/.towpath-x.tmp",
            "channeldata.json",
            "index.html",
            "p/lock/index.html",
            ".cache/x.conda",
        ] {
            write(folder.path(), path, path);
        }
        assert_eq!(looks(&mut watch, 4), 0);
    }
}
