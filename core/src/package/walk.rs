//! Walks through the members of a package, whatever its format, for whoever looks at more of it
//! than a channel keeps.

use super::{
    Archive, ArchiveFormat, ArtifactName, Component, Limits, PackageError, Visit, bzip2_tail, conda, sniff,
    tar_bz2,
};

/// Shows the members of a component to `visit`, in their order, until it has enough.
///
/// A `.tar.bz2` is one tarball: whichever component is asked for, all members are shown. Of a
/// `.conda` nothing is read but the zip's directory and the component: what the file is by its first
/// bytes is looked at only if it is no zip, because on a server they cost a request.
pub(crate) fn walk(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    component: Component,
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Result<(), PackageError> {
    match name.format() {
        ArchiveFormat::Conda => match conda::walk(name, archive, component, limits, visit) {
            Err(damaged @ PackageError::ZipDamaged { .. }) => {
                archive.rewind()?;
                sniff::expect_format(archive, name.format())?;
                Err(damaged)
            }
            walked => walked,
        },
        ArchiveFormat::TarBz2 => {
            archive.rewind()?;
            sniff::expect_format(archive, name.format())?;
            tar_bz2::walk(archive, limits, visit)
        }
    }
}

/// Whether the file ends where an archive of its format ends, so that not to read all of it is no way
/// to miss that it is truncated. A zip without its end cannot be opened at all.
pub(crate) fn ends_whole(name: &ArtifactName, archive: &mut dyn Archive) -> Result<bool, PackageError> {
    Ok(match name.format() {
        ArchiveFormat::Conda => true,
        ArchiveFormat::TarBz2 => bzip2_tail::ends_with_stream_footer(archive)?,
    })
}
