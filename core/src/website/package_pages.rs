//! The pages of a package: the package itself, all its versions, who uses it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::builds::{Build, Release};
use super::catalog::Entry;
use super::describe::Description;
use super::environment_pages;
use super::plan::Plan;
use crate::site::UtcTime;
use crate::site::page::{
    BuildLine, Dependency, DependencySet, MonthlyBuilds, PackageLink, PackagePage, Paging, Platform,
    Requirement, RunExportSet, UsedByPage, VersionChange, VersionLine, VersionsPage,
};

/// How many builds the page of a package shows.
const BUILDS_SHOWN: usize = 40;

/// How many builds a page of versions shows.
const BUILDS_ON_PAGE: usize = 400;

/// How many packages that use it the page of a package names.
const USERS_SHOWN: usize = 100;

/// How many environments that use it the page of a package names.
const ENVIRONMENTS_SHOWN: usize = 100;

/// How many months of activity are shown.
const MONTHS: usize = 60;

/// A package, with all that its pages are made from.
pub(super) struct Package<'a> {
    pub plan: &'a Plan<'a>,
    pub entry: &'a Entry,
    /// Newest first. There is one at least.
    pub releases: Vec<Release>,
    pub said: Description,
}

impl Package<'_> {
    /// `p/<name>/`
    pub(super) fn page(&self, latest_change: Option<VersionChange>) -> PackagePage {
        let Self {
            plan, entry, said, ..
        } = self;
        let builds = || self.releases.iter().flat_map(|release| &release.builds);
        let mut environments = environment_pages::uses(plan, &entry.name);
        let environment_count = environment_pages::count(&environments);
        environments.truncate(ENVIRONMENTS_SHOWN);
        PackagePage {
            name: entry.name.to_string(),
            version: entry.version.to_string(),
            summary: said.summary.clone(),
            description: said.description.clone(),
            license: said.license.clone(),
            links: said
                .links
                .iter()
                .map(|(kind, url)| PackageLink {
                    label: kind.label(),
                    url: url.clone(),
                })
                .collect(),
            maintainers: said.maintainers.clone(),
            provenance: said.provenance.clone(),
            updated: builds().filter_map(Build::made).max(),
            first: builds().filter_map(Build::made).min(),
            platforms: self.platforms(),
            dependencies: self.dependencies(),
            run_exports: self.run_exports(),
            latest_change,
            used_by_count: entry.used_by_count(),
            used_by: requirements(plan, entry, USERS_SHOWN),
            environment_count,
            environments,
            version_count: self.releases.len(),
            build_count: entry.build_count,
            total_size: entry.size,
            versions: self.version_lines(BUILDS_SHOWN).swap_remove(0),
            activity: activity(builds().filter_map(Build::made)),
            has_changes_page: self.releases.len() > 1 && !plan.extent.is_lean,
        }
    }

    /// Whether the builds do not all fit on the page of the package.
    pub(super) fn has_versions_pages(&self) -> bool {
        self.entry.build_count > BUILDS_SHOWN
    }

    /// `p/<name>/versions/` and those after it.
    pub(super) fn versions_pages(&self) -> Vec<VersionsPage> {
        let pages = self.version_lines(BUILDS_ON_PAGE);
        let count = pages.len();
        let numbered = (1..).zip(pages);
        numbered
            .map(|(number, versions)| VersionsPage {
                name: self.entry.name.to_string(),
                version_count: self.releases.len(),
                build_count: self.entry.build_count,
                versions,
                paging: paging(number, count, |number| numbered_page("", number)),
            })
            .collect()
    }

    /// `p/<name>/used-by.html`, if the page of the package cannot name them all.
    pub(super) fn used_by_page(&self) -> Option<UsedByPage> {
        let used_by_count = self.entry.used_by_count();
        (used_by_count > USERS_SHOWN).then(|| UsedByPage {
            name: self.entry.name.to_string(),
            used_by_count,
            used_by: requirements(self.plan, self.entry, usize::MAX),
        })
    }

    fn platforms(&self) -> Vec<Platform> {
        let subdirs = self.entry.subdirs.iter();
        subdirs
            .filter_map(|subdir| {
                let release = self
                    .releases
                    .iter()
                    .find(|release| release.builds.iter().any(|build| build.subdir == *subdir))?;
                let builds = release.builds.iter().filter(|build| build.subdir == *subdir);
                Some(Platform {
                    subdir: self.plan.subdir(*subdir).to_owned(),
                    version: release.version.clone(),
                    is_latest: *release.version == *self.entry.version,
                    updated: builds.filter_map(Build::made).max(),
                })
            })
            .collect()
    }

    /// What the highest version needs, by subdirs that need the same.
    fn dependencies(&self) -> Vec<DependencySet> {
        let Some(latest) = self.releases.first() else {
            return Vec::new();
        };
        let mut sets: Vec<DependencySet> = Vec::new();
        for subdir in latest.subdirs() {
            let Some(build) = latest.representative_in(subdir) else {
                continue;
            };
            let (depends, constrains) = (self.parsed(&build.depends), self.parsed(&build.constrains));
            let subdir = self.plan.subdir(subdir).to_owned();
            let same = |set: &&mut DependencySet| set.depends == depends && set.constrains == constrains;
            match sets.iter_mut().find(same) {
                Some(set) => set.subdirs.push(subdir),
                None => sets.push(DependencySet {
                    subdirs: vec![subdir],
                    depends,
                    constrains,
                }),
            }
        }
        if let [only] = sets.as_mut_slice() {
            only.subdirs.clear();
        }
        sets
    }

    fn run_exports(&self) -> Vec<RunExportSet> {
        let latest = self.releases.first();
        let kinds = latest.into_iter().flat_map(|latest| {
            let of_subdirs = latest.subdirs().into_iter();
            let mut builds = of_subdirs.filter_map(|subdir| latest.representative_in(subdir));
            match builds.find_map(|build| build.run_exports.as_ref()) {
                Some(Value::Object(kinds)) => kinds.iter().collect(),
                // A list is of weak ones, in the eyes of conda-build.
                _ => Vec::new(),
            }
        });
        kinds
            .filter_map(|(kind, specs)| {
                let specs: Vec<String> = match specs {
                    Value::Array(specs) => specs
                        .iter()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                    _ => Vec::new(),
                };
                (!specs.is_empty()).then(|| RunExportSet {
                    kind: kind.clone(),
                    specs: self.parsed(&specs),
                })
            })
            .collect()
    }

    /// The dependencies that these texts are, sorted by name.
    pub(super) fn parsed(&self, specs: &[String]) -> Vec<Dependency> {
        let mut parsed: Vec<Dependency> = specs
            .iter()
            .map(|spec| Dependency::parse(spec, |name| self.plan.catalog.has(name)))
            .collect();
        parsed.sort_by(|one, other| (&one.name, &one.spec).cmp(&(&other.name, &other.spec)));
        parsed
    }

    /// The versions in parts of so many builds. There is one part at least.
    fn version_lines(&self, builds_in_part: usize) -> Vec<Vec<VersionLine>> {
        let mut parts = vec![Vec::new()];
        let mut room = builds_in_part;
        for release in &self.releases {
            let mut lines = release
                .builds
                .iter()
                .map(|build| self.build_line(build))
                .peekable();
            while lines.peek().is_some() {
                if room == 0 {
                    parts.push(Vec::new());
                    room = builds_in_part;
                }
                let builds: Vec<BuildLine> = lines.by_ref().take(room).collect();
                room -= builds.len();
                if let Some(part) = parts.last_mut() {
                    part.push(VersionLine {
                        version: release.version.clone(),
                        released: release.released(),
                        build_count: release.builds.len(),
                        builds,
                    });
                }
            }
        }
        parts
    }

    fn build_line(&self, build: &Build) -> BuildLine {
        BuildLine {
            subdir: self.plan.subdir(build.subdir).to_owned(),
            file_name: build.file_name.clone(),
            build: build.build.clone(),
            build_number: build.build_number,
            size: build.size,
            updated: build.made(),
            sha256: build.sha256.clone(),
            download: self.plan.download(build.subdir, &build.file_name),
            has_page: self.plan.has_page(self.entry, build),
            depends: Some(build.depends.clone()),
            constrains: Some(build.constrains.clone()),
        }
    }
}

