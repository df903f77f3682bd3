//! `towpath hold`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_core::environment::ledger::Hold;

use super::env::{PlaceArgs, file_of_channel, stamp};
use crate::failure::Failure;
use crate::{report, span};

/// Keep packages from being removed, whether or not an environment needs them
#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    #[command(subcommand)]
    command: HoldCommand,
}

#[derive(Debug, Subcommand)]
enum HoldCommand {
    Add(AddArgs),
    List(ListArgs),
    Rm(RmArgs),
}

/// Hold packages of the channel
#[derive(Debug, Args)]
struct AddArgs {
    /// A package: SUBDIR/FILE, or its path
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// For how long, as in `30 days` [default: until it is removed]
    #[arg(long, value_name = "TIME", value_parser = span::value)]
    expires: Option<std::time::Duration>,

    #[command(flatten)]
    place: PlaceArgs,
}

/// List the holds
#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Remove a hold
#[derive(Debug, Args)]
struct RmArgs {
    /// Its number
    #[arg(value_name = "N")]
    id: i64,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(crate) fn run(args: &HoldArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        HoldCommand::Add(args) => add(args),
        HoldCommand::List(args) => list(args),
        HoldCommand::Rm(args) => rm(args),
    }
}

fn add(args: &AddArgs) -> Result<ExitCode, Failure> {
    if args.reason.trim().is_empty() {
        return Err(Failure::usage("say why: --reason \"needed for the paper\""));
    }
    let files: Result<Vec<_>, Failure> = args
        .files
        .iter()
        .map(|file| file_of_channel(args.place.folder(), file))
        .collect();
    let files = files?;
    let stamp = stamp();
    let expires = args
        .expires
        .map(|expires| stamp.at.checked_add(expires))
        .transpose()
        .map_err(Failure::usage)?;
    let (channel, mut ledger) = args.place.open_ledger()?;
    let ids = ledger.add_holds(&files, args.reason.trim(), expires, &channel, &stamp)?;
    let lines: Vec<String> = files
        .iter()
        .zip(&ids)
        .map(|(file, id)| format!("hold {id}: {file}"))
        .collect();
    args.place.answer(&json!({ "holds": ids }), &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn list(args: &ListArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let holds = ledger.holds()?;
    let now = Timestamp::now();
    let lines: Vec<String> = holds.iter().map(|hold| line(hold, now)).collect();
    if holds.is_empty() && !args.place.json() {
        report::say("nothing is held");
    }
    let values: Vec<Value> = holds
        .iter()
        .map(|hold| {
            json!({
                "hold": hold.id,
                "file": hold.file,
                "reason": hold.reason,
                "by": hold.by,
                "created_at": hold.created_at.to_string(),
                "expires_at": hold.expires_at.map(|time| time.to_string()),
            })
        })
        .collect();
    args.place.answer(&Value::Array(values), &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn line(hold: &Hold, now: Timestamp) -> String {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    let until = match hold.expires_at {
        None => String::new(),
        Some(expires) if expires <= now => format!(", expired on {}", day(expires)),
        Some(expires) => format!(", until {}", day(expires)),
    };
    format!(
        "hold {}: {} by {} since {}{until}: {}",
        hold.id,
        hold.file,
        hold.by,
        day(hold.created_at),
        hold.reason
    )
}

fn rm(args: &RmArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    ledger.remove_hold(args.id)?;
    args.place.answer(
        &json!({ "removed": args.id }),
        &[format!("hold {} removed", args.id)],
    )?;
    Ok(ExitCode::SUCCESS)
}
