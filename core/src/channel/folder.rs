//! Where things lie in a channel's folder and in its output.

use std::io;
use std::path::{Path, PathBuf};

use super::{KNOWN_SUBDIRS, Subdir};
use crate::package::ArtifactName;

/// A channel's folder, and the folder that its metadata is written to (the same one, as a rule).
#[derive(Clone, Debug)]
pub struct ChannelFolder {
    root: PathBuf,
    output: PathBuf,
}

/// One subdir of a channel's folder.
#[derive(Clone, Debug)]
pub struct SubdirFolder {
    /// The subdir's name.
    pub subdir: Subdir,
    /// Where its packages lie.
    pub packages: PathBuf,
    /// Where its documents are written to.
    pub output: PathBuf,
}

impl ChannelFolder {
    /// The channel in `root`, with its documents going to `output`.
    pub fn new(root: PathBuf, output: Option<PathBuf>) -> Self {
        let output = output.unwrap_or_else(|| root.clone());
        Self { root, output }
    }

    /// The folder with the packages.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder with the documents.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// The known subdirs that have a folder, and `noarch`; sorted.
    ///
    /// # Errors
    ///
    /// When the channel's folder cannot be listed.
    pub fn detect_subdirs(&self) -> io::Result<Vec<Subdir>> {
        let mut subdirs = vec![Subdir::noarch()];
        for entry in fs_err::read_dir(&self.root)? {
            let entry = entry?;
            let known = entry
                .file_name()
                .to_str()
                .and_then(|name| KNOWN_SUBDIRS.iter().find(|known| **known == name));
            // A link to a folder counts as one.
            if let Some(name) = known
                && fs_err::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir())
            {
                subdirs.extend(name.parse());
            }
        }
        subdirs.sort_unstable();
        subdirs.dedup();
        Ok(subdirs)
    }

    /// Whether one of the known subdirs has repodata, in whichever form.
    pub fn has_repodata(&self) -> bool {
        let forms = [
            "repodata.json",
            "repodata.json.zst",
            "repodata_shards.msgpack.zst",
        ];
        KNOWN_SUBDIRS.iter().any(|subdir| {
            let folder = self.output.join(subdir);
            forms.iter().any(|name| folder.join(name).is_file())
        })
    }

    /// The `SQLite` file of the environments that are recorded. It is no cache: nothing else knows them.
    pub fn environments_in_sqlite(&self) -> PathBuf {
        self.root.join(".towpath").join("environments.db")
    }

    /// The redb file of the environments that are recorded, with GlueSQL.
    pub fn environments_in_gluesql(&self) -> PathBuf {
        self.root.join(".towpath").join("environments.redb")
    }

    /// Where the things of `subdir` lie.
    pub fn subdir(&self, subdir: &Subdir) -> SubdirFolder {
        SubdirFolder {
            subdir: subdir.clone(),
            packages: self.root.join(subdir.as_str()),
            output: self.output.join(subdir.as_str()),
        }
    }
}

impl SubdirFolder {
    /// Makes the folders that are missing.
    ///
    /// # Errors
    ///
    /// When one cannot be made.
    pub fn create(&self) -> io::Result<()> {
        fs_err::create_dir_all(self.cache())?;
        fs_err::create_dir_all(&self.output)
    }

    /// The folder of what is kept between runs.
    pub fn cache(&self) -> PathBuf {
        self.packages.join(".cache")
    }

    /// What was published of the subdir, and from what.
    pub fn published_state(&self) -> PathBuf {
        self.cache().join("towpath-published.json")
    }

    /// Whether it is one of the subdirs that are looked for, with a file that is named like a
    /// package.
    ///
    /// # Errors
    ///
    /// When it cannot be listed.
    pub fn is_known_and_has_packages(&self) -> io::Result<bool> {
        if !KNOWN_SUBDIRS.contains(&self.subdir.as_str()) || !self.packages.is_dir() {
            return Ok(false);
        }
        for entry in fs_err::read_dir(&self.packages)? {
            let name = entry?.file_name().into_string();
            if name.is_ok_and(|name| ArtifactName::new(name).is_ok()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The store that conda-index keeps here too.
    pub fn sqlite_store(&self) -> PathBuf {
        self.cache().join("cache.db")
    }

    /// The store in GlueSQL.
    pub fn gluesql_store(&self) -> PathBuf {
        self.cache().join("towpath.redb")
    }

    /// The patch instructions that the channel's owner may have put here.
    pub fn patch_instructions(&self) -> PathBuf {
        self.packages.join("patch_instructions.json")
    }
}
