//! `towpath db downgrade`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use towpath_core::migrate::{DataLoss, Direction, Runner, Target};

use super::place::{PlaceArgs, Purpose, Report};
use super::script::ScriptArgs;
use super::steps::{PatienceArgs, Teller};
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
    let status = args
        .place
        .each(Purpose::Change, &mut |site, database, migrations| {
            let mut teller = Teller::of(site);
            let mut runner = Runner::new(database, migrations, args.patience.options());
            let moved = runner
                .downgrade(args.target, loss, &mut |event| teller.hear(&event))
                .map_err(|error| Failure::migration(&error))?;
            Ok(Report {
                text: if moved.from == moved.to {
                    format!("{site}: version {} already", moved.to)
                } else {
                    format!("{site}: taken back from version {} to {}", moved.from, moved.to)
                },
                json: json!({ "from": moved.from, "to": moved.to, "steps": teller.json() }),
                status: 0,
            })
        })?;
    Ok(ExitCode::from(status))
}
