//! E401 and on: `info/paths.json`, and whether it tells the truth.

mod digests;
mod links;
mod list;
mod old_lists;
mod prefix;
mod presence;

use crate::verify::{PathEntry, Place, Rule, Subject};

pub(super) const RULES: &[&Rule] = &[
    &list::E401,
    &list::E402,
    &presence::E403,
    &presence::E404,
    &digests::E405,
    &links::E406,
    &links::E407,
    &prefix::E408,
    &prefix::E409,
    &prefix::E410,
    &old_lists::E412,
];

/// Where `paths.json` is.
const PATHS_JSON: &str = "info/paths.json";
/// Where the lists are that it took the place of.
const FILES: &str = "info/files";
const HAS_PREFIX: &str = "info/has_prefix";

/// The entries of `paths.json`, with their numbers.
fn listed<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (usize, &'a PathEntry)> {
    let paths = subject.evidence.paths.iter();
    let entries = paths.flat_map(|paths| paths.entries.iter().enumerate());
    entries.filter(|(_, entry)| !entry.path.is_empty())
}

fn place(number: usize) -> Place {
    Place::member(PATHS_JSON).key(format!("paths[{number}]"))
}
