//! How records get into memory: repodata in pieces, compressed or not, and shards.

use std::io::Read;

use serde::Serialize;

use super::error::LoadError;
use super::held::Held;
use super::shard::{self, SHARD_MAX};
use super::split::{RawRecord, Section, Splitter};
use super::texts::TextId;
use crate::json::JsonText;
use crate::package::Limits;
use crate::package::zstd_frames::ZstdFrames;

/// How much is held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Records of all subdirs together; those beyond are left out.
    pub records: usize,
    /// Bytes of records' texts, all together; records beyond are left out.
    pub record_bytes: usize,
    /// Bytes of one document before it is decompressed. A compressed one is held until it is complete.
    pub compressed_bytes: usize,
    /// Bytes of one document.
    pub document_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            records: 2_000_000,
            record_bytes: 1 << 30,
            compressed_bytes: 256 << 20,
            document_bytes: 8 << 30,
        }
    }
}

/// How many records that were left out are told one by one.
const TOLD: usize = 20;

/// What came of loading a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Loaded {
    /// How many records were taken.
    pub records: usize,
    /// How many were not.
    pub left_out: usize,
    /// Of the first of these, why.
    pub reasons: Vec<LeftOut>,
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct LeftOut {
    /// The key by which the document has it: a file name as a rule.
    pub key: String,
    /// What is wrong with it, in words that follow it.
    pub reason: String,
}

/// A document on its way.
pub(super) struct Loading {
    intake: Intake,
    form: Form,
    /// Bytes of the document, decompressed.
    bytes: u64,
}

/// What becomes of records.
struct Intake {
    subdir: TextId,
    bounds: Bounds,
    loaded: Loaded,
}

enum Form {
    /// Too little has come to tell.
    Unknown(Vec<u8>),
    Plain(Box<Splitter>),
    Zstd(Vec<u8>),
}

/// What a frame of zstd begins with.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

impl Loading {
    /// Begins with repodata of a subdir.
    pub(super) fn repodata(subdir: TextId, bounds: Bounds) -> Self {
        Self {
            intake: Intake {
                subdir,
                bounds,
                loaded: Loaded::default(),
            },
            form: Form::Unknown(Vec::new()),
            bytes: 0,
        }
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, held: &mut Held, piece: &[u8]) -> Result<(), LoadError> {
        if let Form::Unknown(beginning) = &mut self.form {
            beginning.extend_from_slice(piece);
            return match beginning.len() < ZSTD_MAGIC.len() {
                true => Ok(()),
                false => self.begin(held),
            };
        }
        match &mut self.form {
            Form::Zstd(compressed) => {
                compressed.extend_from_slice(piece);
                match compressed.len() > self.intake.bounds.compressed_bytes {
                    true => Err(LoadError::TooLarge(self.intake.bounds.compressed_bytes as u64)),
                    false => Ok(()),
                }
            }
            Form::Plain(splitter) => {
                count(&mut self.bytes, piece, &self.intake.bounds)?;
                splitter.take(piece, &mut |raw| {
                    self.intake.take(held, &raw);
                    Ok(())
                })
            }
            Form::Unknown(_) => Ok(()),
        }
    }

    /// Tells by its beginning what the document is, and takes this beginning.
    fn begin(&mut self, held: &mut Held) -> Result<(), LoadError> {
        let Form::Unknown(beginning) = &mut self.form else {
            return Ok(());
        };
        let beginning = std::mem::take(beginning);
        self.form = match beginning.starts_with(&ZSTD_MAGIC) {
            true => Form::Zstd(Vec::new()),
            false => Form::Plain(Box::new(Splitter::new())),
        };
        self.take(held, &beginning)
    }

    /// Takes what is still to be taken, and says what came of it.
    pub(super) fn finish(mut self, held: &mut Held) -> Result<Loaded, LoadError> {
        if let Form::Unknown(_) = self.form {
            self.begin(held)?;
        }
        if let Form::Zstd(compressed) = &mut self.form {
            let compressed = std::mem::take(compressed);
            self.form = Form::Plain(Box::new(Splitter::new()));
            let mut compressed = compressed.as_slice();
            let mut frames = ZstdFrames::new(&mut compressed, &Limits::default())?;
            let mut piece = vec![0; 256 << 10];
            loop {
                let count = frames.read(&mut piece)?;
                if count == 0 {
                    break;
                }
                self.take(held, &piece[..count])?;
            }
        }
        if let Form::Plain(splitter) = self.form {
            splitter.finish()?;
        }
        Ok(self.intake.loaded)
    }
}

/// Takes the records of a shard (CEP 16), compressed or not.
pub(super) fn take_shard(
    held: &mut Held,
    subdir: TextId,
    bounds: Bounds,
    bytes: &[u8],
) -> Result<Loaded, LoadError> {
    let mut intake = Intake {
        subdir,
        bounds,
        loaded: Loaded::default(),
    };
    let mut decompressed = Vec::new();
    let bytes = match bytes.starts_with(&ZSTD_MAGIC) {
        true => {
            let mut compressed = bytes;
            let frames = ZstdFrames::new(&mut compressed, &Limits::default())?;
            frames.take(SHARD_MAX + 1).read_to_end(&mut decompressed)?;
            &decompressed[..]
        }
        false => bytes,
    };
    if bytes.len() as u64 > SHARD_MAX {
        return Err(LoadError::TooLarge(SHARD_MAX));
    }
    shard::for_each_record(bytes, &mut |section, key, record| {
        intake.take_text(held, section, key, &JsonText::from_value(record));
    })?;
    Ok(intake.loaded)
}

fn count(bytes: &mut u64, piece: &[u8], bounds: &Bounds) -> Result<(), LoadError> {
    *bytes += piece.len() as u64;
    match *bytes > bounds.document_bytes {
        true => Err(LoadError::TooLarge(bounds.document_bytes)),
        false => Ok(()),
    }
}

impl Intake {
    fn take(&mut self, held: &mut Held, raw: &RawRecord<'_>) {
        let kept = self.has_room(held).and_then(|()| held.keep(self.subdir, raw));
        self.count(kept, &String::from_utf8_lossy(raw.key));
    }

    fn take_text(&mut self, held: &mut Held, section: Section, key: &str, record: &JsonText) {
        let kept = self.has_room(held);
        let kept = kept.and_then(|()| held.keep_text(self.subdir, section, key, record));
        self.count(kept, key);
    }

    fn has_room(&self, held: &Held) -> Result<(), String> {
        let Bounds {
            records,
            record_bytes,
            ..
        } = self.bounds;
        if held.records.len() >= records {
            return Err(format!("is one more than the {records} records that are held"));
        }
        if held.record_bytes() >= record_bytes {
            return Err(format!(
                "is beyond the {record_bytes} bytes of records that are held"
            ));
        }
        Ok(())
    }

    fn count(&mut self, kept: Result<(), String>, key: &str) {
        match kept {
            Ok(()) => self.loaded.records += 1,
            Err(reason) => {
                self.loaded.left_out += 1;
                if self.loaded.reasons.len() < TOLD {
                    let key = key.to_owned();
                    self.loaded.reasons.push(LeftOut { key, reason });
                }
            }
        }
    }
}
