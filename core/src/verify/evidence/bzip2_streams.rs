//! Decompresses bzip2 streams one after another, and remembers where they end.
//!
//! What follows a stream and is none is left alone, as Python does; that it is there is told.

use std::io::{self, BufRead, Read};

use bzip2::{Decompress, Status};

/// The decompressed bytes of bzip2 streams.
pub(super) struct Bzip2Streams<R> {
    compressed: R,
    /// The decompressor of the current stream, if there is one.
    stream: Option<Decompress>,
    /// How many compressed bytes were taken.
    offset: u64,
    /// How many streams began.
    streams: u64,
    /// Where bytes begin that are no stream, though one could begin there.
    no_stream: Option<u64>,
}

impl<R: BufRead> Bzip2Streams<R> {
    pub(super) fn new(compressed: R) -> Self {
        Self {
            compressed,
            stream: None,
            offset: 0,
            streams: 0,
            no_stream: None,
        }
    }

    /// How many streams began, and where bytes begin that are none, though one could begin there.
    pub(super) fn seen(&self) -> (u64, Option<u64>) {
        (self.streams, self.no_stream)
    }

    /// Begins the next stream; `None` if there is none.
    fn begin(&mut self) -> io::Result<Option<Decompress>> {
        let mut head = Vec::new();
        self.compressed.by_ref().take(4).read_to_end(&mut head)?;
        if !matches!(head[..], [b'B', b'Z', b'h', b'1'..=b'9']) {
            if !head.is_empty() || self.streams == 0 {
                self.no_stream = Some(self.offset);
            }
            return Ok(None);
        }
        self.streams += 1;
        self.offset += head.len() as u64;
        let mut stream = Decompress::new(false);
        stream.decompress(&head, &mut []).map_err(io::Error::from)?;
        Ok(Some(stream))
    }
}

impl<R: BufRead> Read for Bzip2Streams<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None if self.no_stream.is_some() => return Ok(0),
                None => match self.begin()? {
                    Some(stream) => stream,
                    None => return Ok(0),
                },
            };
            let input = self.compressed.fill_buf()?;
            let is_end = input.is_empty();
            let before = (stream.total_in(), stream.total_out());
            let status = stream.decompress(input, buffer).map_err(io::Error::from)?;
            let taken = (stream.total_in() - before.0) as usize;
            let count = (stream.total_out() - before.1) as usize;
            self.compressed.consume(taken);
            self.offset += taken as u64;
            if status != Status::StreamEnd {
                if is_end && count == 0 {
                    let what = "it ends in the middle of a bzip2 stream";
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
                }
                self.stream = Some(stream);
            }
            if count > 0 {
                return Ok(count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write as _};

    use bzip2::Compression;
    use bzip2::write::BzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn stream(content: &[u8]) -> Vec<u8> {
        let mut encoder = BzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    /// What comes out, how many streams there are, and where something else begins.
    fn read(bytes: &[u8], buffer: usize) -> io::Result<(Vec<u8>, u64, Option<u64>)> {
        let mut streams = Bzip2Streams::new(BufReader::with_capacity(buffer, bytes));
        let mut content = Vec::new();
        streams.read_to_end(&mut content)?;
        let (count, no_stream) = streams.seen();
        Ok((content, count, no_stream))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn streams_follow_each_other_up_to_what_is_none(
            contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..2000), 1..4),
            junk in prop::sample::select(vec!["", "junk", "BZ", "BZh0more"]),
            buffer in 1_usize..300,
            cut in any::<prop::sample::Index>(),
        ) {
            let streams: Vec<Vec<u8>> = contents.iter().map(|content| stream(content)).collect();
            let whole = [&streams.concat()[..], junk.as_bytes()].concat();
            let end = (whole.len() - junk.len()) as u64;
            let no_stream = (!junk.is_empty()).then_some(end);
            let expected = (contents.concat(), contents.len() as u64, no_stream);
            prop_assert_eq!(read(&whole, buffer).unwrap(), expected);

            let last = &streams[streams.len() - 1];
            let cut = 4 + cut.index(last.len() - 4);
            prop_assert!(read(&last[..cut], buffer).is_err());
        }

        #[test]
        fn nothing_makes_it_stumble(bytes: Vec<u8>, buffer in 1_usize..30) {
            let headed = [b"BZh9", &bytes[..]].concat();
            let _ = read(&headed, buffer);
            prop_assert_eq!(read(&[b"x", &bytes[..]].concat(), buffer).unwrap(), (vec![], 0, Some(0)));
        }
    }
}
