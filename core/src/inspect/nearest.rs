//! Which paths of a package are like one that it does not have.

use super::member::MemberError;

/// How many paths are suggested.
const SUGGESTED: usize = 3;

/// How many members of a folder are listed.
const LISTED: usize = 8;

/// How many edits make one path of another.
const EDITS: usize = 3;

/// How alike a path is to the one that was asked for, the most alike first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// But for capital letters.
    Case,
    /// The end of the path was given, as in `index.json`.
    End,
    /// After so many edits.
    Edits(usize),
    /// Another folder.
    Name,
}

/// The paths most like one, of all that are considered.
#[derive(Debug)]
pub(super) struct Nearest {
    path: String,
    found: Vec<(Likeness, String)>,
    /// What lies in the folder of that path.
    inside: Vec<String>,
    more_inside: usize,
}

impl Nearest {
    pub(super) fn to(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            found: Vec::new(),
            inside: Vec::new(),
            more_inside: 0,
        }
    }

    pub(super) fn consider(&mut self, path: &str) {
        if let Some(inside) = path.strip_prefix(&self.path)
            && let Some(inside) = inside.strip_prefix('/')
        {
            if self.inside.len() < LISTED {
                self.inside.push(inside.to_owned());
            } else {
                self.more_inside += 1;
            }
            return;
        }
        let Some(likeness) = likeness(&self.path, path) else {
            return;
        };
        let found = (likeness, path.to_owned());
        if !self.found.contains(&found) {
            let place = self.found.partition_point(|other| other.0 <= likeness);
            self.found.insert(place, found);
            self.found.truncate(SUGGESTED);
        }
    }

    /// Why the path is no file.
    pub(super) fn into_error(self, path: String) -> MemberError {
        if self.inside.is_empty() {
            MemberError::NotFound {
                path,
                nearest: self.found.into_iter().map(|(_, path)| path).collect(),
            }
        } else {
            MemberError::Folder {
                path,
                members: self.inside,
                more: self.more_inside,
            }
        }
    }
}

fn likeness(wanted: &str, path: &str) -> Option<Likeness> {
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    if wanted.is_empty() {
        None
    } else if wanted.eq_ignore_ascii_case(path) {
        Some(Likeness::Case)
    } else if path
        .strip_suffix(wanted)
        .is_some_and(|start| start.ends_with('/'))
    {
        Some(Likeness::End)
    } else if let Some(edits) = edits(wanted.as_bytes(), path.as_bytes()) {
        Some(Likeness::Edits(edits))
    } else {
        (name(wanted) == name(path)).then_some(Likeness::Name)
    }
}

/// How many bytes have to be put in, taken out or changed to make one of the other, if that is few.
fn edits(one: &[u8], other: &[u8]) -> Option<usize> {
    // Short names are made of each other by few edits, and have nothing to do with each other.
    let allowed = EDITS.min(one.len() / 3);
    if one.len().abs_diff(other.len()) > allowed {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, left) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in other.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().min().is_none_or(|least| *least > allowed) {
            return None;
        }
    }
    row.last().copied().filter(|edits| *edits <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("info/index.jsn", "info/index.json", Some(Likeness::Edits(1)))]
    #[case("info/idnex.json", "info/index.json", Some(Likeness::Edits(2)))]
    #[case("INFO/index.json", "info/index.json", Some(Likeness::Case))]
    #[case("index.json", "info/index.json", Some(Likeness::End))]
    #[case("library/index.json", "info/index.json", Some(Likeness::Name))]
    #[case("dex.json", "info/index.json", None)]
    #[case("bin/a", "lib/b", None)]
    #[case("", "info/index.json", None)]
    fn paths_are_alike(#[case] wanted: &str, #[case] path: &str, #[case] expected: Option<Likeness>) {
        assert_eq!(likeness(wanted, path), expected);
    }

    #[test]
    fn the_most_alike_are_suggested_first() {
        let mut nearest = Nearest::to("lib/python/site.py");
        for path in [
            "site.py",
            "a/site.py",
            "b/site.py",
            "Lib/Python/site.py",
            "lib/python/sites.py",
        ] {
            nearest.consider(path);
        }
        let MemberError::NotFound { nearest, .. } = nearest.into_error(String::new()) else {
            panic!("it is no folder");
        };
        assert_eq!(nearest, ["Lib/Python/site.py", "lib/python/sites.py", "site.py"]);
    }

    #[test]
    fn a_folder_is_told_by_what_is_in_it() {
        let mut nearest = Nearest::to("bin");
        for number in 0..LISTED + 2 {
            nearest.consider(&format!("bin/{number}"));
        }
        nearest.consider("binary/x");
        let error = nearest.into_error("bin".to_owned());
        assert_eq!(
            error.to_string(),
            "bin is a folder: 0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
        );
    }
}
