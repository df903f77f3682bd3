//! Build and publish: the documents of one subdir, from its store to their places.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::open::OpenSubdir;
use super::{IndexError, IndexOptions, SubdirSummary, Warning};
use crate::channel::SubdirFolder;
use crate::json::Layout;
use crate::publish::{FinishedFile, PublishedState, ShardFolder};
use crate::repodata::patch::PatchSource;
use crate::repodata::{
    CurrentSummary, DocumentOptions, Edition, PatchInstructions, write_current_repodata, write_repodata,
    write_run_exports,
};
use crate::store::{Store, StoreError};

mod output;
mod page;
mod shards;

pub(super) use self::output::Output;

pub(super) const FROM_PACKAGES: &str = "repodata_from_packages.json";
const REPODATA: &str = "repodata.json";
const CURRENT_REPODATA: &str = "current_repodata.json";
const RUN_EXPORTS: &str = "run_exports.json";
const PATCH_INSTRUCTIONS: &str = "patch_instructions.json";
const SHARDS_FROM_PACKAGES: &str = "repodata_shards_from_packages.msgpack.zst";
const SHARDS: &str = "repodata_shards.msgpack.zst";

/// A subdir whose documents are in place.
pub(super) struct PublishedSubdir {
    pub folder: SubdirFolder,
    pub store: Box<dyn Store + Send>,
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
    let state_path = folder.cache().join("towpath-published.json");
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
    summary.documents_written = publisher.output.written;
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
        let from_packages = Edition {
            options: self.document_options,
            patch: None,
        };
        let build_from_packages =
            |output: &Output<'_>| output.build(|out| write_repodata(store, &from_packages, out));
        // A generator wants the repodata before patches: the published one, or one made for it
        // where what is published is of an earlier run with other options.
        let wants_repodata = matches!(self.options.patches, PatchSource::Generator { .. });
        let published = self.output.folder.join(FROM_PACKAGES);
        let mut unpatched = None;
        if !in_place || (wants_repodata && !self.options.documents.monolithic) {
            unpatched = Some(build_from_packages(&self.output)?);
        }
        let repodata = unpatched.as_ref().map_or(published.as_path(), FinishedFile::path);
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
            None => build_from_packages(&self.output)?,
        };
        self.output.state.documents.clear();
        if let Some(patch) = patch.as_ref().filter(|_| !sourced.lie_in_channel) {
            self.publish_instructions(patch)?;
        }
        let edition = Edition {
            patch: patch.as_ref(),
            ..from_packages
        };
        self.publish_shards(store, &edition)?;
        self.publish_run_exports(store, &edition)?;
        self.publish_repodata(store, &edition, unpatched)?;
        self.publish_current_repodata(store, &edition)?;
        self.publish_page(store, &edition)?;
        self.output.state.inputs = inputs;
        self.output.state.patch = patch_digest;
        Ok((Changed::Yes, patch))
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
            "towpath {version}; {}; {:?}; {:?}; {documents:?}; {}",
            mark.0,
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
        Ok(shards == known && self.output.is_in_place())
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

    fn publish_instructions(&mut self, patch: &PatchInstructions) -> Result<(), IndexError> {
        let mut text = match self.options.documents.layout {
            Layout::Compact => patch.document().as_str().to_owned(),
            Layout::Pretty => {
                let mut text = String::new();
                crate::json::indent(&mut text, patch.document().as_str(), 0);
                text
            }
        };
        text.push('\n');
        let built = self.output.build(|out| out.write_all(text.as_bytes()))?;
        self.output.put(built, PATCH_INSTRUCTIONS)
    }

    fn publish_run_exports(&mut self, store: &dyn Store, edition: &Edition<'_>) -> Result<(), IndexError> {
        if !self.options.documents.run_exports {
            return Ok(());
        }
        let built = self.output.build(|out| write_run_exports(store, edition, out))?;
        self.output.put_with_siblings(built, &[RUN_EXPORTS])
    }

    fn publish_repodata(
        &mut self,
        store: &dyn Store,
        edition: &Edition<'_>,
        unpatched: FinishedFile,
    ) -> Result<(), IndexError> {
        if !self.options.documents.monolithic {
            return Ok(());
        }
        // Without a patch the two documents are the same bytes.
        if edition.patch.is_none() {
            return self
                .output
                .put_with_siblings(unpatched, &[FROM_PACKAGES, REPODATA]);
        }
        let patched = self.output.build(|out| write_repodata(store, edition, out))?;
        self.output.put_with_siblings(unpatched, &[FROM_PACKAGES])?;
        self.output.put_with_siblings(patched, &[REPODATA])
    }

    /// Where it is not asked for it is removed: clients that know it prefer it.
    fn publish_current_repodata(
        &mut self,
        store: &dyn Store,
        edition: &Edition<'_>,
    ) -> Result<(), IndexError> {
        let documents = &self.options.documents;
        if !documents.monolithic {
            return Ok(());
        }
        let Some(versions) = &documents.current_repodata else {
            return ["", ".zst", ".bz2"]
                .iter()
                .try_for_each(|extension| self.output.remove(&format!("{CURRENT_REPODATA}{extension}")));
        };
        let mut current = CurrentSummary::default();
        let built = self.output.build(|out| {
            current = write_current_repodata(store, edition, versions, out)?;
            Ok::<_, StoreError>(())
        })?;
        let left_out = current.left_out.into_iter().map(|record| {
            let what = format!("is not in {CURRENT_REPODATA}: {}", record.reason);
            Warning::new(record.file_name, &what)
        });
        let unmatched = current.unmatched.into_iter().map(|pin| {
            let what = format!("holds no {} {}: there is none", pin.name, pin.version);
            Warning::new(CURRENT_REPODATA.to_owned(), &what)
        });
        self.summary.warnings.extend(left_out.chain(unmatched));
        self.output.put_with_siblings(built, &[CURRENT_REPODATA])
    }
}

fn hex_digest(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// Names of shards, as their files are named.
fn shard_names(shards: &BTreeMap<String, [u8; 32]>) -> BTreeSet<String> {
    shards
        .values()
        .map(|digest| base16ct::lower::encode_string(digest))
        .collect()
}
