//! Holds many texts without much around them.

use std::collections::HashMap;
use std::sync::Arc;

/// Texts of which many are equal, each kept once.
#[derive(Default)]
pub(super) struct Texts {
    numbers: HashMap<Arc<str>, TextId>,
    texts: Vec<Arc<str>>,
}

/// Stands for a text. Equal ones stand for equal texts; their order says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TextId(u32);

impl Texts {
    pub(super) fn keep(&mut self, text: &str) -> TextId {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // Records are bounded, and each has few texts: 32 bits are enough for all of them.
        let number = TextId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        self.numbers.get(text).copied()
    }

    pub(super) fn get(&self, number: TextId) -> &str {
        &self.texts[number.0 as usize]
    }
}

/// Texts of which most differ, one behind the other. A block is never moved, so that memory does not
/// have to be there twice when more comes.
#[derive(Default)]
pub(super) struct TextBlocks {
    blocks: Vec<String>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextPlace {
    block: u32,
    start: u32,
    length: u32,
}

const BLOCK: usize = 1 << 20;

impl TextBlocks {
    /// Keeps a text, of less than 4 GiB.
    pub(super) fn keep(&mut self, text: &str) -> TextPlace {
        let has_room = |block: &String| block.capacity() - block.len() >= text.len();
        if !self.blocks.last().is_some_and(has_room) {
            self.blocks.push(String::with_capacity(BLOCK.max(text.len())));
        }
        let number = self.blocks.len() - 1;
        let block = &mut self.blocks[number];
        let start = block.len();
        block.push_str(text);
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        TextPlace {
            block: short(number),
            start: short(start),
            length: short(text.len()),
        }
    }

    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.iter().map(String::capacity).sum()
    }

    /// Lets go of a text, and of all that were kept after it.
    pub(super) fn cut(&mut self, first: TextPlace) {
        self.blocks.truncate(first.block as usize + 1);
        if let Some(block) = self.blocks.last_mut() {
            block.truncate(first.start as usize);
        }
    }

    pub(super) fn get(&self, place: TextPlace) -> &str {
        let start = place.start as usize;
        &self.blocks[place.block as usize][start..start + place.length as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        let (mut texts, mut blocks) = (Texts::default(), TextBlocks::default());
        let long = "x".repeat(BLOCK - 1);
        let given = ["a", "", "é", &long, "b", "a"];
        let kept = given.map(|text| (texts.keep(text), blocks.keep(text)));
        for (text, (number, place)) in given.iter().zip(kept) {
            assert_eq!(texts.get(number), *text);
            assert_eq!(blocks.get(place), *text);
        }
        assert_eq!(kept[0].0, kept[5].0);
        assert_eq!(blocks.blocks.len(), 3);
    }
}
