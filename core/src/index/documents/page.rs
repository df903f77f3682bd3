//! The listing page of a subdir: its documents, then its packages.

use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};

use super::{Output, PATCH_INSTRUCTIONS, Publisher};
use crate::index::{IndexError, ListingPages};
use crate::package::digest::hash_abreast;
use crate::publish::{FileStamp, PendingFile};
use crate::repodata::{Edition, Published};
use crate::site::page::Paging;
use crate::site::{ListingRow, SubdirPage, Templates, UtcTime};
use crate::store::{Order, Store, StoreError};

/// The page's name.
pub(in crate::index) const PAGE: &str = "index.html";

/// Packages that wait to be put on the page.
const ROWS_WAITING: usize = 256;

impl Publisher<'_> {
    /// What the page shows, if there is to be one.
    pub(super) fn listing(&self) -> Option<ListingPages> {
        let documents = &self.options.documents;
        documents
            .listing
            .filter(|_| documents.monolithic && !documents.website)
    }

    /// Whether the page lists patch instructions if there are any, and only then.
    pub(super) fn page_knows_of_instructions(&self) -> bool {
        let are_known = self.output.state.documents.contains_key(PATCH_INSTRUCTIONS);
        self.listing().is_none() || are_known == self.instructions().is_some()
    }

    /// The patch instructions that lie with the documents, if they do: a link is not listed.
    fn instructions(&self) -> Option<FileStamp> {
        FileStamp::of(&self.output.folder.join(PATCH_INSTRUCTIONS))
    }

    /// Publishes the page, after all that it lists.
    pub(super) fn publish_page(
        &mut self,
        store: &dyn Store,
        edition: &Edition<'_>,
    ) -> Result<(), IndexError> {
        let Some(listing) = self.listing() else {
            return Ok(());
        };
        // Not ours, but listed: when it changes, the page is out of date.
        if let Some(stamp) = self.instructions() {
            let documents = &mut self.output.state.documents;
            documents.insert(PATCH_INSTRUCTIONS.to_owned(), stamp);
        }
        let documents = listed_documents(&self.output)?;
        let page = SubdirPage {
            channel: self.options.identity.name.clone(),
            subdir: self.document_options.subdir.clone(),
            root_documents: self.options.documents.root_documents(),
            packages_url: self.document_options.packages_url(),
            // Not the time of the run: a page that shows nothing new is left alone.
            updated: documents.iter().filter_map(|row| row.modified).max(),
            documents,
            paging: Paging::default(),
        };
        let built = self
            .output
            .build(|out| write_page(&page, store, edition, listing, out))?;
        self.output.put(built, PAGE)
    }
}

/// Renders the page in a thread of its own, which takes the records as the store streams them.
fn write_page(
    page: &SubdirPage,
    store: &dyn Store,
    edition: &Edition<'_>,
    listing: ListingPages,
    out: &mut PendingFile,
) -> Result<(), StoreError> {
    let templates = Templates::embedded().map_err(io::Error::from)?;
    let (rows, received): (_, Receiver<ListingRow>) = sync_channel(ROWS_WAITING);
    std::thread::scope(|scope| {
        let rendering = scope.spawn(|| Ok(templates.write_subdir_page(page, received, out)?));
        let query = edition.options.query(None, Order::FileName);
        let streamed = edition.for_each_record(store, &query, &mut |stored, published| {
            let Published::Record { record, .. } = published else {
                return Ok(());
            };
            let record = record.to_object();
            let row = ListingRow::from_record(stored.file_name, &record);
            let row = match listing {
                ListingPages::Plain => row,
                ListingPages::WithDependencies => row.with_dependencies(&record),
            };
            // A renderer that failed says why when it is joined.
            rows.send(row)
                .map_err(|_| io::Error::other("the listing page cannot be written"))
        });
        drop(rows);
        rendering
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that renders a page panicked")))?;
        streamed
    })
}

/// The documents that are in place.
fn listed_documents(output: &Output<'_>) -> Result<Vec<ListingRow>, IndexError> {
    let names = output.state.documents.keys().filter(|name| *name != PAGE);
    Ok(document_rows(output.folder, names.cloned().collect())?)
}

/// The rows of documents with these names in a folder, the ones that clients read first.
///
/// # Errors
///
/// When one of them cannot be read.
pub(crate) fn document_rows(folder: &Path, mut names: Vec<String>) -> io::Result<Vec<ListingRow>> {
    names.sort_by_cached_key(|name| (!name.starts_with("repodata."), name.clone()));
    let mut files = Vec::new();
    for name in &names {
        files.push(fs_err::File::open(folder.join(name))?);
    }
    let hashed = hash_abreast(&mut files, &|_| ());
    let rows = names.into_iter().zip(hashed).zip(&files);
    rows.map(|((name, hashed), file)| {
        let hashed = hashed?;
        Ok(ListingRow {
            size: Some(hashed.size),
            modified: UtcTime::of_system_time(file.metadata()?.modified()?),
            sha256: hashed.digests.sha256_hex(),
            md5: hashed.digests.md5_hex(),
            ..ListingRow::named(name)
        })
    })
    .collect()
}
