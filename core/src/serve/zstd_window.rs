//! How much memory a browser needs to decompress a file of zstd.
//!
//! Levels from 20 on have windows that browsers refuse: as a content coding, zstd is limited to 8 MiB
//! (RFC 9659). As a file of its own, conda reads it all the same.

/// The largest window that every client with `Accept-Encoding: zstd` takes.
const MAX_WINDOW: u64 = 8 << 20;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// How many bytes the header of a frame has at most (RFC 8878, section 3.1.1.1).
pub(super) const FRAME_HEADER: usize = 18;

/// Whether the file that begins so can be sent as a content coding.
pub(super) fn suits_browsers(beginning: &[u8]) -> bool {
    window(beginning).is_some_and(|window| window <= MAX_WINDOW)
}

/// The window of the first frame; none if the file does not begin with one.
fn window(beginning: &[u8]) -> Option<u64> {
    let (descriptor, rest) = beginning.strip_prefix(&MAGIC)?.split_first()?;
    let is_single_segment = descriptor & 0b10_0000 != 0;
    if !is_single_segment {
        let window = rest.first()?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 0b111));
    }
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 0b11)];
    let (length, offset) = [(1, 0), (2, 256), (4, 0), (8, 0)][usize::from(descriptor >> 6)];
    let size = rest.get(dictionary..dictionary + length)?;
    let mut bytes = [0; 8];
    bytes[..length].copy_from_slice(size);
    u64::from_le_bytes(bytes).checked_add(offset)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn frame(rest: &[u8]) -> Vec<u8> {
        [&MAGIC[..], rest].concat()
    }

    #[rstest]
    #[case(&[0b0000_0000, 13 << 3], 8 << 20)]
    #[case(&[0b0000_0000, 0], 1 << 10)]
    #[case(&[0b0000_0000, 12 << 3 | 1], (4 << 20) + (4 << 20) / 8)]
    #[case(&[0b0010_0000, 255], 255)]
    #[case(&[0b0110_0000, 1, 0], 257)]
    #[case(&[0b1010_0000, 0, 0, 128, 0], 8 << 20)]
    #[case(&[0b1110_0000, 0, 0, 128, 0, 0, 0, 0, 0], 8 << 20)]
    #[case(&[0b1010_0001, 7, 1, 0, 0, 0], 1)]
    fn small_windows_suit_browsers(#[case] header: &[u8], #[case] size: u64) {
        assert_eq!(window(&frame(header)), Some(size));
        assert!(suits_browsers(&frame(header)));
    }

    #[rstest]
    #[case(&[0b0000_0000, 13 << 3 | 1])]
    #[case(&[0b0000_0000, 17 << 3])]
    #[case(&[0b0000_0000, 31 << 3 | 7])]
    #[case(&[0b1010_0000, 1, 0, 128, 0])]
    #[case(&[0b1110_0000, 255, 255, 255, 255, 255, 255, 255, 255])]
    fn large_ones_do_not(#[case] header: &[u8]) {
        assert!(!suits_browsers(&frame(header)));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"{\"packages\"")]
    #[case(b"\x28\xb5\x2f\xfd")]
    #[case(b"\x28\xb5\x2f\xfd\x00")]
    #[case(b"\x28\xb5\x2f\xfd\xe0\x01")]
    fn what_is_no_frame_does_not(#[case] beginning: &[u8]) {
        assert!(!suits_browsers(beginning));
    }

    #[cfg(feature = "native")]
    #[test]
    fn levels_that_write_large_windows_are_noticed() {
        let text = vec![b'a'; 20 << 20];
        let compressed = |level| zstd::bulk::compress(&text, level).unwrap();
        assert!(suits_browsers(&compressed(16)));
        assert!(!suits_browsers(&compressed(22)));
    }
}
