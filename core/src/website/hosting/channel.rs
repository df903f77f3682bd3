//! What of a folder makes it a channel: its subdirs with their packages and documents.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use super::finding::{Check, Findings};
use super::walk::{Entry, EntryKind};
use crate::package::ArtifactName;
use crate::verify::Severity;

/// What pointers of git-lfs begin with, and how long they can be.
const LFS_POINTER: &[u8] = b"version https://git-lfs";
const LONGEST_LFS_POINTER: u64 = 1024;

const LFS: Check = Check {
    name: "lfs-pointer",
    severity: Severity::Error,
    mend: "check the repository out with git-lfs: `git lfs pull`, or `lfs: true` of actions/checkout",
};

/// A folder that is to be published, as a channel.
#[derive(Debug, Default)]
pub(super) struct PublishedChannel {
    /// How many files would be published; not those in folders whose names begin with a dot.
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Folders with packages or documents in them, by name.
    pub(super) subdirs: BTreeMap<String, PublishedSubdir>,
    /// Whether the root has a `.nojekyll`.
    pub(super) has_nojekyll: bool,
    /// Whether the root has a `404.html`.
    pub(super) has_not_found_page: bool,
    /// Whether packages can be opened in the browser.
    pub(super) has_inspector: bool,
    /// The first path that Jekyll leaves out, and how many there are.
    pub(super) not_for_jekyll: Option<(String, u64)>,
    /// How many pages are shown for a folder other than the root.
    pub(super) folder_pages: u64,
}

/// A subdir as it is to be published.
#[derive(Debug, Default)]
pub(super) struct PublishedSubdir {
    /// The packages that lie in it, with their sizes.
    pub(super) packages: BTreeMap<String, u64>,
    /// The size of its `repodata.json`.
    pub(super) repodata: Option<u64>,
    /// The size of its `repodata.json.zst`.
    pub(super) compressed_repodata: Option<u64>,
    /// Whether it has a `repodata_shards.msgpack.zst`.
    pub(super) has_shards: bool,
}

impl PublishedChannel {
    /// Takes note of what lies in the folder `root`.
    pub(super) fn add(&mut self, root: &Path, entry: &Entry, findings: &mut Findings) -> io::Result<()> {
        let is_published = matches!(entry.kind, EntryKind::Folder(_)) || entry.published_file().is_some();
        if is_published && entry.name().starts_with('_') {
            let (_, count) = self.not_for_jekyll.get_or_insert_with(|| (entry.path.clone(), 0));
            *count += 1;
        }
        let Some(stat) = entry.published_file() else {
            return Ok(());
        };
        self.files += 1;
        self.bytes += stat.size;
        self.folder_pages += u64::from(entry.path.ends_with("/index.html"));
        match entry.path.split_once('/') {
            None => {
                self.has_nojekyll |= entry.path == ".nojekyll";
                self.has_not_found_page |= entry.path == "404.html";
            }
            Some(("inspect", "index.html")) => self.has_inspector = true,
            Some((folder, name)) if !name.contains('/') => {
                if self.add_to_subdir(folder, name, stat.size)
                    && stat.size <= LONGEST_LFS_POINTER
                    && is_lfs_pointer(&root.join(&entry.path))?
                {
                    findings.add_of(
                        &LFS,
                        &entry.path,
                        "is a pointer of git-lfs: the package itself was not checked out",
                    );
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Whether the file is a package.
    fn add_to_subdir(&mut self, folder: &str, name: &str, size: u64) -> bool {
        let is_package = ArtifactName::new(name).is_ok();
        let is_document = matches!(
            name,
            "repodata.json" | "repodata.json.zst" | "repodata_shards.msgpack.zst"
        );
        if !is_package && !is_document {
            return false;
        }
        let subdir = self.subdirs.entry(folder.to_owned()).or_default();
        match name {
            "repodata.json" => subdir.repodata = Some(size),
            "repodata.json.zst" => subdir.compressed_repodata = Some(size),
            "repodata_shards.msgpack.zst" => subdir.has_shards = true,
            package => {
                subdir.packages.insert(package.to_owned(), size);
            }
        }
        is_package
    }
}

fn is_lfs_pointer(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    let file = fs_err::File::open(path)?;
    file.take(LFS_POINTER.len() as u64).read_to_end(&mut start)?;
    Ok(start == LFS_POINTER)
}
