//! Sharded repodata: shards first, then the indexes that name them, then what none names any more.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use super::{Changed, Editions, Publisher, SHARDS, SHARDS_FROM_PACKAGES};
use crate::index::IndexError;
use crate::publish::{FileStamp, ShardFolder};
use crate::repodata::{Edition, RecordGroup, ShardIndex, for_each_group, shard_bytes, shard_index_bytes};
use crate::store::Store;

/// The level that conda-index compresses shards and their index with: they are many and small.
const LEVEL: i32 = 3;

/// The digest of each name's shard, by name.
type Digests = BTreeMap<String, [u8; 32]>;

impl Publisher<'_> {
    pub(super) fn publish_shards(
        &mut self,
        store: &dyn Store,
        editions: &Editions<'_>,
    ) -> Result<(), IndexError> {
        let Some(placement) = self.options.documents.shards else {
            return Ok(());
        };
        let folder = ShardFolder::create(self.output.folder, placement)?;
        let (from_packages, patched) = self.write_shards(store, editions, &folder)?;
        folder.sync()?;
        let mut named = shard_names(&from_packages);
        named.extend(shard_names(&patched));
        let indexes = [
            (SHARDS_FROM_PACKAGES, &editions.from_packages, from_packages),
            (SHARDS, &editions.published, patched),
        ];
        for (name, edition, shards) in indexes {
            let index = ShardIndex::new(edition, placement.base_url(), shards);
            self.publish_index(name, &index)?;
        }
        let grace = self.options.documents.shard_grace;
        let retired = &mut self.output.state.retired_shards;
        self.summary.shards_removed +=
            ShardFolder::collect(self.output.folder, &named, retired, self.options.now, grace)?;
        self.output.state.shards = ShardFolder::count(self.output.folder, placement)?;
        Ok(())
    }

    /// Writes every shard of both editions, with as many threads as there are; their digests.
    fn write_shards(
        &self,
        store: &dyn Store,
        editions: &Editions<'_>,
        folder: &ShardFolder,
    ) -> Result<(Digests, Digests), IndexError> {
        let (groups, received) = sync_channel(64);
        let received = Arc::new(Mutex::new(received));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.options.threads.get())
                .map(|_| {
                    let received = Arc::clone(&received);
                    scope.spawn(move || write_groups(&received, editions, folder))
                })
                .collect();
            // It is gone when the last of them is, and sending fails then rather than waits.
            drop(received);
            let streamed = for_each_group(store, &editions.published, &mut |group| {
                // A worker that failed says why when it is joined.
                groups
                    .send(group)
                    .map_err(|_| io::Error::other("the shards cannot be written"))
            });
            drop(groups);
            let mut digests = (Digests::new(), Digests::new());
            let mut result = Ok(());
            for thread in threads {
                match thread
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("a thread that writes shards panicked")))
                {
                    Ok((from_packages, patched)) => {
                        digests.0.extend(from_packages);
                        digests.1.extend(patched);
                    }
                    Err(error) => result = Err(error),
                }
            }
            result?;
            streamed?;
            Ok(digests)
        })
    }

    /// Publishes an index, unless nothing but its time would change.
    fn publish_index(&mut self, name: &str, index: &ShardIndex) -> Result<(), IndexError> {
        let bytes = |created_at| shard_index_bytes(index, self.document_options, created_at);
        let digest = hex_digest(&bytes(jiff::Timestamp::UNIX_EPOCH));
        let known = self
            .output
            .state
            .shard_indexes
            .get(name)
            .is_some_and(|(known, stamp)| {
                *known == digest && FileStamp::of(&self.output.folder.join(name)) == Some(*stamp)
            });
        if !known {
            let compressed = zstd::bulk::compress(&bytes(self.options.now), LEVEL)?;
            let built = self.output.build(|out| out.write_all(&compressed))?;
            self.output.put(built, name)?;
        }
        if let Some(stamp) = FileStamp::of(&self.output.folder.join(name)) {
            self.output.state.documents.insert(name.to_owned(), stamp);
            self.output
                .state
                .shard_indexes
                .insert(name.to_owned(), (digest, stamp));
        }
        Ok(())
    }

    /// Removes shards whose time has come in a run that publishes nothing.
    pub(super) fn collect_due_shards(&mut self) -> Result<Changed, IndexError> {
        let grace = self.options.documents.shard_grace;
        let now = self.options.now;
        let is_due = |since: &jiff::Timestamp| now.duration_since(*since) >= grace;
        let Some(placement) = self.options.documents.shards else {
            return Ok(Changed::No);
        };
        if !self.output.state.retired_shards.values().any(is_due) {
            return Ok(Changed::No);
        }
        // Nothing was published, so what is not retired is named.
        let retired = std::mem::take(&mut self.output.state.retired_shards);
        let (due, staying): (BTreeMap<_, _>, BTreeMap<_, _>) =
            retired.into_iter().partition(|(_, since)| is_due(since));
        let removed = ShardFolder::remove(self.output.folder, &due.into_keys().collect::<BTreeSet<_>>())?;
        self.summary.shards_removed += removed;
        self.output.state.retired_shards = staying;
        self.output.state.shards = ShardFolder::count(self.output.folder, placement)?;
        Ok(Changed::Yes)
    }
}

fn write_groups(
    groups: &Mutex<Receiver<RecordGroup>>,
    editions: &Editions<'_>,
    folder: &ShardFolder,
) -> io::Result<(Digests, Digests)> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    let mut write = |group: &RecordGroup, edition: &Edition<'_>| {
        let shard = group.shard(edition)?;
        if shard.is_empty() {
            return Ok::<_, io::Error>(None);
        }
        folder
            .write(&compressor.compress(&shard_bytes(&shard))?)
            .map(Some)
    };
    let (mut from_packages, mut patched) = (Digests::new(), Digests::new());
    loop {
        let group = groups
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .recv();
        let Ok(group) = group else {
            return Ok((from_packages, patched));
        };
        let digest = write(&group, &editions.from_packages)?;
        let patched_digest = if group.is_patched(&editions.published) {
            write(&group, &editions.published)?
        } else {
            digest
        };
        from_packages.extend(digest.map(|digest| (group.name.clone(), digest)));
        patched.extend(patched_digest.map(|digest| (group.name, digest)));
    }
}

fn hex_digest(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// Names of shards, as their files are named.
fn shard_names(shards: &BTreeMap<String, [u8; 32]>) -> BTreeSet<String> {
    shards
        .values()
        .map(|digest| base16ct::lower::encode_string(digest))
        .collect()
}
