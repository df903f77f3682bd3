//! A store in memory: for tests, and where nothing is to be kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    ChangeMark, ChangedArtifact, DateRow, IconRow, ListedArtifact, MissingArtifacts, Mtime, Order,
    RattlerRecipeRow, RecordQuery, Rejected, Stage, StageRow, Store, StoreError, StoreRow, StoredArtifact,
    StoredDescription, StoredRecord, TextKind, TextRow,
};
use crate::json::JsonText;
use crate::package::{ArtifactName, RattlerRecipe};

/// A store in memory. Its rows are those of [`StoreRow`], by their keys.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    stages: BTreeMap<Stage, BTreeMap<String, StageRow>>,
    /// By file name and SHA-256, in milliseconds.
    dates: BTreeMap<(String, String), i64>,
    texts: BTreeMap<TextKind, BTreeMap<String, String>>,
    icons: BTreeMap<String, Vec<u8>>,
    rattler_recipes: BTreeMap<String, RattlerRecipeRow>,
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
            .map(|listed| (listed.name.to_string(), stage_row(stage, listed)));
        self.stages.insert(stage.clone(), rows.collect());
    }

    fn stage(&self, stage: &Stage) -> impl Iterator<Item = &StageRow> {
        self.stages.get(stage).into_iter().flat_map(BTreeMap::values)
    }

    fn stage_row(&self, stage: &Stage, file_name: &str) -> Option<&StageRow> {
        self.stages.get(stage)?.get(file_name)
    }

    fn text(&self, kind: TextKind, file_name: &str) -> Option<&str> {
        self.texts.get(&kind)?.get(file_name).map(String::as_str)
    }

    fn records(&self) -> impl Iterator<Item = (&str, &str)> {
        let records = self.texts.get(&TextKind::Record).into_iter().flatten();
        records.map(|(file_name, record)| (file_name.as_str(), record.as_str()))
    }

    /// The SHA-256 of the artifact, empty if nobody knows.
    fn digest(&self, file_name: &str) -> String {
        let indexed = self.stage_row(&Stage::INDEXED, file_name);
        if let Some(sha256) = indexed.and_then(|row| row.sha256.as_ref()) {
            return sha256.clone();
        }
        let record = self.text(TextKind::Record, file_name);
        record
            .and_then(|record| member(record, "sha256"))
            .unwrap_or_default()
    }

    /// The records that the query wants, with package names where it asks for them, in its order.
    fn sorted(&self, query: &RecordQuery) -> Vec<(Option<String>, &str, &str)> {
        let is_listed = |file_name: &str| {
            let mut stages = query.stages.iter();
            stages.any(|stage| self.stage_row(stage, file_name).is_some())
        };
        let mut records: Vec<_> = self
            .records()
            .filter(|(file_name, _)| {
                query
                    .format
                    .is_none_or(|format| file_name.ends_with(format.extension()))
            })
            .filter(|(file_name, _)| is_listed(file_name))
            .map(|(file_name, record)| match query.order {
                Order::FileName => (None, file_name, record),
                Order::PackageName => (member(record, "name"), file_name, record),
            })
            .collect();
        records.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        records
    }

    /// Removes what was read of an artifact, but for its dates.
    fn remove(&mut self, file_name: &str) {
        if let Some(indexed) = self.stages.get_mut(&Stage::INDEXED) {
            indexed.remove(file_name);
        }
        for texts in self.texts.values_mut() {
            texts.remove(file_name);
        }
        self.icons.remove(file_name);
        self.rattler_recipes.remove(file_name);
    }

    fn take(&mut self, row: StoreRow) {
        match row {
            StoreRow::Stage(row) => {
                let rows = self.stages.entry(row.stage.clone()).or_default();
                rows.insert(row.file_name.clone(), row);
            }
            StoreRow::Date(row) => {
                self.dates
                    .insert((row.file_name, row.sha256), row.indexed_timestamp);
            }
            StoreRow::Text(row) => {
                self.texts
                    .entry(row.kind)
                    .or_default()
                    .insert(row.file_name, row.json);
            }
            StoreRow::Icon(row) => {
                self.icons.insert(row.file_name, row.png);
            }
            StoreRow::RattlerRecipe(row) => {
                self.rattler_recipes.insert(row.file_name.clone(), row);
            }
        }
    }
}

