//! C201 and on: the names of file, package, version, build and subdir.
//!
//! Values in `info/index.json` that are not text are a matter of the metadata.

mod build;
mod file;
mod package;
mod subdir;
mod version;

use crate::verify::{Place, Rule, Subject};

pub(super) const RULES: &[&Rule] = &[
    &file::C201,
    &package::C202,
    &package::C203,
    &version::C204,
    &version::C205,
    &version::C206,
    &build::C207,
    &build::C208,
    &file::C209,
    &subdir::C210,
    &file::C211,
];

/// A key of `info/index.json`.
fn index(key: &str) -> Place {
    Place::member("info/index.json").key(key)
}

/// Text in `info/index.json`.
fn text<'a>(subject: &Subject<'a>, key: &str) -> Option<&'a str> {
    subject.evidence.index_text(key)
}
