//! The folder of a subdir's shards: written before their index, removed some time after it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::PendingFile;

/// What a shard's file name ends in.
const SUFFIX: &str = ".msgpack.zst";

/// Where a subdir's shards are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShardPlacement {
    /// In a folder of their own, `<subdir>/shards/`.
    #[default]
    ShardsFolder,
    /// Beside the packages, where conda-index puts them.
    InPlace,
}

impl ShardPlacement {
    /// Where the shards are, from the index (CEP 16).
    pub fn base_url(self) -> &'static str {
        match self {
            Self::ShardsFolder => "./shards/",
            Self::InPlace => "",
        }
    }

    /// The folder that the shards of a subdir are in, whose documents go to `output`.
    pub fn folder(self, output: &Path) -> PathBuf {
        match self {
            Self::ShardsFolder => output.join("shards"),
            Self::InPlace => output.to_owned(),
        }
    }
}

/// The folder that shards are written to.
#[derive(Clone, Debug)]
pub struct ShardFolder {
    path: PathBuf,
}

impl ShardFolder {
    /// The folder for a subdir whose documents go to `output`; made if missing.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn create(output: &Path, placement: ShardPlacement) -> io::Result<Self> {
        let path = placement.folder(output);
        fs_err::create_dir_all(&path)?;
        Ok(Self { path })
    }

    /// Writes a compressed shard under the digest of its bytes, unless it is there. The digest.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, shard: &[u8]) -> io::Result<[u8; 32]> {
        let digest: [u8; 32] = Sha256::digest(shard).into();
        let target = self.path.join(file_name(&digest));
        // A shard of a crashed machine may be there and hold less.
        if fs_err::metadata(&target).is_ok_and(|metadata| metadata.len() == shard.len() as u64) {
            return Ok(digest);
        }
        let mut file = PendingFile::create_in(&self.path)?;
        file.write_all(shard)?;
        file.finish_without_sync()?.publish(&target)?;
        Ok(digest)
    }

    /// Makes sure that what was written is on disk: an index that survives a crash must not name
    /// shards that did not.
    ///
    /// # Errors
    ///
    /// When the file system cannot be synced.
    pub fn sync(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(fs_err::File::open(&self.path)?)?;
        #[cfg(not(target_os = "linux"))]
        for (_, path) in shards_in(&self.path)? {
            fs_err::File::open(path)?.sync_data()?;
        }
        Ok(())
    }

    /// How many shards there are.
    ///
    /// # Errors
    ///
    /// When the folder cannot be listed.
    pub fn count(output: &Path, placement: ShardPlacement) -> io::Result<usize> {
        shards_in(&placement.folder(output)).map(|shards| shards.len())
    }

    /// Finds the shards that no index names (`named` are those that one does), wherever they lie,
    /// and removes those that have not been named for `grace`. `retired` says since when, and is
    /// brought up to date. How many were removed.
    ///
    /// # Errors
    ///
    /// When a folder cannot be listed or a file not be removed.
    pub fn collect(
        output: &Path,
        named: &BTreeSet<String>,
        retired: &mut BTreeMap<String, Timestamp>,
        now: Timestamp,
        grace: SignedDuration,
    ) -> io::Result<usize> {
        let mut still_retired = BTreeMap::new();
        let mut removed = 0;
        for (digest, path) in shards_anywhere(output)? {
            if named.contains(&digest) {
                continue;
            }
            let since = retired.get(&digest).copied().unwrap_or(now);
            if now.duration_since(since) >= grace {
                fs_err::remove_file(path)?;
                removed += 1;
            } else {
                still_retired.insert(digest, since);
            }
        }
        *retired = still_retired;
        Ok(removed)
    }

    /// Removes the shards of these digests. How many there were.
    ///
    /// # Errors
    ///
    /// When a folder cannot be listed or a file not be removed.
    pub fn remove(output: &Path, digests: &BTreeSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for (digest, path) in shards_anywhere(output)? {
            if digests.contains(&digest) {
                fs_err::remove_file(path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// The shards of a subdir in either placement: a channel may have changed from one to the other.
fn shards_anywhere(output: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut shards = shards_in(&ShardPlacement::ShardsFolder.folder(output))?;
    shards.extend(shards_in(&ShardPlacement::InPlace.folder(output))?);
    Ok(shards)
}

fn file_name(digest: &[u8; 32]) -> String {
    base16ct::lower::encode_string(digest) + SUFFIX
}

/// The shards in a folder by their digests. Other files are none of them.
fn shards_in(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match fs_err::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut shards = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let digest = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
        if let Some(digest) = digest
            && digest.len() == 64
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            shards.push((digest.to_owned(), entry.path()));
        }
    }
    Ok(shards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_leave_after_the_grace_period_only() {
        let output = tempfile::tempdir().unwrap();
        let folder = ShardFolder::create(output.path(), ShardPlacement::ShardsFolder).unwrap();
        let [kept, old] =
            [b"kept", b"old!"].map(|shard| base16ct::lower::encode_string(&folder.write(shard).unwrap()));
        fs_err::write(output.path().join("a-1-0.msgpack.zst"), "no shard").unwrap();
        let named = BTreeSet::from([kept]);
        let mut retired = BTreeMap::new();
        let grace = SignedDuration::from_hours(24);
        let mut collect = |hours: i64| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
            ShardFolder::collect(output.path(), &named, &mut retired, now, grace).unwrap()
        };
        assert_eq!([collect(0), collect(23), collect(24), collect(48)], [0, 0, 1, 0]);
        let count = ShardFolder::count(output.path(), ShardPlacement::ShardsFolder).unwrap();
        assert_eq!((count, retired.len()), (1, 0));
        assert!(!output.path().join("shards").join(old + SUFFIX).exists());
        assert!(output.path().join("a-1-0.msgpack.zst").exists());
    }
}
