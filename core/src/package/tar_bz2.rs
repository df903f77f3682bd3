//! The info members of a `.tar.bz2`: one compressed tarball of metadata and payload.

use std::io::{BufReader, SeekFrom};

use bzip2::read::MultiBzDecoder;

use super::info::InfoMembers;
use super::tarball::Tarball;
use super::{Archive, Limits, PackageError, Visit, bzip2_tail};

type Decoder<'a> = MultiBzDecoder<BufReader<&'a mut dyn Archive>>;

/// What is decompressed, for errors.
const STREAM: &str = "the bzip2 stream";

/// Reads the archive until its metadata is complete, or to its end.
///
/// Once index, about, paths and recipe were seen, a member outside `info/` ends the reading: the
/// payload, nearly all of the work, is not decompressed. What is left then, run exports and icon, lies
/// directly in `info/`, and such files are written before all others. That is done only if the file
/// ends as a whole bzip2 stream ends, so that a truncated file is still found out.
pub(super) fn info_members(archive: &mut dyn Archive, limits: &Limits) -> Result<InfoMembers, PackageError> {
    let is_whole = bzip2_tail::ends_with_stream_footer(archive)?;
    let (mut decoder, size) = decoder(archive)?;
    let mut tarball = Tarball::new(&mut decoder, STREAM, size, limits);
    let mut members = InfoMembers::default();
    while let Some(member) = tarball.next_member()? {
        let in_info = member.path == "info" || member.path.starts_with("info/");
        if !in_info && is_whole && members.lacks_nothing_that_may_come_late() {
            break;
        }
        members.take(&member, &mut tarball)?;
    }
    Ok(members)
}

/// Reads one file of the payload.
pub(super) fn payload_member(
    archive: &mut dyn Archive,
    path: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, PackageError> {
    let (mut decoder, size) = decoder(archive)?;
    let mut tarball = Tarball::new(&mut decoder, STREAM, size, limits);
    while let Some(member) = tarball.next_member()? {
        if member.path == path {
            return tarball.read_content().map(Some);
        }
    }
    Ok(None)
}

/// Walks through the tarball until `visit` has enough.
pub(super) fn walk(
    archive: &mut dyn Archive,
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Result<(), PackageError> {
    let (mut decoder, size) = decoder(archive)?;
    let mut tarball = Tarball::new(&mut decoder, STREAM, size, limits);
    while let Some(member) = tarball.next_member()? {
        if visit(&member, &mut tarball)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// What decompresses the archive, and the archive's size.
fn decoder(archive: &mut dyn Archive) -> Result<(Decoder<'_>, u64), PackageError> {
    let size = archive.seek(SeekFrom::End(0))?;
    archive.rewind()?;
    let decoder = MultiBzDecoder::new(BufReader::with_capacity(64 << 10, archive));
    Ok((decoder, size))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use bzip2::Compression;
    use bzip2::write::BzEncoder;
    use tar::{Builder, Header};

    use super::*;

    fn archive(members: &[&str]) -> Cursor<Vec<u8>> {
        let mut tarball = Builder::new(Vec::new());
        for path in members {
            let mut header = Header::new_gnu();
            header.set_size(2);
            header.set_mode(0o644);
            tarball.append_data(&mut header, path, &b"{}"[..]).unwrap();
        }
        let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&tarball.into_inner().unwrap()).unwrap();
        Cursor::new(encoder.finish().unwrap())
    }

    /// conda-build writes what is directly in `info/` first, and the recipe among the payload.
    #[rstest::rstest]
    #[case("info/recipe/meta.yaml")]
    #[case("info/paths.json")]
    #[case("info/about.json")]
    #[case("info/index.json")]
    fn a_member_behind_the_payload_is_read(#[case] late: &str) {
        let members = [
            "info/index.json",
            "info/files",
            "info/about.json",
            "info/paths.json",
            "info/recipe/meta.yaml",
        ];
        let mut order: Vec<&str> = members.into_iter().filter(|member| *member != late).collect();
        order.extend(["bin/a", late, "lib/b"]);
        let members = info_members(&mut archive(&order), &Limits::default()).unwrap();
        assert!(members.lacks_nothing_that_may_come_late());
    }

    #[test]
    fn reading_stops_where_only_payload_can_follow() {
        let complete = [
            "info/index.json",
            "info/about.json",
            "info/paths.json",
            "info/recipe/meta.yaml",
        ];
        let order = [&complete[..], &["bin/a", "info/run_exports.json"]].concat();
        let members = info_members(&mut archive(&order), &Limits::default()).unwrap();
        assert!(members.run_exports_json.is_none());
        // A truncated archive is read as far as it goes, and found out.
        let mut cut = archive(&order).into_inner();
        cut.truncate(cut.len() - 20);
        assert!(info_members(&mut Cursor::new(cut), &Limits::default()).is_err());
    }
}
