//! The info members of a `.conda`: a zip of components, found by its central directory.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::info::InfoMembers;
use super::tarball::Tarball;
use super::zstd_frames::ZstdFrames;
use super::{ArtifactName, Limits, PackageError};

/// Reads the info component of the archive, and no byte of the payload.
///
/// The component is the one member whose name begins with `info-` and the file's stem. It is taken
/// for zstd whatever its ending says, as conda's reader does.
pub(super) fn info_members<R: Read + Seek>(
    name: &ArtifactName,
    archive: R,
    limits: &Limits,
) -> Result<InfoMembers, PackageError> {
    let budget = Cell::new(limits.zip_directory_bytes);
    let mut archive = ZipArchive::new(Budgeted { inner: archive, left: &budget }).map_err(|error| {
        if budget.get() == 0 {
            return PackageError::ZipDirectoryTooLarge { limit: limits.zip_directory_bytes };
        }
        PackageError::Zip(error)
    })?;
    budget.set(u64::MAX);
    let component = info_component(name, &archive)?;
    let mut component = archive.by_index(component)?;
    let stream = String::from_utf8_lossy(component.name_raw()).into_owned();
    let compressed_size = component.compressed_size();

    let decompress_error = |source| PackageError::Decompress { stream: stream.clone(), source };
    let frames = ZstdFrames::new(&mut component, limits).map_err(decompress_error)?;
    let mut tarball = Tarball::new(frames, &stream, compressed_size, limits);
    let mut members = InfoMembers::default();
    while let Some(member) = tarball.next_member()? {
        members.take(&member, &mut tarball)?;
    }
    // The zip's own checksum covers the whole member, also what lies behind the tarball's end.
    let mut rest = tarball.into_reader().into_compressed();
    io::copy(&mut rest, &mut io::sink()).map_err(decompress_error)?;
    Ok(members)
}

fn info_component<R: Read + Seek>(name: &ArtifactName, archive: &ZipArchive<R>) -> Result<usize, PackageError> {
    let prefix = format!("info-{}", name.stem());
    let names: Vec<&[u8]> = archive.file_names_raw().collect();
    let candidates: Vec<usize> =
        (0..names.len()).filter(|index| names[*index].starts_with(prefix.as_bytes())).collect();
    let listed = || {
        let shown = names.iter().take(5).map(|name| String::from_utf8_lossy(name)).collect::<Vec<_>>().join(", ");
        match names.len() {
            0 => "nothing".to_owned(),
            1..=5 => shown,
            count => format!("{shown} and {} more", count - 5),
        }
    };
    match candidates[..] {
        [component] if !archive.has_duplicate_names() => Ok(component),
        [] => Err(PackageError::NoInfoComponent { stem: name.stem().to_owned(), found: listed() }),
        _ => Err(PackageError::SeveralInfoComponents { found: listed() }),
    }
}

/// Lets only so many bytes through: the zip's directory is read into memory, whatever its size.
struct Budgeted<'a, R> {
    inner: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Budgeted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let Some(left) = self.left.get().checked_sub(count as u64) else {
            self.left.set(0);
            return Err(io::Error::other("the zip directory is too large"));
        };
        self.left.set(left);
        Ok(count)
    }
}

impl<R: Seek> Seek for Budgeted<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}
