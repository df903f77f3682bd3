//! Where members are put: the tree that unpacking makes.

use std::borrow::Cow;

use crate::verify::{Entry, EntryKind};

/// A member, and where it is put.
pub(super) struct Placed<'a> {
    /// Its path without segments that lead nowhere.
    pub(super) path: Cow<'a, str>,
    pub(super) entry: &'a Entry,
}

/// A path without empty segments and those that are a dot.
pub(super) fn plain(path: &str) -> Cow<'_, str> {
    let leads = |segment: &&str| !segment.is_empty() && *segment != ".";
    if path.split('/').all(|segment| leads(&segment)) {
        return Cow::Borrowed(path);
    }
    let segments: Vec<&str> = path.split('/').filter(leads).collect();
    Cow::Owned(segments.join("/"))
}

/// The members as a tree: what is below a directory follows it directly, and members of one path
/// follow each other in the order of reading. The root is left out.
pub(super) fn placed(entries: &[Entry]) -> Vec<Placed<'_>> {
    let placed = entries.iter().map(|entry| Placed {
        path: plain(&entry.path),
        entry,
    });
    let mut placed: Vec<Placed<'_>> = placed.filter(|placed| !placed.path.is_empty()).collect();
    // What is in a directory precedes whatever has a longer name.
    let order = |byte| if byte == b'/' { 0 } else { 1 + u16::from(byte) };
    placed.sort_by(|one, other| {
        let [one, other] = [one, other].map(|placed| placed.path.bytes().map(order));
        one.cmp(other)
    });
    placed
}

/// A member that is no directory, although others lie below its path.
pub(super) struct Blocked<'a> {
    pub(super) by: &'a Entry,
    /// The first member below it, in the order of the tree.
    pub(super) first: &'a Entry,
    pub(super) count: usize,
}

/// The members that are no directories and below which others lie, each with those for which it is
/// the nearest.
pub(super) fn blocked<'a>(placed: &[Placed<'a>]) -> Vec<Blocked<'a>> {
    let mut blocked: Vec<Blocked<'a>> = Vec::new();
    // Where the current member is: those above it that are no directories, the nearest last, each
    // with its place in `blocked`, if it is there.
    let mut above: Vec<(&Placed<'a>, Option<usize>)> = Vec::new();
    for of_one_path in placed.chunk_by(|one, other| one.path == other.path) {
        let Some(first) = of_one_path.first() else {
            continue;
        };
        while above
            .pop_if(|(upper, _)| !is_below(&first.path, &upper.path))
            .is_some()
        {}
        if let Some((upper, place)) = above.last_mut() {
            match place {
                Some(place) => blocked[*place].count += of_one_path.len(),
                None => {
                    *place = Some(blocked.len());
                    blocked.push(Blocked {
                        by: upper.entry,
                        first: first.entry,
                        count: of_one_path.len(),
                    });
                }
            }
        }
        let is_directory = |placed: &Placed<'_>| placed.entry.kind == EntryKind::Directory;
        if !of_one_path.iter().any(is_directory) {
            above.push((first, None));
        }
    }
    blocked
}

fn is_below(path: &str, upper: &str) -> bool {
    let rest = path.strip_prefix(upper);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("a/b", "a/b")]
    #[case("a//./b/", "a/b")]
    #[case("a/../b", "a/../b")]
    #[case("./", "")]
    #[case("", "")]
    fn only_what_leads_nowhere_is_left_out(#[case] path: &str, #[case] expected: &str) {
        assert_eq!(plain(path), expected);
    }
}
