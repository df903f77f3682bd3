//! Lists the packages that lie in a subdir's folder.

use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::package::ArtifactName;
use crate::store::{ListedArtifact, Mtime};

/// The packages in a folder, and files that are named like packages and cannot be listed.
#[derive(Debug, Default)]
pub struct Listing {
    /// The packages, sorted by name.
    pub artifacts: Vec<ListedArtifact>,
    /// File names (as well as they can be shown), and why they were passed over.
    pub unlistable: Vec<(String, String)>,
}

/// Lists the direct children of `folder` that are named like packages. Links are followed.
///
/// Only such files are looked at: anything else that lies there, dangling links included, is not
/// this tool's business.
///
/// # Errors
///
/// When the folder cannot be listed.
pub fn list_artifacts(folder: &Path, threads: usize) -> io::Result<Listing> {
    let mut names = Vec::new();
    let mut listing = Listing::default();
    for entry in fs_err::read_dir(folder)? {
        match entry?.file_name().into_string() {
            Ok(name) => names.extend(ArtifactName::new(name)),
            Err(name) => {
                let shown = name.to_string_lossy().into_owned();
                if ArtifactName::new(shown.clone()).is_ok() {
                    listing.unlistable.push((
                        shown,
                        "its file name is not UTF-8, and no document could name it".to_owned(),
                    ));
                }
            }
        }
    }
    names.sort_unstable();
    let share = names.len().div_ceil(threads.max(1)).max(1);
    let listed: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = names
            .chunks(share)
            .map(|names| {
                scope.spawn(|| {
                    names
                        .iter()
                        .map(|name| list_one(folder, name))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    for result in listed {
        match result {
            Ok(artifact) => listing.artifacts.extend(artifact),
            Err(unlistable) => listing.unlistable.push(unlistable),
        }
    }
    Ok(listing)
}

/// What the folder says of one file; nothing if somebody removed it meanwhile.
fn list_one(folder: &Path, name: &ArtifactName) -> Result<Option<ListedArtifact>, (String, String)> {
    let refused = |why: String| (name.as_str().to_owned(), why);
    let path = folder.join(name.as_str());
    // The errors without the path, which the report names anyway.
    #[expect(clippy::disallowed_methods, reason = "the report names the file")]
    let metadata = match std::fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(refused("is a link to a file that is not there".to_owned()));
        }
        Err(error) => return Err(refused(format!("cannot be read: {error}"))),
    };
    if !metadata.is_file() {
        return Err(refused("is a folder or a device, not a file".to_owned()));
    }
    let modified = metadata.modified().map_err(|error| refused(error.to_string()))?;
    let mtime = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => Mtime::from_unix(after.as_secs().cast_signed(), after.subsec_nanos()),
        // Before 1970 the whole seconds are rounded down and the nanoseconds count upwards.
        Err(before) => {
            let before = before.duration();
            let nanoseconds = before.subsec_nanos();
            let seconds = -before.as_secs().cast_signed();
            if nanoseconds == 0 {
                Mtime::from_unix(seconds, 0)
            } else {
                Mtime::from_unix(seconds - 1, 1_000_000_000 - nanoseconds)
            }
        }
    };
    Ok(Some(ListedArtifact {
        name: name.clone(),
        mtime,
        size: metadata.len(),
    }))
}
