//! The payload by path: what is there, what `paths.json` says of it, and where links lead.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use super::{Content, Entry, EntryKind, Evidence, PathEntry};

/// Links on the way to a file, as many as Linux follows.
const LINKS_MAX: u32 = 40;
/// Bytes of paths that are looked up for all links of a package together.
const WORK_MAX: usize = 64 << 20;

/// The payload by path.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    members: HashMap<Cow<'a, str>, &'a Entry>,
    listed: HashMap<Cow<'a, str>, &'a PathEntry>,
    /// The members at the paths that `paths.json` lists, by the numbers of its entries.
    listed_members: Vec<Option<&'a Entry>>,
    /// The numbers of entries of `paths.json` whose path was there before, in order.
    repeated: Vec<usize>,
    parents: OnceCell<Parents<'a>>,
    work: Cell<usize>,
}

/// The directories that members are in; they need not be members.
#[derive(Debug)]
struct Parents<'a> {
    paths: HashSet<&'a str>,
    /// Whether these are all, which they are not if finding them is too much work.
    are_all: bool,
}

/// What a link leads to.
#[derive(Debug)]
pub(super) enum Target<'a> {
    /// A member that is neither link nor directory.
    Member(&'a Entry),
    /// A directory.
    Directory,
    /// Nothing that is in the package; where it should be.
    Absent(String),
    /// Somewhere outside of the package.
    Outside,
    /// Round in a circle.
    Circle,
    /// Too many long ways to follow them all.
    Unknown,
}

impl<'a> Tree<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let mut members = HashMap::with_capacity(evidence.entries.len());
        for entry in evidence.payload() {
            // Extracting, the last one of a path overwrites those before.
            members.insert(plain(&entry.path), entry);
        }
        let entries = evidence.paths.as_ref().map_or(&[][..], |paths| &paths.entries);
        let mut listed = HashMap::with_capacity(entries.len());
        let mut listed_members = Vec::with_capacity(entries.len());
        let mut repeated = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let path = plain(&entry.path);
            listed_members.push(members.get(&path).copied());
            match listed.entry(path) {
                Slot::Vacant(slot) => {
                    slot.insert(entry);
                }
                Slot::Occupied(_) => repeated.push(number),
            }
        }
        Self {
            members,
            listed,
            listed_members,
            repeated,
            parents: OnceCell::new(),
            work: Cell::new(0),
        }
    }

    /// The member at a path, however that is spelled.
    pub(super) fn member(&self, path: &str) -> Option<&'a Entry> {
        self.members.get(&*plain(path)).copied()
    }

    /// The member at the path of an entry of `paths.json`, by the entry's number.
    pub(super) fn listed_member(&self, number: usize) -> Option<&'a Entry> {
        self.listed_members.get(number).copied().flatten()
    }

    /// Whether this is the member that is at its path in the end.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        self.member(&entry.path)
            .is_some_and(|there| std::ptr::eq(there, entry))
    }

    /// What `paths.json` says of a path, however that is spelled.
    pub(super) fn listed(&self, path: &str) -> Option<&'a PathEntry> {
        self.listed.get(&*plain(path)).copied()
    }

    /// Whether an entry of `paths.json`, by its number, is of a path that was there before.
    pub(super) fn is_repeated(&self, number: usize) -> bool {
        self.repeated.binary_search(&number).is_ok()
    }

    /// Whether there is a directory at a path, be it only because something is in it.
    pub(super) fn has_directory(&self, path: &str) -> bool {
        let path = plain(path);
        let member = self.members.get(&path);
        let parents = || self.parents.get_or_init(|| self.all_parents());
        member.is_some_and(|entry| entry.kind == EntryKind::Directory)
            || parents().paths.contains(&*path)
            || !parents().are_all
    }

    fn all_parents(&self) -> Parents<'a> {
        let mut paths = HashSet::new();
        let mut work = 0;
        for entry in self.members.values() {
            let mut rest = entry.path.as_str();
            while let Some((parent, _)) = rest.rsplit_once('/') {
                work += parent.len();
                if work > WORK_MAX {
                    return Parents {
                        paths,
                        are_all: false,
                    };
                }
                if !paths.insert(parent) {
                    break;
                }
                rest = parent;
            }
        }
        Parents { paths, are_all: true }
    }

    /// The content of a file, or of the file that a hard link is to, with its size.
    pub(super) fn content(&self, entry: &'a Entry) -> Option<(&'a Content, u64)> {
        let mut entry = entry;
        for _ in 0..LINKS_MAX {
            match &entry.kind {
                EntryKind::Hardlink(target) => entry = self.member(target)?,
                _ => return entry.content.as_ref().map(|content| (content, entry.size)),
            }
        }
        None
    }

    /// Where a symbolic link at `path` leads, as it would on disk.
    pub(super) fn target(&self, path: &str, target: &str) -> Target<'a> {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let mut resolved = plain(directory).into_owned();
        let mut links = 0;
        if target.starts_with('/') {
            return Target::Outside;
        }
        let mut ahead: Vec<&str> = target.rsplit('/').collect();
        while let Some(segment) = ahead.pop() {
            match segment {
                "" | "." => continue,
                ".." => {
                    if resolved.is_empty() {
                        return Target::Outside;
                    }
                    resolved.truncate(resolved.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let before = resolved.len();
            if before > 0 {
                resolved.push('/');
            }
            resolved.push_str(segment);
            if !self.may_look_up(resolved.len()) {
                return Target::Unknown;
            }
            match self.members.get(resolved.as_str()) {
                Some(Entry {
                    kind: EntryKind::Symlink(next),
                    ..
                }) => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Target::Circle;
                    }
                    if next.starts_with('/') {
                        return Target::Outside;
                    }
                    if !self.may_look_up(next.len()) {
                        return Target::Unknown;
                    }
                    resolved.truncate(before);
                    ahead.extend(next.rsplit('/'));
                }
                Some(Entry {
                    kind: EntryKind::Directory,
                    ..
                })
                | None => {}
                Some(member) if ahead.is_empty() => return Target::Member(member),
                Some(_) => return Target::Absent(resolved),
            }
        }
        if resolved.is_empty() || self.has_directory(&resolved) {
            Target::Directory
        } else {
            Target::Absent(resolved)
        }
    }

    fn may_look_up(&self, bytes: usize) -> bool {
        self.work.set(self.work.get().saturating_add(bytes));
        self.work.get() <= WORK_MAX
    }
}

/// A path without what does not change where it leads: empty segments, dots, and the other slash.
fn plain(path: &str) -> Cow<'_, str> {
    let is_plain = !path.contains('\\') && path.split('/').all(|segment| !matches!(segment, "" | "."));
    if is_plain {
        return Cow::Borrowed(path);
    }
    let mut segments = String::with_capacity(path.len());
    for segment in path
        .split(['/', '\\'])
        .filter(|segment| !matches!(*segment, "" | "."))
    {
        if !segments.is_empty() {
            segments.push('/');
        }
        segments.push_str(segment);
    }
    Cow::Owned(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("a/b", "a/b")]
    #[case("./a//b/", "a/b")]
    #[case(r"a\b", "a/b")]
    #[case("/a", "a")]
    #[case("a/../b", "a/../b")]
    #[case("", "")]
    fn spelling_does_not_hide_a_path(#[case] path: &str, #[case] same: &str) {
        assert_eq!(plain(path), same);
    }
}
