//! The folder beside the repository with real packages and conda-index.

use std::path::{Path, PathBuf};

/// The folder that the repository is in may hold `shared`.
const BESIDE_THE_REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");

/// `../shared`, or the folder that `TOWPATH_TEST_SHARED` names.
#[derive(Clone, Debug)]
pub(crate) struct Shared(PathBuf);

impl Shared {
    /// The folder; without it, a test has to be skipped.
    pub(crate) fn found() -> Option<Self> {
        let folder = std::env::var_os("TOWPATH_TEST_SHARED")
            .map_or_else(|| PathBuf::from(BESIDE_THE_REPOSITORY), PathBuf::from);
        if folder.join("README.md").is_file() {
            return Some(Self(folder.canonicalize().unwrap()));
        }
        skip(&format!("there is no {}", folder.display()));
        None
    }

    /// Real packages, in subdirs.
    pub(crate) fn packages(&self) -> PathBuf {
        self.0.join("data/packages")
    }

    /// What conda-index makes of the real packages.
    pub(crate) fn golden(&self) -> PathBuf {
        self.0.join("data/golden")
    }

    /// Real repodata of a subdir, compressed with zstd.
    pub(crate) fn repodata(&self, collection: &str, subdir: &str) -> PathBuf {
        self.0
            .join("data/repodata")
            .join(collection)
            .join(subdir)
            .join("repodata.json.zst")
    }

    /// Real patch instructions for osx-64, compressed with zstd.
    pub(crate) fn patch_instructions(&self) -> [PathBuf; 2] {
        ["bioconda-0c01dd1c", "bioconda-295d66d6"].map(|folder| {
            self.0
                .join("data/repodata/patch_instructions")
                .join(folder)
                .join("osx-64/patch_instructions.json.zst")
        })
    }

    /// The program that compares two channels' documents.
    pub(crate) fn compare_channels(&self) -> PathBuf {
        self.0.join("tools/compare_channels.py")
    }

    /// The program that installs conda-index and prints the interpreter that has it.
    pub(crate) fn peer_setup(&self) -> PathBuf {
        self.0.join("peer/setup")
    }
}

impl AsRef<Path> for Shared {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

/// Says that a test does nothing. A machine whose task is to run every test must not stay silent
/// about one that it did not run.
pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "cannot be skipped under CI: {why}"
    );
    println!("skipped: {why}");
}
