//! What changed from one version of a package to the next.

use std::collections::BTreeSet;

use super::build_pages::file_listing;
use super::builds::{Build, Release};
use super::package_pages::{Package, numbered_page, paging};
use crate::site::comparison::{changed_dependencies, changed_fields, changed_files};
use crate::site::page::{ChangesPage, VersionChange};

/// How many versions one page tells the changes of.
const CHANGES_ON_PAGE: usize = 60;

/// Of how many of the newest versions the files are compared: that takes opening packages.
const FILES_COMPARED: usize = 8;

/// How many changed files are named.
const FILES_NAMED: usize = 100;

impl Package<'_> {
    /// What changed from version to version, newest first.
    pub(super) fn changes(&self) -> Vec<VersionChange> {
        let steps = self.releases.windows(2).enumerate();
        steps
            .filter_map(|(position, step)| self.change(&step[0], &step[1], position < FILES_COMPARED))
            .collect()
    }

    /// `p/<name>/changes/` and those after it.
    pub(super) fn changes_pages(&self, changes: Vec<VersionChange>) -> Vec<ChangesPage> {
        let versions: Vec<String> = self
            .releases
            .iter()
            .map(|release| release.version.clone())
            .collect();
        let count = changes.len().div_ceil(CHANGES_ON_PAGE).max(1);
        let mut changes = changes.into_iter();
        (1..=count)
            .map(|number| ChangesPage {
                name: self.entry.name.to_string(),
                versions: if number == 1 { versions.clone() } else { Vec::new() },
                changes: changes.by_ref().take(CHANGES_ON_PAGE).collect(),
                paging: paging(number, count, |number| numbered_page("", number)),
            })
            .collect()
    }

    fn change(&self, newer: &Release, older: &Release, with_files: bool) -> Option<VersionChange> {
        let (after, before) = comparable(newer, older)?;
        let is_here = |name: &str| self.plan.catalog.has(name);
        let names = |release: &Release| -> BTreeSet<String> {
            let subdirs = release.subdirs().into_iter();
            subdirs
                .map(|subdir| self.plan.subdir(subdir).to_owned())
                .collect()
        };
        let (new_subdirs, old_subdirs) = (names(newer), names(older));
        let files = |build: &Build| {
            let folder = self.plan.packages(build.subdir)?;
            file_listing(folder, build)
        };
        let compared = with_files
            .then(|| Some((files(before)?, files(after)?)))
            .flatten();
        Some(VersionChange {
            version: newer.version.clone(),
            previous: older.version.clone(),
            released: newer.released(),
            subdir: self.plan.subdir(after.subdir).to_owned(),
            file_name: after.file_name.clone(),
            previous_file_name: before.file_name.clone(),
            size: after.size,
            previous_size: before.size,
            depends: changed_dependencies(&before.depends, &after.depends, is_here),
            constrains: changed_dependencies(&before.constrains, &after.constrains, is_here),
            fields: changed_fields(&before.record, &after.record),
            new_subdirs: new_subdirs.difference(&old_subdirs).cloned().collect(),
            gone_subdirs: old_subdirs.difference(&new_subdirs).cloned().collect(),
            files: compared.map(|(before, after)| changed_files(&before, &after, FILES_NAMED)),
        })
    }
}

/// The builds of two versions that are most alike: of the same subdir, and there with the build string
/// that is most alike, so that one for Python 3.12 is not compared with one for 3.9.
fn comparable<'a>(newer: &'a Release, older: &'a Release) -> Option<(&'a Build, &'a Build)> {
    let both = newer
        .subdirs()
        .into_iter()
        .find(|subdir| older.subdirs().contains(subdir));
    let after = match both {
        Some(subdir) => newer.representative_in(subdir)?,
        None => newer.builds.first()?,
    };
    let candidates = older.builds.iter();
    let before = candidates.rev().max_by_key(|build| {
        let same_subdir = build.subdir == after.subdir;
        (same_subdir, alike(&build.build, &after.build), build.build_number)
    })?;
    Some((after, before))
}

/// With how many characters both begin.
fn alike(one: &str, other: &str) -> usize {
    one.bytes()
        .zip(other.bytes())
        .take_while(|(one, other)| one == other)
        .count()
}
