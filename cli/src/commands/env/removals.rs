//! `towpath env removals`

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::place::PlaceArgs;
use crate::failure::Failure;
use crate::report;

/// Say which packages were removed although somebody needed them: by whom, why, and who that was
#[derive(Debug, Args)]
pub(super) struct RemovalsArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &RemovalsArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let removals = ledger.forced_removals()?;
    let mut lines = Vec::new();
    for removal in &removals {
        lines.push(format!(
            "{}: removed by {} on {}: {}",
            removal.file,
            removal.by,
            removal.removed_at.strftime("%Y-%m-%d"),
            removal.reason
        ));
        lines.extend(
            removal
                .needed_by
                .lines()
                .map(|line| format!("  needed by {line}")),
        );
    }
    if removals.is_empty() && !args.place.json() {
        report::say("nothing was removed that somebody needed");
    }
    let values: Vec<Value> = removals
        .iter()
        .map(|removal| {
            json!({
                "file": removal.file,
                "by": removal.by,
                "reason": removal.reason,
                "needed_by": removal.needed_by.lines().collect::<Vec<_>>(),
                "removed_at": removal.removed_at.to_string(),
            })
        })
        .collect();
    args.place.answer(&Value::Array(values), &lines)?;
    Ok(ExitCode::SUCCESS)
}
