//! Build and publish: the documents of one subdir, from its store to their places.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::open::OpenSubdir;
use super::{IndexError, IndexOptions, SubdirSummary, Warning};
use crate::json::Layout;
use crate::publish::{
    FileStamp, FinishedFile, PendingFile, Publication, PublishedState, ShardFolder, write_bz2, write_zst,
};
use crate::repodata::patch::PatchSource;
use crate::repodata::{DocumentOptions, PatchInstructions, write_repodata, write_run_exports};
use crate::store::Store;

mod shards;

const FROM_PACKAGES: &str = "repodata_from_packages.json";
const REPODATA: &str = "repodata.json";
const RUN_EXPORTS: &str = "run_exports.json";
const PATCH_INSTRUCTIONS: &str = "patch_instructions.json";
const SHARDS_FROM_PACKAGES: &str = "repodata_shards_from_packages.msgpack.zst";
const SHARDS: &str = "repodata_shards.msgpack.zst";

/// Publishes the subdir, if anything changed since it was published last. `compressing` is held
/// by the subdir that compresses: one compression uses all threads, and much memory.
pub(super) fn publish(subdir: OpenSubdir, options: &IndexOptions, compressing: &Mutex<()>) -> SubdirSummary {
    let OpenSubdir {
        folder,
        mut store,
        mut summary,
        _lock,
        ..
    } = subdir;
    if summary.failure.is_some() {
        return summary;
    }
    let state_path = folder.cache().join("towpath-published.json");
    let mut publisher = Publisher {
        options,
        document_options: options.document_options(&folder.subdir),
        output: &folder.output,
        state: PublishedState::load(&state_path),
        summary: &mut summary,
        compressing,
    };
    let mut run = || {
        let changed = publisher.publish(&mut *store, &folder.patch_instructions())?;
        if changed {
            publisher.state.save(&state_path)?;
        }
        Ok::<(), IndexError>(())
    };
    if let Err(error) = run() {
        summary.failure = Some(error.to_string());
    }
    summary.left_out.sort_unstable();
    summary.warnings.sort_unstable();
    summary
}

struct Publisher<'a> {
    options: &'a IndexOptions,
    document_options: DocumentOptions,
    output: &'a Path,
    state: PublishedState,
    summary: &'a mut SubdirSummary,
    compressing: &'a Mutex<()>,
}

