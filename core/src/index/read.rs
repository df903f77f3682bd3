//! Read and record: packages of all subdirs from one queue, several threads, batches to the stores.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::open::{Known, OpenSubdir, ToRead};
use super::{IndexOptions, LeftOut, Progress, Step, Warning};
use crate::package::digest::{Hashed, hash_abreast};
use crate::package::{ArtifactName, Limits, Metadata, PackageError, read_metadata};
use crate::store::{ListedArtifact, StoredArtifact};

/// Files that one thread reads at a time, so that it can hash them abreast.
const FILES_ABREAST: usize = 16;

/// Files up to this size are read into memory in one go; larger ones are streamed.
const SMALL_FILE_BYTES: u64 = 256 << 10;

/// Files from this size on are read first, largest first, so that no thread is left with one at
/// the end.
const LARGE_FILE_BYTES: u64 = 1 << 20;

/// A batch is committed when it has this many packages, this many bytes, or is this old: what a
/// killed run has read is kept but for that.
const BATCH_PACKAGES: usize = 1000;
const BATCH_BYTES: usize = 16 << 20;
const BATCH_AGE: Duration = Duration::from_secs(1);

/// One package of the queue.
struct Task<'a> {
    subdir: usize,
    folder: &'a Path,
    to_read: ToRead,
}

/// What came of reading a package.
struct Outcome {
    subdir: usize,
    artifact: ListedArtifact,
    known: Known,
    result: Result<Found, PackageError>,
}

enum Found {
    Metadata {
        hashed: Hashed,
        metadata: Box<Metadata>,
    },
    /// Its bytes are those that the store knows.
    Unchanged,
    /// It is not there any more.
    Gone,
}

/// Reads what is to be read in the subdirs, and records it in their stores.
pub(super) fn read_changed(subdirs: &mut [OpenSubdir], options: &IndexOptions, progress: &dyn Progress) {
    let taken: Vec<Vec<ToRead>> = subdirs
        .iter_mut()
        .map(|subdir| std::mem::take(&mut subdir.to_read))
        .collect();
    if taken.iter().all(Vec::is_empty) {
        return;
    }
    let folders: Vec<_> = subdirs
        .iter()
        .map(|subdir| subdir.folder.packages.clone())
        .collect();
    let queue = queue(taken, &folders);
    let bytes = queue.iter().map(|task| task.to_read.artifact.size).sum();
    progress.begin(Step::Read {
        packages: queue.len(),
        bytes,
    });
    let next = AtomicUsize::new(0);
    let (outcomes, received) = sync_channel(4 * FILES_ABREAST);
    std::thread::scope(|scope| {
        for _ in 0..options.threads.get().min(queue.len()) {
            let (queue, next, outcomes) = (&queue, &next, outcomes.clone());
            scope.spawn(move || work(queue, next, &outcomes, options, progress));
        }
        drop(outcomes);
        record(&received, subdirs, options, progress);
    });
    progress.end();
}

/// Large files first, largest first; then the others in order of name, which stores like best.
fn queue(taken: Vec<Vec<ToRead>>, folders: &[std::path::PathBuf]) -> Vec<Task<'_>> {
    let mut queue: Vec<Task<'_>> = taken
        .into_iter()
        .zip(folders)
        .enumerate()
        .flat_map(|(subdir, (to_read, folder))| {
            to_read.into_iter().map(move |to_read| Task {
                subdir,
                folder,
                to_read,
            })
        })
        .collect();
    queue.sort_by_key(|task| {
        let size = task.to_read.artifact.size;
        std::cmp::Reverse(if size >= LARGE_FILE_BYTES { size } else { 0 })
    });
    queue
}

