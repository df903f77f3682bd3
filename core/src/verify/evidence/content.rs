//! What is seen of a file's content as it passes.

use memchr::memmem::Finder;
use sha2::{Digest as _, Sha256};

/// What build tools write where the prefix of the installation is to stand.
const MARKER: &[u8] = b"_placehold_placehold";
/// Bytes from the start of a file that tell its format.
const HEAD: usize = 4096;

/// What was seen of a file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Whether there is a zero byte in it: text has none.
    pub has_nul: bool,
    /// The format of programs and libraries that it has, if any.
    pub format: Option<BinaryFormat>,
    /// Whether the placeholder that `paths.json` declares for it is in it; `None` if none is declared.
    pub has_placeholder: Option<bool>,
    /// Whether the marker that is usual in placeholders is in it.
    pub has_marker: bool,
}

impl Content {
    /// Its SHA-256, in hexadecimal.
    pub fn sha256_hex(&self) -> String {
        base16ct::lower::encode_string(&self.sha256)
    }
}

/// A format of programs and libraries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BinaryFormat {
    /// Of Linux and other Unix systems, with the machine that it is for (`e_machine`).
    Elf {
        /// `e_machine`.
        machine: u16,
    },
    /// Of macOS, with the processors that it is for (`cputype`).
    MachO {
        /// `cputype` of each part.
        cpus: Vec<u32>,
    },
    /// Of Windows, with the machine that it is for (`Machine` of the COFF header).
    Pe {
        /// `Machine`.
        machine: u16,
        /// Whether it is code for .NET, which runs on every machine that has that.
        is_managed: bool,
    },
}

impl BinaryFormat {
    /// What the first bytes of a file say.
    fn of(head: &[u8]) -> Option<Self> {
        let u16_at = |at: usize, little: bool| {
            let bytes = head.get(at..)?.first_chunk()?;
            Some(if little {
                u16::from_le_bytes(*bytes)
            } else {
                u16::from_be_bytes(*bytes)
            })
        };
        let u32_at = |at: usize, little: bool| {
            let bytes = head.get(at..)?.first_chunk()?;
            Some(if little {
                u32::from_le_bytes(*bytes)
            } else {
                u32::from_be_bytes(*bytes)
            })
        };
        match head {
            // Byte 5 of an ELF file says in which order the bytes of its numbers are.
            [0x7f, b'E', b'L', b'F', _, order, ..] => Some(Self::Elf {
                machine: u16_at(18, *order == 1)?,
            }),
            [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] => Some(Self::MachO {
                cpus: vec![u32_at(4, false)?],
            }),
            [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => Some(Self::MachO {
                cpus: vec![u32_at(4, true)?],
            }),
            // Files for several processors; those of Java begin the same, with a version where
            // the count of processors is, which is never that small.
            [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, count @ 1..=20, ..] => {
                let cpus = (0..usize::from(*count)).map_while(|part| u32_at(8 + 20 * part, false));
                Some(Self::MachO { cpus: cpus.collect() })
            }
            [b'M', b'Z', ..] => {
                let header = usize::try_from(u32_at(0x3c, true)?).ok()?;
                let is_pe = head.get(header..)?.starts_with(b"PE\0\0");
                let machine = is_pe.then(|| u16_at(header + 4, true))??;
                // The optional header says by its first number where its table of directories is;
                // the fifteenth of them is that of .NET.
                let directories = match u16_at(header + 24, true) {
                    Some(0x20b) => header + 24 + 112,
                    _ => header + 24 + 96,
                };
                let is_managed = u32_at(directories + 14 * 8, true).is_some_and(|address| address != 0);
                Some(Self::Pe { machine, is_managed })
            }
            _ => None,
        }
    }
}

/// Looks at content as it passes.
pub(super) struct Observer<'a> {
    digest: Sha256,
    head: Vec<u8>,
    has_nul: bool,
    placeholder: Option<Search<'a>>,
    marker: Search<'a>,
}

impl<'a> Observer<'a> {
    /// Begins with a file for which `paths.json` declares this placeholder.
    pub(super) fn new(placeholder: Option<&'a str>) -> Self {
        Self {
            digest: Sha256::new(),
            head: Vec::new(),
            has_nul: false,
            placeholder: placeholder.map(|placeholder| Search::new(placeholder.as_bytes())),
            marker: Search::new(MARKER),
        }
    }

