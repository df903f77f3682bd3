//! Runs of conda-index 0.13.0, and comparisons of what the two tools make.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python;
use crate::shared::Shared;

/// conda-index.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) python: PathBuf,
    pub(crate) shared: Shared,
}

impl Peer {
    /// conda-index, installed if need be; without `../shared`, a test has to be skipped.
    pub(crate) fn found() -> Option<Self> {
        let shared = Shared::found()?;
        let python = python::with_conda_index(&shared);
        Some(Self { python, shared })
    }

    /// Indexes a channel in which every package is sound. One thread: conda-index starts processes
    /// for more, and is slower for it on small channels.
    pub(crate) fn index(&self, channel: &Path, options: &[&str]) {
        let output = Command::new(&self.python)
            .args(["-m", "conda_index", "--threads", "1", "--verbose"])
            .args(options)
            .arg(channel)
            .env("PYTHONHASHSEED", "0")
            .env_remove("CONDA_INDEX_DBURL")
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && !log.contains("Error extracting"),
            "conda-index: {}\n{log}",
            output.status
        );
    }

    /// Asserts that every metadata document of `expected` is in `actual` and means the same, for
    /// file names that match `only`.
    pub(crate) fn assert_same(&self, expected: &Path, actual: &Path, only: &str) {
        let mut compare = Command::new(&self.python);
        compare
            .arg(self.shared.compare_channels())
            .args([expected, actual]);
        compare.args(["--only", only]);
        let output = compare.output().unwrap();
        let differences = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{} and {} differ:\n{differences}{}",
            expected.display(),
            actual.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Asserts that the caches of two channels hold the same of each package.
    pub(crate) fn assert_same_rows(&self, theirs: &Path, ours: &Path) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/compare_rows.py");
        let mut compare = Command::new(&self.python);
        println!("{}", python::output(compare.arg(script).args([theirs, ours])));
    }
}
