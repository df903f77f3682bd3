//! Tar archives written block by block, so that a test can have what no honest tool writes:
//! sizes that lie, extensions nobody needed, members larger than memory.
//!
//! ```
//! use towpath_tests::tarball::{Member, Tarball};
//!
//! let tar = Tarball::new([Member::file("info/index.json", "{}"), Member::zeros("big", 3000)]);
//! assert_eq!(tar.bytes().len(), 2 * 512 + 512 + 3072 + 1024);
//! ```

use std::io::{self, Write};

use tar::{EntryType, Header};

mod member;

use member::{Body, HeaderChecksum};
pub use member::{Extension, Member};

/// The modification time of every member and zip entry: 2023-11-14 22:13:20 UTC.
pub const MTIME: u64 = 1_700_000_000;

const BLOCK: u64 = 512;
const RECORD: u64 = 20 * BLOCK;
const NAME_FIELD: usize = 100;
const PREFIX_FIELD: usize = 155;

/// How the paths of members are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathFormat {
    /// In the header; in a GNU long name only when it is longer than the header's field.
    #[default]
    Header,
    /// In a GNU long name, always.
    GnuLongName,
    /// In a PAX `path` record, always; the header names another file.
    Pax,
    /// With the directory in the prefix field of a ustar header.
    UstarPrefix,
}

/// What follows the last member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TarEnd {
    /// The two blocks of zeros that end an archive.
    #[default]
    TwoBlocks,
    /// Zeros, two blocks or more, that make the archive a multiple of 10240 bytes: what GNU tar
    /// and Python write.
    Record,
    /// Nothing: the archive stops after its last member.
    Missing,
    /// One block of zeros.
    OneBlock,
    /// Two blocks of zeros, and a block of something else behind them.
    Followed,
}

/// The members of a tar archive and how they are to be written.
#[derive(Clone, Debug, Default)]
pub struct Tarball {
    /// The members, in archive order.
    pub members: Vec<Member>,
    /// How their paths are written.
    pub paths: PathFormat,
    /// What follows them.
    pub end: TarEnd,
}

impl Tarball {
    /// A tar archive of these members.
    pub fn new(members: impl IntoIterator<Item = Member>) -> Self {
        Self {
            members: members.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Returns the whole archive.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes)
            .expect("writing to memory does not fail");
        bytes
    }

    /// Returns how many bytes the archive has, without keeping them.
    pub fn size(&self) -> u64 {
        let mut counted = Counted {
            out: io::sink(),
            size: 0,
        };
        self.write_to(&mut counted).expect("counting does not fail");
        counted.size
    }

    /// Writes the archive.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let mut out = Counted { out, size: 0 };
        for member in &self.members {
            self.write_member(member, &mut out)?;
        }
        let two_blocks = out.size + 2 * BLOCK;
        let end = match self.end {
            TarEnd::TwoBlocks | TarEnd::Followed => two_blocks,
            TarEnd::Record => two_blocks.next_multiple_of(RECORD),
            TarEnd::Missing => out.size,
            TarEnd::OneBlock => out.size + BLOCK,
        };
        let zeros = end - out.size;
        write_repeated(0, zeros, &mut out)?;
        match self.end {
            TarEnd::Followed => write_repeated(b'x', BLOCK, &mut out),
            TarEnd::TwoBlocks | TarEnd::Record | TarEnd::Missing | TarEnd::OneBlock => Ok(()),
        }
    }

    fn write_member(&self, member: &Member, out: &mut impl Write) -> io::Result<()> {
        match &member.body {
            Body::Numbered(count) => {
                for number in 0..*count {
                    let mut path = member.path.clone();
                    write!(path, "{number}")?;
                    self.write_member(&Member::file(path, ""), out)?;
                }
                return Ok(());
            }
            Body::Extended(extension, size) => write_filler(*extension, *size, out)?,
            _ => (),
        }
        let header = self.write_extensions(member, out)?;
        out.write_all(header.as_bytes())?;
        match &member.body {
            Body::File(content) => write_padded(content, out),
            Body::Zeros(size) => {
                let padded = size.next_multiple_of(BLOCK);
                write_repeated(0, padded, out)
            }
            Body::Sparse { pieces, .. } => pieces.iter().try_for_each(|(_, piece)| write_padded(piece, out)),
            Body::Link(..) | Body::Special(_) | Body::Numbered(_) | Body::Extended(..) => Ok(()),
        }
    }

    /// Writes what stands before a member's header and returns that header.
    fn write_extensions(&self, member: &Member, out: &mut impl Write) -> io::Result<Header> {
        let mut pax = member.pax.clone();
        let path = member.path.as_slice();
        let (prefix, name): (&[u8], &[u8]) = match self.paths {
            PathFormat::Header if path.len() <= NAME_FIELD => (b"", path),
            PathFormat::Header | PathFormat::GnuLongName => {
                write_long(EntryType::GNULongName, path, out)?;
                (b"", &path[..path.len().min(NAME_FIELD)])
            }
            PathFormat::Pax => {
                pax.insert(0, ("path".to_owned(), path.to_owned()));
                (b"", b"named-by-pax")
            }
            PathFormat::UstarPrefix => ustar_split(path),
        };
        if let Body::Link(_, target) = &member.body
            && target.len() > NAME_FIELD
        {
            write_long(EntryType::GNULongLink, target, out)?;
        }
        if !pax.is_empty() {
            let records: Vec<u8> = pax.iter().flat_map(|(k, v)| pax_record(k, v)).collect();
            let header = plain_header(EntryType::XHeader, b"PaxHeaders/0", records.len() as u64);
            out.write_all(header.as_bytes())?;
            write_padded(&records, out)?;
        }
        Ok(self.header(member, prefix, name))
    }

    fn header(&self, member: &Member, prefix: &[u8], name: &[u8]) -> Header {
        let (kind, size) = match &member.body {
            Body::File(content) => (EntryType::Regular, content.len() as u64),
            Body::Zeros(size) => (EntryType::Regular, *size),
            Body::Link(kind, _) | Body::Special(kind) => (*kind, 0),
            Body::Sparse { pieces, .. } => (
                EntryType::GNUSparse,
                pieces.iter().map(|(_, piece)| piece.len() as u64).sum(),
            ),
            Body::Numbered(_) | Body::Extended(..) => (EntryType::Regular, 0),
        };
        let mut header = plain_header(kind, name, member.declared_size.unwrap_or(size));
        if kind == EntryType::Directory {
            header.set_mode(0o755);
        }
        if self.paths == PathFormat::UstarPrefix {
            let magic = *Header::new_ustar().as_bytes();
            header.as_mut_bytes()[257..265].copy_from_slice(&magic[257..265]);
            header.as_mut_bytes()[345..345 + prefix.len()].copy_from_slice(prefix);
        }
        if let Body::Link(_, target) = &member.body {
            let shown = &target[..target.len().min(NAME_FIELD)];
            header.as_old_mut().linkname[..shown.len()].copy_from_slice(shown);
        }
        if let Body::Sparse { real_size, pieces } = &member.body {
            set_sparse_map(&mut header, *real_size, pieces);
        }
        for (offset, bytes) in &member.header_bytes {
            header.as_mut_bytes()[*offset..offset + bytes.len()].copy_from_slice(bytes);
        }
        header.set_cksum();
        if let HeaderChecksum::Wrong = member.checksum {
            header.as_old_mut().cksum = *b"000001\0 ";
        }
        header
    }
}