fn work(
    queue: &[Task<'_>],
    next: &AtomicUsize,
    outcomes: &SyncSender<Outcome>,
    options: &IndexOptions,
    progress: &dyn Progress,
) {
    loop {
        let start = next.fetch_add(FILES_ABREAST, Ordering::Relaxed);
        let Some(tasks) = queue
            .get(start..queue.len().min(start + FILES_ABREAST))
            .filter(|tasks| !tasks.is_empty())
        else {
            return;
        };
        for outcome in read_abreast(tasks, &options.limits, progress) {
            // Nobody receives any more: the run is over.
            if outcomes.send(outcome).is_err() {
                return;
            }
        }
    }
}

/// Reads the metadata of some packages, and hashes them abreast.
fn read_abreast(tasks: &[Task<'_>], limits: &Limits, progress: &dyn Progress) -> Vec<Outcome> {
    let mut files = Vec::with_capacity(tasks.len());
    let opened: Vec<_> = tasks
        .iter()
        .map(|task| {
            let listed = &task.to_read.artifact;
            match PackageFile::open(&task.folder.join(listed.name.as_str()), listed.size) {
                Ok(mut file) => {
                    let metadata = file.metadata(&listed.name, limits);
                    files.push(file);
                    Opened::File {
                        metadata: Box::new(metadata),
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Opened::Gone,
                Err(error) => Opened::Failed(error),
            }
        })
        .collect();
    let mut hashed = hash_abreast(&mut files, &|bytes| progress.advance(0, bytes)).into_iter();
    tasks
        .iter()
        .zip(opened)
        .map(|(task, opened)| {
            let ToRead { artifact, known } = task.to_read.clone();
            let result = match opened {
                Opened::Gone => Ok(Found::Gone),
                Opened::Failed(error) => Err(error.into()),
                // Every file that was opened has a digest, in the same order.
                Opened::File { metadata } => match hashed.next() {
                    Some(Ok(hashed)) => found(hashed, *metadata, &known),
                    Some(Err(error)) => Err(error.into()),
                    None => Ok(Found::Gone),
                },
            };
            Outcome {
                subdir: task.subdir,
                artifact,
                known,
                result,
            }
        })
        .collect()
}

/// What came of opening a package's file.
enum Opened {
    File {
        metadata: Box<Result<Metadata, PackageError>>,
    },
    Gone,
    Failed(io::Error),
}

fn found(
    hashed: Hashed,
    metadata: Result<Metadata, PackageError>,
    known: &Known,
) -> Result<Found, PackageError> {
    if let Known::ThisState { sha256 } = known
        && *sha256 == hashed.digests.sha256_hex()
    {
        return Ok(Found::Unchanged);
    }
    Ok(Found::Metadata {
        hashed,
        metadata: Box::new(metadata?),
    })
}

/// Receives what was read, and commits it in batches.
fn record(
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
                match known {
                    Known::Nothing => summary.added += 1,
                    Known::OtherState | Known::ThisState { .. } => summary.changed += 1,
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
                summary.left_out.push(LeftOut {
                    file_name,
                    reason: error.to_string(),
                });
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
            forgotten,
            ..
        } = std::mem::take(self);
        if subdir.summary.failure.is_some() {
            return;
        }
        artifacts.sort_by(|one, other| one.listed.name.cmp(&other.listed.name));
        let mut write = || {
            if !artifacts.is_empty() {
                subdir.store.commit(&artifacts, options.now)?;
            }
            if !forgotten.is_empty() {
                subdir.store.forget(&forgotten)?;
            }
            Ok::<(), crate::store::StoreError>(())
        };
        if let Err(error) = write() {
            subdir.summary.failure = Some(error.to_string());
        }
    }
}

/// A package's file, open once: for its metadata, then for its digests.
enum PackageFile {
    Small(Cursor<Vec<u8>>),
    Large(File),
}

impl PackageFile {
    fn open(path: &Path, size: u64) -> io::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the report names the file")]
        let mut file = File::open(path)?;
        if size > SMALL_FILE_BYTES {
            return Ok(Self::Large(file));
        }
        let mut bytes = Vec::new();
        file.by_ref().take(SMALL_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > SMALL_FILE_BYTES {
            // It grew since it was listed.
            file.rewind()?;
            return Ok(Self::Large(file));
        }
        Ok(Self::Small(Cursor::new(bytes)))
    }

    fn metadata(&mut self, name: &ArtifactName, limits: &Limits) -> Result<Metadata, PackageError> {
        match self {
            Self::Small(bytes) => {
                let metadata = read_metadata(name, &mut *bytes, limits);
                bytes.set_position(0);
                metadata
            }
            Self::Large(file) => {
                let metadata = read_metadata(name, BufReader::new(&mut *file), limits);
                file.rewind()?;
                metadata
            }
        }
    }
}

impl Read for PackageFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Small(bytes) => bytes.read(buffer),
            Self::Large(file) => file.read(buffer),
        }
    }
}
