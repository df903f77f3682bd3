//! What zstd frames say of themselves, told from their headers as the compressed bytes pass.
//!
//! The format is that of RFC 8878. Blocks are stepped over, not decompressed.

/// What the frames of a compressed stream say of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zstd {
    /// How many frames there are that hold content.
    pub frames: u64,
    /// How many of them have a checksum.
    pub with_checksum: u64,
    /// How many frames there are that are skipped when decompressing.
    pub skippable: u64,
    /// The largest window that a frame asks the decompressor to keep, in bytes.
    pub window: u64,
    /// The dictionary that a frame asks for, if any.
    pub dictionary: Option<u32>,
    /// Where the first frame is that has bits set which must not be, or a block of a kind that
    /// there is not.
    pub reserved: Option<u64>,
    /// Where bytes begin that are no frame, though one should begin there.
    pub no_frame: Option<u64>,
    /// Whether the stream ends within a frame.
    pub is_cut: bool,
}

impl Zstd {
    /// Whether it is something that decompressors refuse, or make nothing of.
    pub(in crate::verify) fn is_refused(&self) -> bool {
        self.dictionary.is_some() || self.reserved.is_some() || self.no_frame == Some(0)
    }
}

/// Reads the headers of frames and blocks as the bytes pass.
#[derive(Debug)]
pub(super) struct ZstdScan {
    seen: Zstd,
    /// What is to be read next.
    next: Part,
    /// Its bytes, as far as they passed.
    part: Vec<u8>,
    /// How many bytes it has.
    wanted: usize,
    /// How many bytes are to be stepped over before that.
    skip: u64,
    /// How many bytes passed.
    offset: u64,
    /// Where the current frame begins.
    frame: u64,
    has_checksum: bool,
}

/// A part of a frame that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Magic,
    SkippableSize,
    /// The byte that says what the header has.
    Descriptor,
    /// What it says.
    Header(Header),
    Block,
    /// Nothing any more: no frame begins where one should.
    Nothing,
}

/// What the header of a frame has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    window: usize,
    dictionary: usize,
    content_size: usize,
}

impl ZstdScan {
    pub(super) fn new() -> Self {
        Self {
            seen: Zstd::default(),
            next: Part::Magic,
            part: Vec::new(),
            wanted: 4,
            skip: 0,
            offset: 0,
            frame: 0,
            has_checksum: false,
        }
    }

    /// Takes the next bytes of the stream.
    pub(super) fn see(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.next != Part::Nothing {
            if self.skip > 0 {
                let step = usize::try_from(self.skip).map_or(bytes.len(), |skip| skip.min(bytes.len()));
                self.skip -= step as u64;
                self.offset += step as u64;
                bytes = &bytes[step..];
                continue;
            }
            if self.next == Part::Magic && self.part.is_empty() {
                self.frame = self.offset;
            }
            let step = (self.wanted - self.part.len()).min(bytes.len());
            self.part.extend(&bytes[..step]);
            self.offset += step as u64;
            bytes = &bytes[step..];
            if self.part.len() == self.wanted {
                let part = std::mem::take(&mut self.part);
                self.take(&part);
            }
        }
    }

    /// What was seen, at the end of the stream.
    pub(super) fn finish(mut self) -> Zstd {
        match self.next {
            Part::Magic if self.skip > 0 => self.seen.is_cut = true,
            Part::Magic if self.part.is_empty() => {}
            Part::Magic => self.seen.no_frame = Some(self.frame),
            Part::Nothing => {}
            Part::SkippableSize | Part::Descriptor | Part::Header(_) | Part::Block => {
                self.seen.is_cut = true;
            }
        }
        self.seen
    }

    fn expect(&mut self, next: Part, wanted: usize) {
        self.next = next;
        self.wanted = wanted;
    }

    fn take(&mut self, part: &[u8]) {
        match self.next {
            Part::Magic => match number(part) {
                0xfd2f_b528 => {
                    self.seen.frames += 1;
                    self.expect(Part::Descriptor, 1);
                }
                0x184d_2a50..=0x184d_2a5f => {
                    self.seen.skippable += 1;
                    self.expect(Part::SkippableSize, 4);
                }
                _ => {
                    self.seen.no_frame = Some(self.frame);
                    self.next = Part::Nothing;
                }
            },
            Part::SkippableSize => {
                self.skip = number(part);
                self.expect(Part::Magic, 4);
            }
            Part::Descriptor => self.take_descriptor(part[0]),
            Part::Header(header) => {
                self.take_header(header, part);
                self.expect(Part::Block, 3);
            }
            Part::Block => self.take_block(number(part)),
            Part::Nothing => {}
        }
    }

    fn take_descriptor(&mut self, descriptor: u8) {
        const RESERVED: u8 = 1 << 3;
        let is_single_segment = descriptor & (1 << 5) != 0;
        self.has_checksum = descriptor & (1 << 2) != 0;
        self.seen.with_checksum += u64::from(self.has_checksum);
        if descriptor & RESERVED != 0 {
            self.seen.reserved.get_or_insert(self.frame);
        }
        let header = Header {
            window: usize::from(!is_single_segment),
            dictionary: [0, 1, 2, 4][usize::from(descriptor & 3)],
            content_size: match descriptor >> 6 {
                0 => usize::from(is_single_segment),
                bits => 1 << bits,
            },
        };
        // Without a window there is the content's size: something is there.
        let wanted = header.window + header.dictionary + header.content_size;
        self.expect(Part::Header(header), wanted);
    }