impl Publisher<'_> {
    /// Brings every document up to date. Says whether the state changed.
    fn publish(&mut self, store: &mut dyn Store, channel_patch: &Path) -> Result<bool, IndexError> {
        self.warn_of_stale_shards();
        let in_place = self
            .inputs(store)?
            .is_some_and(|inputs| inputs == self.state.inputs)
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
        let published = self.output.join(FROM_PACKAGES);
        let mut from_packages = None;
        if !in_place || (wants_repodata && !self.options.documents.monolithic) {
            from_packages = Some(self.build(|out| write_repodata(store, &self.document_options, None, out))?);
        }
        let repodata = from_packages
            .as_ref()
            .map_or(published.as_path(), FinishedFile::path);
        let sourced = self
            .options
            .patches
            .instructions(&self.document_options.subdir, repodata)?;
        self.summary.warnings.extend(sourced.warning.map(|what| Warning {
            file_name: PATCH_INSTRUCTIONS.to_owned(),
            what: format!("of the patch generator: {what}"),
        }));
        let is_generated = sourced.instructions.is_some();
        let patch = match sourced.instructions {
            Some(patch) => Some(patch),
            None => crate::repodata::patch::from_file(channel_patch)?,
        };
        let patch_digest = patch
            .as_ref()
            .map(|patch| hex_digest(patch.document().as_str().as_bytes()));
        if in_place && patch_digest == self.state.patch {
            return self.collect_due_shards();
        }
        let from_packages = match from_packages {
            Some(built) => built,
            None => self.build(|out| write_repodata(store, &self.document_options, None, out))?,
        };
        self.state.documents.clear();
        if let Some(patch) = patch.as_ref().filter(|_| is_generated) {
            self.publish_instructions(patch)?;
        }
        self.publish_shards(store, patch.as_ref())?;
        self.publish_run_exports(store, patch.as_ref())?;
        self.publish_repodata(store, patch.as_ref(), from_packages)?;
        self.state.inputs = inputs;
        self.state.patch = patch_digest;
        Ok(true)
    }

    /// Everything but patches that decides what the documents hold; `None` if that cannot be told.
    fn inputs(&self, store: &dyn Store) -> Result<Option<String>, IndexError> {
        let Some(mark) = store.change_mark()? else {
            return Ok(None);
        };
        let version = env!("CARGO_PKG_VERSION");
        let documents = &self.options.documents;
        // The same folder by any of its names.
        let output = fs_err::canonicalize(self.output)?;
        Ok(Some(format!(
            "towpath {version}; {}; {:?}; {documents:?}; {}",
            mark.0,
            self.document_options,
            output.display()
        )))
    }

    fn is_in_place(&self) -> Result<bool, IndexError> {
        let shards = match self.options.documents.shards {
            Some(placement) => ShardFolder::count(self.output, placement)?,
            None => self.state.shards,
        };
        Ok(shards == self.state.shards && self.state.documents_are_in_place(self.output))
    }

    /// Clients that know shards prefer them: an index that no run keeps up to date misleads them.
    fn warn_of_stale_shards(&mut self) {
        if self.options.documents.shards.is_none() && self.output.join(SHARDS).exists() {
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
        let built = self.build(|out| Ok(out.write_all(text.as_bytes())?))?;
        self.put(built, PATCH_INSTRUCTIONS)
    }

    fn publish_run_exports(
        &mut self,
        store: &dyn Store,
        patch: Option<&PatchInstructions>,
    ) -> Result<(), IndexError> {
        if !self.options.documents.run_exports {
            return Ok(());
        }
        let built = self.build(|out| write_run_exports(store, &self.document_options, patch, out))?;
        self.put_with_siblings(built, &[RUN_EXPORTS])
    }

    fn publish_repodata(
        &mut self,
        store: &dyn Store,
        patch: Option<&PatchInstructions>,
        from_packages: FinishedFile,
    ) -> Result<(), IndexError> {
        if !self.options.documents.monolithic {
            return Ok(());
        }
        // Without a patch the two documents are the same bytes.
        if patch.is_none() {
            return self.put_with_siblings(from_packages, &[FROM_PACKAGES, REPODATA]);
        }
        let patched = self.build(|out| write_repodata(store, &self.document_options, patch, out))?;
        self.put_with_siblings(from_packages, &[FROM_PACKAGES])?;
        self.put_with_siblings(patched, &[REPODATA])
    }

    fn build(
        &self,
        write: impl FnOnce(&mut PendingFile) -> Result<(), crate::store::StoreError>,
    ) -> Result<FinishedFile, IndexError> {
        let mut file = PendingFile::create_in(self.output)?;
        write(&mut file)?;
        Ok(file.finish()?)
    }

    /// Puts one document in place under each of the names, with its compressed siblings. A sibling
    /// that is not asked for is removed: it would not agree with the document any more.
    fn put_with_siblings(&mut self, document: FinishedFile, names: &[&str]) -> Result<(), IndexError> {
        let zst = match self.options.documents.zst {
            Some(level) => {
                let _turn = self
                    .compressing
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                let threads = self.options.threads.get();
                Some(self.build(|out| Ok(write_zst(document.path(), out, level, threads)?))?)
            }
            None => None,
        };
        let bz2 = match self.options.documents.bz2 {
            true => Some(self.build(|out| Ok(write_bz2(document.path(), out)?))?),
            false => None,
        };
        for (file, extension) in [(Some(document), ""), (zst, ".zst"), (bz2, ".bz2")] {
            let targets: Vec<String> = names.iter().map(|name| format!("{name}{extension}")).collect();
            match file {
                Some(file) => self.put_all(file, &targets)?,
                None => targets.iter().try_for_each(|target| self.remove(target))?,
            }
        }
        Ok(())
    }

    fn put_all(&mut self, file: FinishedFile, names: &[String]) -> Result<(), IndexError> {
        if let Some((last, others)) = names.split_last() {
            for name in others {
                let publication = file.publish_copy(&self.output.join(name))?;
                self.note(name, publication);
            }
            self.put(file, last)?;
        }
        Ok(())
    }

    fn put(&mut self, file: FinishedFile, name: &str) -> Result<(), IndexError> {
        let publication = file.publish(&self.output.join(name))?;
        self.note(name, publication);
        Ok(())
    }

    fn note(&mut self, name: &str, publication: Publication) {
        if publication == Publication::Replaced {
            self.summary.documents_written.push(name.to_owned());
        }
        // A file that cannot be looked at again makes the next run build anew.
        if let Some(stamp) = FileStamp::of(&self.output.join(name)) {
            self.state.documents.insert(name.to_owned(), stamp);
        }
    }

    fn remove(&self, name: &str) -> Result<(), IndexError> {
        match fs_err::remove_file(self.output.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
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
