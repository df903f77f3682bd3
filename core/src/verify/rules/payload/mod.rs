//! F501 and on: what is installed.

mod dsolists;
mod machines;
mod menu;
mod places;
mod python;
mod scripts;
mod size;
mod target_triplet;

use crate::verify::{Entry, Found, Place, Rule, Severity, Subject};

pub(super) const RULES: &[&Rule] = &[
    &places::F501,
    &places::F502,
    &scripts::F503,
    &scripts::F504,
    &python::F505,
    &machines::F506,
    &python::F507,
    &python::F508,
    &places::F509,
    &menu::F510,
    &dsolists::F511,
    &size::F513,
];

/// Files of one kind, which are told together.
struct Alike<'a> {
    first: &'a Entry,
    count: usize,
}

impl<'a> Alike<'a> {
    fn of(entries: impl IntoIterator<Item = &'a Entry>) -> Option<Self> {
        let mut entries = entries.into_iter();
        let first = entries.next()?;
        Some(Self {
            first,
            count: 1 + entries.count(),
        })
    }

    /// "it is", or "3 files, this one first, are".
    fn these(&self, one: &str, many: &str) -> String {
        match self.count {
            1 => format!("it {one}"),
            count => format!("{count} files, this one first, {many}"),
        }
    }

    /// Tells of them at the first of them.
    fn tell(&self, most: Severity, what: impl Into<String>, found: &mut Found<'_>) {
        found.no_worse_than(most, Place::member(&*self.first.path), what);
    }
}

/// Whether the package is for every platform.
fn is_noarch(subject: &Subject<'_>) -> bool {
    subject.evidence.index_text("subdir") == Some("noarch")
}

/// Whether it is Python for every platform: clients compile it, and choose where it goes.
fn is_noarch_python(subject: &Subject<'_>) -> bool {
    subject.evidence.index_text("noarch") == Some("python")
}

/// The name of a file, without its directories.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a name ends so, in capitals or not.
fn ends_so(name: &str, ending: &str) -> bool {
    let start = name.len().checked_sub(ending.len());
    let end = start.and_then(|start| name.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
}
