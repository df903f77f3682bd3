//! A member of a tarball.

use super::Content;

/// Which tarball of a package a member is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// `info-….tar.zst` of a `.conda`.
    Info,
    /// `pkg-….tar.zst` of a `.conda`.
    Payload,
    /// The one tarball of a `.tar.bz2`.
    Whole,
}

/// A member of a tarball. What it says of itself is not to be trusted.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which tarball it is in.
    pub component: Component,
    /// Its path as the archive has it; bytes that are not UTF-8 are replaced.
    pub spelled: String,
    /// Whether its path is UTF-8.
    pub is_utf8: bool,
    /// Its path without leading `./` and trailing `/`.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Where in the tarball its header begins.
    pub offset: u64,
    /// Bytes of content.
    pub size: u64,
    /// The permission bits, with set-user-id, set-group-id and sticky.
    pub mode: u32,
    /// The owner's number.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// The owner's name, if the archive has it.
    pub user: Option<String>,
    /// Seconds since 1970; `None` if that is not a number.
    pub mtime: Option<u64>,
    /// Where its headers say different things, so that readers make different things of it.
    pub contradictions: Vec<String>,
    /// Fields of its header that should be numbers and are not.
    pub not_numbers: Vec<&'static str>,
    /// What was seen of its content, if it is a file.
    pub content: Option<Content>,
}

/// What a member of a tarball is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, and where it leads.
    Symlink(String),
    /// A hard link, and to which member.
    Hardlink(String),
    /// A device, a FIFO, a file with holes, or something unknown: the type as the header has it.
    Special(u8),
}

impl Entry {
    /// Whether it is metadata of the package: under `info/`.
    pub fn is_info(&self) -> bool {
        self.path == "info" || self.path.starts_with("info/")
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }
}
