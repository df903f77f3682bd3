//! Decompresses zstd: in C natively, in Rust where there is no C; the same behaviour above both.
//!
//! A component may be made of several frames (CEP 35 does not forbid it, and readers accept it).
//! What follows the last frame and is no frame is never looked at.
//!
//! Sound frames are the same bytes in both. Of damaged ones they make what they like: the C library
//! decodes on over much that `ruzstd` refuses, which holds back the last bytes before what it refuses.
//! Who wants to say the same of them everywhere asks for [`Decoder::PureRust`].

mod pure_rust;

use std::io::{self, BufReader, Read};

use thiserror::Error;

use super::Limits;

/// What decompresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// The zstd library, which takes a fraction of the time.
    #[cfg(feature = "native")]
    InC,
    /// `ruzstd`, which is everywhere.
    PureRust,
}

impl Decoder {
    #[cfg(feature = "native")]
    pub(crate) const FASTEST: Self = Self::InC;
    #[cfg(not(feature = "native"))]
    pub(crate) const FASTEST: Self = Self::PureRust;
}

/// Why frames cannot be decompressed, in the same words whatever decompresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum Refusal {
    #[error("what should be a zstd frame is none")]
    NoFrame,
    #[error("it ends in the middle of a zstd frame")]
    Cut,
    #[error("it asks for a larger window than is allowed")]
    LargeWindow,
    #[error("it needs a dictionary")]
    Dictionary,
    #[error("its content is not what the checksum of its zstd frame was made of")]
    WrongChecksum,
    #[error("the zstd stream is damaged")]
    Damaged,
}

impl Refusal {
    /// What the C library meant: it tells by the names of its errors.
    #[cfg(feature = "native")]
    fn in_c(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Cut;
        }
        match error.to_string().as_str() {
            "Unknown frame descriptor" => Self::NoFrame,
            "Frame requires too much memory for decoding" => Self::LargeWindow,
            "Dictionary mismatch" => Self::Dictionary,
            "Restored data doesn't match checksum" => Self::WrongChecksum,
            _ => Self::Damaged,
        }
    }
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::Cut => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, refusal)
    }
}

/// Whether decompressing failed because a frame's content is not what its checksum was made of.
pub(crate) fn is_wrong_checksum(error: &io::Error) -> bool {
    let refusal = error.get_ref().and_then(|inner| inner.downcast_ref());
    refusal == Some(&Refusal::WrongChecksum)
}

/// The decompressed bytes of a run of zstd frames.
pub(crate) struct ZstdFrames<'a>(Frames<'a>);

enum Frames<'a> {
    #[cfg(feature = "native")]
    InC(zstd::stream::read::Decoder<'static, BufReader<Compressed<'a>>>),
    PureRust(pure_rust::Frames<BufReader<Compressed<'a>>>),
}

impl<'a> ZstdFrames<'a> {
    /// Starts to decompress `compressed`, refusing windows beyond `limits`.
    pub(crate) fn new(compressed: &'a mut dyn Read, limits: &Limits) -> io::Result<Self> {
        Self::by(Decoder::FASTEST, compressed, limits)
    }

    /// The same, by this decoder.
    pub(crate) fn by(decoder: Decoder, compressed: &'a mut dyn Read, limits: &Limits) -> io::Result<Self> {
        let compressed = Compressed {
            inner: compressed,
            failure: None,
        };
        let compressed = BufReader::with_capacity(64 << 10, compressed);
        Ok(Self(match decoder {
            #[cfg(feature = "native")]
            Decoder::InC => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(compressed)?;
                decoder.window_log_max(limits.zstd_window_log)?;
                Frames::InC(decoder)
            }
            Decoder::PureRust => Frames::PureRust(pure_rust::Frames::new(compressed, limits.zstd_window_log)),
        }))
    }

    /// The reader of compressed bytes, with what was read ahead of the frames dropped.
    pub(crate) fn into_compressed(self) -> &'a mut dyn Read {
        let reader = match self.0 {
            #[cfg(feature = "native")]
            Frames::InC(decoder) => decoder.finish(),
            Frames::PureRust(frames) => frames.into_inner(),
        };
        reader.into_inner().inner
    }
}

impl Read for ZstdFrames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            #[cfg(feature = "native")]
            Frames::InC(decoder) => decoder.read(buffer).map_err(|error| {
                let failure = decoder.get_mut().get_mut().failure_behind(&error);
                failure.unwrap_or_else(|| Refusal::in_c(&error).into())
            }),
            Frames::PureRust(frames) => frames.read(buffer).map_err(|error| {
                let failure = frames.get_mut().get_mut().failure_behind(&error);
                failure.unwrap_or(error)
            }),
        }
    }
}

