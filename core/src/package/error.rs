//! Why a package could not be read, in words for the person who made it.

use std::io;

use thiserror::Error;

use super::ArchiveFormat;
use super::zip::Unreadable;
use crate::json::JsonError;

/// Why a package could not be read.
///
/// The message is one line that makes sense after the file's name and a colon.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The file holds no byte.
    #[error("the file is empty")]
    Empty,
    /// The first bytes are those of something else.
    #[error("is not a {} archive: it looks like {found}", .expected.extension())]
    OtherFormat {
        /// What the file's ending promised.
        expected: ArchiveFormat,
        /// What the file seems to be.
        found: &'static str,
    },
    /// The file itself could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The zip's directory and other headers are beyond the limit.
    #[error("what the zip archive says of its members takes more than {limit} bytes")]
    ZipDirectoryTooLarge {
        /// The bound that was crossed.
        limit: u64,
    },
    /// The records of the zip that say where its members are.
    #[error("the zip archive is damaged at byte {offset}: {what}")]
    ZipDamaged {
        /// Where in the file.
        offset: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// A member that readers would take for different things, or cannot read.
    #[error("{member} cannot be read from the zip archive: {reason}")]
    ZipMember {
        /// The zip member.
        member: String,
        /// Why.
        reason: Unreadable,
    },
    /// The content of a zip member is not what the zip says of it.
    #[error("{member} is not what the zip archive says of it: {source}")]
    ZipContent {
        /// The zip member.
        member: String,
        /// What the zip reader said.
        source: io::Error,
    },
    /// No member is named like the component.
    #[error("holds no member {prefix}-{stem}.tar.zst (it holds {found}): was the file renamed?")]
    NoComponent {
        /// How the component's name begins: `info` or `pkg`.
        prefix: &'static str,
        /// The file's name without its ending.
        stem: String,
        /// The names of the members that are there.
        found: String,
    },
    /// Two members have one name.
    #[error("holds two members that are named {0}")]
    MemberTwice(String),
    /// Several members could be the component.
    #[error("holds several members that could be its {prefix} component: {found}")]
    SeveralComponents {
        /// How the component's name begins: `info` or `pkg`.
        prefix: &'static str,
        /// The names of the members that are there.
        found: String,
    },
    /// A compressed stream is damaged, truncated or asks for too much.
    #[error("{stream} cannot be decompressed: {source}")]
    Decompress {
        /// The compressed member, or the whole file.
        stream: String,
        /// What the decompressor said.
        source: io::Error,
    },
    /// What comes out of the archive is out of proportion.
    #[error("expands to more than {ratio} times its size: refused as a decompression bomb")]
    Bomb {
        /// The bound that was crossed.
        ratio: u64,
    },
    /// More comes out of the archive than any honest package holds.
    #[error("expands to more than {limit} bytes")]
    TooLarge {
        /// The bound that was crossed.
        limit: u64,
    },
    /// The tarball is damaged.
    #[error("the tar archive is damaged at byte {offset}: {what}")]
    Tar {
        /// Where in the decompressed tarball.
        offset: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// The tarball ends in the middle of a member.
    #[error("the tar archive ends in the middle of {member}: the file is truncated")]
    TarTruncated {
        /// The member that was being read.
        member: String,
    },
    /// More members than any honest package has.
    #[error("holds more than {limit} members")]
    TooManyMembers {
        /// The bound that was crossed.
        limit: u64,
    },
    /// A metadata member is beyond the limit.
    #[error("{member} is larger than {limit} bytes")]
    MemberTooLarge {
        /// The member's path.
        member: String,
        /// The bound that was crossed.
        limit: u64,
    },
    /// A metadata member is a link, which leads readers to different places.
    #[error("{member} is a {kind}, not a file")]
    Link {
        /// The member's path.
        member: &'static str,
        /// Which kind of link.
        kind: LinkKind,
    },
    /// It breaks a rule that it was held to.
    #[error("{0}")]
    Unfit(String),
    /// There is no `info/index.json`.
    #[error("has no info/index.json: it is not a conda package, or not a whole one")]
    NoIndexJson,
    /// A member is not JSON.
    #[error("{member} {source}")]
    Json {
        /// The member's path.
        member: &'static str,
        /// What is wrong with it.
        source: JsonError,
    },
    /// A member is JSON of another shape than it must have.
    #[error("{member} {what}")]
    Shape {
        /// The member's path.
        member: &'static str,
        /// What it should hold, and what it holds.
        what: String,
    },
}

/// The two kinds of links in a tarball.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A symbolic link.
    Symbolic,
    /// A hard link.
    Hard,
}

impl std::fmt::Display for LinkKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Symbolic => "symbolic link",
            Self::Hard => "hard link",
        })
    }
}
