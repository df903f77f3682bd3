//! `towpath env usage`

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::place::PlaceArgs;
use crate::failure::Failure;
use crate::report;

/// Say how many bytes of packages the namespaces use, and how many of them alone
///
/// Each file is counted once for a namespace, whichever of its builds that are kept need it.
#[derive(Debug, Args)]
pub(super) struct UsageArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &UsageArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let usage = ledger.usage()?;
    let lines: Vec<String> = usage
        .iter()
        .map(|usage| {
            let mut line = format!(
                "{}: {}, {}, {} in {}, {} of them for it alone",
                usage.namespace,
                report::counted(usage.environments as u64, "environment"),
                report::counted(usage.builds as u64, "build"),
                report::size(usage.bytes),
                report::counted(usage.packages as u64, "file"),
                report::size(usage.exclusive_bytes),
            );
            if usage.unknown_sizes > 0 {
                line.push_str(&format!(
                    " ({} of unknown size)",
                    report::counted(usage.unknown_sizes as u64, "file")
                ));
            }
            line
        })
        .collect();
    if usage.is_empty() && !args.place.json() {
        report::say("there are no environments");
    }
    let values: Vec<Value> = usage
        .iter()
        .map(|usage| {
            json!({
                "namespace": usage.namespace.as_str(),
                "environments": usage.environments,
                "builds": usage.builds,
                "packages": usage.packages,
                "bytes": usage.bytes,
                "exclusive_bytes": usage.exclusive_bytes,
                "unknown_sizes": usage.unknown_sizes,
            })
        })
        .collect();
    args.place.answer(&Value::Array(values), &lines)?;
    Ok(ExitCode::SUCCESS)
}
