//! Lists of packages: the first page, all names by letter, maintainers, licences.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::catalog::{Catalog, Entry};
use super::package_pages::{numbered_page, paging};
use super::plan::Plan;
use crate::site::page::{
    GroupPage, HomePage, Letter, LicensesPage, MaintainersPage, NamedGroup, NamesPage, NewPackage,
    PackageLine, SearchPage, SubdirFacts,
};
use crate::site::{group_stem, metadata_text};

/// How many packages a page of a list has.
const PACKAGES_ON_PAGE: usize = 500;

/// How many packages the first page names as new, and as used by many.
const NEWEST: usize = 12;
const MOST_USED: usize = 12;

/// The most characters of a summary in a list.
const SUMMARY_MAX: usize = 140;

/// `index.html`
pub(super) fn home(plan: &Plan<'_>) -> HomePage {
    let catalog = plan.catalog;
    let mut newest: Vec<&Entry> = catalog.entries.iter().collect();
    newest.sort_by_key(|entry| (Reverse(entry.news), &entry.name));
    newest.truncate(NEWEST);
    let mut most_used: Vec<(usize, &Entry)> = catalog
        .entries
        .iter()
        .map(|entry| (entry.used_by_count(), entry))
        .filter(|(count, _)| *count > 0)
        .collect();
    most_used.sort_by_key(|(count, entry)| (Reverse(*count), &entry.name));
    most_used.truncate(MOST_USED);
    let new_package = |entry: &Entry| NewPackage {
        name: entry.name.to_string(),
        version: entry.version.to_string(),
        summary: summary(entry),
        released: entry.released,
        subdirs: entry
            .subdirs
            .iter()
            .map(|subdir| plan.subdir(*subdir).to_owned())
            .collect(),
        used_by_count: entry.used_by_count(),
    };
    let relations = &plan.options.index.documents.relations;
    HomePage {
        channel: plan.website.channel.clone(),
        description: plan.options.identity.description.clone(),
        channel_url: plan.website.channel_url.clone(),
        totals: catalog.totals,
        subdirs: catalog
            .subdirs
            .iter()
            .map(|subdir| SubdirFacts {
                subdir: subdir.name.clone(),
                totals: subdir.totals,
                updated: subdir.updated,
                has_page: true,
            })
            .collect(),
        newest: newest.into_iter().map(new_package).collect(),
        most_used: most_used
            .into_iter()
            .map(|(_, entry)| new_package(entry))
            .collect(),
        updated: catalog.entries.iter().filter_map(|entry| entry.updated).max(),
        base_channel: relations.base().map(str::to_owned),
        overrides_channel: relations.overrides().map(str::to_owned),
    }
}

fn summary(entry: &Entry) -> Option<String> {
    let summary = entry.summary.as_deref()?;
    Some(metadata_text::cut(summary, SUMMARY_MAX).into_owned())
}

fn line(entry: &Entry) -> PackageLine {
    PackageLine {
        name: entry.name.to_string(),
        version: entry.version.to_string(),
        summary: summary(entry),
        license: entry.license.as_deref().map(str::to_owned),
    }
}

/// The letter under which a name is found.
fn letter(name: &str) -> char {
    let first = name.chars().next().map(|first| first.to_ascii_lowercase());
    first.filter(char::is_ascii_lowercase).unwrap_or('0')
}

/// The packages by letter.
fn by_letter(catalog: &Catalog) -> BTreeMap<char, Vec<&Entry>> {
    let mut letters: BTreeMap<char, Vec<&Entry>> = BTreeMap::new();
    for entry in &catalog.entries {
        letters.entry(letter(&entry.name)).or_default().push(entry);
    }
    letters
}

fn letters(by_letter: &BTreeMap<char, Vec<&Entry>>) -> Vec<Letter> {
    let letters = by_letter.iter();
    letters
        .map(|(letter, entries)| Letter {
            letter: letter.to_string(),
            count: entries.len(),
        })
        .collect()
}

/// `search/`
pub(super) fn search(catalog: &Catalog) -> SearchPage {
    SearchPage {
        package_count: catalog.entries.len(),
        letters: letters(&by_letter(catalog)),
    }
}

