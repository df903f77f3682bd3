//! What lies at a path in the folder, as far as it is for the public.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use super::Symlinks;
use super::request_path::{RequestPath, is_hidden};
use super::validators::FileStamp;

/// The folder that is served.
#[derive(Clone, Debug)]
pub(super) struct ServedFolder {
    /// Without links in it.
    root: PathBuf,
    symlinks: Symlinks,
}

/// What lies at a path.
#[derive(Debug)]
pub(super) enum Found {
    File(OpenFile),
    /// A folder, for which its `index.html` stands.
    Folder,
    Nothing,
}

/// A file that is open; what is put in its place while it is sent does not matter.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) file: fs_err::File,
    pub(super) stamp: FileStamp,
}

impl ServedFolder {
    /// # Errors
    ///
    /// When it is no folder.
    pub(super) fn new(folder: &Path, symlinks: Symlinks) -> io::Result<Self> {
        // Without the path in them: whoever asked names it.
        let root = std::fs::canonicalize(folder)?;
        #[expect(clippy::disallowed_methods, reason = "whoever asked names the folder")]
        if !std::fs::metadata(&root)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { root, symlinks })
    }

    /// Looks at what is at a path. What is hidden, or leads out of the folder where that is not wanted, is
    /// nothing, and so is what is neither file nor folder.
    ///
    /// # Errors
    ///
    /// When the file system refuses to tell, or to open the file.
    pub(super) fn look_at(&self, path: &RequestPath) -> io::Result<Found> {
        self.look_at_relative(&path.relative())
    }

    /// The same of a path that is known to be made of names.
    pub(super) fn look_at_relative(&self, relative: &Path) -> io::Result<Found> {
        let is_missing = |error: &io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
            )
        };
        match self.found(relative) {
            Err(error) if is_missing(&error) => Ok(Found::Nothing),
            other => other,
        }
    }

    fn found(&self, relative: &Path) -> io::Result<Found> {
        let real = fs_err::canonicalize(self.root.join(relative))?;
        if !self.is_public(&real) {
            return Ok(Found::Nothing);
        }
        // A pipe would keep us waiting if it were opened.
        match kind(&fs_err::metadata(&real)?) {
            Kind::Folder => Ok(Found::Folder),
            Kind::Other => Ok(Found::Nothing),
            Kind::File => {
                let file = fs_err::File::open(&real)?;
                let metadata = file.metadata()?;
                Ok(match kind(&metadata) {
                    Kind::File => Found::File(OpenFile {
                        stamp: FileStamp::of(&metadata),
                        file,
                    }),
                    Kind::Folder | Kind::Other => Found::Nothing,
                })
            }
        }
    }

    /// Whether what is really at this path, which has no links in it, may be served.
    fn is_public(&self, real: &Path) -> bool {
        match real.strip_prefix(&self.root) {
            // What could not be asked for by its own name is not to be had by another.
            Ok(inside) => {
                let names = inside.iter().map(|name| name.to_str().unwrap_or("."));
                !is_hidden(names)
            }
            Err(_) => self.symlinks == Symlinks::Anywhere,
        }
    }
}

enum Kind {
    File,
    Folder,
    Other,
}

fn kind(metadata: &Metadata) -> Kind {
    if metadata.is_file() {
        Kind::File
    } else if metadata.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    }
}
