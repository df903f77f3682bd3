//! `towpath env solve`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_core::channel::{KNOWN_SUBDIRS, Subdir};
use towpath_core::environment::formats::{Content, Document, DocumentKind, ReadOptions, Request, read_with};
use towpath_core::environment::{AttemptError, EnvironmentPath, Specification, solve_and_record};

use super::place::{PlaceArgs, path, stamp};
use super::solving::SolvingArgs;
use crate::failure::{Failure, status};
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath env solve team/analysis environment.yml --with conda-forge
  towpath env solve team/analysis 'python >=3.12' numpy --platform linux-64 --platform osx-arm64
  towpath env solve team/analysis environment.yml --exclude-newer 2026-11-01";

/// Solve a specification against the channel, and record what that is
///
/// What is asked for is an environment.yml, a file with a `MatchSpec` on each line, or `MatchSpec`s. The
/// channel's published metadata count, as clients see them. What cannot be solved is recorded as failed,
/// with the reason; what is current stays so.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SolveArgs {
    /// The environment
    #[arg(value_name = "NS/NAME", value_parser = path)]
    path: EnvironmentPath,

    /// A file that says what is wanted, or `MatchSpec`s
    #[arg(value_name = "FILE|SPEC", required = true)]
    wanted: Vec<String>,

    /// A platform to solve for; can be repeated [default: those of FILE, else this machine's]
    #[arg(long, value_name = "SUBDIR")]
    platform: Vec<Subdir>,

    #[command(flatten)]
    solving: SolvingArgs,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &SolveArgs) -> Result<ExitCode, Failure> {
    let (document, body, folder) = wanted(&args.wanted)?;
    for warning in &document.warnings {
        report::warn(&report::shown(warning));
    }
    let specification = Specification::of(&document, &body);
    let Content::Requested(request) = document.content else {
        return Err(Failure::usage(format!(
            "{} is solved already: `towpath env record {} {}` records it",
            args.wanted.join(" "),
            args.path,
            args.wanted.join(" ")
        )));
    };
    let platforms = match (args.platform.as_slice(), request.platforms.as_slice()) {
        ([], []) => vec![this_platform()?],
        ([], of_request) => of_request.to_vec(),
        (named, _) => named.to_vec(),
    };
    let platforms = checked(platforms, &request)?;
    let name = args.place.config()?.channel.name;
    let (channel, mut ledger) = args.place.open_ledger()?;
    let mut lines = Vec::new();
    let mut builds = Vec::new();
    let mut has_failed = false;
    for platform in platforms {
        let solve = args
            .solving
            .request(&channel, name.as_deref(), &request, &folder, &platform)?;
        match solve_and_record(
            &channel,
            &mut ledger,
            &args.path,
            &specification,
            &solve,
            &stamp().by,
            &Timestamp::now,
        ) {
            Ok((build, solution)) => {
                let packages = solution.lock.packages.len();
                lines.push(format!(
                    "{} {platform}: build {build}, {}",
                    args.path,
                    report::counted(packages as u64, "package")
                ));
                let of_build: Vec<Value> = solution
                    .lock
                    .packages
                    .iter()
                    .map(|package| json!({ "url": solution.lock.url_of(package), "size": package.size }))
                    .collect();
                builds.push(json!({ "platform": platform.as_str(), "build": build, "status": "solved", "packages": of_build }));
            }
            Err(AttemptError::Solve { build, source }) => {
                has_failed = true;
                let why = source.to_string();
                let why: Vec<String> = why.lines().map(report::shown).collect();
                report::say(&format!(
                    "{}: {} {platform}: build {build} failed: {}",
                    report::error("error"),
                    args.path,
                    why.join("\n  ")
                ));
                builds.push(json!({ "platform": platform.as_str(), "build": build, "status": "failed", "why": source.to_string() }));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let json = json!({ "environment": args.path.to_string(), "specification": specification.sha256, "builds": builds });
    args.place.answer(&json, &lines)?;
    Ok(match has_failed {
        true => ExitCode::from(status::FAILED),
        false => ExitCode::SUCCESS,
    })
}

/// What is wanted, its text, and the folder that paths in it are seen from.
fn wanted(wanted: &[String]) -> Result<(Document, String, PathBuf), Failure> {
    if let [file] = wanted
        && Path::new(file).is_file()
    {
        let path = Path::new(file);
        let text = fs_err::read(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let document = read_with(&name, &text, &ReadOptions::default())
            .map_err(|error| Failure::failed(format!("{file}: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        return Ok((document, String::from_utf8_lossy(&text).into_owned(), folder));
    }
    if let [file] = wanted
        && is_like_a_file(file)
    {
        return Err(Failure::usage(format!("there is no file {file}")));
    }
    let text = wanted.join("\n") + "\n";
    let options = ReadOptions {
        kind: Some(DocumentKind::MatchSpecs),
        ..ReadOptions::default()
    };
    let document = read_with("", text.as_bytes(), &options).map_err(Failure::usage)?;
    Ok((document, text, PathBuf::from(".")))
}

/// The platforms, each once; fails if nothing is asked for on one. What is left out, and a platform that
/// clients do not know, is told.
fn checked(platforms: Vec<Subdir>, request: &Request) -> Result<Vec<Subdir>, Failure> {
    let mut checked: Vec<Subdir> = Vec::new();
    for platform in platforms {
        if checked.contains(&platform) {
            continue;
        }
        if request.specs_for(&platform).is_empty() {
            return Err(Failure::usage(format!("nothing is asked for on {platform}")));
        }
        if !KNOWN_SUBDIRS.contains(&platform.as_str()) {
            report::warn(&format!("{platform} is no platform that clients know"));
        }
        checked.push(platform);
    }
    if !request.pip.is_empty() || !request.selected_pip.is_empty() {
        report::warn("what pip is to install is not solved");
    }
    Ok(checked)
}

/// Whether somebody who says this most likely means a file: no `MatchSpec` looks like it.
fn is_like_a_file(text: &str) -> bool {
    let endings = [".yml", ".yaml", ".txt", ".lock", ".json", ".toml"];
    let is_spec = text.contains("::") || text.contains(['=', '<', '>', ' ', '[']);
    !is_spec && (text.contains(['/', '\\']) || endings.iter().any(|ending| text.ends_with(ending)))
}

/// This machine's platform.
fn this_platform() -> Result<Subdir, Failure> {
    let name = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-64",
        ("linux", "aarch64") => "linux-aarch64",
        ("linux", "powerpc64") => "linux-ppc64le",
        ("macos", "x86_64") => "osx-64",
        ("macos", "aarch64") => "osx-arm64",
        ("windows", "x86_64") => "win-64",
        ("windows", "aarch64") => "win-arm64",
        _ => {
            return Err(Failure::usage(
                "say for which platform, as in --platform linux-64",
            ));
        }
    };
    name.parse().map_err(Failure::usage)
}
