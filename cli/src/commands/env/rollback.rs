//! `towpath env rollback` and `remove`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use towpath_core::channel::Subdir;
use towpath_core::environment::EnvironmentPath;
use towpath_core::environment::ledger::ChannelContent;

use super::look::chosen_one;
use super::place::{PlaceArgs, is_missing, path, stamp};
use crate::failure::Failure;

/// Make an earlier build of an environment current again
#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    /// The build [default: the last one that was solved before the current one]
    #[arg(long, value_name = "N")]
    to: Option<i64>,

    /// The platform, if builds for several are current
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<Subdir>,

    /// Go back although the channel does not have all of its packages any more
    #[arg(long)]
    allow_missing: bool,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &RollbackArgs) -> Result<ExitCode, Failure> {
    let (channel, mut ledger) = args.place.open_ledger()?;
    let platform = match (&args.platform, args.to) {
        (Some(platform), _) => platform.clone(),
        (None, build) => chosen_one(&mut ledger, &args.path, None, build)?.platform,
    };
    let content: Option<&dyn ChannelContent> = match args.allow_missing {
        true => None,
        false => Some(&channel),
    };
    let build = ledger
        .roll_back(&args.path, &platform, args.to, content)
        .map_err(is_missing)?;
    let json = json!({ "environment": args.path.to_string(), "platform": platform.as_str(), "build": build });
    let line = format!("{} {platform}: build {build} is current", args.path);
    args.place.answer(&json, &[line])?;
    Ok(ExitCode::SUCCESS)
}

/// Remove an environment
///
/// It needs no package any more. Its builds are deleted by `towpath db gc`, once they are old enough.
#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn remove(args: &RemoveArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    ledger.retire(&args.path, &stamp())?;
    let json = json!({ "environment": args.path.to_string(), "removed": true });
    args.place.answer(&json, &[format!("{}: removed", args.path)])?;
    Ok(ExitCode::SUCCESS)
}
