//! `towpath db`: the databases that channels are kept in.

mod adopt;
mod channels;
mod check;
mod copy;
mod create;
mod doctor;
mod downgrade;
mod dump;
mod erd;
mod gc;
mod load;
mod look;
mod place;
mod plan;
mod roles;
mod script;
mod steps;
mod temp;
mod upgrade;
mod wait;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use towpath_core::channel::Subdir;
use towpath_core::transfer::Moved;

use crate::failure::{Failure, status};
use crate::report;

/// Look after the databases that channels are kept in
#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    Channels(channels::ChannelsArgs),
    Create(create::CreateArgs),
    Doctor(doctor::DoctorArgs),
    Erd(erd::ErdArgs),
    Roles(roles::RolesArgs),
    Upgrade(upgrade::UpgradeArgs),
    Downgrade(downgrade::DowngradeArgs),
    Current(look::CurrentArgs),
    History(look::HistoryArgs),
    Status(look::StatusArgs),
    Check(check::CheckArgs),
    Stamp(adopt::StampArgs),
    Adopt(adopt::AdoptArgs),
    Repair(adopt::RepairArgs),
    Copy(copy::CopyArgs),
    Dump(dump::DumpArgs),
    Load(load::LoadArgs),
    Gc(gc::GcArgs),
    Temp(temp::TempArgs),
    Wait(wait::WaitArgs),
}

pub(crate) fn run(args: &DbArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        DbCommand::Channels(args) => channels::run(args),
        DbCommand::Create(args) => create::run(args),
        DbCommand::Doctor(args) => doctor::run(args),
        DbCommand::Erd(args) => erd::run(args),
        DbCommand::Roles(args) => roles::run(args),
        DbCommand::Upgrade(args) => upgrade::run(args),
        DbCommand::Downgrade(args) => downgrade::run(args),
        DbCommand::Current(args) => look::current(args),
        DbCommand::History(args) => look::history(args),
        DbCommand::Status(args) => look::status(args),
        DbCommand::Check(args) => check::run(args),
        DbCommand::Stamp(args) => adopt::stamp(args),
        DbCommand::Adopt(args) => adopt::adopt(args),
        DbCommand::Repair(args) => adopt::repair(args),
        DbCommand::Copy(args) => copy::run(args),
        DbCommand::Dump(args) => dump::run(args),
        DbCommand::Load(args) => load::run(args),
        DbCommand::Gc(args) => gc::run(args),
        DbCommand::Temp(args) => temp::run(args),
        DbCommand::Wait(args) => wait::run(args),
    }
}

/// The subdirs of these names, if any are named.
fn subdirs(names: &[String]) -> Result<Option<Vec<Subdir>>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let subdirs: Result<Vec<Subdir>, _> = names.iter().map(|name| name.parse()).collect();
    subdirs.map(Some).map_err(Failure::usage)
}

/// Says what was moved of each subdir and of environments, and what could not be; gives the status to exit
/// with.
fn tell(done: &str, moved: &Moved) -> ExitCode {
    for subdir in &moved.subdirs {
        for rejected in &subdir.rejected {
            report::left_out(subdir.subdir.as_str(), &rejected.file_name, &rejected.why);
        }
        report::say(&format!(
            "{}: {} {done} ({} rows)",
            subdir.subdir,
            report::counted(subdir.artifacts, "package"),
            subdir.rows
        ));
    }
    if let Some(environments) = moved.environments {
        report::say(&format!(
            "{} {done} ({} rows)",
            report::counted(environments.environments, "environment"),
            environments.rows
        ));
    } else if moved.subdirs.is_empty() {
        report::say(&format!("nothing {done}: nothing is known of any subdir"));
    }
    match moved.subdirs.iter().all(|subdir| subdir.rejected.is_empty()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(status::LEFT_OUT),
    }
}
