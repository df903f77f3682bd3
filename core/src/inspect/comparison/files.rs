//! Which files came, went or changed.

use std::cmp::Ordering;

use serde::Serialize;

use crate::inspect::{PackagedFile, PathType};

/// What changed of the files that are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FileChanges {
    /// How many files came.
    pub added: usize,
    /// How many files went.
    pub removed: usize,
    /// How many files are not the same.
    pub changed: usize,
    /// Of how many files is not known whether they are the same.
    pub unknown: usize,
    /// Bytes that are installed more; fewer if negative.
    pub installed_size_change: i64,
    /// The first of those that came, went or changed, by path.
    pub files: Vec<ChangedFile>,
}

/// A file that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangedFile {
    /// What happened to it.
    pub change: FileChange,
    /// Its path.
    pub path: String,
    /// Its bytes before, if they are known.
    pub size_before: Option<u64>,
    /// Its bytes now, if they are known.
    pub size_after: Option<u64>,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum FileChange {
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It has other bytes.
    Changed,
}

impl FileChanges {
    /// Whether no file came, went or changed, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.added == 0 && self.removed == 0 && self.changed == 0
    }
}

/// What is known of a file in a list of them.
pub(crate) trait FileFacts {
    /// Its path.
    fn path(&self) -> &str;
    /// Its bytes.
    fn size(&self) -> Option<u64>;
    /// Its SHA-256 in hexadecimal.
    fn sha256(&self) -> Option<&str>;
    /// Whether it is a link, if the list says it.
    fn is_link(&self) -> Option<bool>;
}

impl FileFacts for PackagedFile {
    fn path(&self) -> &str {
        &self.path
    }

    fn size(&self) -> Option<u64> {
        self.size
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    fn is_link(&self) -> Option<bool> {
        // Of a file that only its name is known of, the type is not.
        let is_known = self.size.is_some() || self.path_type != PathType::Hardlink;
        is_known.then_some(self.path_type == PathType::Softlink)
    }
}

/// What changed of files, told by path, with the first `limit` of them. A file is changed if both sides know
/// its SHA-256 and it is not the same; where one does not, if sizes differ; and if one side has a link.
pub(crate) fn changed_files<'a, F: FileFacts + 'a>(
    before: impl Iterator<Item = &'a F>,
    after: impl Iterator<Item = &'a F>,
    limit: usize,
) -> FileChanges {
    let mut before = by_path(before).into_iter().peekable();
    let mut after = by_path(after).into_iter().peekable();
    let mut changes = FileChanges::default();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.path().cmp(after.path()),
        };
        let old = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        let [old_size, new_size] = [old, new].map(|file| file.and_then(FileFacts::size));
        let (change, grown) = match (old, new) {
            (Some(old), Some(new)) => match is_same(old, new) {
                Some(true) => continue,
                None => {
                    changes.unknown += 1;
                    continue;
                }
                Some(false) => {
                    changes.changed += 1;
                    let sizes = old_size.zip(new_size);
                    (
                        FileChange::Changed,
                        sizes.map_or(0, |(old, new)| bytes(new) - bytes(old)),
                    )
                }
            },
            (Some(_), None) => {
                changes.removed += 1;
                (FileChange::Removed, -old_size.map_or(0, bytes))
            }
            (None, _) => {
                changes.added += 1;
                (FileChange::Added, new_size.map_or(0, bytes))
            }
        };
        changes.installed_size_change = changes.installed_size_change.saturating_add(grown);
        if let Some(file) = new.or(old).filter(|_| changes.files.len() < limit) {
            changes.files.push(ChangedFile {
                change,
                path: file.path().to_owned(),
                size_before: old_size,
                size_after: new_size,
            });
        }
    }
}

/// The files sorted by path, each path once.
fn by_path<'a, F: FileFacts>(files: impl Iterator<Item = &'a F>) -> Vec<&'a F> {
    let mut files: Vec<&F> = files.collect();
    files.sort_by(|one, other| one.path().cmp(other.path()));
    files.dedup_by(|one, other| one.path() == other.path());
    files
}

