//! Walks through a tarball, with every size bounded.
//!
//! The `tar` crate parses the headers; the walk is ours because extended headers (PAX, GNU long
//! names) are read here only up to a limit, and because the walk must agree with the one that
//! conda's clients make: Python's `tarfile` decides which entry types carry data.

use std::borrow::Cow;
use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

use super::{Limits, LinkKind, PackageError};

const BLOCK: u64 = 512;

/// What kind of thing a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberKind {
    File,
    Directory,
    Link(LinkKind),
    /// A device, a FIFO, a file with holes, or something unknown.
    Special,
}

/// One member of a tarball.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its path, without a leading `./` and a trailing `/`. Bytes that are not UTF-8 are replaced.
    pub(crate) path: String,
    pub(crate) kind: MemberKind,
    /// How the archive spells it.
    pub(crate) spelling: Spelling,
}

/// What the archive has of a member, before anything is made of it.
#[derive(Debug)]
pub(crate) struct Spelling {
    /// Where its header begins in the tarball.
    pub(crate) offset: u64,
    pub(crate) header: Header,
    /// Its path, from wherever the archive has it.
    pub(crate) path: Vec<u8>,
    /// Where a link leads, from wherever the archive has it.
    pub(crate) link: Option<Vec<u8>>,
    /// Bytes of its content, from wherever the archive has it.
    pub(crate) size: u64,
    /// The records of the extended header (PAX) that precedes it.
    pub(crate) pax: Vec<u8>,
    /// Those of extended headers that hold for all members from here on.
    pub(crate) global_pax: Vec<u8>,
    /// Its path and where its link leads, if they are in extensions of GNU tar.
    pub(crate) long_path: Option<Vec<u8>>,
    pub(crate) long_link: Option<Vec<u8>>,
    /// Whether several extensions of one kind precede it, of which one is believed.
    pub(crate) is_extended_twice: bool,
}

/// How a tarball ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TarEnd {
    /// Whole blocks of zeros behind the last member: two or more mark the end.
    pub zero_blocks: u64,
    /// Where, behind the first of them, there is something else than zeros.
    pub other_data: Option<u64>,
    /// Whether the last header is an extension of one that is not there.
    pub has_lone_extension: bool,
}

/// A tarball that is being walked through.
pub(crate) struct Tarball<'a> {
    reader: &'a mut dyn Read,
    /// What the bytes come from, for errors.
    stream: &'a str,
    compressed_size: u64,
    limits: &'a Limits,
    offset: u64,
    members: u64,
    current: String,
    /// Bytes of the current member that were not read yet, and of the padding behind it.
    content_left: u64,
    padding_left: u64,
    end: TarEnd,
}

impl<'a> Tarball<'a> {
    /// Begins to walk. `stream` names what is being decompressed, `compressed_size` is its size
    /// before that.
    pub(crate) fn new(
        reader: &'a mut dyn Read,
        stream: &'a str,
        compressed_size: u64,
        limits: &'a Limits,
    ) -> Self {
        Self {
            reader,
            stream,
            compressed_size,
            limits,
            offset: 0,
            members: 0,
            current: String::new(),
            content_left: 0,
            padding_left: 0,
            end: TarEnd::default(),
        }
    }

