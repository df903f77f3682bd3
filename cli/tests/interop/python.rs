//! Which Python runs the tools that are written in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shared::{Shared, skip};

const OLD_RATTLER: &str = "py-rattler==0.14.0";

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

/// An interpreter that has a py-rattler of 2025, which knows nothing of repodata v3. It is installed
/// if need be.
pub(crate) fn with_old_rattler() -> Option<PathBuf> {
    let python = with_rattler()?;
    let _lock = locked("old-rattler.lock");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(OLD_RATTLER);
    let old = folder.join("bin/python");
    let has_rattler = |python: &Path| {
        let output = Command::new(python).args(["-c", "import rattler"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !has_rattler(&old) {
        output(Command::new(python).args(["-m", "venv"]).arg(&folder));
        let mut install = Command::new(&old);
        install.args(["-m", "pip", "install", "--quiet", OLD_RATTLER]);
        if !install.status().unwrap().success() {
            skip(&format!("pip cannot install {OLD_RATTLER}"));
            return None;
        }
    }
    Some(old)
}

fn named() -> Option<PathBuf> {
    std::env::var_os("TOWPATH_TEST_PYTHON").map(PathBuf::from)
}

/// Installs conda-index if need be. Tests are many processes: one of them does it at a time.
fn set_up(shared: &Shared) -> PathBuf {
    let _lock = locked("peer-setup.lock");
    PathBuf::from(output(&mut Command::new(shared.peer_setup())).trim())
}

/// A lock that all tests see, until it is dropped.
fn locked(name: &str) -> fs_err::File {
    let lock = fs_err::File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)).unwrap();
    lock.file().lock().unwrap();
    lock
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
