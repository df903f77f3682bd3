//! A zstd frame: made by the C library, or where there is no C in Rust. Decompressed they are the
//! same, and their headers say the same.

use std::io::{self, Write};

/// How a frame is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ZstdFrame {
    /// The level of the C library; in Rust there is but one.
    #[cfg_attr(not(feature = "native"), expect(dead_code, reason = "for the C library"))]
    pub(crate) level: i32,
    /// The size of the content, if the header declares it.
    pub(crate) size: Option<u64>,
    /// The window is two to the power of this; if none is given, what the level has.
    pub(crate) window_log: Option<u32>,
    /// Whether the frame ends with a checksum of its content.
    pub(crate) checksum: bool,
}

impl ZstdFrame {
    /// Returns the frame of what `write` writes.
    #[cfg(feature = "native")]
    pub(crate) fn of(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
        let compress = || {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), self.level)?;
            encoder.set_pledged_src_size(self.size)?;
            if let Some(log) = self.window_log {
                encoder.window_log(log)?;
            }
            encoder.include_checksum(self.checksum)?;
            write(&mut encoder)?;
            encoder.finish()
        };
        compress().unwrap_or_else(|error: io::Error| panic!("zstd: {error}"))
    }

    /// Returns the frame of what `write` writes.
    #[cfg(not(feature = "native"))]
    pub(crate) fn of(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
        let mut content = Vec::new();
        write(&mut content).expect("writing to memory does not fail");
        self.in_rust(&content)
    }

    /// `ruzstd` decides alone what its header says: its blocks and its checksum between ours.
    #[cfg(any(test, not(feature = "native")))]
    fn in_rust(self, content: &[u8]) -> Vec<u8> {
        use ruzstd::encoding::{CompressionLevel, compress_to_vec};

        const CHECKSUM: usize = 4;
        // Magic number, descriptor, window.
        const HEADER: usize = 6;

        let made = compress_to_vec(content, CompressionLevel::Fastest);
        let end = if self.checksum {
            made.len()
        } else {
            made.len() - CHECKSUM
        };
        let mut frame = self.header();
        frame.extend_from_slice(&made[HEADER..end]);
        frame
    }

    /// A frame's header (RFC 8878, 3.1.1.1), as the C library writes it.
    #[cfg(any(test, not(feature = "native")))]
    fn header(self) -> Vec<u8> {
        const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
        const DEFAULT_WINDOW_LOG: u32 = 21;

        let log = self.window_log.unwrap_or(DEFAULT_WINDOW_LOG);
        // Content that fits into its window needs no other one.
        let single_segment = self.size.is_some_and(|size| size <= 1 << log);
        let (size_flag, size) = match self.size {
            Some(size @ ..256) if single_segment => (0, vec![size as u8]),
            Some(size @ 256..65792) => (1, ((size - 256) as u16).to_le_bytes().to_vec()),
            Some(size) if size <= u64::from(u32::MAX) => (2, (size as u32).to_le_bytes().to_vec()),
            Some(size) => (3, size.to_le_bytes().to_vec()),
            None => (0, Vec::new()),
        };
        let mut header = MAGIC.to_vec();
        header.push(size_flag << 6 | u8::from(single_segment) << 5 | u8::from(self.checksum) << 2);
        if !single_segment {
            header.push(((log - 10) << 3) as u8);
        }
        header.extend(size);
        header
    }
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::random::noise;

    #[rstest]
    fn both_libraries_make_the_same_frame(
        #[values(Vec::new(), b"lock".to_vec(), noise(255), noise(256), vec![7; 70_000], noise(3 << 20), vec![0; 3 << 20])]
        content: Vec<u8>,
        #[values(false, true)] declared: bool,
        #[values(None, Some(18), Some(27))] window_log: Option<u32>,
        #[values(false, true)] checksum: bool,
    ) {
        // That there is nothing the C library always declares.
        let declared = declared || content.is_empty();
        let frame = ZstdFrame {
            level: 3,
            size: declared.then_some(content.len() as u64),
            window_log,
            checksum,
        };
        let in_rust = frame.in_rust(&content);
        assert!(zstd::decode_all(&*in_rust).unwrap() == content);
        let in_c = frame.of(|out| out.write_all(&content));
        let header = frame.header();
        assert_eq!(in_c[..header.len()], header);
        let end = |frame: &[u8]| frame[frame.len() - 4..].to_vec();
        assert!(!checksum || end(&in_c) == end(&in_rust));
    }
}
