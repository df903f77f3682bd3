//! Lists of packages: all of them by letter, by maintainer, by licence.

use serde::Serialize;

/// `names/`, `names/<letter>.html`, `names/<letter>-2.html`: packages by first letter.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NamesPage {
    /// The letter of this page: `a` to `z`, or `0` for all else. `names/` itself is that of all letters
    /// where they fit on one page, and of none otherwise.
    pub letter: Option<String>,
    /// All letters that there are.
    pub letters: Vec<Letter>,
    /// How many packages the channel has.
    pub package_count: usize,
    /// The packages of this page, sorted.
    pub packages: Vec<PackageLine>,
    /// Where this page is among those of its letter.
    pub paging: Paging,
}

/// A letter with which names begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// `a` to `z`, or `0` for all else.
    pub letter: String,
    /// How many names begin so.
    pub count: usize,
}

/// A package in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageLine {
    /// Its name.
    pub name: String,
    /// Its highest version.
    pub version: String,
    /// What it is, in a sentence.
    pub summary: Option<String>,
    /// Its licence.
    pub license: Option<String>,
}

/// `maintainers/`: who looks after recipes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MaintainersPage {
    /// The maintainers, sorted.
    pub maintainers: Vec<NamedGroup>,
    /// How many packages name none.
    pub without: usize,
}

/// `licenses/`: under which terms packages may be used.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LicensesPage {
    /// The licences, most packages first.
    pub licenses: Vec<NamedGroup>,
    /// How many packages name none.
    pub without: usize,
}

/// Packages that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NamedGroup {
    /// What: a maintainer, a licence.
    pub name: String,
    /// How many.
    pub count: usize,
    /// The page's address, relative to the folder of the list.
    pub page: String,
}

/// `maintainers/<name>.html`, `licenses/<name>.html`: packages that have something in common.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GroupPage {
    /// What they have in common: `maintainers` or `licenses`.
    pub kind: &'static str,
    /// The maintainer or licence.
    pub name: String,
    /// How many packages there are in all.
    pub package_count: usize,
    /// The packages of this page, sorted.
    pub packages: Vec<PackageLine>,
    /// Where this page is among its kind.
    pub paging: Paging,
}

/// Where a page is among those that it was divided into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paging {
    /// Counted from 1.
    pub number: usize,
    /// How many there are.
    pub count: usize,
    /// The addresses of all of them, relative to this page, first to last. Empty if there is only one.
    pub pages: Vec<String>,
}

/// `search/`: the page that finds packages by script, and leads to the lists without.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SearchPage {
    /// How many packages the channel has.
    pub package_count: usize,
    /// All letters that there are.
    pub letters: Vec<Letter>,
}

/// `404.html`: what a host shows where nothing is. It is shown at any address, so its links begin with the
/// website's `url_path`.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NotFoundPage {}