/// Whether two files are the same, if that can be said.
fn is_same<F: FileFacts>(one: &F, other: &F) -> Option<bool> {
    if one
        .is_link()
        .zip(other.is_link())
        .is_some_and(|(one, other)| one != other)
    {
        return Some(false);
    }
    match (one.sha256(), other.sha256()) {
        (Some(one), Some(other)) => Some(one.eq_ignore_ascii_case(other)),
        _ => one.size().zip(other.size()).map(|(one, other)| one == other),
    }
}

fn bytes(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(path: &str, size: Option<u64>, sha256: Option<&str>) -> PackagedFile {
        PackagedFile {
            path: path.to_owned(),
            size,
            path_type: PathType::Hardlink,
            target: None,
            sha256: sha256.map(str::to_owned),
            prefix: None,
            no_link: false,
        }
    }

    fn changes(before: &[PackagedFile], after: &[PackagedFile], limit: usize) -> FileChanges {
        changed_files(before.iter(), after.iter(), limit)
    }

    #[test]
    fn files_are_compared_by_path() {
        let before = [
            file("same", Some(1), Some("aA")),
            file("gone", Some(7), Some("bb")),
            file("other-bytes", Some(5), Some("cc")),
            file("other-size", Some(5), None),
            file("not-known", None, Some("dd")),
        ];
        let after = [
            file("other-bytes", Some(5), Some("dd")),
            file("other-size", Some(100), Some("ee")),
            file("come", Some(20), None),
            file("come", Some(20), None),
            file("not-known", Some(3), None),
            file("same", Some(1), Some("Aa")),
        ];
        let changes = changes(&before, &after, 3);
        assert_eq!((changes.added, changes.removed, changes.changed), (1, 1, 2));
        assert_eq!(changes.unknown, 1);
        assert_eq!(changes.installed_size_change, 20 - 7 + 95);
        let named = changes.files.iter();
        let named = named.map(|file| (file.change, file.path.as_str(), file.size_before, file.size_after));
        assert_eq!(
            named.collect::<Vec<_>>(),
            [
                (FileChange::Added, "come", None, Some(20)),
                (FileChange::Removed, "gone", Some(7), None),
                (FileChange::Changed, "other-bytes", Some(5), Some(5)),
            ]
        );
    }

    #[test]
    fn a_file_that_becomes_a_link_is_changed() {
        let before = file("lib/x", Some(1), Some("aa"));
        let link = PackagedFile {
            path_type: PathType::Softlink,
            ..before.clone()
        };
        assert_eq!(changes(&[before], std::slice::from_ref(&link), 0).changed, 1);
        let named = file("lib/x", None, None);
        assert_eq!(changes(&[named], &[link], 0).unknown, 1);
    }

    #[test]
    fn absurd_sizes_are_compared() {
        let huge = ["a", "b"].map(|path| file(path, Some(u64::MAX), None));
        assert_eq!(changes(&[], &huge, 0).installed_size_change, i64::MAX);
        assert_eq!(changes(&huge, &[], 0).installed_size_change, i64::MIN);
    }

    proptest! {
        #[test]
        fn what_comes_one_way_goes_the_other(
            before in proptest::collection::btree_map("[a-c]{1,2}", 0_u64..3, 0..6),
            after in proptest::collection::btree_map("[a-c]{1,2}", 0_u64..3, 0..6),
        ) {
            let [before, after] = [before, after].map(|files| {
                let files = files.into_iter().map(|(path, size)| file(&path, Some(size), None));
                files.collect::<Vec<_>>()
            });
            let forwards = changes(&before, &after, usize::MAX);
            let backwards = changes(&after, &before, usize::MAX);
            prop_assert_eq!(forwards.added, backwards.removed);
            prop_assert_eq!(forwards.changed, backwards.changed);
            prop_assert_eq!(forwards.installed_size_change, -backwards.installed_size_change);
            prop_assert_eq!(forwards.files.len(), forwards.added + forwards.removed + forwards.changed);
            prop_assert_eq!(before.len() + forwards.added - forwards.removed, after.len());
        }
    }
}
