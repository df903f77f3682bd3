//! The two headers of a member: one before its data, one in the directory.

use std::ops::Range;

use super::{Descriptor, Failure, Fields, Reader, ZipMember};

/// What a header in the directory begins with.
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const CENTRAL_SIZE: u64 = 46;
/// What a header before data begins with.
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
const LOCAL_SIZE: u64 = 30;
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// The flag that says that sizes and checksum stand behind the data.
const HAS_DESCRIPTOR: u16 = 1 << 3;
const FULL: u64 = 0xffff_ffff;

/// What one of its headers says of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZipHeader {
    /// Its name, in whatever encoding.
    pub name: Vec<u8>,
    /// The version of the format that is needed to read it, times ten.
    pub version: u16,
    /// The general purpose flags.
    pub flags: u16,
    /// How it is compressed: 0 is not at all.
    pub method: u16,
    /// Its time of modification, as DOS has it: the time.
    pub time: u16,
    /// The same: the date.
    pub date: u16,
    /// The CRC-32 of its content.
    pub crc: u32,
    /// Bytes of its content as it is in the archive.
    pub compressed_size: u64,
    /// Bytes of its content.
    pub size: u64,
    /// What else is said.
    pub extra: Vec<ExtraField>,
    /// Whether the extra fields could be read to their end, and those are there that must be.
    pub extra_is_whole: bool,
}

/// A field of a header for what the format did not foresee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraField {
    /// What kind.
    pub id: u16,
    /// Whether it gives the member another name than the header.
    pub renames: bool,
}

/// What a header says that matters to who reads the member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderField {
    /// Its name.
    Name,
    /// How it is compressed.
    Method,
    /// The general purpose flags.
    Flags,
    /// The CRC-32 of its content.
    Checksum,
    /// Bytes of its content as it is in the archive.
    CompressedSize,
    /// Bytes of its content.
    Size,
}

/// A header of the directory, and what only such headers have.
pub(super) struct CentralHeader {
    pub(super) header: ZipHeader,
    /// Where its local header should be.
    pub(super) offset: u64,
    pub(super) disk: u64,
    /// Bytes of comment.
    pub(super) comment: u64,
}

impl ZipHeader {
    /// Whether its content is encrypted in one of the ways that there are.
    pub fn is_encrypted(&self) -> bool {
        const TRADITIONAL: u16 = 1;
        const STRONG: u16 = 1 << 6;
        const AES_METHOD: u16 = 99;
        self.flags & (TRADITIONAL | STRONG) != 0 || self.method == AES_METHOD
    }

    /// Whether its content is a patch to that of another archive.
    pub fn is_patch(&self) -> bool {
        self.flags & (1 << 5) != 0
    }

    /// What this header of the directory and the one before the data say differently.
    pub fn differences(&self, local: &Self) -> Vec<HeaderField> {
        // A local header that was written before the data may leave out what was not known then.
        let is_late = local.flags & HAS_DESCRIPTOR != 0;
        let is_other = |central: u64, local: u64| central != local && !(is_late && local == 0);
        let differ = [
            (HeaderField::Name, self.name != local.name),
            (HeaderField::Method, self.method != local.method),
            (HeaderField::Flags, self.flags != local.flags),
            (HeaderField::Checksum, is_other(self.crc.into(), local.crc.into())),
            (
                HeaderField::CompressedSize,
                is_other(self.compressed_size, local.compressed_size),
            ),
            (HeaderField::Size, is_other(self.size, local.size)),
        ];
        differ
            .into_iter()
            .filter_map(|(field, differs)| differs.then_some(field))
            .collect()
    }

    /// Whether an extra field gives the member another name than the header.
    pub fn is_renamed(&self) -> bool {
        self.extra.iter().any(|field| field.renames)
    }

    /// Takes the fields that both headers have in the same order.
    fn shared(fields: &mut Fields<'_>) -> Self {
        Self {
            version: fields.u16(),
            flags: fields.u16(),
            method: fields.u16(),
            time: fields.u16(),
            date: fields.u16(),
            crc: fields.u32(),
            compressed_size: fields.u32().into(),
            size: fields.u32().into(),
            extra_is_whole: true,
            ..Self::default()
        }
    }

    /// Takes the extra fields, and sizes and offset from that for large files.
    fn take_extra(&mut self, bytes: &[u8], mut offset: Option<&mut u64>) {
        const LARGE: u16 = 1;
        const UNICODE_NAME: u16 = 0x7075;
        let mut missing = [Some(&self.size), Some(&self.compressed_size), offset.as_deref()]
            .into_iter()
            .flatten()
            .any(|number| *number == FULL);
        let mut has_large = false;
        let mut fields = Fields(bytes);
        while !fields.0.is_empty() {
            let is_headed = fields.0.len() >= 4;
            let id = fields.u16();
            let size = usize::from(fields.u16());
            let is_there = is_headed && fields.0.len() >= size;
            let mut content = Fields(fields.bytes(size));
            self.extra_is_whole &= is_there;
            if !is_there {
                break;
            }
            let mut renames = false;
            if id == LARGE {
                self.extra_is_whole &= !has_large;
                has_large = true;
                missing = false;
                let numbers = [
                    Some(&mut self.size),
                    Some(&mut self.compressed_size),
                    offset.as_deref_mut(),
                ];
                for number in numbers.into_iter().flatten().filter(|number| **number == FULL) {
                    missing |= content.0.len() < 8;
                    *number = content.u64();
                }
            } else if id == UNICODE_NAME {
                // A version and a checksum of the other name precede it.
                content.bytes(5);
                renames = content.0 != self.name;
            }
            self.extra.push(ExtraField { id, renames });
        }
        self.extra_is_whole &= !missing;
    }
}

