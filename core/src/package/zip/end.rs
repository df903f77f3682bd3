//! The end of a zip archive: the records that say where its directory is.

use std::ops::Range;

use super::header::CentralHeader;
use super::{Failure, Fields, Reader, ZipSlip, ZipSlipKind, header, layout};

const END: [u8; 4] = *b"PK\x05\x06";
const END_SIZE: u64 = 22;
const END64: [u8; 4] = *b"PK\x06\x06";
const END64_SIZE: u64 = 56;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_SIZE: u64 = 20;
/// Bytes at the end of a file in which the end record is looked for: it and the longest comment.
const TAIL: u64 = END_SIZE + 0xffff;

/// What the end of an archive says, and where things are.
pub(super) struct End {
    /// Where the end record is.
    pub(super) record: u64,
    /// Where the first of the records that end the archive is: the directory cannot go beyond.
    pub(super) start: u64,
    /// Where the directory is.
    pub(super) directory: u64,
    /// How many members the end says that there are.
    pub(super) members: u64,
    /// What the records cover.
    pub(super) spans: Vec<Range<u64>>,
    said_offset: u64,
    said_size: u64,
    /// Where the end record for large archives is, and where its locator says that it is.
    located: Option<(u64, u64)>,
    /// Whether the records contradict each other.
    is_contradictory: bool,
    /// Other places where an end record could be.
    others: Vec<u64>,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// As much as members need to be read. What Python would not find, or find elsewhere, is refused.
    Brief,
    /// Whatever could be the end for another reader. What can be made sense of is read.
    Thorough,
}

/// Where an end record could begin.
fn records(reader: &mut Reader<'_>) -> Result<Vec<u64>, Failure> {
    let tail = reader.tail(TAIL)?;
    let start = reader.size - tail.len() as u64;
    Ok(memchr::memmem::find_iter(&tail, &END)
        .map(|at| start + at as u64)
        .collect())
}

/// What a record of the end says of the directory.
struct Said {
    members: u64,
    size: u64,
    offset: u64,
}

impl End {
    /// Finds the end as Python does: a record without a comment at the very end, or else the last
    /// one.
    pub(super) fn find(
        reader: &mut Reader<'_>,
        look: Look,
        slips: &mut Vec<ZipSlip>,
    ) -> Result<Self, Failure> {
        let at_end = reader.size.saturating_sub(END_SIZE);
        let last = reader.tail(END_SIZE)?;
        let is_plain = last.len() as u64 == END_SIZE && last.starts_with(&END) && last.ends_with(&[0, 0]);
        let mut found = match look {
            Look::Brief if is_plain => Vec::new(),
            Look::Brief | Look::Thorough => records(reader)?,
        };
        let is_whole = |at: &u64| at + END_SIZE <= reader.size;
        let chosen = match look {
            _ if is_plain => Some(at_end),
            Look::Brief => found.last().copied().filter(is_whole),
            Look::Thorough => found.iter().rev().copied().find(is_whole),
        };
        let Some(record) = chosen else {
            let what = "it has no end: the file is truncated, or it is no zip archive";
            return Err(Failure::Damaged {
                offset: reader.size,
                what,
            });
        };
        found.retain(|at| *at != record);
        let bytes = reader.at(record, END_SIZE)?;
        let mut fields = Fields(bytes.get(END.len()..).unwrap_or_default());
        let disks = [fields.u16(), fields.u16()];
        let members_here = fields.u16();
        let said = Said {
            members: fields.u16().into(),
            size: fields.u32().into(),
            offset: fields.u32().into(),
        };
        let comment = u64::from(fields.u16());
        let mut slip = |offset, kind| slips.push(ZipSlip { offset, kind });
        if disks != [0, 0] || u64::from(members_here) != said.members {
            slip(record, ZipSlipKind::Disks);
        }
        let comment_start = record + END_SIZE;
        let comment_end = reader.size.min(comment_start + comment);
        if comment_start + comment > reader.size {
            slip(record, ZipSlipKind::CutComment(comment));
        } else if comment > 0 {
            slip(comment_start, ZipSlipKind::Comment(comment));
        }
        let mut end = Self {
            record,
            start: record,
            directory: 0,
            members: said.members,
            spans: std::iter::once(record..comment_end).collect(),
            said_offset: said.offset,
            said_size: said.size,
            located: None,
            is_contradictory: false,
            others: found,
        };
        end.read_zip64(&said, reader, slips)?;
        end.place_directory(reader)?;
        Ok(end)
    }

