//! `towpath env outdated`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::environment::difference::{changes, of_build, of_lock};
use towpath_core::environment::formats::{Content, ReadOptions, Request, read_with};
use towpath_core::environment::ledger::{Build, BuildFileKind, Ledger};
use towpath_core::environment::solve::{solve, virtual_packages_of_log};
use towpath_core::environment::{Channel, EnvironmentPath};

use super::diff;
use super::place::{PlaceArgs, path};
use super::solving::SolvingArgs;
use crate::failure::Failure;
use crate::report;

/// Say which environments would have other packages if they were solved now
///
/// Nothing is recorded. The machine is taken to have what it had for the build, unless options say
/// otherwise. What was recorded from a lock file is not solved anew; of that is told which
/// packages have left the channel.
#[derive(Debug, Args)]
pub(super) struct OutdatedArgs {
    /// Only this environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: Option<EnvironmentPath>,

    #[command(flatten)]
    solving: SolvingArgs,

    #[command(flatten)]
    place: PlaceArgs,
}

/// What is to be said of one current build.
struct Answer {
    lines: Vec<String>,
    json: Value,
}

pub(super) fn run(args: &OutdatedArgs) -> Result<ExitCode, Failure> {
    let name = args.place.config()?.channel.name;
    let (channel, mut ledger) = args.place.open_ledger()?;
    let mut lines = Vec::new();
    let mut values = Vec::new();
    let mut seen = false;
    for environment in ledger.environments(None)? {
        if args.path.as_ref().is_some_and(|path| *path != environment.path) {
            continue;
        }
        seen = true;
        for build in &environment.current {
            let answer = answer(args, &channel, name.as_deref(), &mut ledger, build)?;
            let place = format!("{} ({}, build {})", environment.path, build.platform, build.id);
            match answer.lines.is_empty() {
                true => lines.push(format!("{place}: up to date")),
                false => {
                    lines.push(format!("{place}:"));
                    lines.extend(answer.lines.iter().map(|line| format!("  {line}")));
                }
            }
            let mut value = answer.json;
            value["environment"] = environment.path.to_string().into();
            value["platform"] = build.platform.as_str().into();
            value["build"] = build.id.into();
            values.push(value);
        }
    }
    match (&args.path, seen) {
        (Some(path), false) => return Err(Failure::failed(format!("there is no environment {path}"))),
        (None, false) if !args.place.json() => report::say("there are no environments"),
        _ => {}
    }
    args.place.answer(&Value::Array(values), &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn answer(
    args: &OutdatedArgs,
    channel: &Channel,
    own_name: Option<&str>,
    ledger: &mut Ledger,
    build: &Build,
) -> Result<Answer, Failure> {
    let packages = ledger.packages(build.id)?;
    let Some(request) = request(ledger, build)? else {
        let gone = packages.iter().filter(|package| package.withdrawn_at.is_some());
        let gone: Vec<String> = gone
            .map(|package| format!("{}/{}", package.subdir, package.file_name))
            .collect();
        return Ok(Answer {
            lines: gone
                .iter()
                .map(|file| format!("! {file} has left the channel"))
                .collect(),
            json: json!({ "is_solved_anew": false, "gone": gone }),
        });
    };
    // The channels that it was solved against, which the specification may not name.
    let mut solving = args.solving.clone();
    let mut known: Vec<String> = Vec::new();
    for used in ledger.channels(build.id)? {
        if !used.is_own && !known.contains(&used.channel) {
            known.push(used.channel);
        }
    }
    solving.add(known);
    let mut request = solving.request(channel, own_name, &request, Path::new("."), &build.platform)?;
    if !solving.says_virtual_packages()
        && let Some(log) = ledger.file(build.id, BuildFileKind::Log)?
        && let Some(known) = virtual_packages_of_log(&log)
    {
        request.virtual_packages = known;
    }
    match solve(&request) {
        Ok(solution) => {
            let changes = changes(&of_build(&packages), &of_lock(&solution.lock.packages));
            Ok(Answer {
                lines: diff::lines(&changes),
                json: json!({
                    "is_solved_anew": true,
                    "changes": changes.iter().map(diff::json_of).collect::<Vec<_>>(),
                }),
            })
        }
        Err(error) => Ok(Answer {
            lines: format!("! it cannot be solved any more: {error}")
                .lines()
                .map(str::to_owned)
                .collect(),
            json: json!({ "is_solved_anew": true, "error": error.to_string() }),
        }),
    }
}

/// What was asked for, unless that was a lock file.
fn request(ledger: &mut Ledger, build: &Build) -> Result<Option<Request>, Failure> {
    let Some(body) = ledger.specification(&build.specification)? else {
        return Ok(None);
    };
    let options = ReadOptions {
        kind: Some(build.specification_kind),
        platform: Some(build.platform.clone()),
        environment: None,
    };
    Ok(match read_with("", body.as_bytes(), &options)?.content {
        Content::Requested(request) => Some(request),
        Content::Locked(_) => None,
    })
}
