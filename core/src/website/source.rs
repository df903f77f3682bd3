//! Where a website's data is from: the stores that an index run has left, or, where there is none, the
//! published documents alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::documents::{self, FoundDocument};
use super::{WebsiteError, parallel};
use crate::channel::Subdir;
use crate::index::{BoxedStore, IndexOptions, PublishedSubdir, open_published};
use crate::package::ArtifactName;
use crate::repodata::{DocumentOptions, Edition, PatchInstructions, Review};

/// A channel, as a website shows it.
pub(super) struct Source {
    pub subdirs: Vec<SourceSubdir>,
    /// Their stores, in the same order. One thread at a time reads one.
    pub stores: Vec<BoxedStore>,
    /// What `channeldata.json` says of packages, where nothing else is known of them.
    pub channeldata: BTreeMap<String, Map<String, Value>>,
    /// Holds stores that were made for this run alone, until it ends.
    _temporary: Option<TempDir>,
}

/// A subdir of it.
pub(super) struct SourceSubdir {
    pub subdir: Subdir,
    pub patch: Option<PatchInstructions>,
    pub options: DocumentOptions,
    pub review: Review,
    /// Where its packages lie, if any are at hand.
    pub packages: Option<PathBuf>,
    /// Where its packages are served from, if not from beside its documents (CEP 15).
    pub packages_url: Option<String>,
}

impl SourceSubdir {
    pub(super) fn edition(&self) -> Edition<'_> {
        Edition {
            options: &self.options,
            patch: self.patch.as_ref(),
            review: &self.review,
        }
    }
}

/// A channel of which something is known, and nothing read yet.
pub(super) struct FoundChannel<'a> {
    options: &'a IndexOptions,
    /// Everything that decides what is in it; `None` if that cannot be told.
    pub inputs: Option<String>,
    known: Known,
}

enum Known {
    /// What an index run has left.
    Stores(Vec<PublishedSubdir>),
    /// Documents alone.
    Documents(Vec<FoundDocument>),
}

impl<'a> FoundChannel<'a> {
    /// Opens what is known of a channel.
    ///
    /// # Errors
    ///
    /// When nothing is: it was never indexed, and has no documents either.
    pub(super) fn open(options: &'a IndexOptions) -> Result<Self, WebsiteError> {
        let published = open_published(options)?;
        if !published.subdirs.is_empty() {
            return Ok(Self {
                options,
                inputs: published.inputs,
                known: Known::Stores(published.subdirs),
            });
        }
        let found = documents::find(&options.channel)?;
        if found.is_empty() {
            return Err(WebsiteError::NotIndexed {
                channel: options.channel.root().to_owned(),
            });
        }
        Ok(Self {
            options,
            inputs: Some(documents::stamps(&found, &options.channel)?),
            known: Known::Documents(found),
        })
    }

    /// Its subdirs, sorted.
    pub(super) fn subdirs(&self) -> Vec<Subdir> {
        match &self.known {
            Known::Stores(subdirs) => subdirs
                .iter()
                .map(|subdir| subdir.folder.subdir.clone())
                .collect(),
            Known::Documents(found) => found.iter().map(|document| document.subdir.clone()).collect(),
        }
    }

    /// Makes ready to read it.
    pub(super) fn source(self) -> Result<Source, WebsiteError> {
        match self.known {
            Known::Stores(subdirs) => Source::of_stores(subdirs, self.options),
            Known::Documents(found) => Source::of_documents(&found, self.options),
        }
    }
}

impl Source {
    fn of_stores(subdirs: Vec<PublishedSubdir>, options: &IndexOptions) -> Result<Self, WebsiteError> {
        let subdirs = parallel::map(subdirs, options.threads, |subdir| {
            SourceSubdir::of_store(subdir, options)
        })?;
        let (subdirs, stores) = subdirs.into_iter().unzip();
        Ok(Self {
            subdirs,
            stores,
            channeldata: BTreeMap::new(),
            _temporary: None,
        })
    }

    /// Records alone: they go into stores of this run, and from there the way of all others.
    fn of_documents(found: &[FoundDocument], options: &IndexOptions) -> Result<Self, WebsiteError> {
        let temporary = tempfile::tempdir()?;
        let (mut subdirs, mut stores) = (Vec::new(), Vec::new());
        for document in found {
            let (store, packages_url) = documents::into_store(document, temporary.path())?;
            let document_options = DocumentOptions {
                // What was published is shown as it was published.
                repodata_next: true,
                indexed_timestamp: true,
                ..options.document_options(&document.subdir)
            };
            let review = Review::of(&*store, &document_options, None, &options.policy)?;
            subdirs.push(SourceSubdir {
                packages: with_packages(options.channel.subdir(&document.subdir).packages),
                subdir: document.subdir.clone(),
                patch: None,
                review,
                packages_url,
                options: document_options,
            });
            stores.push(store);
        }
        Ok(Self {
            subdirs,
            stores,
            channeldata: documents::channeldata(&options.channel)?,
            _temporary: Some(temporary),
        })
    }
}

impl SourceSubdir {
    fn of_store(
        published: PublishedSubdir,
        options: &IndexOptions,
    ) -> Result<(Self, BoxedStore), WebsiteError> {
        let PublishedSubdir { folder, store, patch } = published;
        let document_options = options.document_options(&folder.subdir);
        let review = Review::of(&*store, &document_options, patch.as_ref(), &options.policy)?;
        let subdir = Self {
            packages_url: document_options.packages_url(),
            subdir: folder.subdir,
            packages: with_packages(folder.packages),
            patch,
            review,
            options: document_options,
        };
        Ok((subdir, store))
    }
}

/// The folder, if a package lies in it.
fn with_packages(folder: PathBuf) -> Option<PathBuf> {
    let mut names = fs_err::read_dir(&folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .any(|name| ArtifactName::new(name).is_ok())
        .then_some(folder)
}
