//! `towpath db upgrade`

use std::process::ExitCode;

use clap::Args;
use towpath_core::migrate::{Direction, Target};

use super::place::PlaceArgs;
use super::plan::PlanArgs;
use super::script::ScriptArgs;
use super::steps::{Done, PatienceArgs, change_each};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  towpath db upgrade
      Go to the newest version, making the tables in an empty database.
  towpath db upgrade --plan
      Say what that would keep others from, here.
  towpath db upgrade --sql --from 0 > up.sql
      Write it down for somebody who may do it.
  towpath db upgrade head my-channel
      Upgrade the stores beside a channel's packages.

Exit status: 0 the database has the version; 1 a step failed, those before it stay; 2 wrong usage; 5 the
database is newer than this towpath; 6 a migration was changed after it ran; 7 the tables are to be adopted
first; 8 others were in the way for too long; 9 --plan found that others would be kept from writing to a
large table.";

/// Bring a database to a newer version
///
/// Any number of processes may do so at once: each step is taken once. A step that takes a
/// transaction is taken as a whole or not at all.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct UpgradeArgs {
    /// Where to go: `head`, a number of steps as in +1, or a version
    #[arg(value_name = "TARGET", default_value_t = Target::Head)]
    target: Target,

    #[command(flatten)]
    place: PlaceArgs,

    #[command(flatten)]
    script: ScriptArgs,

    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    patience: PatienceArgs,
}

pub(crate) fn run(args: &UpgradeArgs) -> Result<ExitCode, Failure> {
    if args.script.sql {
        args.script
            .print(&args.place, args.target, Direction::Up, &args.patience.options())?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.plan.plan {
        return args.plan.print(&args.place, args.target);
    }
    change_each(&args.place, &args.patience, &mut |runner, teller| {
        let moved = runner.upgrade(args.target, &mut |event| teller.hear(&event))?;
        Ok(Done::moved(&moved, "upgraded", teller))
    })
}
