//! `towpath env diff`

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::channel::Subdir;
use towpath_core::environment::EnvironmentPath;
use towpath_core::environment::difference::{Change, Installed, changes, of_build};
use towpath_core::environment::ledger::BuildStatus;

use super::look::chosen_one;
use super::place::{PlaceArgs, path};
use crate::failure::Failure;

/// Show what changed between two builds of an environment
///
/// Without numbers, what the current build changed. Whether anything changed is not told by the status.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    /// The build before [default: the last one that was solved before the other]
    #[arg(value_name = "FROM")]
    from: Option<i64>,

    /// The build after [default: the current one]
    #[arg(value_name = "TO")]
    to: Option<i64>,

    /// The platform whose current build is meant
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<Subdir>,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &DiffArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let to = chosen_one(&mut ledger, &args.path, args.platform.as_ref(), args.to)?;
    let from = match args.from {
        Some(from) => ledger.build(&args.path, from)?,
        None => {
            let history = ledger.history(&args.path)?;
            let before = history.into_iter().find(|build| {
                build.id < to.id && build.platform == to.platform && build.status == BuildStatus::Solved
            });
            before.ok_or_else(|| {
                Failure::failed(format!(
                    "nothing was solved for {} before build {}",
                    to.platform, to.id
                ))
            })?
        }
    };
    let before = of_build(&ledger.packages(from.id)?);
    let after = of_build(&ledger.packages(to.id)?);
    let changes = changes(&before, &after);
    let lines = match changes.is_empty() {
        true => vec![format!("builds {} and {} have the same packages", from.id, to.id)],
        false => lines(&changes),
    };
    let json = json!({
        "environment": args.path.to_string(),
        "from": from.id,
        "to": to.id,
        "changes": changes.iter().map(json_of).collect::<Vec<_>>(),
    });
    args.place.answer(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Changes, a line each.
pub(super) fn lines(changes: &[(String, Change)]) -> Vec<String> {
    let told = |installed: &Installed| format!("{} {}", installed.version, installed.build);
    let lines = changes.iter().map(|(name, change)| match change {
        Change::Added(after) => format!("+ {name} {}", told(after)),
        Change::Removed(before) => format!("- {name} {}", told(before)),
        Change::Changed(before, after) if told(before) == told(after) => {
            format!("~ {name} {}: another file of the same name", told(before))
        }
        Change::Changed(before, after) => format!("~ {name} {} -> {}", told(before), told(after)),
    });
    lines.collect()
}

/// A change for machines.
pub(super) fn json_of((name, change): &(String, Change)) -> Value {
    let of = |installed: &Installed| {
        json!({
            "version": installed.version, "build": installed.build,
            "subdir": installed.subdir, "channel": installed.channel,
        })
    };
    let (before, after) = match change {
        Change::Added(after) => (None, Some(of(after))),
        Change::Removed(before) => (Some(of(before)), None),
        Change::Changed(before, after) => (Some(of(before)), Some(of(after))),
    };
    json!({ "name": name, "before": before, "after": after })
}
