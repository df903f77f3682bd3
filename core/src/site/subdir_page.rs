//! The listing of a subdir: its documents and its packages, as files.

use std::io::Write;
use std::sync::Arc;

use minijinja::context;
use minijinja::value::{Object, Serde, Value};
use serde_json::Map;

use super::frame::{RootDocument, frame};
use super::page::Paging;
use super::rows::{Tally, streamed};
use super::size::human_size;
use super::templates::{RenderError, Templates};
use super::utc_time::UtcTime;
use super::{link, metadata_text};
use crate::channel::Subdir;

/// The template of a listing, inside a website and without one.
pub(super) const SUBDIR_TEMPLATE: &str = "subdir.html";

/// The page of a subdir, but for the packages, which are streamed.
#[derive(Clone, Debug)]
pub struct SubdirPage {
    /// The name of the channel.
    pub channel: String,
    /// The subdir.
    pub subdir: Subdir,
    /// What is written in the channel's root: the page links to it.
    pub root_documents: Vec<RootDocument>,
    /// The subdir's documents, as they are to be listed before the packages.
    pub documents: Vec<ListingRow>,
    /// The folder that packages are served from, if not from beside the page (CEP 15).
    pub packages_url: Option<String>,
    /// When what the page shows has last changed.
    pub updated: Option<UtcTime>,
    /// Where this page is among those that the listing was divided into.
    pub paging: Paging,
}

/// A file in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingRow {
    /// Its name.
    pub file_name: String,
    /// Its size in bytes, if known.
    pub size: Option<u64>,
    /// When it was built or last changed, if known.
    pub modified: Option<UtcTime>,
    /// Its SHA-256 in hexadecimal digits; empty if not known.
    pub sha256: String,
    /// Its MD5 in hexadecimal digits; empty if not known.
    pub md5: String,
    /// What it depends on, if that is to be shown.
    pub dependencies: Option<Dependencies>,
}

/// A package and what it depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its build string.
    pub build: String,
    /// The dependencies, as the record has them.
    pub depends: Vec<String>,
}

impl ListingRow {
    /// A file of which the name is known.
    pub fn named(file_name: impl Into<String>) -> Self {
        Self {
            file_name: file_name.into(),
            ..Self::default()
        }
    }

    /// The row of a package with this record. Of members that are not what they should be, the
    /// text is shown if there is one.
    pub fn from_record(file_name: impl Into<String>, record: &Map<String, serde_json::Value>) -> Self {
        Self {
            file_name: file_name.into(),
            size: record.get("size").and_then(serde_json::Value::as_u64),
            modified: UtcTime::from_record_timestamp(record.get("timestamp")),
            sha256: metadata_text::text(record, "sha256"),
            md5: metadata_text::text(record, "md5"),
            dependencies: None,
        }
    }

    /// The same row with what the record depends on, if it depends on anything.
    #[must_use]
    pub fn with_dependencies(self, record: &Map<String, serde_json::Value>) -> Self {
        let depends = metadata_text::texts(record, "depends");
        let dependencies = (!depends.is_empty()).then(|| Dependencies {
            name: metadata_text::text(record, "name"),
            version: metadata_text::text(record, "version"),
            build: metadata_text::text(record, "build"),
            depends,
        });
        Self { dependencies, ..self }
    }
}

impl SubdirPage {
    /// What the template gets.
    pub(super) fn values<Packages>(&self, packages: Packages) -> Value
    where
        Packages: IntoIterator<Item = ListingRow>,
        Packages::IntoIter: Send + 'static,
    {
        let (count, bytes) = (Tally::default(), Tally::default());
        context! {
            subdir => self.subdir.as_str(),
            paging => Value::from(Serde(&self.paging)),
            documents => self.documents.iter().map(document).collect::<Value>(),
            file_count => count.function(|count| count.to_string()),
            total_size => bytes.function(human_size),
            packages => streamed(packages.into_iter().map({
                let packages_url = self.packages_url.clone();
                move |row| {
                    count.add(1);
                    bytes.add(row.size.unwrap_or(0));
                    let href = match &packages_url {
                        Some(folder) => link::in_folder(folder, &row.file_name),
                        None => link::relative(&row.file_name),
                    };
                    ListedFile { row, href }
                }
            })),
            ..frame(&self.channel, &self.root_documents, "../", self.updated),
        }
    }
}

impl Templates {
    /// Writes the page of a subdir. Of the packages one is taken after the other, each when the
    /// page has come to it: they may come from another thread.
    ///
    /// When this fails the remaining packages are dropped: who sends them finds nobody listening.
    /// An end of the packages is taken for the last of them: who could not send all must not
    /// publish the page.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write_subdir_page<Packages>(
        &self,
        page: &SubdirPage,
        packages: Packages,
        out: impl Write,
    ) -> Result<(), RenderError>
    where
        Packages: IntoIterator<Item = ListingRow>,
        Packages::IntoIter: Send + 'static,
    {
        self.write(SUBDIR_TEMPLATE, page.values(packages), out)
    }
}

/// A row with the link to the file.
#[derive(Debug)]
struct ListedFile {
    row: ListingRow,
    href: Option<String>,
}

fn document(row: &ListingRow) -> Value {
    Value::from_object(ListedFile {
        row: row.clone(),
        href: link::relative(&row.file_name),
    })
}

impl Object for ListedFile {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let row = &self.row;
        Some(match key.as_str()? {
            "file_name" => row.file_name.as_str().into(),
            "href" => self.href.as_deref().into(),
            "size" => row.size.map(human_size).into(),
            "modified" => row.modified.map(|time| time.to_string()).into(),
            "sha256" => row.sha256.as_str().into(),
            "md5" => row.md5.as_str().into(),
            "dependencies" => row.dependencies.as_ref().map(Dependencies::to_value).into(),
            _ => return None,
        })
    }
}

impl Dependencies {
    fn to_value(&self) -> Value {
        context! {
            name => self.name.as_str(),
            version => self.version.as_str(),
            build => self.build.as_str(),
            depends => self.depends.clone(),
        }
    }
}
