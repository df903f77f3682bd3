//! The digests of package files: MD5 and SHA-256 of every byte, each file read once.

use std::io::{self, Read};

use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::md5_lanes::{self, Block, LANES, State, Stream};

/// How much of a file is read before it is hashed. All lanes together stay in the cache.
const CHUNK: usize = 64 * 1024;

/// The digests of one artifact: what a package record gives as `md5` and `sha256` (CEP 36).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digests {
    /// MD5 of the whole file (RFC 1321).
    pub md5: [u8; 16],
    /// SHA-256 of the whole file (FIPS 180-4).
    pub sha256: [u8; 32],
}

impl Digests {
    /// MD5 as a record has it: 32 lower case hexadecimal digits.
    #[must_use]
    pub fn md5_hex(&self) -> String {
        base16ct::lower::encode_string(&self.md5)
    }

    /// SHA-256 as a record has it: 64 lower case hexadecimal digits.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        base16ct::lower::encode_string(&self.sha256)
    }
}

/// What was read of one file: its digests and how many bytes they cover.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hashed {
    /// The digests of all bytes up to the end of the file.
    pub digests: Digests,
    /// The number of bytes.
    pub size: u64,
}

/// Digests of several readers, abreast: result i belongs to reader i.
///
/// MD5 runs over up to sixteen readers at once in this one thread, which is several times as fast
/// as one after the other. A reader that ends makes room for the next, so they may be of any number
/// and size; largest first keeps most of them abreast until the end. `on_bytes` is told of
/// every piece that was read and hashed, by its length.
///
/// # Errors
///
/// A reader's own error is its result, and never disturbs the others.
pub fn hash_abreast<R: Read>(readers: &mut [R], on_bytes: &dyn Fn(u64)) -> Vec<io::Result<Hashed>> {
    let mut results = Vec::with_capacity(readers.len());
    let mut waiting = readers.iter_mut().enumerate();
    let mut lanes: Vec<_> = waiting
        .by_ref()
        .take(LANES)
        .map(|(index, reader)| Lane::new(index, reader))
        .collect();
    while !lanes.is_empty() {
        lanes.retain_mut(|lane| {
            while let Some(result) = lane.refill(on_bytes) {
                results.push((lane.progress.index, result));
                let Some((index, reader)) = waiting.next() else {
                    return false;
                };
                lane.progress = Progress::new(index, reader);
            }
            true
        });
        let mut streams: Vec<_> = lanes.iter_mut().map(Lane::stream).collect();
        let taken = md5_lanes::advance(&mut streams);
        for lane in &mut lanes {
            lane.progress.taken += taken;
        }
    }
    results.sort_unstable_by_key(|&(index, _)| index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Digests of one reader, up to its end.
///
/// # Errors
///
/// The reader's own.
pub fn hash_one(reader: &mut dyn Read) -> io::Result<Hashed> {
    let mut buffer = vec![0; CHUNK];
    let (mut md5, mut sha256, mut size) = (Md5::new(), Sha256::new(), 0);
    loop {
        let length = fill(reader, &mut buffer)?;
        md5.update(&buffer[..length]);
        sha256.update(&buffer[..length]);
        size += length as u64;
        if length < CHUNK {
            let digests = Digests {
                md5: md5.finalize().into(),
                sha256: sha256.finalize().into(),
            };
            return Ok(Hashed { digests, size });
        }
    }
}

/// Reads until the buffer is full or the reader at its end; returns how much was read.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match reader.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// A buffer that serves one reader after the other, with a block to spare for the padding.
struct Lane<'a, R> {
    buffer: Vec<u8>,
    progress: Progress<'a, R>,
}

/// How far one reader is.
struct Progress<'a, R> {
    index: usize,
    reader: &'a mut R,
    size: u64,
    sha256: Sha256,
    md5: State,
    /// Blocks in the buffer, and how many of them MD5 has taken. SHA-256 is never behind.
    blocks: usize,
    taken: usize,
    /// The buffer holds the end of the file, padded.
    ended: bool,
}