    fn take_header(&mut self, header: Header, part: &[u8]) {
        let (window, rest) = part.split_at(header.window);
        let (dictionary, content_size) = rest.split_at(header.dictionary);
        let window = match window {
            [window] => {
                let base = 1_u64 << (10 + (window >> 3));
                base + base / 8 * u64::from(window & 7)
            }
            _ if header.content_size == 2 => number(content_size) + 256,
            _ => number(content_size),
        };
        self.seen.window = self.seen.window.max(window);
        if number(dictionary) != 0 {
            // Four bytes at most.
            self.seen.dictionary.get_or_insert(number(dictionary) as u32);
        }
    }

    fn take_block(&mut self, header: u64) {
        const RUN: u64 = 1;
        const RESERVED: u64 = 3;
        let is_last = header & 1 != 0;
        let kind = (header >> 1) & 3;
        if kind == RESERVED {
            self.seen.reserved.get_or_insert(self.frame);
        }
        self.skip = if kind == RUN { 1 } else { header >> 3 };
        if is_last {
            self.skip += if self.has_checksum { 4 } else { 0 };
            self.expect(Part::Magic, 4);
        } else {
            self.expect(Part::Block, 3);
        }
    }
}

fn number(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scanned(stream: &[u8], piece: usize) -> Zstd {
        let mut scan = ZstdScan::new();
        stream.chunks(piece).for_each(|piece| scan.see(piece));
        scan.finish()
    }

    /// A frame with a raw block of these bytes.
    fn frame(header: &[u8], content: &[u8]) -> Vec<u8> {
        let block = ((content.len() as u32) << 3 | 1).to_le_bytes();
        [b"\x28\xb5\x2f\xfd", header, &block[..3], content].concat()
    }

    #[rstest::rstest]
    // A window of 128 MiB, no content size.
    #[case(&[0, 17 << 3], 1 << 27)]
    // The same and an eighth.
    #[case(&[0, 17 << 3 | 1], (1 << 27) + (1 << 24))]
    // One segment: the window is the content's size of 1, 2 (and 256), 4, 8 bytes.
    #[case(&[1 << 5, 9], 9)]
    #[case(&[1 << 5 | 1 << 6, 9, 1], 256 + 9 + 256)]
    #[case(&[1 << 5 | 2 << 6, 9, 0, 0, 1], 9 + (1 << 24))]
    #[case(&[1 << 5 | 3 << 6, 9, 0, 0, 0, 0, 0, 0, 1], 9 + (1 << 56))]
    fn windows_are_said_or_are_the_content(#[case] header: &[u8], #[case] window: u64) {
        let expected = Zstd {
            frames: 1,
            window,
            ..Zstd::default()
        };
        assert_eq!(scanned(&frame(header, b"some content"), 100), expected);
    }

    #[test]
    fn what_must_not_be_is_told() {
        let with_dictionary = frame(&[2, 0, 7, 1], b"");
        assert_eq!(scanned(&with_dictionary, 9).dictionary, Some(0x107));
        let plain = frame(&[0, 0], b"ab");
        let reserved = frame(&[1 << 3, 0], b"");
        let two = [&plain[..], &reserved].concat();
        assert_eq!(scanned(&two, 9).reserved, Some(plain.len() as u64));
        let mut kind = frame(&[0, 0], b"");
        kind[6] |= 3 << 1;
        assert_eq!(scanned(&kind, 9).reserved, Some(0));
        let followed = [&plain[..], b"no frame"].concat();
        assert_eq!(scanned(&followed, 9).no_frame, Some(plain.len() as u64));
        let shortly = [&plain[..], b"no"].concat();
        assert_eq!(scanned(&shortly, 9).no_frame, Some(plain.len() as u64));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference_and_cuts_are_told(
            contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 1..4),
            piece in 1_usize..30,
            cut in any::<prop::sample::Index>(),
        ) {
            let frames: Vec<Vec<u8>> = contents
                .iter()
                .map(|content| [frame(&[1 << 2, 0], content), vec![1, 2, 3, 4]].concat())
                .chain([b"\x5a\x2a\x4d\x18\x02\0\0\0ab".to_vec()])
                .collect();
            let stream = frames.concat();
            let seen = scanned(&stream, piece);
            let expected = Zstd {
                frames: contents.len() as u64,
                with_checksum: contents.len() as u64,
                skippable: 1,
                window: 1024,
                ..Zstd::default()
            };
            prop_assert_eq!(&seen, &expected);
            let cut = cut.index(stream.len());
            let seen = scanned(&stream[..cut], piece);
            let ends: Vec<usize> = frames.iter().scan(0, |end, frame| {
                *end += frame.len();
                Some(*end)
            }).collect();
            let is_whole = cut == 0 || ends.contains(&cut);
            prop_assert_eq!(seen.is_cut || seen.no_frame.is_some(), !is_whole);
        }

        #[test]
        fn nothing_makes_it_stumble(stream: Vec<u8>, piece in 1_usize..30) {
            let headed = [b"\x28\xb5\x2f\xfd", &stream[..]].concat();
            prop_assert_eq!(scanned(&headed, piece), scanned(&headed, headed.len()));
        }
    }
}
