//! `towpath db gc`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use towpath_core::environment::ledger::Retention;

use crate::commands::env::PlaceArgs;
use crate::failure::Failure;
use crate::{report, span};

const EXAMPLES: &str = "\
Examples:
  towpath db gc -C my-channel --dry-run
  towpath db gc -C my-channel --keep-builds 5 --orphans-older-than '30 days'";

/// Forget old builds of environments, and what only they needed
///
/// What a current build or a hold needs is never deleted. Files of packages are left alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct GcArgs {
    /// How many builds of an environment are kept for a platform, beside the current one if that is older
    #[arg(long, value_name = "N", default_value_t = 3)]
    keep_builds: usize,

    /// How old must be what nobody needs, and how long ago an environment must have been removed
    #[arg(long, value_name = "TIME", default_value = "90 days", value_parser = span::value)]
    orphans_older_than: Duration,

    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &GcArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let now = Timestamp::now();
    let retention = Retention {
        keep_builds: args.keep_builds,
        orphans_before: now.checked_sub(args.orphans_older_than).map_err(Failure::usage)?,
    };
    let collected = match args.dry_run {
        true => ledger.garbage(retention, now)?,
        false => ledger.collect(retention, now)?,
    };
    let counted = |count: usize, what: &str| report::counted(count as u64, what);
    let verb = if args.dry_run {
        "would be deleted"
    } else {
        "deleted"
    };
    let lines = [
        format!(
            "{verb}: {}, {}, {}, {}, {}, {}",
            counted(collected.builds, "build"),
            counted(collected.specifications, "specification"),
            counted(collected.packages, "package row"),
            counted(collected.holds, "expired hold"),
            counted(collected.environments, "removed environment"),
            counted(collected.namespaces, "empty namespace"),
        ),
        format!(
            "given up: {} that never ended",
            counted(collected.given_up, "build")
        ),
    ];
    let json = json!({
        "dry_run": args.dry_run,
        "builds": collected.builds,
        "specifications": collected.specifications,
        "packages": collected.packages,
        "package_bytes": collected.package_bytes,
        "holds": collected.holds,
        "environments": collected.environments,
        "namespaces": collected.namespaces,
        "given_up": collected.given_up,
    });
    args.place.answer(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}
