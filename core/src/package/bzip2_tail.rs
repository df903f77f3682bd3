//! Tells from the last bytes of a bzip2 file whether it is whole.

use std::io::{self, Read, SeekFrom};

use super::Archive;

/// The 48 bits that end a bzip2 stream: the digits of the square root of pi, in binary-coded
/// decimal. The stream's 32-bit checksum follows, and up to 7 bits of padding.
const END_OF_STREAM: u128 = 0x1772_4538_5090;

/// Whether the file ends exactly where a bzip2 stream ends.
pub(crate) fn ends_with_stream_footer(file: &mut dyn Archive) -> io::Result<bool> {
    /// 48 bits of mark, 32 of checksum and 7 of padding fit in 11 bytes; the rest reads as zeros.
    const TAIL: u64 = 16;
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let bits = tail
        .iter()
        .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    Ok((0..8).any(|padding| (bits >> (padding + 32)) & 0xffff_ffff_ffff == END_OF_STREAM))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use bzip2::Compression;
    use bzip2::write::BzEncoder;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn only_whole_streams_end_so(content: Vec<u8>, cut in 1_usize..20) {
            let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&content).unwrap();
            let whole = encoder.finish().unwrap();
            prop_assert!(ends_with_stream_footer(&mut Cursor::new(&whole)).unwrap());
            let cut = whole.len().saturating_sub(cut);
            prop_assert!(!ends_with_stream_footer(&mut Cursor::new(&whole[..cut])).unwrap());
            let followed = [&whole[..], b"junk"].concat();
            prop_assert!(!ends_with_stream_footer(&mut Cursor::new(&followed)).unwrap());
        }
    }
}
