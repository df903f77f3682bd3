//! Build and publish: the documents of one subdir, from its store to their places.

use std::path::Path;
use std::sync::Mutex;

use super::open::OpenSubdir;
use super::{IndexError, IndexOptions, SubdirSummary, Warning};
use crate::channel::SubdirFolder;
use crate::publish::{FinishedFile, PublishedState, ShardFolder};
use crate::repodata::patch::PatchSource;
use crate::repodata::{DocumentOptions, Edition, PatchInstructions, Review, write_repodata};
use crate::store::Store;

mod json;
mod output;
mod page;
mod shards;

pub(super) use self::output::Output;
pub(super) use self::page::PAGE;
pub(crate) use self::page::document_rows;

pub(super) const FROM_PACKAGES: &str = "repodata_from_packages.json";
const REPODATA: &str = "repodata.json";
const CURRENT_REPODATA: &str = "current_repodata.json";
const RUN_EXPORTS: &str = "run_exports.json";
pub(super) const PATCH_INSTRUCTIONS: &str = "patch_instructions.json";
const SHARDS_FROM_PACKAGES: &str = "repodata_shards_from_packages.msgpack.zst";
const SHARDS: &str = "repodata_shards.msgpack.zst";

/// A subdir whose documents are in place.
pub struct PublishedSubdir {
    /// Where its things lie.
    pub folder: SubdirFolder,
    /// What is known of it.
    pub store: Box<dyn Store + Send>,
    /// The patch instructions that it was published with.
    pub patch: Option<PatchInstructions>,
}

/// Publishes the subdir, if anything changed since it was published last. `compressing` is held
/// by the subdir that compresses.
pub(super) fn publish(
    subdir: OpenSubdir,
    options: &IndexOptions,
    compressing: &Mutex<()>,
) -> (SubdirSummary, Option<PublishedSubdir>) {
    let OpenSubdir {
        folder,
        mut store,
        mut summary,
        _lock,
        ..
    } = subdir;
    if summary.failure.is_some() {
        return (summary, None);
    }
    let state_path = folder.published_state();
    let mut publisher = Publisher {
        options,
        document_options: &options.document_options(&folder.subdir),
        output: Output {
            folder: &folder.output,
            documents: &options.documents,
            threads: options.threads.get(),
            compressing,
            state: PublishedState::load(&state_path),
            written: Vec::new(),
        },
        summary: &mut summary,
    };
    let mut run = || {
        let (changed, patch) = publisher.publish(&mut *store, &folder.patch_instructions())?;
        if changed == Changed::Yes {
            publisher.output.state.save(&state_path)?;
        }
        Ok::<_, IndexError>(patch)
    };
    let result = run();
    let Output { state, written, .. } = publisher.output;
    summary.documents_written = written;
    if result.is_ok() {
        summary.extend(state.findings);
    }
    summary.left_out.sort_unstable();
    summary.warnings.sort_unstable();
    match result {
        Ok(patch) => (summary, Some(PublishedSubdir { folder, store, patch })),
        Err(error) => {
            summary.failure = Some(error.to_string());
            (summary, None)
        }
    }
}

/// Whether what is known of the published documents changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Yes,
    No,
}

/// The repodata before patches, built and not yet in place.
pub(super) struct Unpatched {
    pub document: FinishedFile,
    review: Review,
}

impl Unpatched {
    /// Builds it from a subdir's store.
    pub(super) fn build(
        store: &dyn Store,
        document_options: &DocumentOptions,
        options: &IndexOptions,
        output: &Output<'_>,
    ) -> Result<Self, IndexError> {
        let review = Review::of(store, document_options, None, &options.policy)?;
        let edition = Edition {
            options: document_options,
            patch: None,
            review: &review,
        };
        let document = output.build(|out| write_repodata(store, &edition, out))?;
        Ok(Self { document, review })
    }
}

/// The two editions that documents are of.
struct Editions<'a> {
    from_packages: Edition<'a>,
    published: Edition<'a>,
}

struct Publisher<'a> {
    options: &'a IndexOptions,
    document_options: &'a DocumentOptions,
    output: Output<'a>,
    summary: &'a mut SubdirSummary,
}

