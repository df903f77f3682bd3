//! Where a website's data is from: the stores that an index run has left, or, where there is none, the
//! published documents alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::WebsiteError;
use super::documents;
use crate::channel::Subdir;
use crate::index::{BoxedStore, IndexOptions, PublishedSubdir, open_published};
use crate::repodata::{DocumentOptions, Edition, PatchInstructions, Review};

/// A channel, as a website shows it.
pub(super) struct Source {
    pub subdirs: Vec<SourceSubdir>,
    /// Their stores, in the same order. One thread at a time reads one.
    pub stores: Vec<BoxedStore>,
    /// Everything that decides what is in it; `None` if that cannot be told.
    pub inputs: Option<String>,
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
    /// Where its packages lie, if they are at hand.
    pub packages: PathBuf,
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

impl Source {
    /// Opens what is known of a channel.
    ///
    /// # Errors
    ///
    /// When nothing is: it was never indexed, and has no documents either.
    pub(super) fn open(options: &IndexOptions) -> Result<Self, WebsiteError> {
        let published = open_published(options)?;
        if published.subdirs.is_empty() {
            return Self::of_documents(options);
        }
        let subdirs = published.subdirs.into_iter();
        let subdirs: Vec<_> = subdirs
            .map(|subdir| SourceSubdir::of_store(subdir, options))
            .collect::<Result<_, _>>()?;
        let (subdirs, stores) = subdirs.into_iter().unzip();
        Ok(Self {
            subdirs,
            stores,
            inputs: published.inputs,
            channeldata: BTreeMap::new(),
            _temporary: None,
        })
    }

    /// Records alone: they go into stores of this run, and from there the way of all others.
    fn of_documents(options: &IndexOptions) -> Result<Self, WebsiteError> {
        let found = documents::find(&options.channel)?;
        if found.is_empty() {
            return Err(WebsiteError::NotIndexed {
                channel: options.channel.root().to_owned(),
            });
        }
        let inputs = documents::stamps(&found, &options.channel)?;
        let temporary = tempfile::tempdir()?;
        let (mut subdirs, mut stores) = (Vec::new(), Vec::new());
        for document in &found {
            let (store, packages_url) = documents::into_store(document, temporary.path())?;
            let document_options = DocumentOptions {
                // What was published is shown as it was published.
                repodata_next: true,
                indexed_timestamp: true,
                ..options.document_options(&document.subdir)
            };
            let review = Review::of(&*store, &document_options, None, &options.policy)?;
            subdirs.push(SourceSubdir {
                packages: options.channel.subdir(&document.subdir).packages,
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
            inputs: Some(inputs),
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
            packages: folder.packages,
            patch,
            review,
            options: document_options,
        };
        Ok((subdir, store))
    }
}