impl<'a, R: Read> Progress<'a, R> {
    fn new(index: usize, reader: &'a mut R) -> Self {
        Self {
            index,
            reader,
            size: 0,
            sha256: Sha256::new(),
            md5: State::INITIAL,
            blocks: 0,
            taken: 0,
            ended: false,
        }
    }
}

impl<'a, R: Read> Lane<'a, R> {
    fn new(index: usize, reader: &'a mut R) -> Self {
        Self {
            buffer: vec![0; CHUNK + size_of::<Block>()],
            progress: Progress::new(index, reader),
        }
    }

    /// Sees to it that there is a block for MD5 to take. Where none is left, returns the reader's result.
    fn refill(&mut self, on_bytes: &dyn Fn(u64)) -> Option<io::Result<Hashed>> {
        let Self { buffer, progress } = self;
        if progress.taken < progress.blocks {
            return None;
        }
        if progress.ended {
            let sha256 = progress.sha256.finalize_reset().into();
            let digests = Digests {
                md5: progress.md5.digest(),
                sha256,
            };
            return Some(Ok(Hashed {
                digests,
                size: progress.size,
            }));
        }
        let mut length = match fill(progress.reader, &mut buffer[..CHUNK]) {
            Ok(length) => length,
            Err(error) => return Some(Err(error)),
        };
        progress.sha256.update(&buffer[..length]);
        progress.size += length as u64;
        on_bytes(length as u64);
        if length < CHUNK {
            progress.ended = true;
            length = pad(buffer, length, progress.size);
        }
        progress.blocks = length / size_of::<Block>();
        progress.taken = 0;
        None
    }

    /// What MD5 has still to take.
    fn stream(&mut self) -> Stream<'_> {
        let Self { buffer, progress } = self;
        let blocks = &buffer.as_chunks().0[progress.taken..progress.blocks];
        Stream {
            state: &mut progress.md5,
            blocks,
        }
    }
}