/// The compressed bytes. Why they cannot be read is kept for who reads the decompressed ones: decoders
/// make something else of it.
struct Compressed<'a> {
    inner: &'a mut dyn Read,
    failure: Option<io::Error>,
}

impl Compressed<'_> {
    /// Why the compressed bytes cannot be read, if that is why decompressing failed.
    fn failure_behind(&mut self, error: &io::Error) -> Option<io::Error> {
        match error.kind() {
            kind @ io::ErrorKind::Interrupted => Some(kind.into()),
            _ => self.failure.take(),
        }
    }
}

impl Read for Compressed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failure = Some(error);
            }
            kind.into()
        })
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
        [Decoder::InC, Decoder::PureRust].map(|decoder| {
            let mut out = Vec::new();
            ZstdFrames::by(decoder, &mut &*compressed, &Limits::default())?
                .read_to_end(&mut out)
                .map(|_| out)
        })
    }

    /// Why both decoders refuse the bytes, which is the same.
    fn refusal(compressed: &[u8]) -> Refusal {
        let [in_c, pure] = both(compressed).map(|result| result.unwrap_err().downcast::<Refusal>().unwrap());
        assert_eq!(in_c, pure);
        pure
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
    fn whatever_is_cut_ends_within_a_frame_in_both_decoders() {
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let text: Vec<u8> = (0..3000_u32)
            .flat_map(|number| (number * number).to_le_bytes())
            .collect();
        let first = frame(&text, true);
        let compressed = [&first[..], &skippable].concat();
        for length in (1..compressed.len()).filter(|length| *length != first.len()) {
            assert_eq!(refusal(&compressed[..length]), Refusal::Cut, "{length} bytes");
        }
    }

    #[test]
    fn both_decoders_refuse_in_the_same_words() {
        let good = frame(&b"channel ".repeat(1000), true);
        let mut wrong_checksum = good.clone();
        *wrong_checksum.last_mut().unwrap() ^= 1;
        assert_eq!(refusal(&wrong_checksum), Refusal::WrongChecksum);
        // A frame header that asks for a window of 256 MiB: one more than is allowed.
        let large_window = [0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3, 1, 0, 0];
        assert_eq!(refusal(&large_window), Refusal::LargeWindow);
        let with_dictionary = [0x28, 0xb5, 0x2f, 0xfd, 1, 0, 7, 1, 0, 0];
        assert_eq!(refusal(&with_dictionary), Refusal::Dictionary);
        // A block of the kind that there is not.
        let reserved = [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 7, 0, 0];
        assert_eq!(refusal(&reserved), Refusal::Damaged);
        let mut reserved_bit = good.clone();
        reserved_bit[4] |= 1 << 3;
        assert_eq!(refusal(&reserved_bit), Refusal::Damaged);
        assert_eq!(refusal(b"no zstd at all"), Refusal::NoFrame);
        assert_eq!(refusal(&[&good[..], b"no zstd"].concat()), Refusal::NoFrame);
    }

    /// A frame of one segment that holds another number of bytes than it says.
    #[test]
    fn both_decoders_hold_a_frame_to_its_size() {
        let frame = |size: u8| {
            [
                &[0x28, 0xb5, 0x2f, 0xfd, 1 << 5, size, 4 << 3 | 1, 0, 0][..],
                b"lock",
            ]
            .concat()
        };
        for result in both(&frame(4)) {
            assert_eq!(result.unwrap(), b"lock");
        }
        assert_eq!(refusal(&frame(3)), Refusal::Damaged);
        assert_eq!(refusal(&frame(5)), Refusal::Damaged);
    }

    #[test]
    fn why_the_compressed_bytes_cannot_be_read_is_told_by_both_decoders() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the lock gate is stuck",
                ))
            }
        }
        let good = frame(b"channel", true);
        for decoder in [Decoder::InC, Decoder::PureRust] {
            for length in [0, 3, good.len() - 1, good.len()] {
                let mut compressed = good[..length].chain(Broken);
                let mut frames = ZstdFrames::by(decoder, &mut compressed, &Limits::default()).unwrap();
                let error = io::copy(&mut frames, &mut io::sink()).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                assert_eq!(error.to_string(), "the lock gate is stuck");
            }
        }
    }
}
