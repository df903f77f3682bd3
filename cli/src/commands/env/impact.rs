//! `towpath env impact`

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::channel::{KNOWN_SUBDIRS, Subdir};
use towpath_core::environment::impact::{Impact, impact};
use towpath_core::environment::ledger::{ChannelContent as _, ChannelFile};
use towpath_core::environment::{Channel, Wanted};
use towpath_core::package::ArtifactName;

use super::place::{PlaceArgs, file_of_channel};
use super::uses;
use crate::failure::Failure;
use crate::report;

/// Say what breaks if a package leaves the channel, and which other build would do
///
/// What would do is a build of the same name that is left in the channel and that all who ask for it in
/// the environment, as far as their records are in the channel, can do with.
#[derive(Debug, Args)]
pub(super) struct ImpactArgs {
    /// A package of the channel (SUBDIR/FILE or its path), or a `MatchSpec`: what it finds leaves together
    #[arg(value_name = "FILE|SPEC")]
    what: String,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &ImpactArgs) -> Result<ExitCode, Failure> {
    let (channel, mut ledger) = args.place.open_ledger()?;
    let files = match file_of_channel(args.place.folder(), &args.what) {
        Ok(file) => {
            let listed = channel.listed(&file.subdir, &[file.file.as_str().to_owned()])?;
            if listed.is_empty() && ledger.uses_of_file(&file)?.is_empty() {
                return Err(Failure::failed(format!("the channel does not have {file}")));
            }
            vec![file]
        }
        Err(no_file) if args.what.contains('/') => return Err(no_file),
        Err(_) => {
            let wanted = Wanted::question(&args.what).map_err(Failure::usage)?;
            files(&channel, &wanted)?
        }
    };
    if files.is_empty() {
        return Err(Failure::failed(format!(
            "the channel has nothing that {} finds",
            args.what
        )));
    }
    let held: Vec<String> = ledger
        .holds()?
        .into_iter()
        .filter(|hold| files.iter().any(|file| file.to_string() == hold.file))
        .map(|hold| format!("{} is held: {}", hold.file, hold.reason))
        .collect();
    let impacts = impact(&channel, &mut ledger, &files)?;
    let lines: Vec<String> = impacts
        .iter()
        .flat_map(lines)
        .chain(held.iter().cloned())
        .collect();
    if impacts.is_empty() && !args.place.json() {
        report::say(&format!(
            "no current build needs {} of {}",
            if files.len() == 1 { "it" } else { "any" },
            report::counted(files.len() as u64, "file")
        ));
    }
    let json = json!({
        "files": files.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "impact": impacts.iter().map(json_of).collect::<Vec<_>>(),
        "held": held,
    });
    args.place.answer(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// The channel's files that a spec finds.
fn files(channel: &Channel, wanted: &Wanted) -> Result<Vec<ChannelFile>, Failure> {
    let mut files = Vec::new();
    for subdir in KNOWN_SUBDIRS {
        let subdir: Subdir = subdir.parse().map_err(Failure::usage)?;
        for (file_name, record) in channel.records(&subdir, &|name| name == wanted.name())? {
            let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
            let number = record.get("build_number").and_then(Value::as_u64);
            if wanted.is(text("version"), text("build"), number)
                && let Ok(file) = ArtifactName::new(file_name)
            {
                files.push(ChannelFile {
                    subdir: subdir.clone(),
                    file,
                });
            }
        }
    }
    Ok(files)
}

fn lines(impact: &Impact) -> Vec<String> {
    let used = &impact.used;
    let mut lines = vec![format!(
        "{} ({}, build {}) would lack {}/{}",
        used.path, used.platform, used.build, used.package.subdir, used.package.file_name
    )];
    lines.extend(impact.asked_by.iter().map(|asked| format!("  {asked}")));
    lines.push(match impact.instead.split_first() {
        None => "  nothing else in the channel would do".to_owned(),
        Some((best, [])) => format!("  {best} would do"),
        Some((best, others)) => format!(
            "  {best} would do, and {}",
            report::counted(others.len() as u64, "other file")
        ),
    });
    lines
}

fn json_of(impact: &Impact) -> Value {
    let mut value = uses::json_of(&impact.used);
    value["asked_by"] = json!(impact.asked_by);
    value["instead"] = json!(impact.instead);
    value
}
