//! From a file that [`dump_channel`](super::dump_channel) wrote.
//!
//! The digest is known at the end of the file. Until then rows go to stores that were empty, and those
//! are emptied again when something is wrong. Rows of environments wait in memory.

use std::io::{BufRead, Read};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::dump::{FORMAT, HEADER_START, LONGEST_LINE, MANIFEST_START, Manifest, VERSION};
use super::environments::{self, PART, Recorded, RecordedRow};
use super::exact_times::ExactTimes;
use super::fill::{Filling, MovedSubdir};
use super::{Existing, Moved, OpenStore, TransferError, lock, open_channel};
use crate::channel::{ChannelFolder, Subdir, SubdirLock};
use crate::index::{ChannelStores, StoreKind};
use crate::store::{StoreRow, TimePrecision, begin_filling, end_filling};

/// Where a dump goes.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The channel: where local stores lie, and which prefix it has in a database.
    pub channel: ChannelFolder,
    /// The store.
    pub store: StoreKind,
    /// What becomes of what it knows.
    pub existing: Existing,
}

/// Reads a dump to its end, and says which subdirs are in it.
///
/// # Errors
///
/// When it cannot be read, is no dump, or is not as it was written.
pub fn verify_dump(input: &mut dyn BufRead) -> Result<Vec<Subdir>, TransferError> {
    let mut dump = Dump::of(input);
    let mut subdirs = Vec::new();
    while let Some(line) = dump.next()? {
        if let Line::Header { subdir, .. } = line {
            subdirs.push(subdir);
        }
    }
    Ok(subdirs)
}

/// Fills the stores of a channel from a dump.
///
/// # Errors
///
/// When the dump cannot be read, is no dump, or is not as it was written; when a store fails, and when
/// there is something in a store that is not to be replaced. All stores that were to be filled are
/// empty then, and a store with something in it is as it was.
pub fn load_channel(options: &LoadOptions, input: &mut dyn BufRead) -> Result<Moved, TransferError> {
    let stores = open_channel(&options.store, &options.channel)?;
    let mut targets = Vec::new();
    let filled = fill(&stores, options, &mut Dump::of(input), &mut targets).and_then(|(moved, recorded)| {
        if let Some(recorded) = &recorded {
            recorded.write(&stores, &options.channel, options.existing)?;
        }
        for target in &mut targets {
            end_filling(&mut *target.open.store)?;
        }
        Ok(Moved {
            subdirs: moved,
            environments: recorded.map(|recorded| recorded.moved()),
        })
    });
    match filled {
        Ok(moved) => Ok(moved),
        Err(error) => {
            for target in &mut targets {
                // What went wrong first is what to tell.
                let _ = target.open.store.clear();
            }
            Err(error)
        }
    }
}

/// A store that is being filled, and nobody else's until the manifest is known to be right.
struct Target {
    open: OpenStore,
    _lock: SubdirLock,
}

fn fill(
    stores: &ChannelStores,
    options: &LoadOptions,
    dump: &mut Dump<'_>,
    targets: &mut Vec<Target>,
) -> Result<(Vec<MovedSubdir>, Option<Recorded>), TransferError> {
    let mut recorded: Option<Recorded> = None;
    let mut moved = Vec::new();
    let mut filling: Option<Filling> = None;
    while let Some(line) = dump.next()? {
        match line {
            Line::Header { subdir, times } => {
                if let (Some(last), Some(target)) = (filling.take(), targets.last_mut()) {
                    moved.push(last.finish(&mut *target.open.store)?);
                }
                let folder = options.channel.subdir(&subdir);
                let lock = lock(&folder)?;
                let mut open = OpenStore::open_empty(stores, &folder, options.existing)?;
                let exact_times = ExactTimes::between(times, open.store.time_precision(), &folder)?;
                begin_filling(&mut *open.store)?;
                targets.push(Target { open, _lock: lock });
                filling = Some(Filling::new(&subdir, exact_times));
            }
            Line::Row(row) => {
                if let (Some(filling), Some(target)) = (&mut filling, targets.last_mut()) {
                    filling.take(row, &mut *target.open.store)?;
                }
            }
            Line::Environments => {
                environments::check_target(stores, &options.channel, options.existing)?;
                recorded = Some(Recorded::default());
            }
            Line::Recorded(row) => {
                if let Some(recorded) = &mut recorded {
                    recorded.take(row);
                }
            }
        }
    }
    if let (Some(last), Some(target)) = (filling, targets.last_mut()) {
        moved.push(last.finish(&mut *target.open.store)?);
    }
    Ok((moved, recorded))
}

/// A line of a dump that is not its last.
enum Line {
    Header {
        subdir: Subdir,
        times: TimePrecision,
    },
    Row(StoreRow),
    /// From here on there are environments.
    Environments,
    Recorded(RecordedRow),
}

