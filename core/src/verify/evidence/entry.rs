//! A member of a tarball.

use super::Content;
use super::contradictions::{contradictions, not_numbers};
use crate::package::LinkKind;
use crate::package::tarball::{Member, MemberKind};

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

impl Entry {
    pub(super) fn of(component: Component, member: &Member) -> Self {
        let spelling = &member.spelling;
        let header = &spelling.header;
        let link = || {
            let target = spelling.link.as_deref().unwrap_or_default();
            String::from_utf8_lossy(target).into_owned()
        };
        let kind = match member.kind {
            MemberKind::File => EntryKind::File,
            MemberKind::Directory => EntryKind::Directory,
            MemberKind::Link(LinkKind::Symbolic) => EntryKind::Symlink(link()),
            MemberKind::Link(LinkKind::Hard) => EntryKind::Hardlink(link()),
            MemberKind::Special => EntryKind::Special(header.as_bytes()[156]),
        };
        Self {
            component,
            spelled: String::from_utf8_lossy(&spelling.path).into_owned(),
            is_utf8: std::str::from_utf8(&spelling.path).is_ok(),
            path: member.path.clone(),
            kind,
            offset: spelling.offset,
            size: spelling.size,
            mode: header.mode().unwrap_or_default(),
            uid: header.uid().unwrap_or_default(),
            gid: header.gid().unwrap_or_default(),
            user: header
                .username_bytes()
                .filter(|name| !name.is_empty())
                .map(|name| String::from_utf8_lossy(name).into_owned()),
            mtime: header.mtime().ok(),
            contradictions: contradictions(spelling, member.kind),
            not_numbers: not_numbers(header),
            content: None,
        }
    }

    /// Bytes of the texts that are kept of it, however long they are.
    pub(super) fn text_bytes(&self) -> u64 {
        let link = match &self.kind {
            EntryKind::Symlink(target) | EntryKind::Hardlink(target) => target.len(),
            EntryKind::File | EntryKind::Directory | EntryKind::Special(_) => 0,
        };
        let contradictions: usize = self.contradictions.iter().map(String::len).sum();
        (self.spelled.len() + link + contradictions) as u64
    }
}
