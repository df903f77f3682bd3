//! `towpath db dump`

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use towpath_core::channel::ChannelFolder;
use towpath_core::publish::PendingFile;
use towpath_core::transfer::{DumpOptions, Moved, dump_channel};

use super::{subdirs, tell};
use crate::database::DatabaseArgs;
use crate::failure::Failure;

/// What dumps are compressed with: a tenth of the size for a tenth of the time.
const ZSTD_LEVEL: i32 = 3;

const EXAMPLES: &str = "\
Examples:
  towpath db dump my-channel -o my-channel.ndjson.zst
  towpath db dump my-channel --db postgresql | ssh elsewhere towpath db load my-channel -";

/// Write what is known of a channel to a file
///
/// The file has a line of JSON for each row, and ends with a digest of all of it. A name that ends
/// with .zst makes it compressed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DumpArgs {
    /// The channel: a folder with a subdir for each platform
    #[arg(value_name = "DIR")]
    channel: PathBuf,

    /// The file to write, `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    database: DatabaseArgs,

    /// Dump this subdir; may be given several times [default: all that are known, and environments]
    #[arg(long, value_name = "NAME")]
    subdir: Vec<String>,
}

pub(crate) fn run(args: &DumpArgs) -> Result<ExitCode, Failure> {
    let options = DumpOptions {
        channel: ChannelFolder::new(args.channel.clone(), None),
        subdirs: subdirs(&args.subdir)?,
        store: args.database.store_kind()?,
        now: Timestamp::now(),
    };
    let moved = if args.output == Path::new("-") {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let moved = dump_channel(&options, &mut out)?;
        out.flush()?;
        moved
    } else {
        dump_to_file(&options, &args.output)?
    };
    Ok(tell("dumped", &moved))
}

/// Puts the dump in place when it is whole.
fn dump_to_file(options: &DumpOptions, path: &Path) -> Result<Moved, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = PendingFile::create_in(folder.unwrap_or(Path::new(".")))?;
    let moved = if path.extension().is_some_and(|extension| extension == "zst") {
        let mut compressed = zstd::Encoder::new(file, ZSTD_LEVEL)?;
        let moved = dump_channel(options, &mut compressed)?;
        file = compressed.finish()?;
        moved
    } else {
        dump_channel(options, &mut file)?
    };
    file.finish()?.publish(path)?;
    Ok(moved)
}
