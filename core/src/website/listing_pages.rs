//! The listing of each subdir: its documents and its files, as clients see them.

use std::path::Path;

use super::folder::{UNKNOWN, UnitWriter, WebsiteFolder};
use super::options::{ChannelFiles, WebsiteOptions};
use super::package_pages::{numbered_page, paging};
use super::plan::is_relative;
use super::source::SourceSubdir;
use super::{Frame, WebsiteError};
use crate::channel::Subdir;
use crate::index::document_rows;
use crate::package::ArtifactName;
use crate::publish::FileStamp;
use crate::repodata::Published;
use crate::site::{Here, ListingRow, RootDocument, SubdirPage};
use crate::store::{Order, RecordQuery, Store};

/// How many files a page lists.
const FILES_ON_PAGE: usize = 800;

/// Writes the listing of one subdir.
pub(super) fn write(
    frame: &Frame<'_>,
    folder: &WebsiteFolder,
    subdir: &SourceSubdir,
    store: &dyn Store,
) -> Result<(), WebsiteError> {
    let entries = &mut frame.plan.catalog.subdirs.iter();
    let entry = entries.find(|entry| entry.name == subdir.subdir.as_str());
    let files = entry.map_or(0, |entry| entry.totals.builds);
    folder.unit(&format!("{}/", subdir.subdir), UNKNOWN, |writer| {
        let listing = Listing {
            frame,
            subdir,
            count: files.div_ceil(FILES_ON_PAGE).max(1),
            documents: documents(frame, subdir)?,
        };
        listing.write(writer, store)
    })
}

struct Listing<'a> {
    frame: &'a Frame<'a>,
    subdir: &'a SourceSubdir,
    /// How many pages there are.
    count: usize,
    documents: Vec<ListingRow>,
}

impl Listing<'_> {
    /// Takes records in order of file name, and writes a page whenever there are enough.
    fn write(&self, writer: &mut UnitWriter<'_>, store: &dyn Store) -> Result<(), WebsiteError> {
        let edition = self.subdir.edition();
        let query = RecordQuery {
            stages: edition.options.stages.clone(),
            format: None,
            order: Order::FileName,
            run_exports: false,
        };
        let (mut number, mut rows, mut failure) = (1, Vec::new(), None);
        let streamed = edition.for_each_record(store, &query, &mut |stored, published| {
            let Published::Record { record, .. } = published else {
                return Ok(());
            };
            rows.push(ListingRow::from_record(stored.file_name, &record.to_object()));
            if rows.len() == FILES_ON_PAGE && number < self.count {
                let written = self.write_page(writer, number, std::mem::take(&mut rows));
                number += 1;
                return written.map_err(|error| {
                    failure = Some(error);
                    std::io::Error::other("a page could not be written")
                });
            }
            Ok(())
        });
        match failure {
            Some(error) => return Err(error),
            None => streamed?,
        }
        self.write_page(writer, number, rows)
    }

    fn write_page(
        &self,
        writer: &mut UnitWriter<'_>,
        number: usize,
        rows: Vec<ListingRow>,
    ) -> Result<(), WebsiteError> {
        let website = self.frame.plan.website;
        let is_first = number == 1;
        let page = SubdirPage {
            channel: website.channel.clone(),
            subdir: self.subdir.subdir.clone(),
            root_documents: Vec::new(),
            documents: if is_first {
                self.documents.clone()
            } else {
                Vec::new()
            },
            packages_url: self.packages_url(),
            updated: None,
            paging: paging(number, self.count, |number| numbered_page("", number)),
        };
        let mut here = Here::at(website, format!("{}/", self.subdir.subdir));
        let place = format!("{}{}", here.path, numbered_page("", number));
        if !is_first {
            here.path.clone_from(&place);
            here.url = website.site_url.as_ref().map(|site| format!("{site}{place}"));
        }
        let mut html = Vec::new();
        let written = self
            .frame
            .templates
            .write_subdir_page(&here, &page, rows, &mut html);
        written.map_err(|source| WebsiteError::Page {
            page: place.clone(),
            source,
        })?;
        writer.put(&place, &html)?;
        Ok(())
    }

    /// Where the files are, seen from the page.
    fn packages_url(&self) -> Option<String> {
        let plan = self.frame.plan;
        match (&self.subdir.packages_url, plan.options.channel_files) {
            (Some(url), ChannelFiles::Elsewhere) if is_relative(url) => {
                let channel = plan.website.channel_url.as_ref()?;
                Some(format!("{channel}{}/{url}", self.subdir.subdir))
            }
            (Some(url), _) => Some(url.clone()),
            (None, ChannelFiles::Elsewhere) => {
                let channel = plan.website.channel_url.as_ref()?;
                Some(format!("{channel}{}/", self.subdir.subdir))
            }
            (None, _) => None,
        }
    }
}

/// The documents beside the page.
fn documents(frame: &Frame<'_>, subdir: &SourceSubdir) -> Result<Vec<ListingRow>, WebsiteError> {
    if frame.plan.options.channel_files == ChannelFiles::Elsewhere {
        return Ok(Vec::new());
    }
    let folder = frame.plan.options.index.channel.subdir(&subdir.subdir).output;
    Ok(document_rows(&folder, document_names(&folder)?)?)
}

/// What tells that the listings have the same documents to show as before.
pub(super) fn stamps(options: &WebsiteOptions, subdirs: &[Subdir]) -> Result<String, WebsiteError> {
    let mut stamps = String::new();
    if options.channel_files == ChannelFiles::Elsewhere {
        return Ok(stamps);
    }
    for subdir in subdirs {
        let folder = options.index.channel.subdir(subdir).output;
        for name in document_names(&folder)? {
            let path = fs_err::canonicalize(folder.join(&name))?;
            stamps.push_str(&format!("; {subdir}/{name}: {:?}", FileStamp::of(&path)));
        }
    }
    Ok(stamps)
}

/// Sorted.
fn document_names(folder: &Path) -> Result<Vec<String>, WebsiteError> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_document = [".json", ".zst", ".bz2"].iter().any(|end| name.ends_with(end))
            && !name.starts_with('.')
            && name != RootDocument::Page.file_name()
            && ArtifactName::new(&name).is_err()
            && !is_shard(&name);
        if is_document && fs_err::metadata(entry.path())?.is_file() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Shards may lie beside the packages: they are many, and named by their digests.
fn is_shard(name: &str) -> bool {
    name.strip_suffix(".msgpack.zst")
        .is_some_and(|stem| stem.len() == 64 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