fn plain_header(kind: EntryType, name: &[u8], size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(MTIME);
    header.set_size(size);
    header.set_cksum();
    header
}

fn set_sparse_map(header: &mut Header, real_size: u64, pieces: &[(u64, Vec<u8>)]) {
    // new_gnu() made this header.
    let gnu = header.as_gnu_mut().expect("a GNU header");
    gnu.set_real_size(real_size);
    // A map ends with a piece at the end of the file, if only an empty one.
    let end = (real_size, 0);
    let map = pieces
        .iter()
        .map(|(offset, piece)| (*offset, piece.len() as u64))
        .chain([end]);
    for (field, (offset, length)) in gnu.sparse.iter_mut().zip(map) {
        field.set_offset(offset);
        field.set_length(length);
    }
}

fn ustar_split(path: &[u8]) -> (&[u8], &[u8]) {
    let directory_mark = path.len().saturating_sub(1);
    let Some(slash) = path[..directory_mark].iter().rposition(|&b| b == b'/') else {
        return (b"", path);
    };
    let (prefix, name) = (&path[..slash], &path[slash + 1..]);
    assert!(
        prefix.len() <= PREFIX_FIELD && name.len() <= NAME_FIELD,
        "ustar has no room for {}",
        path.escape_ascii()
    );
    (prefix, name)
}

/// Returns `<length> <key>=<value>\n`, where the length counts its own digits.
fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + " =\n".len();
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    let mut record = format!("{length} {key}=").into_bytes();
    record.extend_from_slice(value);
    record.push(b'\n');
    record
}

fn write_long(kind: EntryType, value: &[u8], out: &mut impl Write) -> io::Result<()> {
    let header = plain_header(kind, b"././@LongLink", value.len() as u64 + 1);
    out.write_all(header.as_bytes())?;
    write_padded(&[value, b"\0"].concat(), out)
}

fn write_filler(extension: Extension, size: u64, out: &mut impl Write) -> io::Result<()> {
    let (kind, name): (_, &[u8]) = match extension {
        Extension::GnuLongName => (EntryType::GNULongName, b"././@LongLink"),
        Extension::GnuLongLink => (EntryType::GNULongLink, b"././@LongLink"),
        Extension::Pax => (EntryType::XHeader, b"PaxHeaders/0"),
        Extension::PaxGlobal => (EntryType::XGlobalHeader, b"PaxHeaders/0"),
    };
    let (start, last) = match extension {
        Extension::GnuLongName | Extension::GnuLongLink => (String::new(), b"\0"),
        Extension::Pax | Extension::PaxGlobal => (format!("{size} comment="), b"\n"),
    };
    let around = (start.len() + last.len()) as u64;
    assert!(size >= around, "an extension of {size} bytes is too small");
    let filled = size - around;
    out.write_all(plain_header(kind, name, size).as_bytes())?;
    out.write_all(start.as_bytes())?;
    write_repeated(b'a', filled, out)?;
    out.write_all(last)?;
    let padding = size.next_multiple_of(BLOCK) - size;
    write_repeated(0, padding, out)
}

fn write_padded(content: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(content)?;
    let padding = content.len().next_multiple_of(BLOCK as usize) - content.len();
    out.write_all(&[0; BLOCK as usize][..padding])
}

fn write_repeated(byte: u8, count: u64, out: &mut impl Write) -> io::Result<()> {
    let piece = vec![byte; count.min(1 << 17) as usize];
    let mut left = count;
    while left > 0 {
        let written = left.min(piece.len() as u64);
        out.write_all(&piece[..written as usize])?;
        left -= written;
    }
    Ok(())
}

/// Writes to `out` and counts.
struct Counted<W> {
    out: W,
    size: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
