//! Frame after frame, through `ruzstd`, whose own reader stops after the first, compares neither checksums
//! nor sizes, and lets a reserved bit pass.

use std::error::Error;
use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::Refusal;

pub(super) struct Frames<R> {
    compressed: R,
    decoder: Box<FrameDecoder>,
    in_frame: bool,
    /// Bytes that came out of the current frame.
    size: u64,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(compressed: R, window_log: u32) -> Self {
        let mut decoder = Box::new(FrameDecoder::new());
        decoder.set_max_window_size(1 << window_log);
        Self {
            compressed,
            decoder,
            in_frame: false,
            size: 0,
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut R {
        &mut self.compressed
    }

    pub(super) fn into_inner(self) -> R {
        self.compressed
    }

    /// Begins the next frame; false at the end of the bytes.
    fn begin_frame(&mut self) -> io::Result<bool> {
        while !self.compressed.fill_buf()?.is_empty() {
            let mut beginning = Vec::new();
            self.compressed.by_ref().take(5).read_to_end(&mut beginning)?;
            if uses_reserved_bit(&beginning) {
                return Err(Refusal::Damaged.into());
            }
            match self
                .decoder
                .reset(beginning.as_slice().chain(&mut self.compressed))
            {
                Ok(()) => {
                    self.in_frame = true;
                    self.size = 0;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let mut skipped = self.compressed.by_ref().take(length);
                    if io::copy(&mut skipped, &mut io::sink())? < length {
                        return Err(Refusal::Cut.into());
                    }
                }
                Err(error) => return Err(refusal(&error).into()),
            }
        }
        Ok(false)
    }

    fn end_frame(&mut self) -> Result<(), Refusal> {
        self.in_frame = false;
        // 0 also if the frame does not say it.
        let size = self.decoder.content_size();
        if size > 0 && size != self.size {
            return Err(Refusal::Damaged);
        }
        match self.decoder.get_checksum_from_data() {
            Some(stored) if Some(stored) != self.decoder.get_calculated_checksum() => {
                Err(Refusal::WrongChecksum)
            }
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.in_frame && !self.begin_frame()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.compressed, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| refusal(&error))?;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                self.size += count as u64;
                return Ok(count);
            }
            self.end_frame()?;
        }
    }
}

/// Whether the first five bytes are those of a frame which sets the bit that must not be set (RFC 8878,
/// 3.1.1.1.1.4).
fn uses_reserved_bit(beginning: &[u8]) -> bool {
    matches!(beginning, [0x28, 0xb5, 0x2f, 0xfd, descriptor] if descriptor & (1 << 3) != 0)
}

fn refusal(error: &FrameDecoderError) -> Refusal {
    match error {
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_)) => Refusal::NoFrame,
        FrameDecoderError::WindowSizeTooBig { .. } => Refusal::LargeWindow,
        FrameDecoderError::DictNotProvided { .. } => Refusal::Dictionary,
        error if is_cut(error) => Refusal::Cut,
        _ => Refusal::Damaged,
    }
}

/// Whether the bytes ended where more should be.
fn is_cut(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.any(|error| {
        let of_reader = error.downcast_ref::<io::Error>();
        of_reader.is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
    })
}
