//! What a person asks of a package: who it is, what it needs, what is in it, what runs when it is
//! installed, and who built it with what.
//!
//! Unlike [`read_metadata`](crate::package::read_metadata), which takes what a channel keeps and is as
//! strict as a channel has to be, this reads leniently: a field of another type than it should have is
//! told among the [oddities](Inspection::oddities) and never hides the rest. Nothing is written to
//! disk, and every size is bounded by [`Limits`].
//!
//! ```
//! use std::io::Cursor;
//!
//! use towpath_core::inspect::Inspection;
//! use towpath_core::package::{ArtifactName, Limits, PackageError};
//!
//! fn needs(name: &ArtifactName, file: &[u8]) -> Result<Vec<String>, PackageError> {
//!     let inspection = Inspection::of(name, Cursor::new(file), &Limits::default())?;
//!     Ok(inspection.dependencies.depends)
//! }
//! # assert!(needs(&ArtifactName::new("lock-1.0-0.conda").unwrap(), b"").is_err());
//! ```

mod about;
pub(crate) mod comparison;
mod dependencies;
mod files;
mod gather;
mod identity;
mod installation;
mod lenient;
mod member;
mod nearest;

#[cfg(test)]
mod tests;

use std::io::{Read, Seek, SeekFrom};

use serde::Serialize;

pub use about::{Build, Legal, Link, Provenance, Source, Tool};
pub use comparison::{
    ChangedDependency, ChangedField, ChangedFile, ComparedPackage, Comparison, FileChange, FileChanges,
};
pub use dependencies::{Dependencies, RunExports};
pub use files::{FileList, PackagedFile, PathType, Prefix};
pub use gather::InfoMember;
pub use identity::Identity;
pub use installation::{Activation, ActivationKind, Installation, LinkScript, LinkScriptKind};
pub use member::{Found, MemberError, write_member};

use crate::package::{ArchiveFormat, ArtifactName, Digests, Limits, PackageError};

/// What a package says of itself.
///
/// Serialised, it is what `towpath inspect --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Inspection {
    /// The name of the file.
    pub file_name: String,
    /// The archive format: `conda` or `tar.bz2`.
    pub format: &'static str,
    /// Bytes of the file.
    pub size: u64,
    /// MD5 of the file, in hexadecimal. [`Inspection::of`] leaves it out: it does not read all of the file.
    pub md5: Option<String>,
    /// SHA-256 of the file, likewise.
    pub sha256: Option<String>,
    /// Who the package is.
    #[serde(flatten)]
    pub identity: Identity,
    /// What it is for, in one line.
    pub summary: Option<String>,
    /// What it is for, in more.
    pub description: Option<String>,
    /// Under which terms it may be used.
    #[serde(flatten)]
    pub legal: Legal,
    /// Where there is more about it, on the web.
    pub links: Vec<Link>,
    /// What it needs.
    #[serde(flatten)]
    pub dependencies: Dependencies,
    /// What packages that are built with it will need.
    pub run_exports: Option<RunExports>,
    /// Who built it, and with what.
    pub build_info: Build,
    /// What installing it does beside linking its files.
    #[serde(flatten)]
    pub installation: Installation,
    /// What is installed.
    #[serde(flatten)]
    pub files: FileList,
    /// What is in its `info/` folder.
    pub info: Vec<InfoMember>,
    /// Whether `info` is all of that. A `.tar.bz2` is not read to its end for a recipe's tests that
    /// may lie among the payload.
    pub info_is_complete: bool,
    /// What is odd about its metadata, one line each.
    pub oddities: Vec<String>,
}

impl Inspection {
    /// Inspects the package `name`, whose file is `archive`.
    ///
    /// Only the info component of a `.conda` is read, and a `.tar.bz2` up to the end of its metadata. A
    /// package that has no list of its files, as was usual before 2016, is read whole.
    ///
    /// # Errors
    ///
    /// When the archive cannot be read so far, or has no readable `info/index.json`.
    pub fn of<R: Read + Seek>(
        name: &ArtifactName,
        mut archive: R,
        limits: &Limits,
    ) -> Result<Self, PackageError> {
        let size = archive.seek(SeekFrom::End(0))?;
        let mut documents = gather::gather(name, &mut archive, limits)?;
        let files = files::read(&mut documents);
        let about = about::read(&mut documents);
        let index = std::mem::take(&mut documents.index);
        let (identity, dependencies) = (
            identity::read(&index, &mut documents.oddities),
            dependencies::read(&index, &mut documents.oddities),
        );
        let legal = about::legal(&index, &about, &mut documents);
        let installation = installation::read(identity.name.as_deref(), &files, &mut documents);
        Ok(Self {
            file_name: name.as_str().to_owned(),
            format: match name.format() {
                ArchiveFormat::Conda => "conda",
                ArchiveFormat::TarBz2 => "tar.bz2",
            },
            size,
            md5: None,
            sha256: None,
            identity,
            summary: about.summary,
            description: about.description,
            legal,
            links: about.links,
            dependencies,
            run_exports: dependencies::run_exports(&mut documents),
            build_info: about.build,
            installation,
            files,
            info: documents.info,
            info_is_complete: documents.info_is_complete,
            oddities: documents.oddities.into_lines(),
        })
    }

    /// The same, with the digests of the whole file.
    #[must_use]
    pub fn with_digests(self, digests: &Digests) -> Self {
        Self {
            md5: Some(digests.md5_hex()),
            sha256: Some(digests.sha256_hex()),
            ..self
        }
    }
}
