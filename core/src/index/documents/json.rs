//! The JSON documents of a subdir.

use std::io::Write;

use super::{CURRENT_REPODATA, FROM_PACKAGES, PATCH_INSTRUCTIONS, Publisher, REPODATA, RUN_EXPORTS};
use crate::index::IndexError;
use crate::json::Layout;
use crate::publish::FinishedFile;
use crate::repodata::{
    CurrentSummary, DocumentFinding, Edition, PatchInstructions, write_current_repodata, write_repodata,
    write_run_exports,
};
use crate::store::{Store, StoreError};

impl Publisher<'_> {
    pub(super) fn publish_instructions(&mut self, patch: &PatchInstructions) -> Result<(), IndexError> {
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

    pub(super) fn publish_run_exports(
        &mut self,
        store: &dyn Store,
        edition: &Edition<'_>,
    ) -> Result<(), IndexError> {
        if !self.options.documents.run_exports {
            return Ok(());
        }
        let built = self.output.build(|out| write_run_exports(store, edition, out))?;
        self.output.put_with_siblings(built, &[RUN_EXPORTS])
    }

    pub(super) fn publish_repodata(
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
    pub(super) fn publish_current_repodata(
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
            DocumentFinding::new(record.file_name, false, &what)
        });
        let unmatched = current.unmatched.into_iter().map(|pin| {
            let what = format!("holds no {} {}: there is none", pin.name, pin.version);
            DocumentFinding::new(CURRENT_REPODATA.to_owned(), false, &what)
        });
        self.output.state.findings.extend(left_out.chain(unmatched));
        self.output.put_with_siblings(built, &[CURRENT_REPODATA])
    }
}
