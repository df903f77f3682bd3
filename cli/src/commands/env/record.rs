//! `towpath env record`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use towpath_core::channel::Subdir;
use towpath_core::environment::formats::{
    Content, DocumentKind, ReadOptions, read_with, write_conda_lock, write_environment_yml, write_explicit,
};
use towpath_core::environment::ledger::{BuildFile, BuildFileKind, ChannelContent, Outcome, Solved};
use towpath_core::environment::{Channel, EnvironmentPath, Lock, Specification};

use super::place::{PlaceArgs, is_missing, path, stamp};
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath env record team/analysis conda-lock.yml
  towpath env record team/analysis explicit.txt --platform linux-64
  towpath env record team/analysis pixi.lock --environment test -C /srv/channels/main";

/// Record what an environment is made of: an explicit list, conda-lock.yml or pixi.lock
///
/// The packages of the channel that it names have to be there. What was recorded before stays in the
/// environment's history; the very same again changes nothing. What is yet to be solved, such as an
/// environment.yml, is for `towpath env solve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RecordArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    /// The lock file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What FILE is, if that cannot be told from it
    #[arg(long, value_name = "KIND")]
    kind: Option<DocumentKind>,

    /// The platform of an explicit list that does not say it
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<Subdir>,

    /// The environment to take of a pixi.lock [default: default]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,

    /// Record it although the channel does not have all of its packages
    #[arg(long)]
    allow_missing: bool,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &RecordArgs) -> Result<ExitCode, Failure> {
    let text = fs_err::read(&args.file)?;
    let options = ReadOptions {
        kind: args.kind,
        platform: args.platform.clone(),
        environment: args.environment.clone(),
    };
    let named = |error: &dyn std::fmt::Display| Failure::failed(format!("{}: {error}", args.file.display()));
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let document = read_with(&name, &text, &options).map_err(|error| named(&error))?;
    for warning in &document.warnings {
        report::warn(&report::shown(warning));
    }
    let specification = Specification::of(&document, &String::from_utf8_lossy(&text));
    let locks = match document.content {
        Content::Locked(locks) => locks,
        Content::Requested(_) => {
            return Err(Failure::usage(format!(
                "{} says what is wanted, not which packages that is: `towpath env solve {} {}` finds out and records it",
                args.file.display(),
                args.path,
                args.file.display()
            )));
        }
    };
    let (channel, mut ledger) = args.place.open_ledger()?;
    let solved: Result<Vec<Solved>, Failure> = locks
        .into_iter()
        .map(|mut lock| {
            refuse_others(&channel, &mut lock, args.allow_missing)?;
            Ok(Solved {
                files: files(&args.path, &lock).map_err(|error| named(&error))?,
                lock,
                requested: std::collections::BTreeSet::new(),
                channels: Vec::new(),
            })
        })
        .collect();
    let solved = solved?;
    warn_if_unprotected(&channel, &solved);
    let content: Option<&dyn ChannelContent> = match args.allow_missing {
        true => None,
        false => Some(&channel),
    };
    let recorded = ledger
        .record(&args.path, &specification, &solved, content, &stamp())
        .map_err(is_missing)?;
    let lines: Vec<String> = recorded
        .iter()
        .map(|recorded| match recorded.outcome {
            Outcome::New => format!(
                "{} {}: build {} recorded",
                args.path, recorded.platform, recorded.build
            ),
            Outcome::AsBefore => format!(
                "{} {}: as before, build {}",
                args.path, recorded.platform, recorded.build
            ),
        })
        .collect();
    let builds: Vec<_> = recorded
        .iter()
        .map(|recorded| {
            json!({
                "platform": recorded.platform.as_str(),
                "build": recorded.build,
                "is_new": recorded.outcome == Outcome::New,
            })
        })
        .collect();
    let json = json!({ "environment": args.path.to_string(), "specification": specification.sha256, "builds": builds });
    args.place.answer(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Fails if the lock means other bytes than the channel has: they are as missing as a file that is not there.
fn refuse_others(channel: &Channel, lock: &mut Lock, allow_missing: bool) -> Result<(), Failure> {
    match channel.complete(lock)?.first() {
        Some(other) if !allow_missing => Err(Failure::failed(format!(
            "the channel has other bytes under the name of {other} than the lock says; --allow-missing records it all the same"
        ))),
        _ => Ok(()),
    }
}

/// Says so if nothing of the channel is protected, which is most likely not what is meant.
fn warn_if_unprotected(channel: &Channel, solved: &[Solved]) {
    let mut packages = solved.iter().flat_map(|solved| &solved.lock.packages);
    if !packages.any(|package| channel.has_url(&package.channel)) {
        report::warn(&format!(
            "none of the packages is of this channel ({}), so none of it is protected: --channel-url or \
             url in towpath.toml say by which URLs clients find it",
            report::shown(channel.shown_url())
        ));
    }
}

/// What can be had again of a lock.
fn files(
    path: &EnvironmentPath,
    lock: &Lock,
) -> Result<Vec<BuildFile>, towpath_core::environment::formats::FormatError> {
    let files = [
        (BuildFileKind::Explicit, write_explicit(lock)),
        (
            BuildFileKind::CondaLock,
            write_conda_lock(std::slice::from_ref(lock), &[], None)?,
        ),
        (
            BuildFileKind::EnvironmentYml,
            write_environment_yml(Some(path.name.as_str()), &[], lock)?,
        ),
    ];
    Ok(files.map(|(kind, body)| BuildFile { kind, body }).into())
}