impl Publisher<'_> {
    /// Brings every document up to date, with the patch instructions that hold.
    fn publish(
        &mut self,
        store: &mut dyn Store,
        channel_patch: &Path,
    ) -> Result<(Changed, Option<PatchInstructions>), IndexError> {
        self.warn_of_stale_shards();
        let in_place = self
            .inputs(store)?
            .is_some_and(|inputs| inputs == self.output.state.inputs)
            && self.is_in_place()?;
        if !in_place {
            store.date_artifacts(self.options.now)?;
        }
        let store = &*store;
        // Told before anything is built: what another tool changes meanwhile is for the next run.
        let inputs = self.inputs(store)?.unwrap_or_default();
        // A generator wants the repodata before patches: the published one, or one made for it
        // where what is published is of an earlier run with other options.
        let wants_repodata = matches!(self.options.patches, PatchSource::Generator { .. });
        let published = self.output.folder.join(FROM_PACKAGES);
        let mut unpatched = None;
        if !in_place || (wants_repodata && !self.options.documents.monolithic) {
            unpatched = Some(self.unpatched(store)?);
        }
        let repodata = unpatched
            .as_ref()
            .map_or(published.as_path(), |unpatched| unpatched.document.path());
        let sourced =
            self.options
                .patches
                .instructions(&self.document_options.subdir, repodata, channel_patch)?;
        self.summary.warnings.extend(sourced.warning.map(|what| Warning {
            file_name: PATCH_INSTRUCTIONS.to_owned(),
            what: format!("of the patch generator: {what}"),
        }));
        let patch = sourced.instructions;
        let patch_digest = patch.as_ref().map(PatchInstructions::digest);
        if in_place && patch_digest == self.output.state.patch {
            return Ok((self.collect_due_shards()?, patch));
        }
        let unpatched = match unpatched {
            Some(built) => built,
            None => self.unpatched(store)?,
        };
        if self.listing().is_none() {
            self.output.remove_own(PAGE)?;
        }
        self.output.state.documents.clear();
        if let Some(patch) = patch.as_ref().filter(|_| !sourced.lie_in_channel) {
            self.publish_instructions(patch)?;
        }
        self.publish_editions(store, unpatched, patch.as_ref())?;
        self.output.state.inputs = inputs;
        self.output.state.patch = patch_digest;
        Ok((Changed::Yes, patch))
    }

    fn unpatched(&self, store: &dyn Store) -> Result<Unpatched, IndexError> {
        Unpatched::build(store, self.document_options, self.options, &self.output)
    }

    /// Publishes all documents of records.
    fn publish_editions(
        &mut self,
        store: &dyn Store,
        unpatched: Unpatched,
        patch: Option<&PatchInstructions>,
    ) -> Result<(), IndexError> {
        let from_packages = Edition {
            options: self.document_options,
            patch: None,
            review: &unpatched.review,
        };
        let options = self.document_options;
        let review = match patch {
            Some(_) => Some(Review::of(store, options, patch, &self.options.policy)?),
            None => None,
        };
        let published = Edition {
            patch,
            review: review.as_ref().unwrap_or(&unpatched.review),
            ..from_packages
        };
        self.output.state.findings = published.review.findings.clone();
        let editions = Editions {
            from_packages,
            published,
        };
        self.publish_shards(store, &editions)?;
        self.publish_run_exports(store, &published)?;
        self.publish_repodata(store, &published, unpatched.document)?;
        self.publish_current_repodata(store, &published)?;
        self.publish_page(store, &published)
    }

    /// Everything but patches that decides what the documents hold; `None` if that cannot be told.
    fn inputs(&self, store: &dyn Store) -> Result<Option<String>, IndexError> {
        let Some(mark) = store.change_mark()? else {
            return Ok(None);
        };
        let version = env!("CARGO_PKG_VERSION");
        let documents = &self.options.documents;
        // The same folder by any of its names.
        let output = fs_err::canonicalize(self.output.folder)?;
        Ok(Some(format!(
            "towpath {version}; {}; {:?}; {:?}; {:?}; {documents:?}; {}",
            mark.0,
            self.options.policy,
            self.options.identity,
            self.document_options,
            output.display()
        )))
    }

    fn is_in_place(&self) -> Result<bool, IndexError> {
        let known = self.output.state.shards;
        let shards = match self.options.documents.shards {
            Some(placement) => ShardFolder::count(self.output.folder, placement)?,
            None => known,
        };
        Ok(shards == known && self.output.is_in_place() && self.page_knows_of_instructions())
    }

    /// Clients that know shards prefer them: an index that no run keeps up to date misleads them.
    fn warn_of_stale_shards(&mut self) {
        if self.options.documents.shards.is_none() && self.output.folder.join(SHARDS).exists() {
            self.summary.warnings.push(Warning {
                file_name: SHARDS.to_owned(),
                what: "was written by an earlier run and not by this one; clients prefer it to repodata.json, so \
                       write shards (--write-shards) or remove it"
                    .to_owned(),
            });
        }
    }
}
