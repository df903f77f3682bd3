//! The documents of a channel, to be compared byte by byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::channel::files;

/// What runs publish, by path in the channel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Documents(BTreeMap<PathBuf, Vec<u8>>);

impl Documents {
    /// All of them. Shard indexes are decompressed and lack the time of the run, which is all that
    /// two runs over the same packages may differ in.
    pub(crate) fn of(channel: &Path) -> Self {
        Self::ending(channel, &[".json", ".json.zst", ".json.bz2", ".msgpack.zst"])
    }

    /// Those that are JSON and not compressed.
    pub(crate) fn json(channel: &Path) -> Self {
        Self::ending(channel, &[".json"])
    }

    fn ending(channel: &Path, ends: &[&str]) -> Self {
        let documents = files(channel).into_iter().filter_map(|path| {
            let relative = path.strip_prefix(channel).unwrap().to_owned();
            let is_hidden = relative
                .iter()
                .any(|part| part.to_string_lossy().starts_with('.'));
            let name = path.file_name().unwrap().to_string_lossy();
            if is_hidden || !ends.iter().any(|end| name.ends_with(end)) {
                return None;
            }
            let bytes = fs_err::read(&path).unwrap();
            let bytes = if name.starts_with("repodata_shards") {
                without_time(zstd::decode_all(&bytes[..]).unwrap())
            } else {
                bytes
            };
            Some((relative, bytes))
        });
        Self(documents.collect())
    }

    /// Asserts that these are the `expected` documents, and says which are not.
    pub(crate) fn assert_are(&self, expected: &Self) {
        let names = |documents: &Self| documents.0.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(expected));
        self.assert_are_whole(expected);
    }

    /// Asserts that these are some of the `expected` documents, and that no shard is missing that
    /// an index names.
    pub(crate) fn assert_are_whole(&self, expected: &Self) {
        let shards = |documents: &Self, subdir: &Path| {
            let folder = subdir.join("shards");
            documents
                .0
                .keys()
                .filter(|name| name.starts_with(&folder))
                .count()
        };
        for (name, bytes) in &self.0 {
            let subdir = name.parent().unwrap();
            if name.to_string_lossy().contains("repodata_shards") {
                assert_eq!(
                    shards(self, subdir),
                    shards(expected, subdir),
                    "{}",
                    name.display()
                );
            }
            let expected = &expected.0[name];
            let same = bytes.iter().zip(expected).take_while(|(one, other)| one == other);
            let start = same.count();
            assert!(
                bytes == expected,
                "{} differs at byte {start}:\n{}\nand not\n{}",
                name.display(),
                excerpt(bytes, start),
                excerpt(expected, start)
            );
        }
    }
}

/// Blanks the text after the key `created_at`: one byte that says how long it is, then 20.
fn without_time(mut index: Vec<u8>) -> Vec<u8> {
    let key = b"created_at";
    let start = index.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    index[start..start + 21].fill(0);
    index
}

fn excerpt(bytes: &[u8], at: usize) -> String {
    let range = at.saturating_sub(60)..bytes.len().min(at + 100);
    String::from_utf8_lossy(&bytes[range]).into_owned()
}
