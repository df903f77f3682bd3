//! Fills a store with rows, in batches.

use std::collections::BTreeMap;

use super::exact_times::ExactTimes;
use crate::channel::Subdir;
use crate::store::{Rejected, Store, StoreError, StoreRow, TextKind};

/// A batch is restored when it has this many rows or this many bytes.
const BATCH_ROWS: usize = 5000;
const BATCH_BYTES: usize = 16 << 20;

/// What was moved of a subdir.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedSubdir {
    /// The subdir.
    pub subdir: Subdir,
    /// How many artifacts with a record there are now.
    pub artifacts: u64,
    /// How many rows there were to move, all in all.
    pub rows: u64,
    /// What the target has no way to keep.
    pub rejected: Vec<Rejected>,
}

impl MovedSubdir {
    pub(super) fn nothing_of(subdir: &Subdir) -> Self {
        Self {
            subdir: subdir.clone(),
            artifacts: 0,
            rows: 0,
            rejected: Vec::new(),
        }
    }

    pub(super) fn count(&mut self, row: &StoreRow) {
        self.rows += 1;
        if matches!(row, StoreRow::Text(row) if row.kind == TextKind::Record) {
            self.artifacts += 1;
        }
    }
}

/// The rows of one store on their way.
pub(super) struct Filling {
    exact_times: Option<ExactTimes>,
    batch: Vec<StoreRow>,
    weight: usize,
    rejected: BTreeMap<String, String>,
    moved: MovedSubdir,
}

impl Filling {
    pub(super) fn new(subdir: &Subdir, exact_times: Option<ExactTimes>) -> Self {
        Self {
            exact_times,
            batch: Vec::new(),
            weight: 0,
            rejected: BTreeMap::new(),
            moved: MovedSubdir::nothing_of(subdir),
        }
    }

    /// Takes a row, and restores the batch when it is large enough.
    pub(super) fn take(&mut self, mut row: StoreRow, target: &mut dyn Store) -> Result<(), StoreError> {
        // What is left of an artifact that was rejected is of no use.
        if self.rejected.contains_key(row.file_name()) {
            return Ok(());
        }
        if let (StoreRow::Stage(row), Some(exact_times)) = (&mut row, &self.exact_times) {
            exact_times.put_into(row);
        }
        self.moved.count(&row);
        self.weight += row.weight();
        self.batch.push(row);
        if self.batch.len() >= BATCH_ROWS || self.weight >= BATCH_BYTES {
            self.restore(target)?;
        }
        Ok(())
    }

    fn restore(&mut self, target: &mut dyn Store) -> Result<(), StoreError> {
        let rejected = target.restore(&self.batch)?;
        self.rejected.extend(
            rejected
                .into_iter()
                .map(|rejected| (rejected.file_name, rejected.why)),
        );
        self.batch.clear();
        self.weight = 0;
        Ok(())
    }

    /// Restores the last batch.
    pub(super) fn finish(mut self, target: &mut dyn Store) -> Result<MovedSubdir, StoreError> {
        if !self.batch.is_empty() {
            self.restore(target)?;
        }
        // Records come before whatever else can be rejected of an artifact, so they were counted.
        let with_record = u64::try_from(self.rejected.len()).unwrap_or(u64::MAX);
        self.moved.artifacts = self.moved.artifacts.saturating_sub(with_record);
        let rejected = self.rejected.into_iter();
        self.moved.rejected = rejected
            .map(|(file_name, why)| Rejected { file_name, why })
            .collect();
        Ok(self.moved)
    }
}
