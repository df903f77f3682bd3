//! Finds packages by words.

use std::cmp::Reverse;

use memchr::memmem::Finder;
use serde::Serialize;

use super::held::HeldRecord;
use super::ordered::Records;
use super::texts::TextId;

/// The most words that are searched for.
const WORDS_MAX: usize = 16;
/// The most characters of a word.
const WORD_MAX: usize = 100;

/// What a search finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Hits {
    /// The packages, the best first.
    pub packages: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
}

/// A package that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Hit {
    /// Its name.
    pub name: String,
    /// Its newest version.
    pub version: String,
    /// The license of the newest build.
    pub license: String,
    /// The subdirs that have the newest version.
    pub subdirs: Vec<String>,
    /// How many builds there are, of all versions.
    pub builds: usize,
    /// When the newest build was built, in milliseconds since 1970; 0 if it does not say.
    pub timestamp: i64,
    /// Where the words are; of the words that fit least.
    pub matched: Match,
}

/// Where a word is in what a package says. The order of the variants is that of the hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Match {
    /// It is the name.
    Exact,
    /// The name begins with it.
    Prefix,
    /// A word of the name begins with it.
    Word,
    /// It is in the name.
    Substring,
    /// It is in the license of the newest build.
    License,
    /// It is the name of a package that the newest build depends on.
    Dependency,
}

/// Finds the packages that all words are found in, without regard to capitals; `limit` of them.
pub(super) fn search(records: &Records, words: &str, limit: usize) -> Hits {
    let words = words.split_whitespace().take(WORDS_MAX);
    let words: Vec<Word> = words.filter_map(|word| Word::new(word, records)).collect();
    let mut found = Vec::new();
    if !words.is_empty() {
        for builds in records.packages() {
            let Some(newest) = builds.first().map(|number| &records.held.records[*number]) else {
                continue;
            };
            let package = Package::of(records, newest);
            let matched = words.iter().map(|word| word.found_in(records, &package));
            let matched: Option<Vec<Match>> = matched.collect();
            if let Some(matched) = matched.and_then(|matched| matched.into_iter().max()) {
                found.push((matched, package.name.len(), builds));
            }
        }
    }
    // Packages are in order of names, and stay so where nothing else decides.
    found.sort_by_key(|(matched, length, builds)| (*matched, *length, Reverse(builds.len())));
    Hits {
        total: found.len(),
        packages: found
            .into_iter()
            .take(limit)
            .map(|(matched, _, builds)| hit(records, builds, matched))
            .collect(),
    }
}

/// A word that is searched for, in lower case.
struct Word {
    text: String,
    finder: Finder<'static>,
    /// As a whole, if any record has it.
    id: Option<TextId>,
}

/// What is looked at of a package.
struct Package<'r> {
    name: String,
    newest: &'r HeldRecord,
}

impl<'r> Package<'r> {
    fn of(records: &Records, newest: &'r HeldRecord) -> Self {
        Self {
            name: records.held.texts.get(newest.name).to_lowercase(),
            newest,
        }
    }
}

impl Word {
    fn new(word: &str, records: &Records) -> Option<Self> {
        // What is cut off narrows the search no further.
        let text: String = word.to_lowercase().chars().take(WORD_MAX).collect();
        (!text.is_empty()).then(|| Self {
            finder: Finder::new(&text).into_owned(),
            id: records.held.texts.find(&text),
            text,
        })
    }

    fn found_in(&self, records: &Records, package: &Package<'_>) -> Option<Match> {
        let name = package.name.as_str();
        let mut places = self.finder.find_iter(name.as_bytes());
        if let Some(first) = places.next() {
            return Some(match first {
                0 if name.len() == self.text.len() => Match::Exact,
                0 => Match::Prefix,
                _ if begins_word(name, first) || places.any(|place| begins_word(name, place)) => Match::Word,
                _ => Match::Substring,
            });
        }
        let license = records.held.texts.get(package.newest.license).to_lowercase();
        if self.finder.find(license.as_bytes()).is_some() {
            return Some(Match::License);
        }
        let id = self.id?;
        let dependencies = &records.held.dependencies[package.newest.dependencies.clone()];
        let mut names = dependencies.iter().map(|dependency| dependency.dependency);
        names.any(|name| name == id).then_some(Match::Dependency)
    }
}

fn begins_word(name: &str, place: usize) -> bool {
    let before = place
        .checked_sub(1)
        .and_then(|before| name.as_bytes().get(before));
    before.is_some_and(|byte| !byte.is_ascii_alphanumeric())
}

fn hit(records: &Records, builds: &[usize], matched: Match) -> Hit {
    let text = |id| records.held.texts.get(id).to_owned();
    let builds_of = || builds.iter().map(|number| &records.held.records[*number]);
    // The newest is first, and there is one, or the package had not been found.
    let newest = &records.held.records[builds[0]];
    let of_version = builds_of().take_while(|build| build.version_order == newest.version_order);
    let mut subdirs: Vec<String> = of_version.clone().map(|build| text(build.subdir)).collect();
    subdirs.sort_unstable();
    subdirs.dedup();
    Hit {
        name: text(newest.name),
        version: text(newest.version),
        license: text(newest.license),
        subdirs,
        builds: builds.len(),
        timestamp: of_version.map(|build| build.timestamp).max().unwrap_or_default(),
        matched,
    }
}
