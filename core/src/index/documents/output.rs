//! The folder that documents go to, and what is known of those in it.

use std::path::Path;
use std::sync::Mutex;

use crate::index::{DocumentSelection, IndexError};
use crate::publish::{
    FileStamp, FinishedFile, PendingFile, Publication, PublishedState, write_bz2, write_zst,
};

/// A folder that documents are put into.
pub(in crate::index) struct Output<'a> {
    pub folder: &'a Path,
    pub documents: &'a DocumentSelection,
    pub threads: usize,
    /// Held by whoever compresses: one compression uses all threads, and much memory.
    pub compressing: &'a Mutex<()>,
    /// What was published here.
    pub state: PublishedState,
    /// The names of documents that were written because they changed.
    pub written: Vec<String>,
}

impl Output<'_> {
    /// A document that is written and not yet in place.
    pub(in crate::index) fn build<E>(
        &self,
        write: impl FnOnce(&mut PendingFile) -> Result<(), E>,
    ) -> Result<FinishedFile, IndexError>
    where
        IndexError: From<E>,
    {
        let mut file = PendingFile::create_in(self.folder)?;
        write(&mut file)?;
        Ok(file.finish()?)
    }

    /// Puts one document in place under each of the names, with its compressed siblings. A sibling
    /// that is not asked for is removed: it would not agree with the document any more.
    pub(in crate::index) fn put_with_siblings(
        &mut self,
        document: FinishedFile,
        names: &[&str],
    ) -> Result<(), IndexError> {
        let zst = match self.documents.zst {
            Some(level) => {
                let _turn = self
                    .compressing
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                let threads = self.threads;
                Some(self.build(|out| write_zst(document.path(), out, level, threads))?)
            }
            None => None,
        };
        let bz2 = match self.documents.bz2 {
            true => Some(self.build(|out| write_bz2(document.path(), out))?),
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
                let publication = file.publish_copy(&self.folder.join(name))?;
                self.note(name, publication);
            }
            self.put(file, last)?;
        }
        Ok(())
    }

    /// Puts a document in place.
    pub(in crate::index) fn put(&mut self, file: FinishedFile, name: &str) -> Result<(), IndexError> {
        let publication = file.publish(&self.folder.join(name))?;
        self.note(name, publication);
        Ok(())
    }

    fn note(&mut self, name: &str, publication: Publication) {
        if publication == Publication::Replaced {
            self.written.push(name.to_owned());
        }
        // A file that cannot be looked at again makes the next run build anew.
        let stamp = FileStamp::of(&self.folder.join(name)).unwrap_or(FileStamp::UNKNOWN);
        self.state.documents.insert(name.to_owned(), stamp);
    }

    /// Removes a document that is not to be there.
    pub(in crate::index) fn remove(&self, name: &str) -> Result<(), IndexError> {
        match fs_err::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Removes a document that is not asked for any more, if it is the one that was put here:
    /// somebody may have put one of their own in its place. Pages are left to a website, if there is one.
    pub(in crate::index) fn remove_own(&self, name: &str) -> Result<(), IndexError> {
        let own = self.state.documents.get(name);
        if !self.documents.website && own.is_some() && FileStamp::of(&self.folder.join(name)) == own.copied()
        {
            self.remove(name)?;
        }
        Ok(())
    }

    /// Whether every document is as it was left.
    pub(in crate::index) fn is_in_place(&self) -> bool {
        self.state.documents_are_in_place(self.folder)
    }
}
