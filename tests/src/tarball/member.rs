//! One member of a tar archive: what it is, and which lies its header tells.

use tar::EntryType;

/// A tar extension that precedes a member and has a size of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// A GNU long name.
    GnuLongName,
    /// A GNU long link target.
    GnuLongLink,
    /// A PAX header with one `comment` record.
    Pax,
    /// A PAX header for all members that follow, with one `comment` record.
    PaxGlobal,
}

/// One member of a tar archive.
#[derive(Clone, Debug)]
pub struct Member {
    pub(super) path: Vec<u8>,
    pub(super) body: Body,
    pub(super) pax: Vec<(String, Vec<u8>)>,
    pub(super) declared_size: Option<u64>,
    pub(super) header_bytes: Vec<(usize, Vec<u8>)>,
    pub(super) checksum: HeaderChecksum,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    File(Vec<u8>),
    Zeros(u64),
    Link(EntryType, Vec<u8>),
    Special(EntryType),
    Sparse {
        real_size: u64,
        pieces: Vec<(u64, Vec<u8>)>,
    },
    Numbered(u64),
    Extended(Extension, u64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum HeaderChecksum {
    Right,
    Wrong,
}

impl Member {
    fn new(path: impl Into<Vec<u8>>, body: Body) -> Self {
        Self {
            path: path.into(),
            body,
            pax: Vec::new(),
            declared_size: None,
            header_bytes: Vec::new(),
            checksum: HeaderChecksum::Right,
        }
    }

    /// A regular file.
    pub fn file(path: impl Into<Vec<u8>>, content: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Body::File(content.into()))
    }

    /// A regular file of `size` zeros, which are never in memory together: a tar bomb.
    pub fn zeros(path: impl Into<Vec<u8>>, size: u64) -> Self {
        Self::new(path, Body::Zeros(size))
    }

    /// A symbolic link.
    pub fn symlink(path: impl Into<Vec<u8>>, target: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Body::Link(EntryType::Symlink, target.into()))
    }

    /// A hard link to another member.
    pub fn hardlink(path: impl Into<Vec<u8>>, target: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Body::Link(EntryType::Link, target.into()))
    }

    /// A directory.
    pub fn directory(path: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Body::Special(EntryType::Directory))
    }

    /// A named pipe.
    pub fn fifo(path: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Body::Special(EntryType::Fifo))
    }

    /// A GNU sparse file: `real_size` zeros but for the pieces, given by their offset. All but the
    /// last piece are multiples of 512 bytes, and there are at most three.
    pub fn sparse(path: impl Into<Vec<u8>>, real_size: u64, pieces: impl Into<Vec<(u64, Vec<u8>)>>) -> Self {
        let pieces = pieces.into();
        assert!(pieces.len() <= 3, "a sparse header has room for 3 pieces");
        Self::new(path, Body::Sparse { real_size, pieces })
    }

    /// `count` empty files, `path` followed by 0, 1, 2 …
    pub fn numbered(path: impl Into<Vec<u8>>, count: u64) -> Self {
        Self::new(path, Body::Numbered(count))
    }

    /// An empty file behind an extension of `size` bytes, which are never in memory together.
    pub fn behind(path: impl Into<Vec<u8>>, extension: Extension, size: u64) -> Self {
        Self::new(path, Body::Extended(extension, size))
    }

    /// Adds a record to the PAX header before this member, such as `path` or `size`.
    #[must_use]
    pub fn pax(mut self, key: &str, value: impl Into<Vec<u8>>) -> Self {
        self.pax.push((key.to_owned(), value.into()));
        self
    }

    /// Writes this size into the header, whatever the size of the content is.
    #[must_use]
    pub fn declared_size(mut self, size: u64) -> Self {
        self.declared_size = Some(size);
        self
    }

    /// Overwrites part of the header; its checksum stays right.
    #[must_use]
    pub fn header_bytes(mut self, offset: usize, bytes: impl Into<Vec<u8>>) -> Self {
        self.header_bytes.push((offset, bytes.into()));
        self
    }

    /// Makes the checksum of the header wrong.
    #[must_use]
    pub fn wrong_checksum(mut self) -> Self {
        self.checksum = HeaderChecksum::Wrong;
        self
    }

    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    /// Returns the content, if this is a regular file that is in memory.
    pub(crate) fn content(&self) -> Option<&[u8]> {
        match &self.body {
            Body::File(content) => Some(content),
            _ => None,
        }
    }

    /// Returns what this is a link to, and of which kind.
    pub(crate) fn link(&self) -> Option<(EntryType, &[u8])> {
        match &self.body {
            Body::Link(kind, target) => Some((*kind, target)),
            _ => None,
        }
    }

    pub(crate) fn with_path_prefix(mut self, prefix: &str) -> Self {
        self.path.splice(0..0, prefix.bytes());
        self
    }
}