    /// Steps to the next member, over what is left of this one. `None` at the end of the tarball,
    /// with or without the blocks of zeros that should mark it.
    pub(crate) fn next_member(&mut self) -> Result<Option<Member>, PackageError> {
        let mut long_path = None;
        let mut long_link = None;
        let mut pax = Vec::new();
        let mut global_pax = Vec::new();
        let mut seen = Vec::new();
        let mut is_extended_twice = false;
        loop {
            self.skip_rest()?;
            let Some(header) = self.read_header()? else {
                self.end.has_lone_extension = seen.iter().any(|kind| *kind != EntryType::XGlobalHeader);
                return Ok(None);
            };
            self.members += 1;
            if self.members > self.limits.members {
                return Err(PackageError::TooManyMembers {
                    limit: self.limits.members,
                });
            }
            let header_offset = self.offset - BLOCK;
            let damaged = |what| PackageError::Tar {
                offset: header_offset,
                what,
            };
            let size = header
                .entry_size()
                .map_err(|_| damaged("the size of a member is not a number"))?;
            let kind = header.entry_type();
            if is_extension(kind) {
                is_extended_twice |= seen.contains(&kind);
                if !is_extended_twice {
                    seen.push(kind);
                }
            }
            match kind {
                EntryType::GNULongName => long_path = Some(self.read_long_name(size)?),
                EntryType::GNULongLink => long_link = Some(self.read_long_name(size)?),
                EntryType::XGlobalHeader => global_pax = self.read_extension(size)?,
                EntryType::XHeader => pax = self.read_extension(size)?,
                _ => {
                    let overrides = Pax::parse(&pax);
                    let spelling = Spelling {
                        offset: header_offset,
                        path: overrides
                            .path
                            .or_else(|| long_path.clone())
                            .unwrap_or_else(|| header.path_bytes().into_owned()),
                        link: overrides
                            .link
                            .or_else(|| long_link.clone())
                            .or_else(|| header.link_name_bytes().map(Cow::into_owned)),
                        size: overrides.size.unwrap_or(size),
                        pax,
                        global_pax,
                        long_path,
                        long_link,
                        is_extended_twice,
                        header,
                    };
                    return self.begin_member(spelling).map(Some);
                }
            }
        }
    }

    /// The content of the current member.
    pub(crate) fn read_content(&mut self) -> Result<Vec<u8>, PackageError> {
        self.read_content_within(self.limits.member_bytes)
    }

    /// The content of the current member, which is parsed as a whole.
    pub(crate) fn read_document(&mut self) -> Result<Vec<u8>, PackageError> {
        self.read_content_within(self.limits.document_bytes.min(self.limits.member_bytes))
    }

    fn read_content_within(&mut self, limit: u64) -> Result<Vec<u8>, PackageError> {
        if self.content_left > limit {
            return Err(PackageError::MemberTooLarge {
                member: self.current.clone(),
                limit,
            });
        }
        let wanted = self.content_left;
        self.content_left = 0;
        self.read_exactly(wanted)
    }

