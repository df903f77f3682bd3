//! Reads what was published, and checks it against the packages that it is about.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use md5::{Digest, Md5};
use serde_json::Value;
use sha2::Sha256;
use towpath_tests::ChannelBuilder;

use crate::msgpack;

/// How long ago "now" may be for a test that is looked at.
const NOW: Duration = Duration::from_secs(600);

/// The documents of a subdir, and the packages that they are about.
pub(crate) struct Published {
    documents: PathBuf,
    packages: PathBuf,
}

impl Published {
    /// Of a subdir whose documents lie with its packages.
    pub(crate) fn of(channel: &ChannelBuilder, subdir: &str) -> Self {
        Self::in_output(channel, channel.path(), subdir)
    }

    /// Of a subdir whose documents lie elsewhere.
    pub(crate) fn in_output(channel: &ChannelBuilder, output: &Path, subdir: &str) -> Self {
        Self {
            documents: output.join(subdir),
            packages: channel.path().join(subdir),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.documents.join(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs_err::read(self.path(name)).unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// The text as it stands, but for values that differ between runs or libraries: digests, sizes
    /// and times, which are checked and replaced.
    pub(crate) fn shown(&self, name: &str) -> String {
        self.checked(&self.json(name));
        with_differences_replaced(&self.text(name))
    }

    /// The names of the files for clients that are no packages, sorted; the folder of shards counts
    /// as one.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs_err::read_dir(&self.documents).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with(".conda") && !name.ends_with(".tar.bz2"))
            .filter(|name| name != ".cache" && name != "index.html")
            .collect();
        names.sort_unstable();
        names
    }

    /// The records of `repodata.json` by file name.
    pub(crate) fn records(&self) -> BTreeMap<String, Value> {
        let repodata = self.json("repodata.json");
        self.checked(&repodata);
        ["packages", "packages.conda"]
            .iter()
            .flat_map(|key| repodata[key].as_object().unwrap().clone())
            .collect()
    }

    /// The file names in `repodata.json`, sorted.
    pub(crate) fn file_names(&self) -> Vec<String> {
        self.records().into_keys().collect()
    }

    /// A shard index, decoded.
    pub(crate) fn shard_index(&self, name: &str) -> Value {
        decompressed_msgpack(&self.bytes(name))
    }

    /// The shards that an index names, decoded, by package name. Each must have the digest that
    /// it is named by.
    pub(crate) fn shards(&self, index: &str) -> BTreeMap<String, Value> {
        let index = self.shard_index(index);
        let folder = index["info"]["shards_base_url"].as_str().unwrap();
        let shards = index["shards"].as_object().unwrap().iter();
        shards
            .map(|(name, digest)| {
                let digest = digest.as_str().unwrap();
                let bytes = self.bytes(&format!("{folder}{digest}.msgpack.zst"));
                assert_eq!(hex(&Sha256::digest(&bytes)), digest, "the shard of {name}");
                let shard = decompressed_msgpack(&bytes);
                self.checked(&shard);
                (name.clone(), shard)
            })
            .collect()
    }

    /// The shards as [`shown`](Self::shown) shows a document.
    pub(crate) fn shown_shards(&self, index: &str) -> String {
        let text = serde_json::to_string_pretty(&self.shards(index)).unwrap();
        with_differences_replaced(&text)
    }

    /// Compares the records of a document with the files of the packages that are there.
    fn checked(&self, document: &Value) {
        let maps = ["packages", "packages.conda"];
        for (file_name, record) in maps.iter().filter_map(|key| document[key].as_object()).flatten() {
            if let Some(milliseconds) = record["indexed_timestamp"].as_u64() {
                let dated = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
                assert!(dated <= SystemTime::now(), "{file_name} is from the future");
            }
            if record["md5"].is_null() {
                continue;
            }
            if let Ok(bytes) = fs_err::read(self.packages.join(file_name)) {
                assert_eq!(record["md5"], hex(&Md5::digest(&bytes)), "md5 of {file_name}");
                assert_eq!(
                    record["sha256"],
                    hex(&Sha256::digest(&bytes)),
                    "sha256 of {file_name}"
                );
                assert_eq!(record["size"], bytes.len(), "size of {file_name}");
            }
        }
    }
}

/// Whether a time in milliseconds is that of a run of this test.
pub(crate) fn is_now(milliseconds: &Value) -> bool {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds.as_u64().unwrap());
    SystemTime::now().duration_since(time).is_ok_and(|ago| ago < NOW)
}

/// What a `.zst` or `.bz2` holds, by its name.
pub(crate) fn decompressed(name: &str, bytes: &[u8]) -> Vec<u8> {
    if name.ends_with(".zst") {
        return zstd::decode_all(bytes).unwrap();
    }
    let mut content = Vec::new();
    let mut decoder = bzip2::read::BzDecoder::new(bytes);
    decoder.read_to_end(&mut content).unwrap();
    content
}

fn decompressed_msgpack(bytes: &[u8]) -> Value {
    msgpack::decode(&decompressed(".zst", bytes))
}

fn hex(digest: &[u8]) -> String {
    base16ct::lower::encode_string(digest)
}

fn with_differences_replaced(text: &str) -> String {
    let values = [
        ("md5", "[md5]"),
        ("sha256", "[sha256]"),
        ("size", "[size]"),
        ("indexed_timestamp", "[now]"),
    ];
    values.into_iter().fold(text.to_owned(), |text, (key, shown)| {
        with_values_replaced(&text, key, shown)
    })
}

/// The text with the values of every member of this name replaced, if they are no containers.
pub(crate) fn with_values_replaced(text: &str, key: &str, shown: &str) -> String {
    let key = format!("\"{key}\":");
    let mut parts = text.split(&key);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let value = part.trim_start_matches(' ');
        let end = value.find([',', '}', '\n']).unwrap_or(value.len());
        let space = &part[..part.len() - value.len()];
        replaced += &[&key, space, shown, &value[end..]].concat();
    }
    replaced
}

/// Every file below a folder by its path, as one can see whether it was touched: where it is on
/// disk, when it was modified, and what it holds.
pub(crate) fn files_below(folder: &Path) -> BTreeMap<PathBuf, (u64, SystemTime, Vec<u8>)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let metadata = fs_err::metadata(&path).unwrap();
            #[cfg(unix)]
            let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
            #[cfg(not(unix))]
            let inode = 0;
            let bytes = fs_err::read(&path).unwrap();
            files.insert(path, (inode, metadata.modified().unwrap(), bytes));
        }
    }
    files
}
