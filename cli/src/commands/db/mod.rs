//! `towpath db`: the databases that channels are kept in.

mod adopt;
mod check;
mod downgrade;
mod look;
mod place;
mod plan;
mod script;
mod steps;
mod temp;
mod upgrade;

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
    Upgrade(upgrade::UpgradeArgs),
    Downgrade(downgrade::DowngradeArgs),
    Current(look::CurrentArgs),
    History(look::HistoryArgs),
    Status(look::StatusArgs),
    Check(check::CheckArgs),
    Stamp(adopt::StampArgs),
    Adopt(adopt::AdoptArgs),
    Repair(adopt::RepairArgs),
    Temp(temp::TempArgs),
}

pub(crate) fn run(args: &DbArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        DbCommand::Upgrade(args) => upgrade::run(args),
        DbCommand::Downgrade(args) => downgrade::run(args),
        DbCommand::Current(args) => look::current(args),
        DbCommand::History(args) => look::history(args),
        DbCommand::Status(args) => look::status(args),
        DbCommand::Check(args) => check::run(args),
        DbCommand::Stamp(args) => adopt::stamp(args),
        DbCommand::Adopt(args) => adopt::adopt(args),
        DbCommand::Repair(args) => adopt::repair(args),
        DbCommand::Temp(args) => temp::run(args),
    }
}
