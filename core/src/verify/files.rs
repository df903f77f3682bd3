//! Packages that lie in folders, checked several at a time.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use super::{Report, VerifyOptions, verify};
use crate::channel::{KNOWN_SUBDIRS, Subdir};
use crate::package::ArtifactName;

/// Bytes of an attestation that are read. A bundle with its certificates has some ten thousand.
const ATTESTATION_MAX: u64 = 4 << 20;

/// A package that lies somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPackage {
    /// Where.
    pub path: PathBuf,
    /// Its file name.
    pub name: ArtifactName,
    /// The subdir that its folder is, if that has a name which only subdirs have.
    pub subdir: Option<Subdir>,
}

impl LocalPackage {
    /// The package at `path`; `None` if it has not the name of one.
    pub fn at(path: impl Into<PathBuf>) -> Option<Self> {
        let path = path.into();
        let name = ArtifactName::new(path.file_name()?.to_str()?).ok()?;
        let folder = path.parent().and_then(Path::file_name);
        let folder = folder.and_then(|folder| folder.to_str());
        let subdir = folder.filter(|folder| KNOWN_SUBDIRS.contains(folder));
        Some(Self {
            subdir: subdir.and_then(|folder| folder.parse().ok()),
            name,
            path,
        })
    }

    /// All packages in a folder and the folders in it, in order of their paths. Hidden folders,
    /// such as an index's `.cache`, are left out, and links to folders are not followed.
    ///
    /// # Errors
    ///
    /// When a folder cannot be listed.
    pub fn all_in(folder: &Path) -> io::Result<Vec<Self>> {
        let mut packages = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(&folder)? {
                let entry = entry?;
                let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                if entry.file_type()?.is_dir() {
                    if !is_hidden {
                        folders.push(entry.path());
                    }
                } else {
                    packages.extend(Self::at(entry.path()));
                }
            }
        }
        packages.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(packages)
    }
}

/// Checks packages, `threads` at a time, and tells of each in their order. `on_read` is told how
/// many bytes were read, from any thread; of each file every byte is read about twice, of a damaged one more
/// often.
pub fn verify_files(
    packages: &[LocalPackage],
    options: &VerifyOptions,
    threads: NonZeroUsize,
    on_read: &(dyn Fn(u64) + Sync),
    on_report: &mut dyn FnMut(&LocalPackage, io::Result<Report>),
) {
    let next = AtomicUsize::new(0);
    // Threads that are far ahead of a large package wait for it.
    let (reports, reported) = sync_channel(16 * threads.get());
    std::thread::scope(|scope| {
        let work = |reports: std::sync::mpsc::SyncSender<_>| {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(package) = packages.get(number) else {
                    return;
                };
                let report = verify_file(package, options, on_read);
                // Nobody receives any more: the thread that tells has panicked.
                if reports.send((number, report)).is_err() {
                    return;
                }
            }
        };
        let workers: Vec<_> = (0..threads.get().min(packages.len()))
            .map(|_| {
                let reports = reports.clone();
                scope.spawn(move || work(reports))
            })
            .collect();
        drop(reports);
        let mut early = BTreeMap::new();
        let mut told = 0;
        for (number, report) in reported {
            early.insert(number, report);
            while let Some(report) = early.remove(&told) {
                on_report(&packages[told], report);
                told += 1;
            }
        }
        for worker in workers {
            worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
}

fn verify_file(
    package: &LocalPackage,
    options: &VerifyOptions,
    on_read: &(dyn Fn(u64) + Sync),
) -> io::Result<Report> {
    let file = Told {
        inner: fs_err::File::open(&package.path)?,
        on_read,
    };
    let options = VerifyOptions {
        attestation: read_attestation(&package.path)?,
        subdir: options.subdir.clone().or_else(|| package.subdir.clone()),
        ..options.clone()
    };
    verify(&package.name, file, &options)
}

/// The attestation beside a package. CEP 27 does not say what it is called; these are the names that
/// tools give it.
fn read_attestation(package: &Path) -> io::Result<Option<Vec<u8>>> {
    for ending in ["sigstore.json", "sigstore", "attestation.json"] {
        let mut name = package.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        match fs_err::File::open(PathBuf::from(name)) {
            Ok(file) => {
                let mut content = Vec::new();
                file.take(ATTESTATION_MAX).read_to_end(&mut content)?;
                return Ok(Some(content));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Tells of every byte that is read.
struct Told<'a, R> {
    inner: R,
    on_read: &'a (dyn Fn(u64) + Sync),
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.on_read)(count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Told<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_says_the_subdir_if_it_can_be_nothing_else() {
        let package = LocalPackage::at("a/linux-64/x-1-0.conda").unwrap();
        assert_eq!(package.subdir.unwrap().as_str(), "linux-64");
        assert_eq!(LocalPackage::at("my-packages/x-1-0.conda").unwrap().subdir, None);
        assert_eq!(LocalPackage::at("noarch/x-1-0.whl"), None);
    }

    #[test]
    fn packages_are_found_in_folders_and_told_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [
            "noarch/b-1-0.conda",
            "linux-64/a-1-0.tar.bz2",
            "x.txt",
            ".cache/c-1-0.conda",
        ];
        for path in paths {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        let packages = LocalPackage::all_in(folder.path()).unwrap();
        let mut told = Vec::new();
        verify_files(
            &packages,
            &VerifyOptions::default(),
            NonZeroUsize::new(4).unwrap(),
            &|_| {},
            &mut |package, report| {
                assert_eq!(report.unwrap().findings[0].code, "A001");
                told.push(package.name.to_string());
            },
        );
        assert_eq!(told, ["a-1-0.tar.bz2", "b-1-0.conda"]);
    }
}