/// Reads the header of the directory at `offset`, and says where the next one should be; `None` if
/// there is none.
pub(super) fn read_central(
    reader: &mut Reader<'_>,
    offset: u64,
    end: u64,
) -> Result<Option<(CentralHeader, u64)>, Failure> {
    let bytes = reader.at(offset, CENTRAL_SIZE.min(end.saturating_sub(offset)))?;
    if !bytes.starts_with(&CENTRAL) {
        return Ok(None);
    }
    let mut fields = Fields(&bytes[CENTRAL.len()..]);
    let _made_by = fields.u16();
    let mut header = ZipHeader::shared(&mut fields);
    let name_size = u64::from(fields.u16());
    let extra_size = u64::from(fields.u16());
    let comment = u64::from(fields.u16());
    let disk = u64::from(fields.u16());
    // Attributes of the file system, which readers of packages do not look at.
    let _attributes = fields.number(6);
    let mut local_offset = u64::from(fields.u32());
    let next = offset + CENTRAL_SIZE + name_size + extra_size + comment;
    if next > end {
        let what = "its directory ends in the middle of a header";
        return Err(Failure::Damaged { offset, what });
    }
    let rest = reader.at(offset + CENTRAL_SIZE, name_size + extra_size)?;
    let mut fields = Fields(&rest);
    header.name = fields.bytes(name_size as usize).to_vec();
    header.take_extra(fields.0, Some(&mut local_offset));
    let header = CentralHeader {
        header,
        offset: local_offset,
        disk,
        comment,
    };
    Ok(Some((header, next)))
}

/// Reads the header before the data of a member, and says where the data begins; `None` if there is no
/// header.
pub(super) fn read_local(reader: &mut Reader<'_>, offset: u64) -> Result<Option<(ZipHeader, u64)>, Failure> {
    let bytes = reader.at(offset, LOCAL_SIZE)?;
    if !bytes.starts_with(&LOCAL) || (bytes.len() as u64) < LOCAL_SIZE {
        return Ok(None);
    }
    let mut fields = Fields(&bytes[LOCAL.len()..]);
    let mut header = ZipHeader::shared(&mut fields);
    let name_size = u64::from(fields.u16());
    let extra_size = u64::from(fields.u16());
    let rest = reader.at(offset + LOCAL_SIZE, name_size + extra_size)?;
    let mut fields = Fields(&rest);
    header.name = fields.bytes(name_size as usize).to_vec();
    header.take_extra(fields.0, None);
    Ok(Some((header, offset + LOCAL_SIZE + name_size + extra_size)))
}

/// Reads all that is said of a member, and says what the member covers.
pub(super) fn read_member(
    reader: &mut Reader<'_>,
    central: CentralHeader,
    shift: u64,
) -> Result<(ZipMember, Range<u64>), Failure> {
    let offset = central.offset.saturating_add(shift);
    let central = central.header;
    let (local, data) = match read_local(reader, offset)? {
        Some((local, data)) => (Some(local), data),
        // What it would cover if its header were there.
        None => (
            None,
            offset.saturating_add(LOCAL_SIZE + central.name.len() as u64),
        ),
    };
    let data_end = data.saturating_add(central.compressed_size);
    let has_descriptor = local
        .as_ref()
        .is_some_and(|local| local.flags & HAS_DESCRIPTOR != 0);
    let (descriptor, end) = if has_descriptor {
        read_descriptor(reader, &central, data_end)?
    } else {
        (Descriptor::None, data_end)
    };
    let member = ZipMember {
        central,
        local,
        offset,
        descriptor,
    };
    Ok((member, offset..end))
}

/// Reads what stands behind data: with or without a signature, with small or large sizes.
fn read_descriptor(
    reader: &mut Reader<'_>,
    central: &ZipHeader,
    offset: u64,
) -> Result<(Descriptor, u64), Failure> {
    let bytes = reader.at(offset, 24)?;
    let is_signed = bytes.starts_with(&DESCRIPTOR);
    let ways = [(is_signed, 4), (is_signed, 8), (false, 4), (false, 8)];
    for (has_signature, width) in ways {
        let signature = if has_signature { DESCRIPTOR.len() } else { 0 };
        let size = signature + 4 + 2 * width;
        let Some(descriptor) = bytes.get(signature..size) else {
            continue;
        };
        let mut fields = Fields(descriptor);
        let crc = fields.u32();
        let sizes = [fields.number(width), fields.number(width)];
        if crc == central.crc && sizes == [central.compressed_size, central.size] {
            return Ok((Descriptor::Right, offset + size as u64));
        }
    }
    let size = if is_signed { 16 } else { 12 };
    Ok((Descriptor::Wrong, offset.saturating_add(size)))
}