    pub(super) fn see(&mut self, piece: &[u8]) {
        self.digest.update(piece);
        let missing = HEAD - self.head.len();
        self.head.extend(&piece[..missing.min(piece.len())]);
        self.has_nul = self.has_nul || memchr::memchr(0, piece).is_some();
        if let Some(placeholder) = &mut self.placeholder {
            placeholder.see(piece);
        }
        self.marker.see(piece);
    }

    pub(super) fn finish(self) -> Content {
        Content {
            sha256: self.digest.finalize().into(),
            has_nul: self.has_nul,
            format: BinaryFormat::of(&self.head),
            has_placeholder: self.placeholder.map(|placeholder| placeholder.found),
            has_marker: self.marker.found,
        }
    }
}

/// Looks for some bytes in a stream of pieces.
pub(super) struct Search<'a> {
    finder: Finder<'a>,
    /// The end of what passed, shorter than what is looked for.
    tail: Vec<u8>,
    pub(super) found: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(needle: &'a [u8]) -> Self {
        Self {
            finder: Finder::new(needle),
            tail: Vec::new(),
            found: false,
        }
    }

    pub(super) fn see(&mut self, piece: &[u8]) {
        if self.found {
            return;
        }
        let overlap = self.finder.needle().len().saturating_sub(1);
        if !self.tail.is_empty() {
            self.tail.extend(&piece[..overlap.min(piece.len())]);
            self.found = self.finder.find(&self.tail).is_some();
        }
        self.found = self.found || self.finder.find(piece).is_some();
        if piece.len() >= overlap {
            self.tail.clear();
            self.tail.extend(&piece[piece.len() - overlap..]);
        } else {
            // The piece is at the tail's end already, unless there was no tail.
            if self.tail.is_empty() {
                self.tail.extend(piece);
            }
            let surplus = self.tail.len().saturating_sub(overlap);
            self.tail.drain(..surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_looked_for_is_found_across_pieces(
            text in proptest::collection::vec(0_u8..3, 0..60),
            needle in proptest::collection::vec(0_u8..3, 1..6),
            cuts in proptest::collection::vec(1_usize..7, 1..60),
        ) {
            let mut search = Search::new(&needle);
            let mut rest = &text[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, others) = rest.split_at((*cut).min(rest.len()));
                search.see(piece);
                rest = others;
            }
            let is_there = text.windows(needle.len()).any(|window| window == needle);
            prop_assert_eq!(search.found, is_there);
        }
    }

    #[rstest::rstest]
    #[case(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0", Some(BinaryFormat::Elf { machine: 62 }))]
    #[case(b"\x7fELF\x01\x02\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x14", Some(BinaryFormat::Elf { machine: 20 }))]
    #[case(b"\xcf\xfa\xed\xfe\x07\0\0\x01", Some(BinaryFormat::MachO { cpus: vec![0x0100_0007] }))]
    #[case(b"\xca\xfe\xba\xbe\0\0\0\x34", None)]
    #[case(b"\x7fELF", None)]
    #[case(b"MZ", None)]
    #[case(b"#!/bin/sh", None)]
    fn formats_are_told_by_their_first_bytes(#[case] head: &[u8], #[case] format: Option<BinaryFormat>) {
        assert_eq!(BinaryFormat::of(head), format);
    }

    #[test]
    fn programs_of_windows_say_their_machine_behind_those_of_dos() {
        let mut program = b"MZ".to_vec();
        program.resize(0x3c, 0);
        program.extend([0x80, 0, 0, 0]);
        program.resize(0x80, 0);
        program.extend(b"PE\0\0\x64\x86");
        let format = |is_managed| {
            Some(BinaryFormat::Pe {
                machine: 0x8664,
                is_managed,
            })
        };
        assert_eq!(BinaryFormat::of(&program), format(false));
        program.resize(0x80 + 24, 0);
        program.extend([0x0b, 0x02]);
        program.resize(0x80 + 24 + 112 + 14 * 8, 0);
        assert_eq!(BinaryFormat::of(&program), format(false));
        program.extend([0, 0x20, 0, 0]);
        assert_eq!(BinaryFormat::of(&program), format(true));
    }
}
