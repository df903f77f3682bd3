//! The components of a `.conda`: a zip, read by its central directory.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;

use super::info::InfoMembers;
use super::tarball::Tarball;
use super::zip::{Look, ZipReader, is_mismatch};
use super::zstd_frames::{ZstdFrames, is_wrong_checksum};
use super::{Archive, ArtifactName, Limits, PackageError, Visit};

/// The two components of a `.conda`, by how their names begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    /// `info-….tar.zst`, which has the metadata.
    Info,
    /// `pkg-….tar.zst`, which has the files to install, and metadata that clients have no use for.
    Payload,
}

impl Component {
    fn prefix(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Payload => "pkg",
        }
    }
}

/// Reads the info component of the archive, and no byte of the payload.
pub(super) fn info_members(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    limits: &Limits,
) -> Result<InfoMembers, PackageError> {
    let mut members = InfoMembers::default();
    walk(name, archive, Component::Info, limits, &mut |member, tarball| {
        members.take(member, tarball)?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(members)
}

/// Reads one file of the payload.
pub(super) fn payload_member(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    path: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, PackageError> {
    let mut content = None;
    walk(
        name,
        archive,
        Component::Payload,
        limits,
        &mut |member, tarball| {
            if member.path != path {
                return Ok(ControlFlow::Continue(()));
            }
            content = Some(tarball.read_content()?);
            Ok(ControlFlow::Break(()))
        },
    )?;
    Ok(content)
}

/// Walks through a component until `visit` has enough.
///
/// # Errors
///
/// What the zip says of the component and is not so is told as that, not as what decompressors make of it.
pub(super) fn walk(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    component: Component,
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Result<(), PackageError> {
    walk_component(name, archive, component, limits, visit).map_err(|error| match error {
        PackageError::Decompress { stream, source } if is_mismatch(&source) => PackageError::ZipContent {
            member: stream,
            source,
        },
        error => error,
    })
}

/// The component is the one member whose name begins with its prefix and the file's stem. It is
/// taken for zstd whatever its ending says, as conda's reader does.
fn walk_component(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    component: Component,
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Result<(), PackageError> {
    let mut archive = ZipReader::open(archive, Look::Brief, limits)?;
    let position = position_of(component, name, &archive)?;
    let stream = String::from_utf8_lossy(archive.names().nth(position).unwrap_or_default()).into_owned();
    let mut content = archive.content(position)?;
    let compressed_size = content.compressed_size();

    let decompress_error = |source| PackageError::Decompress {
        stream: stream.clone(),
        source,
    };
    let mut frames = ZstdFrames::new(&mut content, limits).map_err(decompress_error)?;
    let mut tarball = Tarball::new(&mut frames, &stream, compressed_size, limits);
    while let Some(member) = tarball.next_member()? {
        if visit(&member, &mut tarball)?.is_break() {
            return Ok(());
        }
    }
    match tarball.read_to_end() {
        // No frame, or no whole one: nothing that readers of the tarball look at.
        Err(PackageError::Decompress { source, .. }) if !is_wrong_checksum(&source) => {}
        result => {
            result?;
        }
    }
    // The zip's own checksum covers the whole member, also what lies behind the tarball's end: a
    // deflated member may hold much there.
    let ratio = limits.expansion_ratio;
    let allowed = limits.allowed_expansion(compressed_size);
    let mut rest = frames.into_compressed().take(allowed.saturating_add(1));
    if io::copy(&mut rest, &mut io::sink()).map_err(decompress_error)? > allowed {
        return Err(PackageError::Bomb { ratio });
    }
    Ok(())
}

fn position_of(
    component: Component,
    name: &ArtifactName,
    archive: &ZipReader<'_>,
) -> Result<usize, PackageError> {
    let prefix = component.prefix();
    let start = format!("{prefix}-{}", name.stem());
    let names: Vec<&[u8]> = archive.names().collect();
    let mut known = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !known.insert(**name)) {
        return Err(PackageError::MemberTwice(
            String::from_utf8_lossy(twice).into_owned(),
        ));
    }
    let candidates: Vec<usize> = (0..names.len())
        .filter(|position| names[*position].starts_with(start.as_bytes()))
        .collect();
    let found = || {
        let shown = names
            .iter()
            .take(5)
            .map(|name| String::from_utf8_lossy(name))
            .collect::<Vec<_>>()
            .join(", ");
        match names.len() {
            0 => "nothing".to_owned(),
            1..=5 => shown,
            count => format!("{shown} and {} more", count - 5),
        }
    };
    match candidates[..] {
        [position] => Ok(position),
        [] => Err(PackageError::NoComponent {
            prefix,
            stem: name.stem().to_owned(),
            found: found(),
        }),
        _ => Err(PackageError::SeveralComponents {
            prefix,
            found: found(),
        }),
    }
}
