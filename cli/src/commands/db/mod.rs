//! `towpath db`: the databases that channels are kept in.

mod temp;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::failure::Failure;

/// Look after the databases that channels are kept in
#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    Temp(temp::TempArgs),
}

pub(crate) fn run(args: &DbArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        DbCommand::Temp(args) => temp::run(args),
    }
}