    /// The next piece of the current member's content: as much as there is in one read, at most
    /// `buffer`. 0 at its end.
    pub(crate) fn read_some(&mut self, buffer: &mut [u8]) -> Result<usize, PackageError> {
        let wanted = usize::try_from(self.content_left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = self.fill(&mut buffer[..wanted])?;
        self.advance(count as u64)?;
        if count < wanted {
            return Err(self.truncated());
        }
        self.content_left -= count as u64;
        Ok(count)
    }

    /// Reads what lies behind the end of the tarball, up to the end of the stream, and says how
    /// the tarball ends.
    pub(crate) fn read_to_end(&mut self) -> Result<TarEnd, PackageError> {
        let mut buffer = [0; 16 << 10];
        // The block of zeros that was taken for the end is not part of the offset.
        let mut zeros = self.end.zero_blocks * BLOCK;
        let last_member_end = self.offset;
        loop {
            let count = self.fill(&mut buffer)?;
            self.advance(count as u64)?;
            if self.end.other_data.is_none() {
                let piece = &buffer[..count];
                let other = piece.iter().position(|byte| *byte != 0);
                zeros += other.unwrap_or(count) as u64;
                self.end.other_data = other.map(|_| last_member_end + zeros);
            }
            if count < buffer.len() {
                self.end.zero_blocks = zeros / BLOCK;
                return Ok(self.end);
            }
        }
    }

    fn begin_member(&mut self, spelling: Spelling) -> Result<Member, PackageError> {
        let Spelling { header, size, .. } = &spelling;
        let is_directory_path = spelling.path.last() == Some(&b'/');
        let path = String::from_utf8_lossy(&spelling.path);
        let mut path = path.trim_end_matches('/');
        while let Some(rest) = path.strip_prefix("./") {
            path = rest.trim_start_matches('/');
        }
        self.current = path.to_owned();
        let kind = match header.entry_type() {
            EntryType::Regular | EntryType::Continuous if is_directory_path => MemberKind::Directory,
            EntryType::Regular | EntryType::Continuous => MemberKind::File,
            EntryType::Directory => MemberKind::Directory,
            EntryType::Symlink => MemberKind::Link(LinkKind::Symbolic),
            EntryType::Link => MemberKind::Link(LinkKind::Hard),
            _ => MemberKind::Special,
        };
        let carries_data = !matches!(
            header.entry_type(),
            EntryType::Directory
                | EntryType::Symlink
                | EntryType::Link
                | EntryType::Char
                | EntryType::Block
                | EntryType::Fifo
        ) && kind != MemberKind::Directory;
        if header.entry_type() == EntryType::GNUSparse {
            self.skip_sparse_map(header)?;
        }
        if carries_data {
            self.content_left = *size;
            self.padding_left = size.wrapping_neg() % BLOCK;
        }
        Ok(Member {
            path: self.current.clone(),
            kind,
            spelling,
        })
    }

    /// A file with many holes has the list of them in blocks between its header and its data.
    fn skip_sparse_map(&mut self, header: &Header) -> Result<(), PackageError> {
        let mut more = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
        while more {
            let block = self.read_exactly(BLOCK)?;
            // Byte 504 of such a block says whether another follows (GNU tar manual).
            more = block[504] != 0;
        }
        Ok(())
    }

    fn read_header(&mut self) -> Result<Option<Header>, PackageError> {
        let mut block = [0; BLOCK as usize];
        let count = self.fill(&mut block)?;
        if count == 0 && self.offset > 0 {
            return Ok(None);
        }
        if count < block.len() {
            let what = if self.offset == 0 {
                "there is no tar archive"
            } else {
                "it ends within a header"
            };
            return Err(PackageError::Tar {
                offset: self.offset,
                what,
            });
        }
        if block.iter().all(|byte| *byte == 0) {
            self.end.zero_blocks = 1;
            return Ok(None);
        }
        let header = Header::from_byte_slice(&block);
        // The sum of the block's bytes with those of the sum itself taken for spaces.
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| {
                if (148..156).contains(&at) {
                    32
                } else {
                    u32::from(*byte)
                }
            })
            .sum();
        if header.cksum().ok() != Some(sum) {
            let what = if self.offset == 0 {
                "there is no tar archive"
            } else {
                "the checksum of a header is wrong"
            };
            return Err(PackageError::Tar {
                offset: self.offset,
                what,
            });
        }
        self.advance(BLOCK)?;
        Ok(Some(header.clone()))
    }

    fn read_long_name(&mut self, size: u64) -> Result<Vec<u8>, PackageError> {
        let mut name = self.read_extension(size)?;
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }

    fn read_extension(&mut self, size: u64) -> Result<Vec<u8>, PackageError> {
        let limit = self.limits.tar_header_bytes;
        if size > limit {
            return Err(PackageError::MemberTooLarge {
                member: "the name or header of a tar member".to_owned(),
                limit,
            });
        }
        self.padding_left = size.wrapping_neg() % BLOCK;
        self.read_exactly(size)
    }

    fn skip_rest(&mut self) -> Result<(), PackageError> {
        let mut left = self.content_left.saturating_add(self.padding_left);
        (self.content_left, self.padding_left) = (0, 0);
        let mut buffer = [0; 16 << 10];
        while left > 0 {
            let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            let count = self.fill(&mut buffer[..wanted])?;
            self.advance(count as u64)?;
            if count < wanted {
                return Err(self.truncated());
            }
            left -= count as u64;
        }
        Ok(())
    }

