//! Finds one member of a package and hands out its content, piece by piece.

use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;

use thiserror::Error;

use super::nearest::Nearest;
use crate::package::tarball::{Member, MemberKind};
use crate::package::walk::walk;
use crate::package::{Archive, ArchiveFormat, ArtifactName, Component, Limits, LinkKind, PackageError};

/// How much of a member is in memory at a time.
const PIECE: usize = 64 << 10;

/// How many links are followed: `libz.so` leads to `libz.so.1`, and that to `libz.so.1.3.1`.
const LINKS: usize = 4;

/// A member that was found and written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The path of the member whose content it is.
    pub path: String,
    /// Which kind of link the member is that was asked for, if it is one.
    pub followed: Option<LinkKind>,
    /// Bytes that were written.
    pub size: u64,
}

/// Why a member was not written, or not all of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MemberError {
    /// The archive cannot be read so far.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// What was read could not be written.
    #[error("cannot be written: {0}")]
    Write(#[source] io::Error),
    /// There is none with this path.
    #[error("has no member {path:?}{}", suggestion(.nearest))]
    NotFound {
        /// The path that was asked for.
        path: String,
        /// Paths that are alike, the most alike first.
        nearest: Vec<String>,
    },
    /// The path is that of a folder.
    #[error("{path} is a folder{}", contents(.members, *.more))]
    Folder {
        /// The path that was asked for.
        path: String,
        /// The first of what is in it.
        members: Vec<String>,
        /// How much more is in it.
        more: usize,
    },
    /// A link does not lead to a file in the package.
    #[error("{path} is a {kind} to {target}, which leads to no file in the package")]
    Link {
        /// The path that was asked for.
        path: String,
        /// Which kind of link.
        kind: LinkKind,
        /// Where it leads, as it stands in the package.
        target: String,
    },
    /// The member is a device, a pipe, or something unknown.
    #[error("{path} is no file, but a device, a pipe or something unknown")]
    Special {
        /// The path that was asked for.
        path: String,
    },
}

fn suggestion(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!("; there is {one}"),
        [first @ .., last] => format!("; there are {} and {last}", first.join(", ")),
    }
}

fn contents(members: &[String], more: usize) -> String {
    match (members, more) {
        ([], _) => String::new(),
        (members, 0) => format!(": {}", members.join(", ")),
        (members, more) => format!(": {} and {more} more", members.join(", ")),
    }
}

/// Writes the content of the member with this path, of either component, to `out`.
///
/// Of members with the same path the first counts. Links are followed, a few of them, if they lead to a
/// file in the package; each is looked for from the start. A `.tar.bz2` is read until the member is found.
///
/// # Errors
///
/// When the archive cannot be read up to the member, when there is none, when it is not a file, or when
/// writing fails: part of it may have been written then.
pub fn write_member<R: Read + Seek>(
    name: &ArtifactName,
    mut archive: R,
    path: &str,
    limits: &Limits,
    out: &mut dyn Write,
) -> Result<Found, MemberError> {
    let asked = normal(path);
    let mut nearest = Nearest::to(&asked);
    let mut first = None;
    let mut path = asked.clone();
    for _ in 0..=LINKS {
        let nearest = first.is_none().then_some(&mut nearest);
        let (kind, target) = match search(name, &mut archive, &path, limits, out, nearest)? {
            Some(Step::Written(size)) => {
                let followed = first.map(|(kind, _)| kind);
                return Ok(Found { path, followed, size });
            }
            Some(Step::Link(kind, target)) => (kind, target),
            Some(Step::Special) if first.is_none() => return Err(MemberError::Special { path }),
            Some(Step::Folder | Step::Special) | None => break,
        };
        let leads_to = match kind {
            LinkKind::Symbolic => resolved(&path, &target),
            LinkKind::Hard => Some(normal(&target)),
        };
        first.get_or_insert((kind, target));
        match leads_to {
            Some(leads_to) => path = leads_to,
            None => break,
        }
    }
    Err(match first {
        Some((kind, target)) => MemberError::Link {
            path: asked,
            kind,
            target,
        },
        None => nearest.into_error(asked),
    })
}

/// What stands at a path.
enum Step {
    /// A file, whose content was written.
    Written(u64),
    Link(LinkKind, String),
    Folder,
    Special,
}

fn search(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    path: &str,
    limits: &Limits,
    out: &mut dyn Write,
    mut nearest: Option<&mut Nearest>,
) -> Result<Option<Step>, MemberError> {
    let components: &[Component] = match name.format() {
        ArchiveFormat::TarBz2 => &[Component::Payload],
        // conda-build puts licences into the payload's info/ folder.
        ArchiveFormat::Conda if path.starts_with("info/") => &[Component::Info, Component::Payload],
        ArchiveFormat::Conda => &[Component::Payload, Component::Info],
    };
    for component in components {
        let mut step = None;
        let mut failure = None;
        walk(name, archive, *component, limits, &mut |member, tarball| {
            if member.path != path {
                if let Some(nearest) = &mut nearest {
                    nearest.consider(&member.path);
                }
                return Ok(ControlFlow::Continue(()));
            }
            step = Some(match step_of(member) {
                Step::Written(_) => {
                    let mut written = 0;
                    let mut piece = vec![0; PIECE];
                    loop {
                        let count = tarball.read_some(&mut piece)?;
                        if count == 0 {
                            break;
                        }
                        if let Err(error) = out.write_all(&piece[..count]) {
                            failure = Some(error);
                            break;
                        }
                        written += count as u64;
                    }
                    Step::Written(written)
                }
                other => other,
            });
            Ok(ControlFlow::Break(()))
        })?;
        if let Some(error) = failure {
            return Err(MemberError::Write(error));
        }
        if step.is_some() {
            return Ok(step);
        }
    }
    Ok(None)
}

fn step_of(member: &Member) -> Step {
    match member.kind {
        MemberKind::File => Step::Written(0),
        MemberKind::Directory => Step::Folder,
        MemberKind::Special => Step::Special,
        MemberKind::Link(kind) => {
            let target = member.spelling.link.as_deref().unwrap_or_default();
            Step::Link(kind, String::from_utf8_lossy(target).into_owned())
        }
    }
}

/// A path as the walk through a tarball spells it.
fn normal(path: &str) -> String {
    let mut path = path.trim_end_matches('/');
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path.to_owned()
}

/// Where a symbolic link leads, unless that is outside of the package.
fn resolved(link: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("lib/libz.so", "libz.so.1", Some("lib/libz.so.1"))]
    #[case("lib/a/b", "../../bin/./c", Some("bin/c"))]
    #[case("b", "a", Some("a"))]
    #[case("lib/b", "../../a", None)]
    #[case("b", "/etc/passwd", None)]
    #[case("b", "", Some(""))]
    fn links_lead_from_where_they_are(#[case] link: &str, #[case] target: &str, #[case] path: Option<&str>) {
        assert_eq!(resolved(link, target).as_deref(), path);
    }

    #[rstest::rstest]
    #[case("./info/index.json", "info/index.json")]
    #[case(".//./a/", "a")]
    #[case("a/./b", "a/./b")]
    fn paths_are_asked_for_as_tarballs_are_walked(#[case] path: &str, #[case] normalised: &str) {
        assert_eq!(normal(path), normalised);
    }
}
