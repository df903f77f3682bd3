//! What the info entry of a `.conda` package holds: zstd frames, or something that is none.

use std::io::{self, Write};

use super::{CondaContainer, Cut};
use crate::tarball::Tarball;
use crate::zstd_frame::ZstdFrame;

/// What the info entry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InfoStream {
    /// One zstd frame of the tarball.
    Frame,
    /// The tarball in so many zstd frames, one after another.
    Frames(usize),
    /// One zstd frame of the tarball, then these bytes.
    FrameThen(Vec<u8>),
    /// These bytes, then one zstd frame of the tarball.
    ThenFrame(Vec<u8>),
    /// One zstd frame of the tarball, of which something is missing.
    Cut(Cut),
    /// One zstd frame of these bytes, which are no tarball.
    FrameOf(Vec<u8>),
    /// These bytes, which are no zstd frame.
    Bytes(Vec<u8>),
}

/// What the header of a zstd frame says about sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameSize {
    /// The size of the content.
    Declared,
    /// The window that the compression level has, not the size of the content.
    Streamed,
    /// A window of two to the power of this, not the size of the content.
    StreamedWindowLog(u32),
}

/// The checksum at the end of a zstd frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// None.
    Absent,
    /// Right.
    Right,
    /// Wrong.
    Wrong,
}

impl CondaContainer {
    pub(super) fn info_stream(&self, info: &Tarball) -> Vec<u8> {
        match &self.stream {
            InfoStream::Frame => self.info_frame(info),
            InfoStream::Frames(count) => {
                let bytes = info.bytes();
                bytes
                    .chunks(bytes.len().div_ceil(*count))
                    .flat_map(|chunk| self.frame_of_bytes(chunk))
                    .collect()
            }
            InfoStream::FrameThen(junk) => {
                let mut stream = self.info_frame(info);
                stream.extend_from_slice(junk);
                stream
            }
            InfoStream::ThenFrame(junk) => {
                let mut stream = junk.clone();
                stream.extend(self.info_frame(info));
                stream
            }
            InfoStream::Cut(cut) => {
                let mut stream = self.info_frame(info);
                cut.apply(&mut stream);
                stream
            }
            InfoStream::FrameOf(content) => self.frame_of_bytes(content),
            InfoStream::Bytes(bytes) => bytes.clone(),
        }
    }

    fn info_frame(&self, info: &Tarball) -> Vec<u8> {
        self.frame(info.size(), |mut frame| info.write_to(&mut frame))
    }

    fn frame_of_bytes(&self, content: &[u8]) -> Vec<u8> {
        self.frame(content.len() as u64, |frame| frame.write_all(content))
    }

    fn frame(&self, size: u64, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
        let (size, window_log) = match self.frame {
            FrameSize::Declared => (Some(size), None),
            FrameSize::Streamed => (None, None),
            FrameSize::StreamedWindowLog(log) => (None, Some(log)),
        };
        let frame = ZstdFrame {
            level: self.level,
            size,
            window_log,
            checksum: self.checksum != Checksum::Absent,
        };
        let frame = frame.of(write);
        match self.checksum {
            Checksum::Absent | Checksum::Right => frame,
            Checksum::Wrong => spoil_last_byte(frame),
        }
    }
}

/// Returns a sound zstd frame of `tarball` that declares its size.
pub(super) fn frame_of(tarball: &Tarball, level: i32) -> Vec<u8> {
    let frame = ZstdFrame {
        level,
        size: Some(tarball.size()),
        window_log: None,
        checksum: false,
    };
    frame.of(|mut out| tarball.write_to(&mut out))
}

fn spoil_last_byte(mut frame: Vec<u8>) -> Vec<u8> {
    if let Some(last) = frame.last_mut() {
        *last ^= 0xff;
    }
    frame
}
