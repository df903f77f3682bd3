//! A zip archive written by hand, so that it can lie.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

/// A zip archive in the making; without changes a sound one.
#[derive(Clone, Default)]
pub(crate) struct ZipFile {
    pub(crate) members: Vec<ZipFileMember>,
    /// Bytes behind the first member.
    pub(crate) between: Vec<u8>,
    /// Bytes behind the directory.
    pub(crate) behind_directory: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    /// How many members the end says that there are more than there are.
    pub(crate) more_members: i16,
    /// Whether it has the records for large archives, and what they add to the directory's offset.
    pub(crate) zip64: Option<u64>,
}

#[derive(Clone, Default)]
pub(crate) struct ZipFileMember {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    /// Other than the name, before the data.
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    /// The time before the data; 0 in the directory.
    pub(crate) local_time: u16,
    pub(crate) local_extra: Vec<u8>,
    pub(crate) central_extra: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    /// What is added to the size in both headers.
    pub(crate) more_size: u32,
    /// Sizes and checksum behind the data, and what is added to the size there.
    pub(crate) descriptor: Option<u32>,
}

impl ZipFile {
    /// The members of another zip archive.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let members = (0..archive.len()).map(|number| {
            let mut member = archive.by_index(number).unwrap();
            let mut content = Vec::new();
            member.read_to_end(&mut content).unwrap();
            ZipFileMember {
                name: member.name_raw().to_vec(),
                content,
                ..ZipFileMember::default()
            }
        });
        Self {
            members: members.collect(),
            ..Self::default()
        }
    }

    /// Edits the last member, the info component.
    pub(crate) fn edit(mut self, edit: impl FnOnce(&mut ZipFileMember)) -> Self {
        edit(self.members.last_mut().unwrap());
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut directory = Vec::new();
        for (number, member) in self.members.iter().enumerate() {
            directory.extend(member.central(bytes.len()));
            member.write(&mut bytes);
            if number == 0 {
                bytes.extend(&self.between);
            }
        }
        let (offset, size) = (bytes.len() as u64, directory.len() as u64);
        let count = self.members.len() as u16;
        bytes.extend(directory);
        bytes.extend(&self.behind_directory);
        if let Some(more) = self.zip64 {
            let at = bytes.len() as u64;
            bytes.extend(b"PK\x06\x06");
            bytes.extend(44_u64.to_le_bytes());
            bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for number in [count.into(), count.into(), size, offset + more] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(b"PK\x06\x07\0\0\0\0");
            bytes.extend(at.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
        }
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        let count = count.wrapping_add_signed(self.more_members);
        bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        bytes.extend((size as u32).to_le_bytes());
        bytes.extend((offset as u32).to_le_bytes());
        bytes.extend((self.comment.len() as u16).to_le_bytes());
        bytes.extend(&self.comment);
        bytes
    }
}

impl ZipFileMember {
    fn crc(&self) -> u32 {
        // Bit by bit: the content is small.
        !self.content.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
            })
        })
    }

    fn sizes(&self) -> [u32; 2] {
        let size = self.content.len() as u32;
        [size, size + self.more_size]
    }

    fn flags(&self) -> u16 {
        self.flags | (u16::from(self.descriptor.is_some()) << 3)
    }

    fn shared(&self, time: u16, is_known: bool) -> Vec<u8> {
        let known = u32::from(is_known);
        let [compressed, size] = self.sizes();
        let mut bytes = Vec::new();
        // A date of 1980-01-01.
        for field in [10, self.flags(), self.method, time, 33] {
            bytes.extend(field.to_le_bytes());
        }
        for field in [self.crc(), compressed, size] {
            bytes.extend((field * known).to_le_bytes());
        }
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(self.shared(self.local_time, self.descriptor.is_none()));
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend((self.local_extra.len() as u16).to_le_bytes());
        bytes.extend([&name[..], &self.local_extra, &self.content].concat());
        if let Some(more) = self.descriptor {
            let [compressed, size] = self.sizes();
            bytes.extend(b"PK\x07\x08");
            for field in [self.crc(), compressed, size + more] {
                bytes.extend(field.to_le_bytes());
            }
        }
    }

    fn central(&self, offset: usize) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02\x0a\0".to_vec();
        bytes.extend(self.shared(0, true));
        for field in [self.name.len(), self.central_extra.len(), self.comment.len()] {
            bytes.extend((field as u16).to_le_bytes());
        }
        bytes.extend([0; 8]);
        bytes.extend((offset as u32).to_le_bytes());
        bytes.extend([&self.name[..], &self.central_extra, &self.comment].concat());
        bytes
    }
}
