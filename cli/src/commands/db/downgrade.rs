//! `towpath db downgrade`

use std::process::ExitCode;

use clap::Args;
use towpath_core::migrate::{DataLoss, Direction, Target};

use super::place::PlaceArgs;
use super::script::ScriptArgs;
use super::steps::{Done, PatienceArgs, change_each};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  towpath db downgrade -1
      Take the last step back.
  towpath db downgrade base --allow-data-loss
      Remove all tables.

Exit status: 0 the database has the version; 1 a step failed, or rows would be lost; 2 wrong usage; 6 a
migration was changed after it ran; 7 the tables are to be adopted first; 8 others were in the way for too
long.";

/// Take a database back to an older version
///
/// Steps that this towpath does not know are taken back as the newer one left word in the database.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DowngradeArgs {
    /// Where to go: `base`, a number of steps as in -1, or a version
    #[arg(value_name = "TARGET", allow_hyphen_values = true)]
    target: Target,

    #[command(flatten)]
    place: PlaceArgs,

    /// Also if rows are lost; without it they are counted and nothing is done
    #[arg(long)]
    allow_data_loss: bool,

    #[command(flatten)]
    script: ScriptArgs,

    #[command(flatten)]
    patience: PatienceArgs,
}

pub(crate) fn run(args: &DowngradeArgs) -> Result<ExitCode, Failure> {
    if args.script.sql {
        args.script.print(
            &args.place,
            args.target,
            Direction::Down,
            &args.patience.options(),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let loss = if args.allow_data_loss {
        DataLoss::Allow
    } else {
        DataLoss::Refuse
    };
    change_each(&args.place, &args.patience, &mut |runner, teller| {
        let moved = runner.downgrade(args.target, loss, &mut |event| teller.hear(&event))?;
        Ok(Done::moved(&moved, "taken back", teller))
    })
}
