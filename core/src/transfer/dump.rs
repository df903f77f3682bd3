//! To a file: a line of JSON for each row.
//!
//! A dump has a part for each subdir, in order of their names: a header, then the rows in the order of
//! [`Store::for_each_row`]. What is recorded of environments is the last part, table by table. The last line is the manifest: how many rows there are, and the SHA-256 of
//! all lines before it. Headers begin with `{"format":` and the manifest with `{"rows":`; every other
//! line is a row, named by its kind.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::environments::{PART, Recorded};
use super::fill::MovedSubdir;
use super::{Moved, OpenStore, TransferError, lock, open_channel, subdirs};
use crate::channel::{ChannelFolder, Subdir};
use crate::index::StoreKind;
use crate::store::{StoreRow, TimePrecision};

/// What the header's `format` says.
pub(super) const FORMAT: &str = "towpath-dump";

/// The version of the format that is written, and the newest that is read.
pub(super) const VERSION: u32 = 1;

/// How a header begins. The order of its members is part of the format.
pub(super) const HEADER_START: &[u8] = b"{\"format\":";

/// How the manifest begins.
pub(super) const MANIFEST_START: &[u8] = b"{\"rows\":";

/// The longest line that is read: what two members of a package may hold (64 MiB each), however it is
/// spelled.
pub(super) const LONGEST_LINE: u64 = 256 << 20;

/// The first line of a subdir.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) subdir: String,
    pub(super) tool: String,
    /// How exactly the source knew modification times.
    pub(super) times: TimePrecision,
}

/// The first line of what is recorded of environments.
#[derive(Debug, Serialize)]
struct EnvironmentsHeader {
    format: &'static str,
    version: u32,
    part: &'static str,
    tool: &'static str,
}

/// What wrote a dump.
const TOOL: &str = concat!("towpath ", env!("CARGO_PKG_VERSION"));

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) rows: u64,
    pub(super) sha256: String,
}

/// What is written out.
#[derive(Clone, Debug)]
pub struct DumpOptions {
    /// The channel: where local stores lie, and which prefix it has in a database.
    pub channel: ChannelFolder,
    /// Which subdirs, if not all that the store knows, and environments.
    pub subdirs: Option<Vec<Subdir>>,
    /// The store.
    pub store: StoreKind,
    /// The time of the dump.
    pub now: Timestamp,
}

/// Writes all that is known of a channel's subdirs to `out`, and what is recorded of environments. What another tool put into a store is dated
/// first, as an index run would do.
///
/// # Errors
///
/// When a store cannot be opened or fails, or `out` does. What was written is no whole dump then.
pub fn dump_channel(options: &DumpOptions, out: &mut dyn Write) -> Result<Moved, TransferError> {
    let stores = open_channel(&options.store, &options.channel)?;
    let mut lines = Lines {
        out,
        sha256: Sha256::new(),
    };
    let mut moved = Vec::new();
    for subdir in subdirs(&stores, &options.channel, options.subdirs.as_deref())? {
        let folder = options.channel.subdir(&subdir);
        let _lock = lock(&folder)?;
        let mut open = OpenStore::open_whole(&stores, &folder)?;
        open.store.adopt(options.now)?;
        open.store.date_artifacts(options.now)?;
        lines.write(&Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            subdir: subdir.to_string(),
            tool: TOOL.to_owned(),
            times: open.store.time_precision(),
        })?;
        let mut of_subdir = MovedSubdir::nothing_of(&subdir);
        open.store.for_each_row(&mut |row: StoreRow| {
            of_subdir.count(&row);
            lines.write(&row)
        })?;
        moved.push(of_subdir);
    }
    let recorded = match options.subdirs {
        None => Recorded::of(&stores, &options.channel)?,
        Some(_) => None,
    };
    if let Some(recorded) = &recorded {
        lines.write(&EnvironmentsHeader {
            format: FORMAT,
            version: VERSION,
            part: PART,
            tool: TOOL,
        })?;
        for line in recorded.lines() {
            lines.write(&line)?;
        }
    }
    let environments = recorded.map(|recorded| recorded.moved());
    let of_subdirs: u64 = moved.iter().map(|moved| moved.rows).sum();
    let manifest = Manifest {
        rows: of_subdirs + environments.map_or(0, |moved| moved.rows),
        sha256: base16ct::lower::encode_string(&lines.sha256.clone().finalize()),
    };
    lines.write(&manifest)?;
    lines.out.flush()?;
    Ok(Moved {
        subdirs: moved,
        environments,
    })
}

/// Lines that are written, and their digest.
struct Lines<'o> {
    out: &'o mut dyn Write,
    sha256: Sha256,
}

impl Lines<'_> {
    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.sha256.update(&bytes);
        self.out.write_all(&bytes)
    }
}
