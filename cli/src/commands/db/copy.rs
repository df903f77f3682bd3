//! `towpath db copy`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use towpath_core::channel::ChannelFolder;
use towpath_core::index::SetUp;
use towpath_core::transfer::{CopyOptions, Existing, copy_channel};

use super::{subdirs, tell};
use crate::database::{DATABASE, LastingDatabase, ServerArgs, settings_of};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  towpath db copy my-channel --from sqlite3 --to postgresql --db-url postgresql:///conda_index
      The next `towpath index my-channel --db postgresql` reads no package and writes the same
      documents.
  towpath db copy my-channel --from postgresql --to gluesql --replace
      Whatever GlueSQL knew before is forgotten.";

/// Copy what is known of a channel to another kind of database
///
/// The source stays as it is. The channel's folder says where local databases lie, and which prefix
/// the channel has in a PostgreSQL database (.cache/cache.json). Nobody can index the subdirs
/// meanwhile.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CopyArgs {
    /// The channel: a folder with a subdir for each platform
    #[arg(value_name = "DIR")]
    channel: PathBuf,

    /// The database to copy from
    #[arg(long, value_enum, value_name = "DATABASE")]
    from: LastingDatabase,

    /// The database to copy to
    #[arg(long, value_enum, value_name = "DATABASE")]
    to: LastingDatabase,

    #[command(flatten)]
    server: ServerArgs,

    /// How the target is reached if it is another PostgreSQL database than --db-url; its schema stands
    /// in the URL, as in `?schema=NAME`
    #[arg(long, value_name = "URL", hide_env_values = true, help_heading = DATABASE)]
    to_db_url: Option<String>,

    /// Forget what the target knows of the subdirs, and its environments if the source has some
    #[arg(long)]
    replace: bool,

    /// Copy this subdir; may be given several times [default: all that the source knows, and environments]
    #[arg(long, value_name = "NAME")]
    subdir: Vec<String>,
}

pub(crate) fn run(args: &CopyArgs) -> Result<ExitCode, Failure> {
    let target_settings = || match &args.to_db_url {
        Some(url) => settings_of(url),
        None => args.server.settings(),
    };
    let options = CopyOptions {
        channel: ChannelFolder::new(args.channel.clone(), None),
        subdirs: subdirs(&args.subdir)?,
        from: args.from.store_kind(|| args.server.settings(), SetUp::Never)?,
        to: args.to.store_kind(target_settings, SetUp::default())?,
        existing: if args.replace {
            Existing::Replace
        } else {
            Existing::Refuse
        },
        now: Timestamp::now(),
    };
    Ok(tell("copied", &copy_channel(&options)?))
}