    /// `size` is within a limit that the caller checked.
    fn read_exactly(&mut self, size: u64) -> Result<Vec<u8>, PackageError> {
        let mut bytes = Vec::new();
        let count = (&mut *self.reader)
            .take(size)
            .read_to_end(&mut bytes)
            .map_err(|source| self.decompress_error(source))? as u64;
        self.advance(count)?;
        if count < size {
            return Err(self.truncated());
        }
        Ok(bytes)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, PackageError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.decompress_error(error)),
            }
        }
        Ok(filled)
    }

    fn advance(&mut self, count: u64) -> Result<(), PackageError> {
        self.offset += count;
        let ratio = self.limits.expansion_ratio;
        let free = self.limits.expansion_free_bytes;
        if self.offset > free && self.offset > self.compressed_size.saturating_mul(ratio) {
            return Err(PackageError::Bomb { ratio });
        }
        Ok(())
    }

    fn truncated(&self) -> PackageError {
        PackageError::TarTruncated {
            member: self.current.clone(),
        }
    }

    fn decompress_error(&self, source: io::Error) -> PackageError {
        PackageError::Decompress {
            stream: self.stream.to_owned(),
            source,
        }
    }
}

/// Whether a header says more of the one that follows it.
fn is_extension(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::GNULongName | EntryType::GNULongLink | EntryType::XGlobalHeader | EntryType::XHeader
    )
}

/// What a PAX header overrides of the header that follows it.
#[derive(Default)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Pax {
    fn parse(records: &[u8]) -> Self {
        let mut pax = Self::default();
        for record in PaxExtensions::new(records).flatten() {
            match record.key_bytes() {
                b"path" => pax.path = Some(record.value_bytes().to_vec()),
                b"linkpath" => pax.link = Some(record.value_bytes().to_vec()),
                b"size" => pax.size = record.value().ok().and_then(|value| value.parse().ok()),
                _ => {}
            }
        }
        pax
    }
}

#[cfg(test)]
mod tests {
    use tar::Builder;

    use super::*;

    /// The blocks of a tarball of one empty file, without an end.
    fn file() -> Vec<u8> {
        let mut tarball = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_size(0);
        tarball.append_data(&mut header, "a", io::empty()).unwrap();
        let mut bytes = tarball.into_inner().unwrap();
        bytes.truncate(512);
        bytes
    }

    fn end(behind: &[u8]) -> TarEnd {
        let bytes = [&file(), behind].concat();
        let limits = Limits::default();
        let mut reader = &bytes[..];
        let mut tarball = Tarball::new(&mut reader, "a test", bytes.len() as u64, &limits);
        while tarball.next_member().unwrap().is_some() {}
        tarball.read_to_end().unwrap()
    }

    #[rstest::rstest]
    #[case::nothing(b"".to_vec(), 0, None)]
    #[case::one_block(vec![0; 512], 1, None)]
    #[case::two_blocks(vec![0; 1024], 2, None)]
    #[case::a_record(vec![0; 19 * 512], 19, None)]
    #[case::a_part_of_a_block(vec![0; 700], 1, None)]
    #[case::something_behind_one_block([vec![0; 600], b"x".to_vec(), vec![0; 512]].concat(), 1, Some(1112))]
    #[case::another_member([vec![0; 512], file()].concat(), 1, Some(1024))]
    #[case::something_far_behind([vec![0; 40_000], b"x".to_vec()].concat(), 78, Some(40_512))]
    fn what_follows_the_last_member_is_told(
        #[case] behind: Vec<u8>,
        #[case] zero_blocks: u64,
        #[case] other_data: Option<u64>,
    ) {
        let expected = TarEnd {
            zero_blocks,
            other_data,
            has_lone_extension: false,
        };
        assert_eq!(end(&behind), expected);
    }
}