fn stage_row(stage: &Stage, listed: &ListedArtifact) -> StageRow {
    StageRow {
        stage: stage.clone(),
        file_name: listed.name.to_string(),
        mtime: Some(listed.mtime.seconds()),
        size: Some(listed.size),
        sha256: None,
        md5: None,
        last_modified: None,
        etag: None,
    }
}

/// A member of a record that is text. It is compared itself: in JSON's spelling `"a b"` stands
/// before `"a"`.
fn member(record: &str, key: &str) -> Option<String> {
    let mut members = JsonText::from_stored(record.into()).ok()?.to_object();
    match members.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The rows of what was read of an artifact.
fn rows_of(artifact: &StoredArtifact) -> Vec<StoreRow> {
    let file_name = || artifact.listed.name.to_string();
    let sha256 = || artifact.digests.sha256_hex();
    let mut rows = vec![StoreRow::Stage(StageRow {
        sha256: Some(sha256()),
        md5: Some(artifact.digests.md5_hex()),
        ..stage_row(&Stage::INDEXED, &artifact.listed)
    })];
    let texts = [
        (TextKind::Record, Some(&artifact.record)),
        (TextKind::About, artifact.about.as_ref()),
        (TextKind::Recipe, artifact.recipe.as_ref()),
        (TextKind::RunExports, artifact.run_exports.as_ref()),
        (TextKind::PostInstall, Some(&artifact.post_install)),
    ];
    rows.extend(texts.into_iter().filter_map(|(kind, text)| {
        Some(StoreRow::Text(TextRow {
            kind,
            file_name: file_name(),
            json: text?.as_str().to_owned(),
        }))
    }));
    rows.extend(artifact.icon.clone().map(|png| {
        let file_name = file_name();
        StoreRow::Icon(IconRow { file_name, png })
    }));
    rows.extend(artifact.rattler_recipe.as_ref().map(|recipe| {
        let (is_rendered, recipe) = match recipe {
            RattlerRecipe::Rendered(recipe) => (true, recipe),
            RattlerRecipe::Source(recipe) => (false, recipe),
        };
        StoreRow::RattlerRecipe(RattlerRecipeRow {
            file_name: file_name(),
            sha256: sha256(),
            is_rendered,
            recipe: recipe.clone(),
        })
    }));
    rows
}

/// What is not known is no difference.
fn differs<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

impl Store for MemoryStore {
    fn replace_listing(
        &mut self,
        listing: &[ListedArtifact],
        missing: MissingArtifacts,
    ) -> Result<usize, StoreError> {
        let mut rows: BTreeMap<_, _> = listing
            .iter()
            .map(|listed| (listed.name.to_string(), stage_row(&Stage::FS, listed)))
            .collect();
        let known = self.stages.entry(Stage::FS).or_default();
        let mut removed = 0;
        for (name, row) in known.iter() {
            if !rows.contains_key(name) {
                match missing {
                    MissingArtifacts::Leave => removed += 1,
                    MissingArtifacts::Stay => {
                        rows.insert(name.clone(), row.clone());
                    }
                }
            }
        }
        *known = rows;
        Ok(removed)
    }

    fn changed(&self, upstream: &Stage) -> Result<Vec<ChangedArtifact>, StoreError> {
        let changed = self.stage(upstream).filter_map(|row| {
            // Rows that are no artifacts are not ours to read.
            let name = ArtifactName::new(row.file_name.as_str()).ok()?;
            let is_known = self
                .stage_row(&Stage::INDEXED, &row.file_name)
                .is_some_and(|known| !differs(known.mtime, row.mtime) && !differs(known.size, row.size));
            let artifact = ListedArtifact {
                name,
                mtime: Mtime::from_seconds(row.mtime.unwrap_or_default()),
                size: row.size.unwrap_or_default(),
            };
            (!is_known).then(|| ChangedArtifact {
                artifact,
                replaces: self.text(TextKind::Record, &row.file_name).is_some(),
            })
        });
        Ok(changed.collect())
    }

    fn commit(&mut self, batch: &[StoredArtifact], now: Timestamp) -> Result<Vec<Rejected>, StoreError> {
        for artifact in batch {
            let file_name = artifact.listed.name.as_str();
            self.remove(file_name);
            rows_of(artifact).into_iter().for_each(|row| self.take(row));
            self.dates
                .entry((file_name.to_owned(), artifact.digests.sha256_hex()))
                .or_insert(now.as_millisecond());
        }
        Ok(Vec::new())
    }

    fn forget(&mut self, names: &[ArtifactName]) -> Result<(), StoreError> {
        names.iter().for_each(|name| self.remove(name.as_str()));
        Ok(())
    }

    /// No other tool knows this store.
    fn adopt(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    /// `commit` dates what it brings, and `restore` brings dates with it.
    fn date_artifacts(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn for_each_record(
        &self,
        query: &RecordQuery,
        visit: &mut dyn FnMut(StoredRecord<'_>) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        for (package_name, file_name, record) in self.sorted(query) {
            let run_exports = match query.run_exports {
                true => self.text(TextKind::RunExports, file_name),
                false => None,
            };
            visit(StoredRecord {
                file_name,
                package_name: package_name.map(Cow::Owned),
                record: Cow::Borrowed(record),
                run_exports: run_exports.map(Cow::Borrowed),
                indexed_timestamp: self
                    .dates
                    .get(&(file_name.to_owned(), self.digest(file_name)))
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
        for file_name in file_names {
            let text = |kind| self.text(kind, file_name).map(Cow::Borrowed);
            if let Some(record) = text(TextKind::Record) {
                visit(StoredDescription {
                    file_name,
                    record,
                    about: text(TextKind::About),
                    recipe: text(TextKind::Recipe),
                    post_install: text(TextKind::PostInstall),
                    run_exports: text(TextKind::RunExports),
                })?;
            }
        }
        Ok(())
    }

    fn for_each_digest(&self, visit: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> Result<(), StoreError> {
        for row in self.stage(&Stage::INDEXED) {
            let digest = self.digest(&row.file_name);
            if !digest.is_empty() {
                visit(&row.file_name, &digest)?;
            }
        }
        Ok(())
    }

    /// Marks are kept beside documents, and outlive this store. The next one may hold other
    /// packages after as many changes.
    fn change_mark(&self) -> Result<Option<ChangeMark>, StoreError> {
        Ok(None)
    }

    fn listed(&self, stage: &Stage, file_names: &[String]) -> Result<Vec<String>, StoreError> {
        let listed = file_names
            .iter()
            .filter(|file_name| self.stage_row(stage, file_name).is_some());
        Ok(listed.cloned().collect())
    }

    fn unlist(&mut self, stage: &Stage, file_names: &[String]) -> Result<usize, StoreError> {
        let Some(rows) = self.stages.get_mut(stage) else {
            return Ok(0);
        };
        let removed = file_names.iter().filter_map(|file_name| rows.remove(file_name));
        Ok(removed.count())
    }

    fn for_each_row(&self, visit: &mut dyn FnMut(StoreRow) -> io::Result<()>) -> Result<(), StoreError> {
        for row in self.stages.values().flat_map(BTreeMap::values) {
            visit(StoreRow::Stage(row.clone()))?;
        }
        for ((file_name, sha256), indexed_timestamp) in &self.dates {
            visit(StoreRow::Date(DateRow {
                file_name: file_name.clone(),
                sha256: sha256.clone(),
                indexed_timestamp: *indexed_timestamp,
            }))?;
        }
        for kind in TextKind::ALL {
            for (file_name, json) in self.texts.get(&kind).into_iter().flatten() {
                visit(StoreRow::Text(TextRow {
                    kind,
                    file_name: file_name.clone(),
                    json: json.clone(),
                }))?;
            }
        }
        for (file_name, png) in &self.icons {
            visit(StoreRow::Icon(IconRow {
                file_name: file_name.clone(),
                png: png.clone(),
            }))?;
        }
        for row in self.rattler_recipes.values() {
            visit(StoreRow::RattlerRecipe(row.clone()))?;
        }
        Ok(())
    }

    fn restore(&mut self, rows: &[StoreRow]) -> Result<Vec<Rejected>, StoreError> {
        rows.iter().for_each(|row| self.take(row.clone()));
        Ok(Vec::new())
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        *self = Self::new();
        Ok(())
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let has_rows = self.stages.values().any(|rows| !rows.is_empty())
            || !self.dates.is_empty()
            || self.texts.values().any(|texts| !texts.is_empty())
            || !self.icons.is_empty()
            || !self.rattler_recipes.is_empty();
        Ok(!has_rows)
    }
}
