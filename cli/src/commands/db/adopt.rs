//! `towpath db adopt`, `stamp` and `repair`: they write what a database's history says, and only
//! after comparing its tables with that.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::place::PlaceArgs;
use super::steps::{Done, PatienceArgs, change_each};
use crate::failure::Failure;

const STATUSES: &str = "\
Exit status: 0 it is so; 1 it could not be done; 2 wrong usage; 4 the tables are different, nothing was
changed; 5 the database is newer than this towpath; 8 others were in the way for too long.";

/// Take over a database that conda-index or an older towpath made
///
/// Compares its tables with what these make, writes the history, and upgrades. No package is read
/// anew, and conda-index goes on working with it.
#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    place: PlaceArgs,

    #[command(flatten)]
    patience: PatienceArgs,
}

/// Say which version a database has, if its tables are those
///
/// For a database whose history was lost or is wrong. A database of conda-index is adopted instead.
#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub(crate) struct StampArgs {
    /// The version
    #[arg(value_name = "N")]
    stamped: u32,

    #[command(flatten)]
    place: PlaceArgs,

    #[command(flatten)]
    patience: PatienceArgs,
}

/// Accept migrations that were changed after they ran, if the tables are what they make
#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    place: PlaceArgs,

    #[command(flatten)]
    patience: PatienceArgs,
}

pub(crate) fn adopt(args: &AdoptArgs) -> Result<ExitCode, Failure> {
    change_each(&args.place, &args.patience, &mut |runner, teller| {
        let adopted = runner.adopt(&mut |event| teller.hear(&event))?;
        let (version, to) = (adopted.version, adopted.moved.to);
        let upgraded = if to == version {
            String::new()
        } else {
            format!(" and upgraded to {to}")
        };
        Ok(Done {
            text: format!("adopted as version {version}{upgraded}"),
            json: json!({ "adopted": version, "to": to, "steps": teller.json() }),
        })
    })
}

pub(crate) fn stamp(args: &StampArgs) -> Result<ExitCode, Failure> {
    change_each(&args.place, &args.patience, &mut |runner, teller| {
        runner.stamp(args.stamped, &mut |event| teller.hear(&event))?;
        Ok(Done {
            text: format!("version {}", args.stamped),
            json: json!({ "version": args.stamped }),
        })
    })
}

pub(crate) fn repair(args: &RepairArgs) -> Result<ExitCode, Failure> {
    change_each(&args.place, &args.patience, &mut |runner, teller| {
        let repaired = runner.repair(&mut |event| teller.hear(&event))?;
        let steps: Vec<String> = repaired.iter().map(u32::to_string).collect();
        Ok(Done {
            text: match steps.len() {
                0 => "nothing to repair".to_owned(),
                1 => format!("step {} is accepted as it is now", steps.concat()),
                _ => format!("steps {} are accepted as they are now", steps.join(", ")),
            },
            json: json!({ "repaired": repaired }),
        })
    })
}
