//! `towpath env uses` and `used-by`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::environment::ledger::Use;
use towpath_core::environment::{Wanted, folder_url};

use super::look::package_json;
use super::place::{PlaceArgs, file_of_channel};
use crate::failure::Failure;
use crate::report;

/// Say which environments use a package, by name and version
///
/// Current builds count, whatever channel they have the package from.
#[derive(Debug, Args)]
pub(super) struct UsesArgs {
    /// A `MatchSpec`, such as 'numpy>=2,<3'
    #[arg(value_name = "SPEC")]
    spec: String,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn uses(args: &UsesArgs) -> Result<ExitCode, Failure> {
    let wanted = Wanted::question_without_numbers(&args.spec).map_err(Failure::usage)?;
    let (_, mut ledger) = args.place.open_ledger()?;
    let mut uses = ledger.uses_of_name(wanted.name())?;
    uses.retain(|used| wanted.is(&used.package.version, &used.package.build, None));
    tell(&args.place, &uses)
}

/// Say which environments use a file of the channel, bytes of some digest, or anything of a channel
#[derive(Debug, Args)]
pub(super) struct UsedByArgs {
    /// A package of the channel (SUBDIR/FILE or its path), or a SHA-256
    #[arg(value_name = "FILE|SHA256", required_unless_present = "from")]
    file: Option<String>,

    /// Anything of the channel of this URL or in this folder; `.` is the channel itself
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    from: Option<String>,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn used_by(args: &UsedByArgs) -> Result<ExitCode, Failure> {
    let (channel, mut ledger) = args.place.open_ledger()?;
    let uses = match (&args.file, &args.from) {
        (Some(digest), _) if is_sha256(digest) => ledger.uses_of_sha256(&digest.to_lowercase())?,
        (Some(file), _) => ledger.uses_of_file(&file_of_channel(args.place.folder(), file)?)?,
        (None, Some(url)) if url == "." => ledger.uses_of_channel(channel.shown_url())?,
        (None, Some(folder)) if Path::new(folder).is_dir() => {
            let folder = fs_err::canonicalize(folder)?;
            ledger.uses_of_channel(&folder_url(&folder))?
        }
        (None, Some(url)) if !url.contains("://") => {
            return Err(Failure::usage(format!("{url} is neither a URL nor a folder")));
        }
        (None, Some(url)) => ledger.uses_of_channel(url)?,
        // clap asks for one of them.
        (None, None) => Vec::new(),
    };
    tell(&args.place, &uses)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn tell(place: &PlaceArgs, uses: &[Use]) -> Result<ExitCode, Failure> {
    let lines: Vec<String> = uses
        .iter()
        .map(|used| {
            let package = &used.package;
            format!(
                "{} ({}, build {}): {} {} {}",
                used.path, used.platform, used.build, package.name, package.version, package.build
            )
        })
        .collect();
    if uses.is_empty() && !place.json() {
        report::say("no current build uses it");
    }
    let values: Vec<Value> = uses.iter().map(json_of).collect();
    place.answer(&Value::Array(values), &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// A use for machines.
pub(super) fn json_of(used: &Use) -> Value {
    json!({
        "environment": used.path.to_string(),
        "platform": used.platform,
        "build": used.build,
        "package": package_json(&used.package),
    })
}