/// Ends a message of `size` bytes, of which the last `length` are in the buffer, as MD5 wants it
/// (RFC 1321, 3.1 and 3.2); returns the new length, a multiple of the block's.
fn pad(buffer: &mut [u8], length: usize, size: u64) -> usize {
    let bits = size.wrapping_mul(8).to_le_bytes();
    let padded = (length + 1 + bits.len()).next_multiple_of(size_of::<Block>());
    buffer[length..padded].fill(0);
    buffer[length] = 0x80;
    buffer[padded - bits.len()..padded].copy_from_slice(&bits);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::cell::Cell;

    /// A reader that hands out pieces of the given sizes, over and over (zero: an interruption), and may
    /// break half way.
    struct Trickle<'a> {
        rest: &'a [u8],
        pieces: std::iter::Cycle<std::slice::Iter<'a, usize>>,
        fails_when_left: Option<usize>,
    }

    impl<'a> Trickle<'a> {
        fn new(bytes: &'a [u8], pieces: &'a [usize]) -> Self {
            Self {
                rest: bytes,
                pieces: pieces.iter().cycle(),
                fails_when_left: None,
            }
        }
    }

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let readable = self.rest.len() - self.fails_when_left.unwrap_or(0);
            if self.fails_when_left.is_some() && readable == 0 {
                return Err(io::Error::other("the disk is gone"));
            }
            let piece = self.pieces.next().copied().unwrap_or(CHUNK);
            if piece == 0 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = piece.min(buffer.len()).min(readable);
            self.rest.read(&mut buffer[..length])
        }
    }

    fn expected(bytes: &[u8]) -> Hashed {
        let digests = Digests {
            md5: Md5::digest(bytes).into(),
            sha256: Sha256::digest(bytes).into(),
        };
        Hashed {
            digests,
            size: bytes.len() as u64,
        }
    }

    /// Bytes that differ from file to file and from block to block.
    fn content(seed: u8, length: usize) -> Vec<u8> {
        (0..length).map(|i| (i * 31 + i / 253) as u8 ^ seed).collect()
    }

    fn length() -> impl Strategy<Value = usize> {
        prop_oneof![
            8 => prop::sample::select(vec![0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128]),
            4 => 0..5_000_usize,
            2 => prop::sample::select(vec![CHUNK - 9, CHUNK - 8, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]),
            1 => 0..3 * CHUNK,
        ]
    }

    /// At least one piece makes headway.
    fn pieces() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(prop_oneof![Just(0), 1..200_usize, 1..2 * CHUNK], 0..6).prop_map(
            |mut pieces| {
                pieces.push(CHUNK / 3);
                pieces
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_number_of_readers_of_any_length_agrees_with_the_reference(
            files in prop::collection::vec((any::<u8>(), length(), pieces()), 0..40),
        ) {
            let contents: Vec<_> =
                files.iter().map(|&(seed, length, _)| content(seed, length)).collect();
            let readers = || -> Vec<_> {
                contents.iter().zip(&files).map(|(bytes, (.., pieces))| Trickle::new(bytes, pieces)).collect()
            };
            let told = Cell::new(0);
            let results = hash_abreast(&mut readers(), &|bytes| told.set(told.get() + bytes));

            prop_assert_eq!(results.len(), contents.len());
            for ((result, bytes), mut reader) in results.into_iter().zip(&contents).zip(readers()) {
                prop_assert_eq!(result.unwrap(), expected(bytes));
                prop_assert_eq!(hash_one(&mut reader).unwrap(), expected(bytes));
            }
            let total: usize = contents.iter().map(Vec::len).sum();
            prop_assert_eq!(told.get(), total as u64);
        }
    }

    #[rstest]
    #[case::at_once(0, 0)]
    #[case::in_the_first_chunk(3, 100)]
    #[case::in_a_later_chunk(7, 2 * CHUNK + 17)]
    #[case::when_the_others_wait_for_a_lane(20, CHUNK)]
    fn a_reader_that_fails_leaves_the_others_right(#[case] bad: usize, #[case] read_before: usize) {
        let contents: Vec<_> = (0..24)
            .map(|i| content(i, 3 * CHUNK - 1000 * usize::from(i)))
            .collect();
        let mut readers: Vec<_> = contents
            .iter()
            .map(|bytes| Trickle::new(bytes, &[CHUNK, 777]))
            .collect();
        readers[bad].fails_when_left = Some(contents[bad].len() - read_before);

        for (i, result) in hash_abreast(&mut readers, &|_| ()).into_iter().enumerate() {
            if i == bad {
                assert_eq!(result.unwrap_err().to_string(), "the disk is gone");
            } else {
                assert_eq!(result.unwrap(), expected(&contents[i]));
            }
        }
    }

    #[test]
    fn only_failing_readers_give_only_errors() {
        let mut readers: Vec<_> = (0..LANES + 3)
            .map(|_| Trickle {
                fails_when_left: Some(0),
                ..Trickle::new(&[], &[])
            })
            .collect();
        let results = hash_abreast(&mut readers, &|_| ());
        assert_eq!(results.len(), LANES + 3);
        assert!(results.iter().all(Result::is_err));
        assert!(hash_one(&mut readers[0]).is_err());
    }

    /// RFC 1321, A.5.
    #[test]
    fn the_vectors_of_the_rfc() {
        let vectors = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                "d174ab98d277d9f5a5611c2c9f419d9f",
            ),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ];
        let mut readers = vectors.map(|(message, _)| message.as_bytes());
        for (result, (message, md5)) in hash_abreast(&mut readers, &|_| ()).iter().zip(vectors) {
            let hashed = result.as_ref().unwrap();
            assert_eq!(hashed.digests.md5_hex(), md5, "of {message:?}");
            assert_eq!(hash_one(&mut message.as_bytes()).unwrap(), *hashed);
        }
    }

    /// FIPS 180-4, the one-block example.
    #[test]
    fn sha256_is_lower_case_hexadecimal() {
        let hashed = hash_one(&mut b"abc".as_slice()).unwrap();
        assert_eq!(
            hashed.digests.sha256_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
