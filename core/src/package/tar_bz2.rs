//! The info members of a `.tar.bz2`: one compressed tarball of metadata and payload.

use std::io::{BufReader, Read, Seek, SeekFrom};

use bzip2::read::MultiBzDecoder;

use super::info::InfoMembers;
use super::tarball::Tarball;
use super::{Limits, PackageError, bzip2_tail};

/// Reads the archive up to the end of its `info/` folder, or to its end.
///
/// Build tools write `info/` first and in one run. So once the index and the list of files were
/// seen, a member outside `info/` ends the reading: the payload, nearly all of the work, is not
/// decompressed. That is done only if the file ends as a whole bzip2 stream ends, so that a
/// truncated file is still found out.
pub(super) fn info_members<R: Read + Seek>(
    mut archive: R,
    limits: &Limits,
) -> Result<InfoMembers, PackageError> {
    let is_whole = bzip2_tail::ends_with_stream_footer(&mut archive)?;
    let mut tarball = begin(archive, limits)?;
    let mut members = InfoMembers::default();
    while let Some(member) = tarball.next_member()? {
        let in_info = member.path == "info" || member.path.starts_with("info/");
        if !in_info && is_whole && members.has_index_and_file_list() {
            break;
        }
        members.take(&member, &mut tarball)?;
    }
    Ok(members)
}

/// Reads one file of the payload.
pub(super) fn payload_member<R: Read + Seek>(
    archive: R,
    path: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, PackageError> {
    let mut tarball = begin(archive, limits)?;
    while let Some(member) = tarball.next_member()? {
        if member.path == path {
            return tarball.read_content().map(Some);
        }
    }
    Ok(None)
}

fn begin<R: Read + Seek>(
    mut archive: R,
    limits: &Limits,
) -> Result<Tarball<'_, MultiBzDecoder<BufReader<R>>>, PackageError> {
    let size = archive.seek(SeekFrom::End(0))?;
    archive.rewind()?;
    let decoder = MultiBzDecoder::new(BufReader::with_capacity(64 << 10, archive));
    Ok(Tarball::new(decoder, "the bzip2 stream", size, limits))
}