/// A header of any part.
#[derive(Deserialize)]
struct AnyHeader {
    format: String,
    version: u32,
    tool: String,
    subdir: Option<String>,
    times: Option<TimePrecision>,
    part: Option<String>,
}

/// A dump that is being read.
struct Dump<'i> {
    input: &'i mut dyn BufRead,
    line: u64,
    rows: u64,
    sha256: Sha256,
    /// The last header's, and of those before it.
    subdirs: Vec<Subdir>,
    /// Whether the header of environments was read, which is the last.
    has_environments: bool,
}

impl<'i> Dump<'i> {
    fn of(input: &'i mut dyn BufRead) -> Self {
        Self {
            input,
            line: 0,
            rows: 0,
            sha256: Sha256::new(),
            subdirs: Vec::new(),
            has_environments: false,
        }
    }

    /// The next line; `None` behind a manifest that is right.
    fn next(&mut self) -> Result<Option<Line>, TransferError> {
        let Some(bytes) = self.read_line()? else {
            return Err(TransferError::Truncated { line: self.line });
        };
        self.line += 1;
        if bytes.starts_with(MANIFEST_START) {
            self.check_manifest(&bytes)?;
            return Ok(None);
        }
        self.sha256.update(&bytes);
        if bytes.starts_with(HEADER_START) {
            return self.header(&bytes).map(Some);
        }
        if self.has_environments {
            let row = RecordedRow::of_line(&bytes).map_err(|what| self.wrong(what))?;
            self.rows += 1;
            return Ok(Some(Line::Recorded(row)));
        }
        if self.subdirs.is_empty() {
            return Err(self.wrong("this is no dump of towpath: its first line is no header"));
        }
        let row: StoreRow = serde_json::from_slice(&bytes).map_err(|error| self.wrong(error.to_string()))?;
        let file_name = row.file_name();
        if file_name.is_empty() || file_name.contains(['/', '\0']) {
            return Err(self.wrong(format!("{file_name:?} is no file name")));
        }
        self.rows += 1;
        Ok(Some(Line::Row(row)))
    }

    /// A whole line with its end; `None` at the end of the file, where a part of a line may be left.
    fn read_line(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        let mut bytes = Vec::new();
        (&mut *self.input)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut bytes)?;
        if bytes.ends_with(b"\n") {
            return Ok(Some(bytes));
        }
        if bytes.len() as u64 == LONGEST_LINE {
            self.line += 1;
            return Err(self.wrong("it is longer than any line of a dump"));
        }
        Ok(None)
    }

    fn header(&mut self, bytes: &[u8]) -> Result<Line, TransferError> {
        let header: AnyHeader =
            serde_json::from_slice(bytes).map_err(|error| self.wrong(format!("the header: {error}")))?;
        if header.format != FORMAT {
            return Err(self.wrong("this is no dump of towpath"));
        }
        if header.version > VERSION {
            return Err(self.wrong(format!(
                "{} made it in version {} of the format, and this towpath knows versions up to {VERSION}",
                header.tool, header.version
            )));
        }
        if self.has_environments {
            return Err(self.wrong("environments are the last part of a dump"));
        }
        if header.part.as_deref() == Some(PART) {
            self.has_environments = true;
            return Ok(Line::Environments);
        }
        let (Some(subdir), Some(times)) = (header.subdir, header.times) else {
            return Err(self.wrong("the header is of no part that this towpath knows"));
        };
        let subdir: Subdir = subdir
            .parse()
            .map_err(|error: crate::channel::InvalidSubdir| self.wrong(error.to_string()))?;
        if self.subdirs.contains(&subdir) {
            return Err(self.wrong(format!("{subdir} is in the dump twice")));
        }
        self.subdirs.push(subdir.clone());
        Ok(Line::Header { subdir, times })
    }

    /// Compares the manifest with what was read. Nothing comes after it.
    fn check_manifest(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        let manifest: Manifest =
            serde_json::from_slice(bytes).map_err(|error| self.wrong(format!("the manifest: {error}")))?;
        let found = Manifest {
            rows: self.rows,
            sha256: base16ct::lower::encode_string(&self.sha256.clone().finalize()),
        };
        if manifest != found {
            return Err(self.wrong(format!(
                "the dump was changed since it was written: the manifest says {} rows with SHA-256 {}, and there are \
                 {} with {}",
                manifest.rows, manifest.sha256, found.rows, found.sha256
            )));
        }
        if !self.input.fill_buf()?.is_empty() {
            return Err(self.wrong("there is something behind the manifest"));
        }
        Ok(())
    }

    fn wrong(&self, what: impl Into<String>) -> TransferError {
        TransferError::Dump {
            line: self.line,
            what: what.into(),
        }
    }
}
