//! The feeds of a package: its newest versions, as RSS 2.0 and as Atom (RFC 4287).

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::Write;

use minijinja::{Value, context};

use super::address::{build_stem, package_folder};
use super::feed::urn;
use super::link;
use super::page::{BuildLine, PackageLink, VersionLine};
use super::templates::{RenderError, Templates};
use super::utc_time::UtcTime;
use super::website::folder_url;
use crate::web_url::web_url;

/// How many versions a package's feed has at most.
pub const PACKAGE_FEED_VERSIONS: usize = 50;
/// How many builds of a version are told one by one.
const BUILDS_TOLD: usize = 20;

/// What the feeds of a package say: `p/<name>/atom.xml` and `p/<name>/rss.xml`.
///
/// An item is a version, and is dated by when that was released; builds that come later are added to
/// it without making it news again. It has the same id as in the channel's feed, so who reads both
/// reads it once.
#[derive(Clone, Debug, Default)]
pub struct PackageFeed {
    /// The channel's name.
    pub channel: String,
    /// Where people find the website, if that is known: without it nothing has a link.
    pub site_url: Option<String>,
    /// The package's name.
    pub name: String,
    /// What it is, in a sentence.
    pub summary: Option<String>,
    /// Its licence.
    pub license: Option<String>,
    /// Where there is more about it.
    pub links: Vec<PackageLink>,
    /// Its versions, highest first, with their builds. Of these the newest [`PACKAGE_FEED_VERSIONS`] are
    /// told, newest first.
    pub versions: Vec<VersionLine>,
}

impl PackageFeed {
    fn values(&self) -> Value {
        let page = self.site_url.as_deref().and_then(folder_url);
        let page = page.map(|site| format!("{site}p/{}/", package_folder(&self.name)));
        let mut versions: Vec<&VersionLine> = self.versions.iter().collect();
        versions.sort_by_key(|version| Reverse(version.released));
        versions.truncate(PACKAGE_FEED_VERSIONS);
        let newest = versions.iter().filter_map(|version| version.released).max();
        context! {
            channel => self.channel.as_str(),
            title => format!("{} in {}", self.name, self.channel),
            about => format!("The newest versions of {} in the channel {}.", self.name, self.channel),
            feed_url => page.as_deref(),
            page_url => page.as_deref(),
            id => urn(&[&self.channel, &self.name]),
            rfc822 => newest.map(UtcTime::rfc822),
            rfc3339 => newest.unwrap_or(UtcTime::EPOCH).rfc3339(),
            items => versions
                .into_iter()
                .map(|version| self.item(version, page.as_deref()))
                .collect::<Value>(),
        }
    }

    fn item(&self, version: &VersionLine, page: Option<&str>) -> Value {
        let subdirs: BTreeSet<&str> = version.builds.iter().map(|build| build.subdir.as_str()).collect();
        let subdirs: Vec<&str> = subdirs.into_iter().collect();
        let told = version.builds.iter().take(BUILDS_TOLD);
        let count = version.build_count.max(version.builds.len());
        let link = |label: &str| {
            let link = self.links.iter().find(|link| link.label == label)?;
            web_url(&link.url)
        };
        let summary = self.summary.as_deref().unwrap_or_default();
        context! {
            id => urn(&[&self.channel, &self.name, &version.version]),
            title => format!("{} {} [{}]", self.name, version.version, subdirs.join(", ")),
            summary => summary,
            text => if summary.is_empty() { "No description." } else { summary },
            license => self.license.as_deref(),
            link => page,
            home => link("home"),
            documentation => link("documentation"),
            development => link("development"),
            source => link("source"),
            rfc822 => version.released.map(UtcTime::rfc822),
            rfc3339 => version.released.unwrap_or(UtcTime::EPOCH).rfc3339(),
            builds => told.map(|build| build_value(build, page)).collect::<Value>(),
            more_builds => count - version.builds.len().min(BUILDS_TOLD),
            subdirs => subdirs.into_iter().collect::<Value>(),
        }
    }
}

fn build_value(build: &BuildLine, page: Option<&str>) -> Value {
    let folder = page.filter(|_| build.has_page).zip(link::relative(&build.subdir));
    context! {
        name => format!("{}/{}", build.subdir, build.file_name),
        url => folder.map(|(page, subdir)| format!("{page}{subdir}/{}.html", build_stem(&build.file_name))),
        size => build.size,
    }
}

impl Templates {
    /// Writes the feed of a package as RSS 2.0.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write_package_rss(&self, feed: &PackageFeed, out: impl Write) -> Result<(), RenderError> {
        self.write("rss.xml", feed.values(), out)
    }

    /// Writes the feed of a package as Atom (RFC 4287).
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write_package_atom(&self, feed: &PackageFeed, out: impl Write) -> Result<(), RenderError> {
        self.write("atom.xml", feed.values(), out)
    }
}
