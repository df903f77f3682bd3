//! A file that somebody else reads: a server that gives ranges, or a browser that gives slices.

pub(crate) mod blocks;

use std::io::{self, Read, Seek, SeekFrom};

use self::blocks::Blocks;
pub use self::blocks::Distance;

/// A file of which any range can be had, which can be read and sought like one of this machine.
///
/// Few ranges are asked for: larger and larger ones where it is read on and on, and nothing that is
/// already here.
///
/// ```
/// use std::io::{Read, Seek, SeekFrom};
///
/// use towpath_core::ranged::{Distance, RangedFile};
///
/// let bytes = b"a package";
/// let mut file = RangedFile::new(9, Distance::Near, |start, length| {
///     Ok(bytes[start as usize..][..length as usize].to_vec())
/// });
/// let mut text = String::new();
/// file.seek(SeekFrom::Start(2)).unwrap();
/// file.read_to_string(&mut text).unwrap();
/// assert_eq!(text, "package");
/// ```
#[derive(Debug)]
pub struct RangedFile<F> {
    size: u64,
    read_range: F,
    blocks: Blocks,
    position: u64,
    failure: Option<String>,
}

impl<F: FnMut(u64, u64) -> io::Result<Vec<u8>>> RangedFile<F> {
    /// A file of `size` bytes, of which `read_range` gives so many from a place on, all within it.
    pub fn new(size: u64, distance: Distance, read_range: F) -> Self {
        Self {
            size,
            read_range,
            blocks: Blocks::at_distance(distance),
            position: 0,
            failure: None,
        }
    }

    /// The same file, whose last bytes are already here.
    #[must_use]
    pub fn with_end(self, end: Vec<u8>) -> Self {
        let start = self.size.saturating_sub(end.len() as u64);
        Self {
            blocks: self.blocks.with_end(start, end),
            ..self
        }
    }

    fn fetch(&mut self) -> io::Result<()> {
        let length = self.blocks.wanted(self.position, self.size);
        let bytes = (self.read_range)(self.position, length)?;
        if bytes.len() as u64 != length {
            return Err(io::Error::other(format!(
                "there came {} bytes at {} of the file, not {length}: it changed while it was read",
                bytes.len(),
                self.position
            )));
        }
        self.blocks.keep(self.position, bytes);
        Ok(())
    }
}

impl<F: FnMut(u64, u64) -> io::Result<Vec<u8>>> Read for RangedFile<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        if self.blocks.at(self.position).is_none() {
            // What failed once is not asked for again, whoever looks at another place for a reason.
            if self.failure.is_none() {
                self.failure = self.fetch().err().map(|error| error.to_string());
            }
            if let Some(failure) = &self.failure {
                return Err(io::Error::other(failure.clone()));
            }
        }
        let count = self.blocks.at(self.position).unwrap_or_default().read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl<F: FnMut(u64, u64) -> io::Result<Vec<u8>>> Seek for RangedFile<F> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.position = sought(position, self.position, self.size)?;
        Ok(self.position)
    }
}

/// The place from the start that is sought in a file of this size.
pub(crate) fn sought(position: SeekFrom, current: u64, size: u64) -> io::Result<u64> {
    let place = match position {
        SeekFrom::Start(place) => Some(place),
        SeekFrom::End(offset) => size.checked_add_signed(offset),
        SeekFrom::Current(offset) => current.checked_add_signed(offset),
    };
    let before = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "a place before the start of the file",
        )
    };
    place.ok_or_else(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_is_in_few_ranges() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| (number / 7) as u8).collect();
        let mut asked = 0;
        let mut file = RangedFile::new(bytes.len() as u64, Distance::Near, |start, length| {
            asked += 1;
            Ok(bytes[start as usize..][..length as usize].to_vec())
        });
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert!(read == bytes);
        assert_eq!(file.seek(SeekFrom::End(-5)).unwrap(), 2_999_995);
        read.clear();
        file.read_to_end(&mut read).unwrap();
        assert!(read == bytes[2_999_995..]);
        assert!(file.seek(SeekFrom::Current(-3_000_001)).is_err());
        assert!(asked < 10, "{asked} ranges");
    }

    #[test]
    fn what_is_here_already_is_not_asked_for() {
        let mut asked = Vec::new();
        let mut file = RangedFile::new(1000, Distance::Far, |start, length| {
            asked.push((start, length));
            Ok(vec![1; length as usize])
        })
        .with_end(vec![2; 100]);
        let mut read = Vec::new();
        file.seek(SeekFrom::Start(850)).unwrap();
        file.read_to_end(&mut read).unwrap();
        assert_eq!(read, [[1; 50].as_slice(), &[2; 100]].concat());
        assert_eq!(asked, [(850, 50)]);
    }

    #[test]
    fn a_file_that_changes_or_cannot_be_read_is_told_and_not_asked_again() {
        let mut asked = 0;
        let mut file = RangedFile::new(100, Distance::Far, |_, _| {
            asked += 1;
            Ok(vec![0; 3])
        });
        for _ in 0..2 {
            let error = file.read(&mut [0; 4]).unwrap_err();
            assert_eq!(
                error.to_string(),
                "there came 3 bytes at 0 of the file, not 100: it changed while it was read"
            );
        }
        assert_eq!(asked, 1);
    }
}
