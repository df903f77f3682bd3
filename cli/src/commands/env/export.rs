//! `towpath env export`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;
use towpath_core::channel::Subdir;
use towpath_core::environment::EnvironmentPath;
use towpath_core::environment::ledger::BuildFileKind;

use super::look::chosen_one;
use super::place::{PlaceArgs, path};
use crate::failure::Failure;
use crate::report;

/// What can be had of a build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// URLs of packages, as `conda create --file` takes them
    #[default]
    Explicit,
    /// conda-lock.yml
    CondaLock,
    /// environment.yml with exact versions
    EnvironmentYml,
    /// What the solver was asked, and what it said
    Log,
    /// What was asked for, as it was given
    Specification,
}

/// Write out an environment, for a client to install it
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    /// As what
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// The platform, if builds for several are current
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<Subdir>,

    /// This build instead of the current one
    #[arg(long, value_name = "N", conflicts_with = "platform")]
    build: Option<i64>,

    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &ExportArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let build = chosen_one(&mut ledger, &args.path, args.platform.as_ref(), args.build)?;
    let kind = match args.format {
        Format::Explicit => Some(BuildFileKind::Explicit),
        Format::CondaLock => Some(BuildFileKind::CondaLock),
        Format::EnvironmentYml => Some(BuildFileKind::EnvironmentYml),
        Format::Log => Some(BuildFileKind::Log),
        Format::Specification => None,
    };
    let text = match kind {
        Some(kind) => ledger.file(build.id, kind)?,
        None => ledger.specification(&build.specification)?,
    };
    let text =
        text.ok_or_else(|| Failure::failed(format!("build {} of {} has no such file", build.id, args.path)))?;
    if args.place.json() && args.output.is_none() {
        let json = json!({
            "environment": args.path.to_string(),
            "platform": build.platform.as_str(),
            "build": build.id,
            "text": text,
        });
        args.place.answer(&json, &[])?;
        return Ok(ExitCode::SUCCESS);
    }
    match &args.output {
        Some(file) => fs_err::write(file, text)?,
        None => report::print(text.trim_end_matches('\n'))?,
    }
    Ok(ExitCode::SUCCESS)
}
