//! A package file: its name, its archive, the metadata in it, its digests.
//!
//! A conda package is an archive with an `info/` folder of metadata and a payload. There are two
//! archive formats (CEP 35): `.conda`, a zip of two zstd-compressed tarballs of which only the
//! `info-` one is opened here, and `.tar.bz2`, one compressed tarball. What is in an archive is
//! hostile until shown otherwise: nothing is extracted to disk, and every size is bounded while
//! it streams ([`Limits`]).

mod bzip2_tail;
mod conda;
pub mod digest;
mod error;
mod info;
mod limits;
mod md5_lanes;
mod metadata;
mod name;
pub mod recipe;
pub(crate) mod sniff;
mod tar_bz2;
pub(crate) mod tarball;
pub(crate) mod walk;
pub(crate) mod zip;
pub(crate) mod zstd_frames;

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use tarball::{Member, Tarball};

pub(crate) use conda::Component;
pub use digest::Digests;
pub use error::{LinkKind, PackageError};
pub use limits::Limits;
pub(crate) use metadata::kind_of;
pub use metadata::{Metadata, PostInstall, RattlerRecipe};
pub use name::{ArchiveFormat, ArtifactName, InvalidArtifactName};
pub use zip::Unreadable;

/// A package's file, wherever it is. What reads packages is compiled once for all of them: they are
/// read in large pieces.
pub(crate) trait Archive: Read + Seek {}

impl<R: Read + Seek> Archive for R {}

/// Looks at one member after the other, until it has enough.
pub(crate) type Visit<'a> =
    dyn FnMut(&Member, &mut Tarball<'_>) -> Result<ControlFlow<()>, PackageError> + 'a;

/// Reads the metadata of the package `name` from its archive.
///
/// Only what metadata needs is decompressed: the info component of a `.conda`, and a `.tar.bz2`
/// up to the end of its `info/` folder.
///
/// # Errors
///
/// When the archive cannot be read, or lacks or garbles what a channel must know. The error says
/// which member, and what was wrong with it, in one line.
pub fn read_metadata<R: Read + Seek>(
    name: &ArtifactName,
    mut archive: R,
    limits: &Limits,
) -> Result<Metadata, PackageError> {
    sniff::expect_format(&mut archive, name.format())?;
    let members = match name.format() {
        ArchiveFormat::Conda => conda::info_members(name, &mut archive, limits)?,
        ArchiveFormat::TarBz2 => tar_bz2::info_members(&mut archive, limits)?,
    };
    Metadata::from_members(members)
}

/// Reads one file of a package's payload, such as a patch package's instructions. `None` if the
/// package has no such file.
///
/// # Errors
///
/// When the archive cannot be read up to that file.
pub fn read_payload_member<R: Read + Seek>(
    name: &ArtifactName,
    mut archive: R,
    path: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, PackageError> {
    sniff::expect_format(&mut archive, name.format())?;
    match name.format() {
        ArchiveFormat::Conda => conda::payload_member(name, &mut archive, path, limits),
        ArchiveFormat::TarBz2 => tar_bz2::payload_member(&mut archive, path, limits),
    }
}
