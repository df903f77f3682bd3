//! Which files are checked, by what was named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use towpath_core::verify::LocalPackage;

use super::summary::Summary;
use crate::failure::Failure;
use crate::report::shown;

/// The packages that are named, and those in folders that are named, each once. A folder that
/// cannot be listed is noted in the summary.
pub(super) fn packages(paths: &[PathBuf], summary: &mut Summary) -> Result<Vec<LocalPackage>, Failure> {
    let mut packages = Vec::new();
    for path in paths {
        if path.is_dir() {
            match LocalPackage::all_in(path) {
                Ok(found) if found.is_empty() => {
                    let folder = harmless(&path_text(path));
                    return Err(Failure::usage(format!("there is no package in {folder}")));
                }
                Ok(found) => packages.extend(found),
                Err(error) => summary.unreadable(path_text(path), &error),
            }
        } else {
            packages.push(LocalPackage::at(path).ok_or_else(|| no_package(path))?);
        }
    }
    let mut named = BTreeSet::new();
    packages.retain(|package| named.insert(package.path.clone()));
    Ok(packages)
}

fn no_package(path: &Path) -> Failure {
    let text = harmless(&path_text(path));
    Failure::usage(match path.try_exists() {
        Ok(false) => format!("there is no file and no folder {text}"),
        _ => format!("{text} is not a package by its name: they end in .conda or .tar.bz2"),
    })
}

/// Text of a package or a file system as a line may have it: without what steers a terminal, and
/// without what a service that runs builds takes for a command of its own (`::` at the beginning,
/// `##[` anywhere).
pub(super) fn harmless(text: &str) -> String {
    let text = shown(text).replace("##[", "#\u{fffd}[");
    if text.trim_start().starts_with("::") {
        return format!("\u{fffd}{text}");
    }
    text
}

/// The path as reports have it, with `/` between folders.
pub(super) fn path_text(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}
