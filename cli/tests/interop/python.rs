//! Which Python runs the tools that are written in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shared::{Shared, skip};

/// An interpreter that has conda-index 0.13.0 and py-rattler.
pub(crate) fn with_conda_index(shared: &Shared) -> PathBuf {
    named().unwrap_or_else(|| set_up(shared))
}

/// An interpreter that has py-rattler.
pub(crate) fn with_rattler() -> Option<PathBuf> {
    if let Some(python) = named() {
        return Some(python);
    }
    let of_scripts = target().join("test-tools/venv/bin/python");
    if of_scripts.is_file() {
        return Some(of_scripts);
    }
    if let Some(shared) = Shared::found() {
        return Some(set_up(&shared));
    }
    skip("scripts/test has made no target/test-tools/venv with py-rattler");
    None
}

fn named() -> Option<PathBuf> {
    std::env::var_os("TOWPATH_TEST_PYTHON").map(PathBuf::from)
}

/// Installs conda-index if need be. Tests are many processes: one of them does it at a time.
fn set_up(shared: &Shared) -> PathBuf {
    let lock = fs_err::File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("peer-setup.lock")).unwrap();
    lock.file().lock().unwrap();
    PathBuf::from(output(&mut Command::new(shared.peer_setup())).trim())
}

/// Cargo's target folder.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// Runs a command that must succeed; its standard output.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{stdout}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}
