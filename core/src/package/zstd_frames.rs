//! Decompresses zstd: in C natively, in Rust where there is no C; the same behaviour above both.
//!
//! A component may be made of several frames (CEP 35 does not forbid it, and readers accept it).
//! What follows the last frame and is no frame is never looked at.

use std::io::{self, BufReader, Read};

use super::Limits;

#[cfg(feature = "native")]
type FrameDecoder<R> = zstd::stream::read::Decoder<'static, BufReader<R>>;
#[cfg(not(feature = "native"))]
type FrameDecoder<R> = pure_rust::Frames<BufReader<R>>;

/// What the C library says of a frame whose content is not what its checksum was made of.
const WRONG_CHECKSUM: &str = "Restored data doesn't match checksum";

/// Whether decompressing failed because a frame's content is not what its checksum was made of.
pub(crate) fn is_wrong_checksum(error: &io::Error) -> bool {
    error.to_string() == WRONG_CHECKSUM
}

/// The decompressed bytes of a run of zstd frames.
pub(crate) struct ZstdFrames<'a>(FrameDecoder<&'a mut dyn Read>);

impl<'a> ZstdFrames<'a> {
    /// Starts to decompress `compressed`, refusing windows beyond `limits`.
    pub(crate) fn new(compressed: &'a mut dyn Read, limits: &Limits) -> io::Result<Self> {
        let compressed = BufReader::with_capacity(64 << 10, compressed);
        #[cfg(feature = "native")]
        let decoder = {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(compressed)?;
            decoder.window_log_max(limits.zstd_window_log)?;
            decoder
        };
        #[cfg(not(feature = "native"))]
        let decoder = pure_rust::Frames::new(compressed, limits.zstd_window_log);
        Ok(Self(decoder))
    }

    /// The reader of compressed bytes, with what was read ahead of the frames dropped.
    pub(crate) fn into_compressed(self) -> &'a mut dyn Read {
        #[cfg(feature = "native")]
        let reader = self.0.finish();
        #[cfg(not(feature = "native"))]
        let reader = self.0.into_inner();
        reader.into_inner()
    }
}

impl Read for ZstdFrames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

#[cfg(any(test, not(feature = "native")))]
mod pure_rust {
    use std::io::{self, BufRead, Read};

    use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
    use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

    /// Frame after frame, through `ruzstd`, whose own reader stops after the first and does not
    /// compare checksums.
    pub(crate) struct Frames<R> {
        compressed: R,
        decoder: FrameDecoder,
        in_frame: bool,
    }

    impl<R: BufRead> Frames<R> {
        pub(crate) fn new(compressed: R, window_log: u32) -> Self {
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(1 << window_log);
            Self {
                compressed,
                decoder,
                in_frame: false,
            }
        }

        #[cfg(not(feature = "native"))]
        pub(crate) fn into_inner(self) -> R {
            self.compressed
        }

        /// Begins the next frame; false at the end of the bytes.
        fn begin_frame(&mut self) -> io::Result<bool> {
            while !self.compressed.fill_buf()?.is_empty() {
                match self.decoder.reset(&mut self.compressed) {
                    Ok(()) => {
                        self.in_frame = true;
                        return Ok(true);
                    }
                    Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                        length,
                        ..
                    })) => {
                        io::copy(&mut self.compressed.by_ref().take(length.into()), &mut io::sink())?;
                    }
                    Err(error) => return Err(io::Error::other(error.to_string())),
                }
            }
            Ok(false)
        }

        fn expect_checksum(&self) -> io::Result<()> {
            match (
                self.decoder.get_checksum_from_data(),
                self.decoder.get_calculated_checksum(),
            ) {
                (Some(stored), Some(calculated)) if stored != calculated => {
                    Err(io::Error::other(super::WRONG_CHECKSUM))
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
                        .map_err(|error| io::Error::other(error.to_string()))?;
                }
                let count = self.decoder.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.expect_checksum()?;
                self.in_frame = false;
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests {
    use super::*;

    fn frame(bytes: &[u8], with_checksum: bool) -> Vec<u8> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(with_checksum).unwrap();
        io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What both decoders make of the bytes.
    fn both(compressed: &[u8]) -> [io::Result<Vec<u8>>; 2] {
        let read = |reader: &mut dyn Read| {
            let mut out = Vec::new();
            reader.read_to_end(&mut out).map(|_| out)
        };
        [
            ZstdFrames::new(&mut &*compressed, &Limits::default()).and_then(|mut frames| read(&mut frames)),
            read(&mut pure_rust::Frames::new(compressed, 27)),
        ]
    }

    #[test]
    fn frames_follow_each_other_in_both_decoders() {
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let text = b"channel ".repeat(100_000);
        let compressed = [
            &frame(&text, true)[..],
            &skippable,
            &frame(b"tail", false),
            &frame(b"", false),
        ]
        .concat();
        for result in both(&compressed) {
            assert!(result.unwrap() == [&text[..], b"tail"].concat());
        }
    }

    #[test]
    fn a_wrong_checksum_is_told_from_other_damage_in_both_decoders() {
        let mut compressed = frame(b"channel", true);
        for result in both(&compressed[..compressed.len() - 1]) {
            assert!(!is_wrong_checksum(&result.unwrap_err()));
        }
        *compressed.last_mut().unwrap() ^= 1;
        for result in both(&compressed) {
            assert!(is_wrong_checksum(&result.unwrap_err()));
        }
    }

    #[test]
    fn damage_is_an_error_in_both_decoders() {
        let good = frame(&b"channel ".repeat(1000), true);
        let truncated = &good[..good.len() / 2];
        let mut wrong_checksum = good.clone();
        *wrong_checksum.last_mut().unwrap() ^= 1;
        // A frame header that asks for a window of 256 MiB: one more than is allowed.
        let large_window = [0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3, 1, 0, 0];
        for compressed in [truncated, &wrong_checksum, &large_window, b"no zstd at all"] {
            for result in both(compressed) {
                assert!(result.is_err());
            }
        }
    }
}
