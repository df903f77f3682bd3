//! The records of a whole document, by name, in little memory.
//!
//! `repodata.json` of a large subdir has hundreds of megabytes, of which a solve looks at a part that is
//! only known on the way. So it is read once, and its records are kept compressed, in blocks of
//! neighbours: those of one name, which stand together, are decompressed together.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::package::ArtifactName;
use crate::verify::Section;
use crate::verify::against::{Info, RecordSink};

/// Bytes of records that are compressed together.
const BLOCK: usize = 256 << 10;
/// Bytes of a record. Real ones have less than a thousandth.
const RECORD_MAX: usize = 16 << 20;
/// How much is compressed is of less weight than how long it takes.
const LEVEL: i32 = 1;

/// The records of a document, by name.
#[derive(Default)]
pub(super) struct Shelf {
    blocks: Vec<Block>,
    /// The block that is being filled.
    open: String,
    names: HashMap<String, Vec<Spot>>,
    /// What the document says of itself.
    pub(super) info: Info,
    /// How many records are of no package, or cannot be kept.
    pub(super) unreadable: usize,
    failure: Option<io::Error>,
}

/// Records that are compressed together.
struct Block {
    compressed: Vec<u8>,
    size: usize,
}

/// Where a record is: the file's name, and behind that the JSON.
struct Spot {
    block: usize,
    start: usize,
    name_end: usize,
    end: usize,
}

/// A record as far as it is looked at when it is put on the shelf.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl RecordSink for Shelf {
    type Record = Box<RawValue>;

    fn take_info(&mut self, info: Info) {
        self.info = info;
    }

    fn take(&mut self, file_name: String, _: Section, record: Box<RawValue>) {
        // Wheels (CEP 48) are no packages that an environment here can have.
        let (Ok(file), Ok(Named { name })) =
            (ArtifactName::new(file_name), serde_json::from_str(record.get()))
        else {
            self.unreadable += 1;
            return;
        };
        if record.get().len() > RECORD_MAX {
            self.unreadable += 1;
            return;
        }
        let start = self.open.len();
        self.open.push_str(file.as_str());
        let name_end = self.open.len();
        self.open.push_str(record.get());
        let spot = Spot {
            block: self.blocks.len(),
            start,
            name_end,
            end: self.open.len(),
        };
        self.names.entry(name.to_lowercase()).or_default().push(spot);
        if self.open.len() >= BLOCK {
            self.close_block();
        }
    }
}

impl Shelf {
    /// The same, when nothing more will be put on it.
    ///
    /// # Errors
    ///
    /// When records could not be compressed.
    pub(super) fn finished(mut self) -> io::Result<Self> {
        self.close_block();
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(self),
        }
    }

    /// Gives the records of some names: the file's name, and the JSON. Those of one block come together.
    ///
    /// # Errors
    ///
    /// When a block cannot be decompressed: never, of what was compressed here.
    pub(super) fn for_each_record<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
        mut visit: impl FnMut(&str, &str),
    ) -> io::Result<()> {
        let mut spots: Vec<&Spot> = names.filter_map(|name| self.names.get(name)).flatten().collect();
        spots.sort_by_key(|spot| (spot.block, spot.start));
        for neighbours in spots.chunk_by(|one, other| one.block == other.block) {
            let Some(block) = neighbours.first().and_then(|spot| self.blocks.get(spot.block)) else {
                continue;
            };
            let text = zstd::bulk::decompress(&block.compressed, block.size)?;
            let text = String::from_utf8(text).map_err(io::Error::other)?;
            for spot in neighbours {
                visit(&text[spot.start..spot.name_end], &text[spot.name_end..spot.end]);
            }
        }
        Ok(())
    }

    fn close_block(&mut self) {
        match zstd::bulk::compress(self.open.as_bytes(), LEVEL) {
            Ok(compressed) => self.blocks.push(Block {
                compressed,
                size: self.open.len(),
            }),
            Err(error) => self.failure = Some(error),
        }
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::against::read_repodata_into;

    #[test]
    fn records_are_found_by_name_in_whatever_block_they_are() {
        let records: Vec<String> = (0..5000)
            .map(|number| {
                let name = ["Lock", "gate", "weir"][number % 3];
                let padding = "x".repeat(number % 500);
                format!(r#""{name}-{number}-0.conda": {{"name": "{name}", "license": "{padding}"}}"#)
            })
            .collect();
        let document = format!(
            r#"{{"packages.conda": {{{}, "x.whl": {{"name": "gate"}}, "y-1-0.conda": {{}}}}}}"#,
            records.join(",")
        );
        let mut shelf = Shelf::default();
        read_repodata_into(document.as_bytes(), &mut shelf).unwrap();
        let shelf = shelf.finished().unwrap();
        assert!(shelf.blocks.len() > 2, "{}", shelf.blocks.len());
        assert_eq!(shelf.unreadable, 2);
        let mut found = 0;
        shelf
            .for_each_record(["lock", "gate", "sluice"].into_iter(), |file, record| {
                let number: usize = file.split('-').nth(1).unwrap().parse().unwrap();
                assert_ne!(number % 3, 2);
                assert_eq!(records[number], format!("\"{file}\": {record}"));
                found += 1;
            })
            .unwrap();
        assert_eq!(found, 3334);
    }
}
