//! Record: what was read of packages goes to the stores in batches.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::open::{Known, OpenSubdir};
use super::{IndexOptions, LeftOut, Progress, Warning};
use crate::package::digest::Hashed;
use crate::package::{ArtifactName, Metadata, PackageError};
use crate::store::{ListedArtifact, StoreError, StoredArtifact};

/// A batch is committed when it has this many packages, this many bytes, or is this old: what a
/// killed run has read is kept but for that.
const BATCH_PACKAGES: usize = 1000;
const BATCH_BYTES: usize = 16 << 20;
const BATCH_AGE: Duration = Duration::from_secs(1);

/// What came of reading a package.
pub(super) struct Outcome {
    pub subdir: usize,
    pub artifact: ListedArtifact,
    pub known: Known,
    pub result: Result<Found, PackageError>,
}

pub(super) enum Found {
    Metadata {
        hashed: Hashed,
        metadata: Box<Metadata>,
    },
    /// Its bytes are those that the store knows.
    Unchanged,
    /// It is not there any more.
    Gone,
}

/// Receives what was read, and commits it in batches.
pub(super) fn record(
    received: &Receiver<Outcome>,
    subdirs: &mut [OpenSubdir],
    options: &IndexOptions,
    progress: &dyn Progress,
) {
    let mut batches: Vec<Batch> = subdirs.iter().map(|_| Batch::default()).collect();
    let mut last_commit = Instant::now();
    loop {
        match received.recv_timeout(BATCH_AGE) {
            Ok(outcome) => {
                progress.advance(1, 0);
                let (batch, subdir) = (&mut batches[outcome.subdir], &mut subdirs[outcome.subdir]);
                batch.take(outcome, subdir);
                if batch.is_full() {
                    batch.commit(subdir, options);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if last_commit.elapsed() >= BATCH_AGE {
            for (batch, subdir) in batches.iter_mut().zip(&mut *subdirs) {
                batch.commit(subdir, options);
            }
            last_commit = Instant::now();
        }
    }
    for (batch, subdir) in batches.iter_mut().zip(subdirs) {
        batch.commit(subdir, options);
    }
}

/// What was read of a subdir since the last commit.
#[derive(Default)]
struct Batch {
    artifacts: Vec<StoredArtifact>,
    /// Those of them that were known in another state.
    replaced: BTreeSet<ArtifactName>,
    forgotten: Vec<ArtifactName>,
    weight: usize,
}

impl Batch {
    fn take(&mut self, outcome: Outcome, subdir: &mut OpenSubdir) {
        let Outcome {
            artifact,
            known,
            result,
            ..
        } = outcome;
        let summary = &mut subdir.summary;
        let file_name = artifact.name.as_str().to_owned();
        match result {
            Ok(Found::Metadata { hashed, metadata }) => {
                if known != Known::Nothing {
                    self.replaced.insert(artifact.name.clone());
                }
                summary.bytes_read += hashed.size;
                let warnings = metadata.warnings.iter().map(|what| Warning {
                    file_name: file_name.clone(),
                    what: what.clone(),
                });
                summary.warnings.extend(warnings);
                let stored = StoredArtifact::new(artifact, hashed.digests, hashed.size, *metadata);
                self.weight += stored.weight();
                self.artifacts.push(stored);
            }
            Ok(Found::Unchanged) => summary.bytes_read += artifact.size,
            Ok(Found::Gone) => {
                summary.removed += usize::from(known != Known::Nothing);
                self.forget(artifact.name, &known);
            }
            Err(error) => {
                summary.left_out.push(LeftOut::new(file_name, &error.to_string()));
                self.forget(artifact.name, &known);
            }
        }
    }

    /// A record whose file is damaged or gone is of no use to any client.
    fn forget(&mut self, name: ArtifactName, known: &Known) {
        if *known != Known::Nothing {
            self.forgotten.push(name);
        }
    }

    fn is_full(&self) -> bool {
        self.artifacts.len() >= BATCH_PACKAGES || self.weight >= BATCH_BYTES
    }

    fn commit(&mut self, subdir: &mut OpenSubdir, options: &IndexOptions) {
        let Self {
            mut artifacts,
            replaced,
            forgotten,
            ..
        } = std::mem::take(self);
        if subdir.summary.failure.is_some() {
            return;
        }
        artifacts.sort_by(|one, other| one.listed.name.cmp(&other.listed.name));
        let mut write = || {
            let rejected = match artifacts.is_empty() {
                true => Vec::new(),
                false => subdir.store.commit(&artifacts, options.now)?,
            };
            if !forgotten.is_empty() {
                subdir.store.forget(&forgotten)?;
            }
            Ok::<_, StoreError>(rejected)
        };
        match write() {
            Ok(rejected) => {
                let (new, replaced): (Vec<_>, Vec<_>) = artifacts
                    .iter()
                    .map(|artifact| &artifact.listed.name)
                    .filter(|name| {
                        !rejected
                            .iter()
                            .any(|rejected| rejected.file_name == name.as_str())
                    })
                    .partition(|name| !replaced.contains(name));
                subdir.summary.added += new.len();
                subdir.summary.changed += replaced.len();
                let left_out = rejected
                    .into_iter()
                    .map(|rejected| LeftOut::new(rejected.file_name, &rejected.why));
                subdir.summary.left_out.extend(left_out);
            }
            Err(error) => subdir.summary.failure = Some(error.to_string()),
        }
    }
}
