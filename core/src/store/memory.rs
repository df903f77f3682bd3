//! A store in memory: for tests, and where nothing is to be kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    ChangeMark, ChangedArtifact, ListedArtifact, MissingArtifacts, Mtime, Order, RecordQuery, Rejected,
    Stage, Store, StoreError, StoredArtifact, StoredDescription, StoredRecord,
};
use crate::json::JsonText;
use crate::package::ArtifactName;

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    stages: BTreeMap<String, BTreeMap<ArtifactName, (Mtime, u64)>>,
    artifacts: BTreeMap<ArtifactName, StoredArtifact>,
    /// By file name and SHA-256, in milliseconds.
    indexed_timestamps: BTreeMap<(ArtifactName, [u8; 32]), i64>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists artifacts in a stage that no index run fills.
    pub fn set_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) {
        let rows = listing
            .iter()
            .map(|listed| (listed.name.clone(), (listed.mtime, listed.size)));
        self.stages.insert(stage.as_str().to_owned(), rows.collect());
    }

    fn stage(&self, stage: &Stage) -> impl Iterator<Item = (&ArtifactName, &(Mtime, u64))> {
        self.stages.get(stage.as_str()).into_iter().flatten()
    }

    /// The artifacts that the query wants, in its order.
    fn sorted(&self, query: &RecordQuery) -> Vec<&StoredArtifact> {
        let listed = |name| {
            query.stages.iter().any(|stage| {
                self.stages
                    .get(stage.as_str())
                    .is_some_and(|rows| rows.contains_key(name))
            })
        };
        let mut artifacts: Vec<_> = self
            .artifacts
            .values()
            .filter(|artifact| {
                query
                    .format
                    .is_none_or(|format| artifact.listed.name.format() == format)
            })
            .filter(|artifact| listed(&artifact.listed.name))
            .collect();
        if query.order == Order::PackageName {
            artifacts.sort_by_cached_key(|artifact| package_name(artifact));
        }
        artifacts
    }
}

/// The package name itself: in JSON's spelling `"a b"` stands before `"a"`.
fn package_name(artifact: &StoredArtifact) -> Option<String> {
    match artifact.record.to_object().remove("name") {
        Some(Value::String(name)) => Some(name),
        _ => None,
    }
}

impl Store for MemoryStore {
    fn replace_listing(
        &mut self,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError> {
        let mut rows: BTreeMap<_, _> = listing
            .iter()
            .map(|listed| (listed.name.clone(), (listed.mtime, listed.size)))
            .collect();
        let known = self.stages.entry(Stage::FS.as_str().to_owned()).or_default();
        let mut removed = 0;
        for (name, row) in known.iter() {
            if !rows.contains_key(name) {
                match missing {
                    MissingArtifacts::Leave => removed += 1,
                    MissingArtifacts::Stay => {
                        rows.insert(name.clone(), *row);
                    }
                }
            }
        }
        *known = rows;
        Ok(removed)
    }

    fn changed(&self, upstream: &Stage) -> Result<Vec<ChangedArtifact>, StoreError> {
        let indexed = self.stages.get(Stage::INDEXED.as_str());
        let changed = self.stage(upstream).filter_map(|(name, row)| {
            let known = indexed.and_then(|rows| rows.get(name));
            let artifact = ListedArtifact {
                name: name.clone(),
                mtime: row.0,
                size: row.1,
            };
            (known != Some(row)).then(|| ChangedArtifact {
                artifact,
                replaces: self.artifacts.contains_key(name),
            })
        });
        Ok(changed.collect())
    }

    fn commit(&mut self, batch: &[StoredArtifact], now: Timestamp) -> Result<Vec<Rejected>, StoreError> {
        for artifact in batch {
            let ListedArtifact { name, mtime, size } = artifact.listed.clone();
            let indexed = self.stages.entry(Stage::INDEXED.as_str().to_owned()).or_default();
            indexed.insert(name.clone(), (mtime, size));
            self.indexed_timestamps
                .entry((name.clone(), artifact.digests.sha256))
                .or_insert(now.as_millisecond());
            self.artifacts.insert(name, artifact.clone());
        }
        Ok(Vec::new())
    }

    fn forget(&mut self, names: &[ArtifactName]) -> Result<(), StoreError> {
        for name in names {
            if let Some(indexed) = self.stages.get_mut(Stage::INDEXED.as_str()) {
                indexed.remove(name);
            }
            self.artifacts.remove(name);
        }
        Ok(())
    }

    /// Only `commit` brings artifacts into this store, and it dates them.
    fn adopt(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn date_artifacts(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn for_each_record(
        &self,
        query: &RecordQuery,
        visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        for artifact in self.sorted(query) {
            let name = &artifact.listed.name;
            let run_exports = artifact.run_exports.as_ref().filter(|_| query.run_exports);
            let package_name = match query.order {
                Order::FileName => None,
                Order::PackageName => package_name(artifact),
            };
            visit(StoredRecord {
                file_name: name.as_str(),
                package_name: package_name.map(Cow::Owned),
                record: Cow::Borrowed(artifact.record.as_str()),
                run_exports: run_exports.map(|text| Cow::Borrowed(text.as_str())),
                indexed_timestamp: self
                    .indexed_timestamps
                    .get(&(name.clone(), artifact.digests.sha256))
                    .copied(),
            })?;
        }
        Ok(())
    }

    fn for_each_description(
        &self,
        file_names: &[String],
        visit: &mut dyn FnMut(StoredDescription<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        fn text(json: Option<&JsonText>) -> Option<Cow<'_, str>> {
            json.map(|json| Cow::Borrowed(json.as_str()))
        }
        for file_name in file_names {
            let artifact = ArtifactName::new(file_name.as_str()).ok();
            if let Some(artifact) = artifact.and_then(|name| self.artifacts.get(&name)) {
                visit(StoredDescription {
                    file_name,
                    record: Cow::Borrowed(artifact.record.as_str()),
                    about: text(artifact.about.as_ref()),
                    recipe: text(artifact.recipe.as_ref()),
                    post_install: text(Some(&artifact.post_install)),
                    run_exports: text(artifact.run_exports.as_ref()),
                })?;
            }
        }
        Ok(())
    }

    fn for_each_digest(&self, visit: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> Result<(), StoreError> {
        for artifact in self.artifacts.values() {
            visit(artifact.listed.name.as_str(), &artifact.digests.sha256_hex())?;
        }
        Ok(())
    }

    /// Marks are kept beside documents, and outlive this store. The next one may hold other
    /// packages after as many changes.
    fn change_mark(&self) -> Result<Option<ChangeMark>, StoreError> {
        Ok(None)
    }
}
