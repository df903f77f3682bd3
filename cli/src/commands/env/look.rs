//! `towpath env list`, `show` and `history`

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_core::channel::Subdir;
use towpath_core::environment::ledger::{Build, Ledger, UsedPackage};
use towpath_core::environment::{EnvironmentPath, Name};

use super::place::{PlaceArgs, path};
use crate::failure::Failure;
use crate::report;

/// List the environments
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only those of this namespace
    #[arg(value_name = "NS")]
    namespace: Option<Name>,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn list(args: &ListArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let environments = ledger.environments(args.namespace.as_ref())?;
    let mut lines = Vec::new();
    let mut values = Vec::new();
    for environment in &environments {
        let builds: Vec<String> = environment
            .current
            .iter()
            .map(|build| {
                format!(
                    "{} (build {}, {})",
                    build.platform,
                    build.id,
                    day(build.started_at)
                )
            })
            .collect();
        let builds = match builds.is_empty() {
            true => "no current build".to_owned(),
            false => builds.join(", "),
        };
        lines.push(format!("{}: {builds}", environment.path));
        values.push(json!({
            "environment": environment.path.to_string(),
            "created_at": environment.created_at.to_string(),
            "current": environment.current.iter().map(build_json).collect::<Vec<_>>(),
        }));
    }
    if environments.is_empty() && !args.place.json() {
        report::say(&match &args.namespace {
            Some(namespace) => format!("there are no environments in {namespace}"),
            None => {
                "there are no environments: `towpath env record` and `towpath env solve` make them".to_owned()
            }
        });
    }
    args.place.answer(&Value::Array(values), &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Show the packages of an environment
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    /// Only the current build for this platform
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<Subdir>,

    /// This build instead of the current ones
    #[arg(long, value_name = "N", conflicts_with = "platform")]
    build: Option<i64>,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn show(args: &ShowArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let builds = chosen(&mut ledger, &args.path, args.platform.as_ref(), args.build)?;
    let mut lines = Vec::new();
    let mut values = Vec::new();
    for build in builds {
        let packages = ledger.packages(build.id)?;
        let channels = ledger.channels(build.id)?;
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(headline(&build));
        for channel in &channels {
            let digest = channel
                .sha256
                .as_deref()
                .map_or("", |digest| &digest[..digest.len().min(12)]);
            let document = channel.document.as_deref().unwrap_or("documents");
            lines.push(format!(
                "  against {}/{}, {document} {digest}",
                channel.channel, channel.subdir
            ));
        }
        if !build.status_info.is_empty() {
            lines.extend(build.status_info.lines().map(|line| format!("  {line}")));
        }
        let widest = packages
            .iter()
            .map(|package| package.name.chars().count())
            .max()
            .unwrap_or(0);
        for package in &packages {
            lines.push(package_line(package, widest));
        }
        let mut value = build_json(&build);
        value["packages"] = packages.iter().map(package_json).collect();
        value["channels"] = channels
            .iter()
            .map(|channel| {
                json!({
                    "channel": channel.channel, "subdir": channel.subdir, "is_own": channel.is_own,
                    "revision": channel.revision, "document": channel.document, "sha256": channel.sha256,
                })
            })
            .collect();
        values.push(value);
    }
    args.place.answer(
        &json!({ "environment": args.path.to_string(), "builds": values }),
        &lines,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Show the builds of an environment, newest first
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn history(args: &HistoryArgs) -> Result<ExitCode, Failure> {
    let (_, mut ledger) = args.place.open_ledger()?;
    let builds = ledger.history(&args.path)?;
    let lines: Vec<String> = builds.iter().map(headline).collect();
    let values: Vec<Value> = builds.iter().map(build_json).collect();
    args.place.answer(
        &json!({ "environment": args.path.to_string(), "builds": values }),
        &lines,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The build that is named, or those that are current.
pub(super) fn chosen(
    ledger: &mut Ledger,
    path: &EnvironmentPath,
    platform: Option<&Subdir>,
    build: Option<i64>,
) -> Result<Vec<Build>, Failure> {
    if let Some(build) = build {
        return Ok(vec![ledger.build(path, build)?]);
    }
    if let Some(platform) = platform {
        return Ok(vec![ledger.current(path, platform)?]);
    }
    let mut builds = ledger.history(path)?;
    builds.retain(|build| build.is_current);
    builds.sort_by(|one, other| one.platform.cmp(&other.platform));
    match builds.is_empty() {
        true => Err(Failure::failed(format!(
            "the environment {path} has no current build (`towpath env history {path}` says why)"
        ))),
        false => Ok(builds),
    }
}

/// The one build that is named, or that is current for the platform, or the only one that is current.
pub(super) fn chosen_one(
    ledger: &mut Ledger,
    path: &EnvironmentPath,
    platform: Option<&Subdir>,
    build: Option<i64>,
) -> Result<Build, Failure> {
    let mut builds = chosen(ledger, path, platform, build)?;
    match (builds.pop(), builds.is_empty()) {
        (Some(build), true) => Ok(build),
        _ => Err(Failure::usage(format!(
            "{path} has current builds for several platforms: say which with --platform"
        ))),
    }
}

/// A build in a line.
fn headline(build: &Build) -> String {
    let current = match build.is_current {
        true => ", current",
        false => "",
    };
    format!(
        "build {} for {}: {}{current}, {} by {} ({})",
        build.id,
        build.platform,
        build.status,
        day(build.started_at),
        build.made_by,
        build.solver
    )
}

fn package_line(package: &UsedPackage, widest: usize) -> String {
    let mut line = format!(
        "  {:widest$}  {} {}",
        package.name, package.version, package.build
    );
    if !package.is_own {
        line.push_str(&format!("  from {}", package.channel));
    }
    if package.withdrawn_at.is_some() {
        line.push_str("  (removed from the channel)");
    }
    line
}

pub(super) fn build_json(build: &Build) -> Value {
    json!({
        "build": build.id,
        "platform": build.platform.as_str(),
        "status": build.status.as_str(),
        "why": build.status_info,
        "is_current": build.is_current,
        "solver": build.solver,
        "made_by": build.made_by,
        "started_at": build.started_at.to_string(),
        "ended_at": build.ended_at.map(|time| time.to_string()),
        "specification": build.specification,
        "specification_kind": build.specification_kind.as_str(),
    })
}

pub(super) fn package_json(package: &UsedPackage) -> Value {
    json!({
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "subdir": package.subdir,
        "file_name": package.file_name,
        "channel": package.channel,
        "is_own": package.is_own,
        "is_requested": package.is_requested,
        "sha256": (!package.sha256.is_empty()).then_some(&package.sha256),
        "size": package.size,
        "withdrawn_at": package.withdrawn_at.map(|time| time.to_string()),
    })
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}