    /// Reads the records for large archives, which readers heed whenever they are there.
    fn read_zip64(
        &mut self,
        said: &Said,
        reader: &mut Reader<'_>,
        slips: &mut Vec<ZipSlip>,
    ) -> Result<(), Failure> {
        let Some(locator) = self.record.checked_sub(LOCATOR_SIZE) else {
            return Ok(());
        };
        let bytes = reader.at(locator, LOCATOR_SIZE)?;
        if !bytes.starts_with(&LOCATOR) {
            return Ok(());
        }
        let mut slip = |offset, kind| slips.push(ZipSlip { offset, kind });
        let mut fields = Fields(&bytes[LOCATOR.len()..]);
        let disk = fields.u32();
        let told = fields.u64();
        let disks = fields.u32();
        if disk != 0 || disks != 1 {
            slip(locator, ZipSlipKind::Disks);
        }
        self.spans.push(locator..self.record);
        // An archive with something before it may count from its own beginning.
        let usual = locator.saturating_sub(END64_SIZE);
        let is_there = reader.has(END64, told)? && told < locator;
        let at = if is_there { told } else { usual };
        if !is_there && !reader.has(END64, usual)? {
            slip(locator, ZipSlipKind::Zip64("its locator leads to no end record"));
            self.start = locator;
            return Ok(());
        }
        let bytes = reader.at(at, END64_SIZE)?;
        let mut fields = Fields(bytes.get(END64.len()..).unwrap_or_default());
        let rest = fields.u64();
        let _versions = fields.u32();
        let disks = [fields.u32(), fields.u32()];
        let members_here = fields.u64();
        let large = Said {
            members: fields.u64(),
            size: fields.u64(),
            offset: fields.u64(),
        };
        if disks != [0, 0] || members_here != large.members {
            slip(at, ZipSlipKind::Disks);
        }
        if rest != END64_SIZE - 12 || at + END64_SIZE != locator {
            slip(
                at,
                ZipSlipKind::Zip64("its end record has another size than it must have"),
            );
        }
        // A field that is full says that the large one is meant.
        let agrees = |small: u64, full: u64, large: u64| small == full || small == large;
        if !agrees(said.members, 0xffff, large.members)
            || !agrees(said.size, 0xffff_ffff, large.size)
            || !agrees(said.offset, 0xffff_ffff, large.offset)
        {
            slip(
                at,
                ZipSlipKind::Zip64("its two end records contradict each other"),
            );
            self.is_contradictory = true;
        }
        self.located = Some((at, told));
        self.start = at;
        self.spans.push(at..locator);
        self.members = large.members;
        self.said_offset = large.offset;
        self.said_size = large.size;
        Ok(())
    }

    /// The directory ends where the end begins, or else is where the end says.
    fn place_directory(&mut self, reader: &mut Reader<'_>) -> Result<(), Failure> {
        if self.said_size == 0 && self.members == 0 {
            self.directory = self.start;
            return Ok(());
        }
        let before_end = self.start.checked_sub(self.said_size);
        for place in [before_end, Some(self.said_offset)].into_iter().flatten() {
            if place < self.start && reader.has(header::CENTRAL, place)? {
                self.directory = place;
                return Ok(());
            }
        }
        Err(Failure::Damaged {
            offset: self.record,
            what: "there is no directory where its end says",
        })
    }

    /// How many bytes before the archive its offsets do not count, where Python would say the same.
    pub(super) fn shift_as_python(&self) -> Result<u64, Failure> {
        let is_before_end = self.directory.checked_add(self.said_size) == Some(self.start);
        let is_one_end = match self.located {
            Some((at, _)) => at + END64_SIZE + LOCATOR_SIZE == self.record,
            None => self.start == self.record,
        };
        match self.directory.checked_sub(self.said_offset) {
            Some(shift) if is_before_end && is_one_end => Ok(shift),
            _ => Err(Failure::Damaged {
                offset: self.record,
                what: "its directory is not where its end says",
            }),
        }
    }

    /// How many bytes before the archive its offsets do not count.
    pub(super) fn shift(
        &self,
        first: Option<&CentralHeader>,
        reader: &mut Reader<'_>,
    ) -> Result<u64, Failure> {
        let Some(shift @ 1..) = self.directory.checked_sub(self.said_offset) else {
            return Ok(0);
        };
        let is_shifted = match first {
            Some(first) => reader.has(header::LOCAL, first.offset.saturating_add(shift))?,
            None => true,
        };
        Ok(if is_shifted { shift } else { 0 })
    }

    /// Tells if the directory, which ends at `directory_end`, or the end itself is not where it is
    /// said to be. What is only shifted has something before it, which is told as such.
    pub(super) fn tell_misplacement(&self, directory_end: u64, shift: u64, slips: &mut Vec<ZipSlip>) {
        if let Some((offset, told)) = self.located
            && told.saturating_add(shift) != offset
        {
            slips.push(ZipSlip {
                offset,
                kind: ZipSlipKind::Zip64("its locator says that its end record is elsewhere"),
            });
        }
        let is_placed = self.said_offset.saturating_add(shift) == self.directory;
        let size = directory_end - self.directory;
        // Something else may stand between it and the end: that is told as such, too.
        let is_sized = [size, self.start - self.directory].contains(&self.said_size);
        if (!is_placed || !is_sized) && !self.is_contradictory {
            slips.push(ZipSlip {
                offset: self.directory,
                kind: ZipSlipKind::Directory {
                    said_offset: self.said_offset,
                    said_size: self.said_size,
                    size,
                },
            });
        }
    }

    /// Tells what else could be the end: it is in bytes that belong to nothing, or in a comment.
    pub(super) fn tell_others(&self, slips: &mut Vec<ZipSlip>) {
        let mut strays: Vec<Range<u64>> = slips
            .iter()
            .filter_map(|slip| match slip.kind {
                ZipSlipKind::Before(size)
                | ZipSlipKind::Between(size)
                | ZipSlipKind::Behind(size)
                | ZipSlipKind::Comment(size) => Some(slip.offset..slip.offset + size),
                _ => None,
            })
            .collect();
        layout::sort(&mut strays);
        let in_strays = |at: &&u64| {
            let behind = strays.partition_point(|stray| stray.start <= **at);
            behind > 0 && strays[behind - 1].contains(*at)
        };
        for at in self.others.iter().filter(in_strays) {
            slips.push(ZipSlip {
                offset: *at,
                kind: ZipSlipKind::SecondEnd,
            });
        }
    }
}