/// `names/` and those after it, each with its file in that folder.
pub(super) fn names(catalog: &Catalog) -> Vec<(String, NamesPage)> {
    let by_letter = by_letter(catalog);
    let letters = letters(&by_letter);
    let page = |letter: Option<char>, entries: &[&Entry]| NamesPage {
        letter: letter.map(String::from),
        letters: letters.clone(),
        package_count: catalog.entries.len(),
        packages: entries.iter().copied().map(line).collect(),
        ..NamesPage::default()
    };
    let all: Vec<&Entry> = catalog.entries.iter().collect();
    let shown = if all.len() <= PACKAGES_ON_PAGE {
        &all[..]
    } else {
        &[]
    };
    let mut pages = vec![("index.html".to_owned(), page(None, shown))];
    for (letter, entries) in &by_letter {
        let stem = letter.to_string();
        let count = entries.len().div_ceil(PACKAGES_ON_PAGE);
        for (number, entries) in (1..).zip(entries.chunks(PACKAGES_ON_PAGE)) {
            let file = numbered_page(&stem, number);
            let paging = paging(number, count, |number| numbered_page(&stem, number));
            pages.push((
                file,
                NamesPage {
                    paging,
                    ..page(Some(*letter), entries)
                },
            ));
        }
    }
    pages
}

/// Packages that have something in common, by what that is in small letters: `mit` is the licence `MIT`,
/// and GitHub knows its people so too.
type Groups<'a> = BTreeMap<String, Group<'a>>;

#[derive(Default)]
struct Group<'a> {
    /// How often it is written how.
    spellings: BTreeMap<&'a str, usize>,
    entries: Vec<&'a Entry>,
}

impl Group<'_> {
    /// As most packages write it.
    fn name(&self) -> &str {
        let spellings = self.spellings.iter().rev();
        spellings
            .max_by_key(|(_, count)| **count)
            .map_or("", |(name, _)| name)
    }
}

fn add<'a>(groups: &mut Groups<'a>, name: &'a str, entry: &'a Entry) {
    let group = groups.entry(name.to_lowercase()).or_default();
    *group.spellings.entry(name).or_default() += 1;
    if group.entries.last().is_none_or(|last| last.name != entry.name) {
        group.entries.push(entry);
    }
}

/// `maintainers/`, and the pages of each.
pub(super) fn maintainers(catalog: &Catalog) -> (MaintainersPage, Vec<(String, GroupPage)>) {
    let mut groups = Groups::new();
    for entry in &catalog.entries {
        for maintainer in &entry.maintainers {
            add(&mut groups, maintainer, entry);
        }
    }
    let page = MaintainersPage {
        maintainers: named_groups(&groups),
        without: catalog
            .entries
            .iter()
            .filter(|entry| entry.maintainers.is_empty())
            .count(),
    };
    (page, group_pages("maintainers", &groups))
}

/// `licenses/`, and the pages of each.
pub(super) fn licenses(catalog: &Catalog) -> (LicensesPage, Vec<(String, GroupPage)>) {
    let mut groups = Groups::new();
    for entry in &catalog.entries {
        if let Some(license) = &entry.license {
            add(&mut groups, license, entry);
        }
    }
    let mut licenses = named_groups(&groups);
    licenses.sort_by_key(|license| Reverse(license.count));
    let page = LicensesPage {
        licenses,
        without: catalog
            .entries
            .iter()
            .filter(|entry| entry.license.is_none())
            .count(),
    };
    (page, group_pages("licenses", &groups))
}

fn named_groups(groups: &Groups<'_>) -> Vec<NamedGroup> {
    groups
        .iter()
        .map(|(key, group)| NamedGroup {
            name: group.name().to_owned(),
            count: group.entries.len(),
            page: group_page(key, 1),
        })
        .collect()
}

/// The file of a page of a group.
fn group_page(key: &str, number: usize) -> String {
    match number {
        1 => format!("{}.html", group_stem(key)),
        // What follows `~` in names are hexadecimal digits: the second page of `GPL` is not the one of `GPL-2`.
        number => format!("{}~p{number}.html", group_stem(key)),
    }
}

fn group_pages(kind: &'static str, groups: &Groups<'_>) -> Vec<(String, GroupPage)> {
    let mut pages = Vec::new();
    for (key, group) in groups {
        let count = group.entries.len().div_ceil(PACKAGES_ON_PAGE);
        for (number, part) in (1..).zip(group.entries.chunks(PACKAGES_ON_PAGE)) {
            let page = GroupPage {
                kind,
                name: group.name().to_owned(),
                package_count: group.entries.len(),
                packages: part.iter().copied().map(line).collect(),
                paging: paging(number, count, |number| group_page(key, number)),
            };
            pages.push((group_page(key, number), page));
        }
    }
    pages
}
