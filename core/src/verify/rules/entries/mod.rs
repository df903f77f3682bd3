//! B101 and on: the members of the tarballs.

mod composition;
mod duplicates;
mod headers;
mod kinds;
mod links;
mod paths;
mod permissions;
mod placed;
mod portability;

use crate::verify::{Entry, Rule, Subject};

pub(super) const RULES: &[&Rule] = &[
    &paths::B101,
    &paths::B102,
    &duplicates::B103,
    &kinds::B104,
    &links::B105,
    &links::B106,
    &duplicates::B107,
    &permissions::B108,
    &permissions::B109,
    &permissions::B110,
    &permissions::B111,
    &paths::B112,
    &kinds::B113,
    &headers::B114,
    &headers::B115,
    &portability::B116,
    &portability::B117,
    &portability::B118,
    &portability::B119,
    &links::B120,
];

/// Which machines a package is for, as far as their file systems differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Machines {
    /// It is noarch.
    All,
    Windows,
    MacOs,
    /// Machines on which names of files may hold anything.
    Others,
    /// The package does not say, and neither does anybody else.
    Unknown,
}

impl Machines {
    fn of(subject: &Subject<'_>) -> Self {
        let said = subject.evidence.index_text("subdir");
        match said.or(subject.subdir.map(crate::channel::Subdir::as_str)) {
            Some("noarch") => Self::All,
            Some(subdir) if subdir.starts_with("win-") => Self::Windows,
            Some(subdir) if subdir.starts_with("osx-") => Self::MacOs,
            Some(_) => Self::Others,
            None => Self::Unknown,
        }
    }
}

/// Members of which the same is to be said, once.
#[derive(Clone, Copy)]
struct Alike<'a> {
    first: &'a Entry,
    count: usize,
}

impl<'a> Alike<'a> {
    /// All members for which something holds, if there are any.
    fn of(entries: &'a [Entry], holds: impl Fn(&Entry) -> bool) -> Option<Self> {
        let mut alike = entries.iter().filter(|entry| holds(entry));
        let first = alike.next()?;
        let count = 1 + alike.count();
        Some(Self { first, count })
    }

    /// The members as the subject of a sentence, with the verb for one or for several.
    fn told(&self, one: &str, several: &str) -> String {
        match self.count {
            1 => format!("it {one}"),
            2 => format!("it and another member {several}"),
            count => format!("it and {} other members {several}", count - 1),
        }
    }
}
