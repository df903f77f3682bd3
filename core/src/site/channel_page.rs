//! The page of a channel: its subdirs, and the newest version of each package.

use std::io::Write;
use std::sync::Arc;

use minijinja::context;
use minijinja::value::{Object, Value};
use serde_json::Map;

use super::frame::{RootDocument, frame};
use super::rows::{Tally, streamed};
use super::templates::{RenderError, Templates};
use super::utc_time::UtcTime;
use super::{link, metadata_text};
use crate::channel::Subdir;
use crate::web_url::web_url;

/// How many characters of a package's summary, licence and version fit in a row.
const SUMMARY_LIMIT: usize = 140;
const LICENSE_LIMIT: usize = 60;
const VERSION_LIMIT: usize = 40;

/// The page of a channel, but for the packages, which are streamed.
#[derive(Clone, Debug)]
pub struct ChannelPage {
    /// The name of the channel.
    pub channel: String,
    /// The subdirs that the channel has.
    pub subdirs: Vec<ListedSubdir>,
    /// What else is written in the channel's root: the page links to it.
    pub root_documents: Vec<RootDocument>,
    /// When what the page shows has last changed.
    pub updated: Option<UtcTime>,
}

/// A subdir, as the channel's page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSubdir {
    /// The subdir.
    pub subdir: Subdir,
    /// Whether it has a page to link to.
    pub has_page: bool,
}

/// A package, as the channel's page shows it. A text is empty if the package does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageRow {
    /// Its name.
    pub name: String,
    /// Its latest version.
    pub version: String,
    /// Where it is at home: linked if that is on the web.
    pub home: String,
    /// Where its documentation is: linked if that is on the web.
    pub doc_url: String,
    /// Where it is developed: linked if that is on the web.
    pub dev_url: String,
    /// Its licence.
    pub license: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// The subdirs that have it.
    pub subdirs: Vec<String>,
}

impl PackageRow {
    /// The row of a package that `channeldata.json` says this of. Members that are lists are
    /// joined, others that are not what they should be are as if absent.
    pub fn from_channeldata(name: impl Into<String>, package: &Map<String, serde_json::Value>) -> Self {
        Self {
            name: name.into(),
            version: metadata_text::text(package, "version"),
            home: metadata_text::url(package, "home"),
            doc_url: metadata_text::url(package, "doc_url"),
            dev_url: metadata_text::url(package, "dev_url"),
            license: metadata_text::text(package, "license"),
            summary: metadata_text::text(package, "summary"),
            subdirs: metadata_text::texts(package, "subdirs"),
        }
    }

    /// What rows are sorted by: the name without case, then the name.
    pub fn sort_key(&self) -> (String, &str) {
        (self.name.to_lowercase(), &self.name)
    }
}

impl Templates {
    /// Writes the page of a channel. Packages are shown in the order in which they come, which is
    /// to be that of [`PackageRow::sort_key`], and are taken one after the other, as by
    /// [`Self::write_subdir_page`].
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write_channel_page<Packages>(
        &self,
        page: &ChannelPage,
        packages: Packages,
        out: impl Write,
    ) -> Result<(), RenderError>
    where
        Packages: IntoIterator<Item = PackageRow>,
        Packages::IntoIter: Send + 'static,
    {
        let count = Tally::default();
        let subdirs: Arc<[String]> = page
            .subdirs
            .iter()
            .map(|listed| listed.subdir.to_string())
            .collect();
        let subdir_links: Vec<Value> = subdirs
            .iter()
            .zip(&page.subdirs)
            .map(|(name, listed)| {
                let href = format!("{}/index.html", link::encoded_segment(name));
                context! { name => name, href => listed.has_page.then_some(href) }
            })
            .collect();
        let values = context! {
            subdirs => subdir_links,
            package_count => count.function(|count| count.to_string()),
            packages => streamed(packages.into_iter().map(move |row| {
                count.add(1);
                ListedPackage { row, subdirs: Arc::clone(&subdirs) }
            })),
            ..frame(&page.channel, &page.root_documents, "", page.updated),
        };
        self.write("channel.html", values, out)
    }
}

/// A row with the subdirs that have a column.
#[derive(Debug)]
struct ListedPackage {
    row: PackageRow,
    subdirs: Arc<[String]>,
}

impl Object for ListedPackage {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let row = &self.row;
        Some(match key.as_str()? {
            "anchor" => link::encoded_segment(&row.name).into(),
            "name" => row.name.as_str().into(),
            "version" => metadata_text::cut(&row.version, VERSION_LIMIT).into(),
            "home_href" => web_url(&row.home).into(),
            "doc" => reference(&row.doc_url),
            "dev" => reference(&row.dev_url),
            "license" => metadata_text::cut(&row.license, LICENSE_LIMIT).into(),
            "summary" => metadata_text::cut(&row.summary, SUMMARY_LIMIT).into(),
            "is_in" => self
                .subdirs
                .iter()
                .map(|subdir| row.subdirs.contains(subdir))
                .collect(),
            _ => return None,
        })
    }
}

/// Where a package says that something is: text, and a link if it is on the web.
fn reference(text: &str) -> Value {
    context! { text => metadata_text::cut(text, LICENSE_LIMIT), href => web_url(text) }
}
