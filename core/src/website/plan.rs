//! What a run has decided before it writes the first page, and what every page asks of the channel as
//! a whole.

use std::path::Path;

use super::builds::Build;
use super::catalog::{Catalog, Entry};
use super::environments::Environments;
use super::options::{BuildPages, ChannelFiles, WebsiteOptions};
use super::source::SourceSubdir;
use crate::site::Website;
use crate::site::link;

/// About how many bytes a page of a build has, with its JSON; found by measuring.
const BUILD_PAGE_BYTES: u64 = 7_000;

/// About how many bytes the other files of a package have: for the package, and for each build.
const PACKAGE_BYTES: u64 = 26_000;
const BUILD_LINE_BYTES: u64 = 2_500;

/// What a run has decided.
pub(super) struct Plan<'a> {
    pub catalog: &'a Catalog,
    pub subdirs: &'a [SourceSubdir],
    pub options: &'a WebsiteOptions,
    pub website: &'a Website,
    pub environments: &'a Environments,
    /// How much is made of each package.
    pub extent: Extent,
}

impl Plan<'_> {
    /// The name of a subdir.
    pub(super) fn subdir(&self, position: u16) -> &str {
        &self.catalog.subdirs[usize::from(position)].name
    }

    /// Where the packages of a subdir lie, if they may be opened.
    pub(super) fn packages(&self, position: u16) -> Option<&Path> {
        let packages = self.subdirs[usize::from(position)].packages.as_deref();
        packages.filter(|_| self.options.file_lists)
    }

    /// Where a file can be fetched: relative to the website's root, or a URL; `None` if nobody knows.
    pub(super) fn download(&self, position: u16, file_name: &str) -> Option<String> {
        let subdir = &self.subdirs[usize::from(position)];
        let in_channel = || Some(format!("{}/{}", subdir.subdir, link::relative(file_name)?));
        match (&subdir.packages_url, self.options.channel_files) {
            (Some(url), ChannelFiles::Elsewhere) if is_relative(url) => {
                let channel = self.website.channel_url.as_ref()?;
                link::in_folder(&format!("{channel}{}/{url}", subdir.subdir), file_name)
            }
            (Some(url), _) if is_relative(url) => {
                link::in_folder(&format!("{}/{url}", subdir.subdir), file_name)
            }
            (Some(url), _) => link::in_folder(url, file_name),
            (None, ChannelFiles::Elsewhere) => {
                let channel = self.website.channel_url.as_ref()?;
                Some(format!("{channel}{}", in_channel()?))
            }
            // Packages that are not copied and of which nobody says where they are.
            (None, ChannelFiles::Copied { packages: false }) => None,
            (None, _) => in_channel(),
        }
    }

    /// Whether a build has a page of its own.
    pub(super) fn has_page(&self, entry: &Entry, build: &Build) -> bool {
        match self.extent.builds {
            BuildPages::All | BuildPages::Auto => true,
            BuildPages::Latest => *build.version == *entry.version,
            BuildPages::None => false,
        }
    }
}

/// Whether a URL is relative to where it stands (CEP 15): it begins with neither a scheme nor a slash.
pub(super) fn is_relative(url: &str) -> bool {
    let start = url.split(['/', '?', '#']).next().unwrap_or_default();
    !start.contains(':') && !url.starts_with('/')
}

/// How much is made of each package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Which builds have pages: no longer `Auto`.
    pub builds: BuildPages,
    /// Whether what can be told otherwise is left out: pages of changes but for the last one, RSS beside
    /// Atom, and badges but for that of the version.
    pub is_lean: bool,
}

impl Extent {
    /// As much as there is room for beside so many bytes of what is no page.
    pub(super) fn within(wanted: BuildPages, catalog: &Catalog, beside: u64, size_max: u64) -> Self {
        let full = |builds| Self {
            builds,
            is_lean: false,
        };
        let latest = catalog.entries.iter().map(|entry| entry.latest_build_count);
        let with = |builds: usize| {
            beside
                + catalog.entries.len() as u64 * PACKAGE_BYTES
                + catalog.totals.builds as u64 * BUILD_LINE_BYTES
                + builds as u64 * BUILD_PAGE_BYTES
        };
        match wanted {
            BuildPages::Auto if with(catalog.totals.builds) <= size_max => full(BuildPages::All),
            BuildPages::Auto if with(latest.sum()) <= size_max => full(BuildPages::Latest),
            BuildPages::Auto => Self {
                builds: BuildPages::None,
                is_lean: with(0) > size_max,
            },
            chosen => full(chosen),
        }
    }

    /// What it is called in a summary.
    pub(super) fn name(self) -> &'static str {
        match self.is_lean {
            true => "lean",
            false => self.builds.name(),
        }
    }
}
