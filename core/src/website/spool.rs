//! What one pass over the stores brought, on disk: it is more than memory should hold, and is wanted
//! again when all names are known.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// A file of pieces. It is gone when it is dropped.
pub(super) struct Spool {
    out: BufWriter<File>,
    end: u64,
}

/// Where a piece is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    start: u64,
    length: usize,
}

/// A file of pieces that is complete. Threads read from it one after another.
pub(super) struct FinishedSpool(Mutex<File>);

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            out: BufWriter::with_capacity(1 << 18, tempfile::tempfile()?),
            end: 0,
        })
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<Piece> {
        self.out.write_all(bytes)?;
        let piece = Piece {
            start: self.end,
            length: bytes.len(),
        };
        self.end += bytes.len() as u64;
        Ok(piece)
    }

    pub(super) fn finish(self) -> io::Result<FinishedSpool> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(FinishedSpool(Mutex::new(file)))
    }
}

impl FinishedSpool {
    pub(super) fn read(&self, piece: Piece) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; piece.length];
        // A thread that panicked left no half of anything: every read begins with a seek.
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(piece.start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back() {
        let mut spool = Spool::new().unwrap();
        let pieces = [&b"one"[..], b"", b"three"].map(|bytes| spool.append(bytes).unwrap());
        let spool = spool.finish().unwrap();
        let read = pieces.map(|piece| spool.read(piece).unwrap());
        assert_eq!(read, [b"one".to_vec(), b"".to_vec(), b"three".to_vec()]);
    }
}