/// What packages ask of this one, most packages first; so many packages at most.
fn requirements(plan: &Plan<'_>, entry: &Entry, limit: usize) -> Vec<Requirement> {
    let mut by_requirement: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (position, requirement) in &entry.used_by {
        let name = &plan.catalog.entries[*position as usize].name;
        by_requirement.entry(requirement).or_default().insert(name);
    }
    let mut requirements: Vec<(&str, BTreeSet<&str>)> = by_requirement.into_iter().collect();
    requirements.sort_by_key(|(requirement, packages)| (Reverse(packages.len()), *requirement));
    let mut room = limit;
    let mut shown = Vec::new();
    for (requirement, packages) in requirements {
        if room == 0 {
            break;
        }
        let names: Vec<String> = packages
            .iter()
            .take(room)
            .map(|name| (*name).to_owned())
            .collect();
        room -= names.len();
        shown.push(Requirement {
            requirement: requirement.to_owned(),
            count: packages.len(),
            packages: names,
        });
    }
    shown
}

/// Builds by month, without gaps.
fn activity(times: impl Iterator<Item = UtcTime>) -> Vec<MonthlyBuilds> {
    let mut by_month: BTreeMap<i32, usize> = BTreeMap::new();
    for time in times {
        *by_month.entry(time.month()).or_default() += 1;
    }
    let (Some((first, _)), Some((last, _))) = (by_month.first_key_value(), by_month.last_key_value()) else {
        return Vec::new();
    };
    let months = i32::try_from(MONTHS).unwrap_or(i32::MAX);
    ((*first).max(*last - months + 1)..=*last)
        .map(|month| MonthlyBuilds {
            month: format!("{:04}-{:02}", month / 12, month % 12 + 1),
            builds: by_month.get(&month).copied().unwrap_or(0),
        })
        .collect()
}

/// The file of a page among those that something was divided into, in their folder.
pub(super) fn numbered_page(stem: &str, number: usize) -> String {
    match (stem, number) {
        ("", 1) => "index.html".to_owned(),
        ("", number) => format!("{number}.html"),
        (stem, 1) => format!("{stem}.html"),
        (stem, number) => format!("{stem}-{number}.html"),
    }
}

/// Where a page is among `count` pages with these files. A link to a folder's own page is one to the
/// folder.
pub(super) fn paging(number: usize, count: usize, file: impl Fn(usize) -> String) -> Paging {
    let address = |number| match file(number) {
        file if file == "index.html" => "./".to_owned(),
        file => file,
    };
    Paging {
        number,
        count,
        pages: if count > 1 {
            (1..=count).map(address).collect()
        } else {
            Vec::new()
        },
    }
}
