//! What a zip archive says of itself, read strictly and without trusting any of it.
//!
//! Readers of zip archives look in different places: some at the directory at the end, some at the
//! header before each member, some search for the end in another way than others. An archive for
//! which this makes a difference is one that two clients can install differently. So everything is
//! read here, and what does not fit together is told.

mod content;
mod end;
mod header;
mod layout;
mod reader;

pub use content::Unreadable;
pub(crate) use content::{ZipReader, is_mismatch};
use end::End;
pub(crate) use end::Look;
use header::CentralHeader;
pub use header::{ExtraField, HeaderField, ZipHeader};
use reader::{Failure, Fields, Reader};

use super::{Archive, Limits, PackageError};

/// What a zip archive says of its members, and what of it does not fit together.
#[derive(Clone, Debug, Default)]
pub struct ZipDirectory {
    /// The members in the order of the directory.
    pub members: Vec<ZipMember>,
    /// What does not fit together, in the order of the file.
    pub slips: Vec<ZipSlip>,
}

/// A member of a zip archive.
#[derive(Clone, Debug)]
pub struct ZipMember {
    /// What the directory says of it.
    pub central: ZipHeader,
    /// What the header before its data says of it; `None` if there is no header where the directory
    /// says.
    pub local: Option<ZipHeader>,
    /// Where its local header is, or should be.
    pub offset: u64,
    /// What stands behind its data.
    pub descriptor: Descriptor,
}

/// What stands behind a member's data if its header promises that its sizes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// Nothing is promised.
    None,
    /// The same as the directory says.
    Right,
    /// Something else.
    Wrong,
}

/// Something in a zip archive that belongs to nothing, or contradicts something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZipSlip {
    /// Where.
    pub offset: u64,
    /// What.
    pub kind: ZipSlipKind,
}

/// What of a zip archive does not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZipSlipKind {
    /// Bytes before the first member.
    Before(u64),
    /// Bytes between members, or between them and the directory or its end.
    Between(u64),
    /// Bytes behind the end.
    Behind(u64),
    /// Bytes that are part of two things.
    Shared(u64),
    /// A comment of so many bytes: of the archive or of a member.
    Comment(u64),
    /// The end announces so many bytes of comment, and fewer follow.
    CutComment(u64),
    /// A second record that could be the archive's end.
    SecondEnd,
    /// The directory has another number of members than its end says.
    Count {
        /// What the end says.
        said: u64,
        /// How many there are.
        found: u64,
    },
    /// The directory is not where its end says.
    Directory {
        /// Where the end says that it is.
        said_offset: u64,
        /// How large the end says that it is.
        said_size: u64,
        /// How large it is.
        size: u64,
    },
    /// A part says that it belongs to an archive of several files.
    Disks,
    /// The records of the end for large archives are wrong.
    Zip64(&'static str),
}

impl ZipDirectory {
    /// Reads all that is not content.
    ///
    /// # Errors
    ///
    /// [`PackageError::Io`] when the file cannot be read, any other when it is no zip archive.
    pub(crate) fn read(archive: &mut dyn Archive, limits: &Limits) -> Result<Self, PackageError> {
        let mut reader = Reader::new(archive, limits)?;
        Self::read_all(&mut reader).map_err(|failure| failure.told(limits))
    }

    fn read_all(reader: &mut Reader<'_>) -> Result<Self, Failure> {
        let mut slips = Vec::new();
        let Listing {
            end,
            members,
            shift,
            end_of_members,
        } = Listing::read(reader, Look::Thorough, &mut slips)?;
        let found = members.len() as u64;
        if found != end.members {
            slips.push(ZipSlip {
                offset: end.record,
                kind: ZipSlipKind::Count {
                    said: end.members,
                    found,
                },
            });
        }
        end.tell_misplacement(end_of_members, shift, &mut slips);
        let mut placed = Vec::new();
        let mut spans = end.spans.clone();
        spans.push(end.directory..end_of_members);
        for header in members {
            let (member, span) = header::read_member(reader, header, shift)?;
            spans.push(span);
            placed.push(member);
        }
        layout::tell(&mut spans, reader.size, &mut slips);
        end.tell_others(&mut slips);
        slips.sort_by_key(|slip| slip.offset);
        Ok(Self {
            members: placed,
            slips,
        })
    }
}

impl ZipMember {
    /// Its name, for people.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.central.name).into_owned()
    }
}

/// The directory, and where it is.
struct Listing {
    end: End,
    members: Vec<CentralHeader>,
    /// How many bytes before the archive its offsets do not count.
    shift: u64,
    /// Where the headers of members end.
    end_of_members: u64,
}

impl Listing {
    fn read(reader: &mut Reader<'_>, look: Look, slips: &mut Vec<ZipSlip>) -> Result<Self, Failure> {
        let end = End::find(reader, look, slips)?;
        let mut members = Vec::new();
        let mut position = end.directory;
        while let Some((header, next)) = header::read_central(reader, position, end.start)? {
            if header.comment > 0 {
                slips.push(ZipSlip {
                    offset: next - header.comment,
                    kind: ZipSlipKind::Comment(header.comment),
                });
            }
            if header.disk != 0 {
                slips.push(ZipSlip {
                    offset: position,
                    kind: ZipSlipKind::Disks,
                });
            }
            members.push(header);
            position = next;
        }
        if (members.len() as u64) < end.members && position < end.start {
            let what = "there is no header of a member where the directory must have one";
            return Err(Failure::Damaged {
                offset: position,
                what,
            });
        }
        let shift = match look {
            Look::Brief => end.shift_as_python()?,
            Look::Thorough => end.shift(members.first(), reader)?,
        };
        Ok(Self {
            end,
            members,
            shift,
            end_of_members: position,
        })
    }
}

#[cfg(test)]
mod tests;
