//! What was already read of a file that is read in ranges, and how much to read next.

use std::collections::VecDeque;

/// How much is read at a place that nothing is known of.
pub(crate) const BLOCK: u64 = 64 << 10;

/// A gap before what is already here that is read at once: it costs less than a second request.
const GAP: u64 = 256 << 10;

/// How far away the ranges of a file are, which decides how much is asked for at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Distance {
    /// On a server: a request costs more than some bytes that are not needed, and what was read is kept.
    #[default]
    Far,
    /// On the disk of this machine, and memory is dear.
    Near,
}

impl Distance {
    /// How much is read at once where a file is read on and on.
    fn block_max(self) -> u64 {
        match self {
            Self::Far => 4 << 20,
            Self::Near => 1 << 20,
        }
    }

    /// How much is kept. The last block and the end of the file are kept beside it.
    fn kept(self) -> u64 {
        match self {
            Self::Far => 16 << 20,
            Self::Near => 0,
        }
    }
}

/// Parts of a file, in memory.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    distance: Distance,
    /// The end of the file, which has the directory of a zip: it is looked at again and again.
    end: Option<Block>,
    others: VecDeque<Block>,
    /// Where the last part that was read ends, and how much was asked for then.
    read_until: u64,
    last_length: u64,
}

#[derive(Debug)]
struct Block {
    start: u64,
    bytes: Vec<u8>,
}

impl Block {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl Blocks {
    /// Of a file of which nothing was read.
    pub(crate) fn at_distance(distance: Distance) -> Self {
        Self {
            distance,
            ..Self::default()
        }
    }

    /// The same with the end of the file, from `start` on.
    pub(crate) fn with_end(self, start: u64, bytes: Vec<u8>) -> Self {
        Self {
            end: Some(Block { start, bytes }),
            ..self
        }
    }

    /// Whether the first part reaches back to the start: then it is the whole file.
    #[cfg(any(feature = "http", test))]
    pub(crate) fn are_whole(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.start == 0)
    }

    /// What is here from this place on.
    pub(crate) fn at(&self, position: u64) -> Option<&[u8]> {
        let block = self
            .all()
            .find(|block| block.start <= position && position < block.end())?;
        let offset = usize::try_from(position - block.start).ok()?;
        block.bytes.get(offset..)
    }

    /// How many bytes to ask for at this place, where nothing is, in a file of this size.
    pub(crate) fn wanted(&self, position: u64, size: u64) -> u64 {
        let ahead = if position == self.read_until {
            (self.last_length * 2).clamp(BLOCK, self.distance.block_max())
        } else {
            BLOCK
        };
        let next = self
            .all()
            .map(|block| block.start)
            .filter(|start| *start > position)
            .min()
            .unwrap_or(size);
        let gap = next - position;
        if gap <= ahead.max(GAP) { gap } else { ahead }
    }

    pub(crate) fn keep(&mut self, start: u64, bytes: Vec<u8>) {
        let block = Block { start, bytes };
        (self.read_until, self.last_length) = (block.end(), block.bytes.len() as u64);
        self.others.push_back(block);
        let kept =
            |others: &VecDeque<Block>| others.iter().map(|block| block.bytes.len() as u64).sum::<u64>();
        while self.others.len() > 1 && kept(&self.others) > self.distance.kept() {
            self.others.pop_front();
        }
    }

    fn all(&self) -> impl Iterator<Item = &Block> {
        self.end.iter().chain(&self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 100 << 20;

    fn blocks() -> Blocks {
        Blocks::default().with_end(SIZE - BLOCK, vec![0; BLOCK as usize])
    }

    #[test]
    fn what_is_here_is_found() {
        let mut blocks = Blocks::default().with_end(90, (90..100).collect());
        blocks.keep(10, (10..20).collect());
        assert_eq!(blocks.at(12).unwrap()[..2], [12, 13]);
        assert_eq!(blocks.at(99).unwrap(), [99]);
        assert!(blocks.at(20).is_none() && blocks.at(100).is_none() && blocks.at(0).is_none());
        assert!(!blocks.are_whole());
        assert!(Blocks::default().with_end(0, vec![1]).are_whole());
    }

    #[test]
    fn reading_on_and_on_reads_more_and_more() {
        let mut blocks = blocks();
        let mut position = 1000;
        let mut lengths = Vec::new();
        for _ in 0..9 {
            let length = blocks.wanted(position, SIZE);
            blocks.keep(position, vec![0; length as usize]);
            lengths.push(length / BLOCK);
            position += length;
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
        // Elsewhere it begins anew.
        assert_eq!(blocks.wanted(50 << 20, SIZE), BLOCK);
    }

    #[test]
    fn nothing_is_read_twice_and_no_small_gap_is_left() {
        let blocks = blocks();
        assert_eq!(blocks.wanted(SIZE - BLOCK - 10, SIZE), 10);
        assert_eq!(blocks.wanted(SIZE - BLOCK - GAP, SIZE), GAP);
        assert_eq!(blocks.wanted(SIZE - BLOCK - GAP - 1, SIZE), BLOCK);
        assert_eq!(Blocks::default().wanted(0, 10), 10);
    }

    #[test]
    fn memory_is_bounded_and_the_end_is_kept() {
        let mut blocks = blocks();
        let kept = |blocks: &Blocks| blocks.all().map(|block| block.bytes.len() as u64).sum::<u64>();
        let most = Distance::Far.block_max();
        for index in 0..20 {
            blocks.keep(index * most, vec![0; most as usize]);
        }
        assert!(kept(&blocks) <= Distance::Far.kept() + BLOCK);
        assert!(blocks.at(SIZE - 1).is_some() && blocks.at(0).is_none());
        let mut blocks = Blocks::at_distance(Distance::Near);
        for index in 0..20 {
            blocks.keep(index * BLOCK, vec![0; BLOCK as usize]);
        }
        assert_eq!(kept(&blocks), BLOCK);
    }
}
