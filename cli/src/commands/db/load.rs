//! `towpath db load`

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use towpath_core::channel::ChannelFolder;
use towpath_core::transfer::{Existing, LoadOptions, TransferError, load_channel, verify_dump};

use super::tell;
use crate::database::DatabaseArgs;
use crate::failure::Failure;

/// What zstd files begin with (RFC 8878).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Fill a channel's database from a file that `towpath db dump` wrote
///
/// Nothing of a file stays that is not whole, or not as it was written.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// The channel: a folder with a subdir for each platform
    #[arg(value_name = "DIR")]
    channel: PathBuf,

    /// The file, compressed or not; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    database: DatabaseArgs,

    /// Forget what the database knows of the subdirs in the file, and its environments if the file has some
    #[arg(long)]
    replace: bool,
}

pub(crate) fn run(args: &LoadArgs) -> Result<ExitCode, Failure> {
    let options = LoadOptions {
        channel: ChannelFolder::new(args.channel.clone(), None),
        store: args.database.store_kind()?,
        existing: if args.replace {
            Existing::Replace
        } else {
            Existing::Refuse
        },
    };
    if args.file == Path::new("-") {
        if args.replace {
            return Err(Failure::usage(
                "--replace takes a file: what is known would be gone before standard input is known to be whole",
            ));
        }
        let moved = load_channel(&options, &mut *decompressed(io::stdin().lock())?)?;
        return Ok(tell("loaded", &moved));
    }
    let of_file = |error: TransferError| match error {
        TransferError::Dump { .. } | TransferError::Truncated { .. } => {
            Failure::failed(format!("{}: {error}", args.file.display()))
        }
        error => error.into(),
    };
    let open = || decompressed(BufReader::new(fs_err::File::open(&args.file)?));
    // Before anything is touched.
    verify_dump(&mut *open()?).map_err(of_file)?;
    let moved = load_channel(&options, &mut *open()?).map_err(of_file)?;
    Ok(tell("loaded", &moved))
}

/// The input, decompressed if it is compressed.
fn decompressed<'i>(mut input: impl BufRead + 'i) -> io::Result<Box<dyn BufRead + 'i>> {
    Ok(if input.fill_buf()?.starts_with(&ZSTD_MAGIC) {
        Box::new(BufReader::new(zstd::Decoder::with_buffer(input)?))
    } else {
        Box::new(input)
    })
}
