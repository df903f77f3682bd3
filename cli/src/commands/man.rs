//! `towpath man`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Command};

use crate::failure::Failure;

/// Write the manual pages, one for each command
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder that they are written to
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(args: &ManArgs, command: Command) -> Result<ExitCode, Failure> {
    fs_err::create_dir_all(&args.folder)?;
    clap_mangen::generate_to(command.disable_help_subcommand(true), &args.folder)?;
    Ok(ExitCode::SUCCESS)
}
