//! `towpath env`: recorded environments.

mod diff;
mod export;
mod impact;
mod look;
mod outdated;
mod place;
mod record;
mod removals;
mod rollback;
mod solve;
mod solving;
mod usage;
mod uses;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(crate) use self::place::{PlaceArgs, file_of_channel, is_needed, stamp};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  towpath env record team/analysis conda-lock.yml       keep what an environment is made of
  towpath env solve team/analysis environment.yml       solve it against this channel, and keep that
  towpath env uses 'numpy>=2,<3'                        who uses such a package?
  towpath env impact linux-64/numpy-2.1.0-py312_0.conda what breaks if this one leaves?
  towpath env outdated                                  who would get something else now?";

/// Record environments, and find out who uses what
///
/// An environment is NAMESPACE/NAME. Its builds, one after the other for each platform, are what was
/// recorded or solved; one of them is current, and `towpath remove` leaves alone what that needs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EnvArgs {
    #[command(subcommand)]
    command: EnvCommand,
}

#[derive(Debug, Subcommand)]
enum EnvCommand {
    Record(record::RecordArgs),
    Solve(solve::SolveArgs),
    List(look::ListArgs),
    Show(look::ShowArgs),
    History(look::HistoryArgs),
    Diff(diff::DiffArgs),
    Rollback(rollback::RollbackArgs),
    Remove(rollback::RemoveArgs),
    Export(export::ExportArgs),
    Uses(uses::UsesArgs),
    UsedBy(uses::UsedByArgs),
    Impact(impact::ImpactArgs),
    Outdated(outdated::OutdatedArgs),
    Usage(usage::UsageArgs),
    Removals(removals::RemovalsArgs),
}

pub(crate) fn run(args: &EnvArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        EnvCommand::Record(args) => record::run(args),
        EnvCommand::Solve(args) => solve::run(args),
        EnvCommand::List(args) => look::list(args),
        EnvCommand::Show(args) => look::show(args),
        EnvCommand::History(args) => look::history(args),
        EnvCommand::Diff(args) => diff::run(args),
        EnvCommand::Rollback(args) => rollback::run(args),
        EnvCommand::Remove(args) => rollback::remove(args),
        EnvCommand::Export(args) => export::run(args),
        EnvCommand::Uses(args) => uses::uses(args),
        EnvCommand::UsedBy(args) => uses::used_by(args),
        EnvCommand::Impact(args) => impact::run(args),
        EnvCommand::Outdated(args) => outdated::run(args),
        EnvCommand::Usage(args) => usage::run(args),
        EnvCommand::Removals(args) => removals::run(args),
    }
}
