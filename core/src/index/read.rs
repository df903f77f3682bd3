//! Read: the packages of all subdirs from one queue, by all threads.

use std::io::{self, Seek};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::fitness::metadata_if_fit;
use super::open::{Known, OpenSubdir, ToRead};
use super::package_file::PackageFile;
use super::record::{Found, Outcome, record};
use super::{IndexOptions, Progress, Step};
use crate::channel::SubdirFolder;
use crate::package::digest::{Hashed, hash_abreast};
use crate::package::{Metadata, PackageError};

/// Files that one thread reads at a time, so that it can hash them abreast.
const FILES_ABREAST: usize = 16;

/// Packages that were read and wait to be recorded: enough to go on reading while a batch is
/// committed, few enough (of some 10 KB each) not to matter.
const OUTCOMES_WAITING: usize = 512;

/// Files from this size on are read first, largest first, so that no thread is left with one at
/// the end.
const LARGE_FILE_BYTES: u64 = 1 << 20;

/// One package of the queue.
struct Task<'a> {
    subdir: usize,
    folder: &'a SubdirFolder,
    to_read: ToRead,
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
    let folders: Vec<_> = subdirs.iter().map(|subdir| subdir.folder.clone()).collect();
    let queue = queue(taken, &folders);
    let bytes = queue.iter().map(|task| task.to_read.artifact.size).sum();
    progress.begin(Step::Read {
        packages: queue.len(),
        bytes,
    });
    let next = AtomicUsize::new(0);
    let (outcomes, received) = sync_channel(OUTCOMES_WAITING);
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
fn queue(taken: Vec<Vec<ToRead>>, folders: &[SubdirFolder]) -> Vec<Task<'_>> {
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
        for outcome in read_abreast(tasks, options, progress) {
            // Nobody receives any more: the run is over.
            if outcomes.send(outcome).is_err() {
                return;
            }
        }
    }
}

/// Reads the metadata of some packages, and hashes them abreast.
fn read_abreast(tasks: &[Task<'_>], options: &IndexOptions, progress: &dyn Progress) -> Vec<Outcome> {
    let mut files = Vec::with_capacity(tasks.len());
    let opened: Vec<_> = tasks
        .iter()
        .map(|task| {
            let listed = &task.to_read.artifact;
            match PackageFile::open(&task.folder.packages.join(listed.name.as_str()), listed.size) {
                Ok(mut file) => {
                    let metadata = read_metadata(&mut file, task, options);
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
    let hashed = hash_abreast(&mut files, &|bytes| progress.advance(0, bytes));
    let mut hashed = files
        .iter()
        .zip(hashed)
        .map(|(file, hashed)| hashed.and_then(|hashed| file.expect_unchanged().map(|()| hashed)));
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

/// The metadata of a package, if it keeps the rules that it is held to.
fn read_metadata(
    file: &mut PackageFile,
    task: &Task<'_>,
    options: &IndexOptions,
) -> Result<Metadata, PackageError> {
    let name = &task.to_read.artifact.name;
    let metadata = file.metadata(name, &options.limits)?;
    let Some(rules) = &options.verify else {
        return Ok(metadata);
    };
    let metadata = metadata_if_fit(metadata, name, &task.folder.subdir, &mut *file, rules);
    file.rewind()?;
    metadata
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
