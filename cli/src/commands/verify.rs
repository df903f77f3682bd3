//! `towpath verify`

mod chosen;
mod told;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_core::channel::Subdir;
use towpath_core::package::Limits;
use towpath_core::verify::{
    CheckedFile, LocalPackage, Selection, Severity, VerifyOptions, Wanted, explanation, github_annotations,
    read_channel_folder, rule, sarif, verify_files,
};

pub(crate) use self::chosen::{ProfileName, VerifyConfig};
use crate::config::Config;
use crate::failure::{Failure, status};
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath verify lock-1.0-0.conda               is it fit to be uploaded?
  towpath verify my-channel --profile mirror    packages that were built long ago
  towpath verify dist --format sarif > towpath.sarif
  towpath verify --explain B103

Exit status: 0 if nothing was found that fails, 1 if something was or a file could not be read,
2 if the command was not understood.";

/// Say whether packages are fit to be uploaded
///
/// Each package is read once, as a stream, without unpacking it. What is found is an error (against
/// what a CEP demands, or dangerous), a warning or a note, with a code that stands for its rule.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// Packages, and folders with packages in them
    #[arg(value_name = "FILE|DIR", required_unless_present = "explain")]
    paths: Vec<PathBuf>,

    /// What the packages are checked for
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<ProfileName>,

    /// Only rules whose codes begin so (A, B1, C201); comma-separated, repeatable
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    select: Vec<String>,

    /// No rules whose codes begin so; the longer code wins over --select
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Another severity for rules whose codes begin so: error, warning or note
    #[arg(long, value_name = "CODE=SEVERITY", value_delimiter = ',')]
    severity: Vec<chosen::CodeSeverity>,

    /// Which findings make the exit status 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    /// The channel that the packages are to be added to: what is there already is looked at too. Named
    /// again: channels that are used with it, where dependencies may come from
    #[arg(long, value_name = "DIR")]
    channel: Vec<PathBuf>,

    /// The subdir that the packages are to be published in, unless their folder says it
    #[arg(long, value_name = "SUBDIR", value_parser = |name: &str| name.parse::<Subdir>())]
    subdir: Option<Subdir>,

    /// How findings are told
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// The file with the rules of the house [default: towpath.toml in the folder that is checked,
    /// or in the current one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How many packages are read at a time [default: one for each processor]
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,

    /// Do not tell notes, nor packages in which nothing else was found
    #[arg(long, short)]
    quiet: bool,

    /// Say what a rule is about, and how to keep it
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    explain: Option<String>,
}

/// How findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub Actions run
    Github,
}

/// Which findings make a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Whatever is found
    Note,
    /// Nothing that is found
    Never,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let format = if args.json { Format::Json } else { args.format };
    let config = match &args.config {
        Some(file) => Config::of_file(file)?,
        None => Config::of_channel(folder_with_config(&args.paths))?,
    }
    .verify;
    let options = VerifyOptions {
        selection: chosen::selection(args, &config)?,
        limits: Limits::default(),
        subdir: args.subdir.clone(),
        now: now(),
        attestation: None,
    };
    let mut run = Run {
        format,
        quiet: args.quiet,
        summary: Summary::default(),
        held: Vec::new(),
    };
    let packages = packages(&args.paths, &mut run.summary)?;
    let bar = progress_bar(&packages);
    let is_told_later = !args.channel.is_empty();
    verify_files(
        &packages,
        &options,
        threads(args),
        &|bytes| bar.inc(bytes),
        &mut |package, outcome| {
            let path = path_text(&package.path);
            match outcome {
                Err(error) => run.summary.unreadable(path, &error),
                Ok(report) if is_told_later => run.held.push(CheckedFile { path, report }),
                Ok(report) => bar.suspend(|| run.tell(CheckedFile { path, report })),
            }
        },
    );
    bar.finish_and_clear();
    if is_told_later {
        let mut checked = std::mem::take(&mut run.held);
        compare(&mut checked, &args.channel, &options.selection)?;
        checked.into_iter().for_each(|file| run.tell(file));
    }
    let Run { summary, held, .. } = run;
    for (path, why) in &summary.unreadable {
        report::say(&format!(
            "{}: {}: {why}",
            report::error("error"),
            report::shown(path)
        ));
    }
    match format {
        Format::Text => told::tell_summary(&summary),
        Format::Json => report::print(&as_json(&held, &summary).to_string())?,
        Format::Sarif => report::print(&sarif(&held).to_string())?,
        Format::Github => {}
    }
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or(FailOn::Error);
    Ok(if summary.fails(fail_on) {
        ExitCode::from(status::FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// A run, and what it has to tell.
struct Run {
    format: Format,
    quiet: bool,
    summary: Summary,
    /// What is told at the end, all at once.
    held: Vec<CheckedFile>,
}

impl Run {
    fn tell(&mut self, file: CheckedFile) {
        self.summary.note(&file);
        let told = match self.format {
            Format::Text => told::tell(&file, self.quiet),
            Format::Github => github_annotations(&file).try_for_each(|line| report::print(&line)),
            Format::Json | Format::Sarif => {
                self.held.push(file);
                Ok(())
            }
        };
        // Nobody is left to tell when standard output is closed.
        told.unwrap_or_default();
    }
}

/// Adds what rules have against the packages in view of channels.
fn compare(checked: &mut [CheckedFile], channels: &[PathBuf], selection: &Selection) -> Result<(), Failure> {
    let claims = checked.iter().filter_map(|file| file.report.claim.as_ref());
    let wanted = Wanted::by(claims);
    let mut views = channels.iter().map(|folder| read_channel_folder(folder, &wanted));
    let Some(target) = views.next() else {
        return Ok(());
    };
    let mut target = target?;
    for other in views {
        target.add_other(other?);
    }
    for file in checked {
        file.report.compare(&target, selection);
    }
    Ok(())
}

fn explain(code: &str) -> Result<ExitCode, Failure> {
    let rule = rule(&code.to_ascii_uppercase()).ok_or_else(|| {
        Failure::usage(format!(
            "there is no rule {code:?}: docs/rules.md has all of them, and `towpath verify` tells the codes of what it finds"
        ))
    })?;
    report::print(explanation(rule).trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// What a run found in all.
#[derive(Debug, Default)]
struct Summary {
    files: usize,
    /// How many findings there are of each severity.
    findings: BTreeMap<Severity, usize>,
    /// How many files have a finding of each severity.
    files_with: BTreeMap<Severity, usize>,
    /// Files that could not be read, and why.
    unreadable: Vec<(String, String)>,
}

impl Summary {
    fn note(&mut self, file: &CheckedFile) {
        self.files += 1;
        for severity in Severity::ALL {
            let count = file.report.count(severity);
            *self.findings.entry(severity).or_default() += count;
            *self.files_with.entry(severity).or_default() += usize::from(count > 0);
        }
    }

    fn unreadable(&mut self, path: String, error: &io::Error) {
        self.unreadable.push((path, error.to_string()));
    }

    fn fails(&self, fail_on: FailOn) -> bool {
        let least = match fail_on {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
            FailOn::Never => return !self.unreadable.is_empty(),
        };
        let mut counts = self.findings.iter();
        !self.unreadable.is_empty() || counts.any(|(severity, count)| *severity >= least && *count > 0)
    }
}

fn as_json(checked: &[CheckedFile], summary: &Summary) -> Value {
    let files: Vec<Value> = checked
        .iter()
        .map(|file| {
            let mut report = json!(file.report);
            report["path"] = file.path.clone().into();
            report
        })
        .collect();
    let unreadable: Vec<Value> = summary
        .unreadable
        .iter()
        .map(|(path, why)| json!({ "path": path, "error": why }))
        .collect();
    json!({ "files": files, "findings": summary.findings, "unreadable": unreadable })
}

/// The packages that are named, and those in folders that are named.
fn packages(paths: &[PathBuf], summary: &mut Summary) -> Result<Vec<LocalPackage>, Failure> {
    let mut packages = Vec::new();
    for path in paths {
        if path.is_dir() {
            match LocalPackage::all_in(path) {
                Ok(found) if found.is_empty() => {
                    return Err(Failure::usage(format!(
                        "there is no package in {}",
                        path.display()
                    )));
                }
                Ok(found) => packages.extend(found),
                Err(error) => summary.unreadable(path_text(path), &error),
            }
        } else {
            let package = LocalPackage::at(path).ok_or_else(|| {
                Failure::usage(format!(
                    "{} is not a package by its name: they end in .conda or .tar.bz2",
                    path.display()
                ))
            })?;
            packages.push(package);
        }
    }
    Ok(packages)
}

/// Where `towpath.toml` is looked for: in the one folder that is checked, or in the current one.
fn folder_with_config(paths: &[PathBuf]) -> &Path {
    match paths {
        [folder] if folder.is_dir() => folder,
        _ => Path::new("."),
    }
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn threads(args: &VerifyArgs) -> NonZeroUsize {
    let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    args.threads.unwrap_or_else(processors)
}

fn now() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Shows how much was read. Draws nothing where standard error is no terminal.
fn progress_bar(packages: &[LocalPackage]) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let sizes = packages
        .iter()
        .filter_map(|package| fs_err::metadata(&package.path).ok());
    // Digests are of the whole file, and then its content is read.
    let bar = ProgressBar::new(sizes.map(|metadata| 2 * metadata.len()).sum());
    let style = ProgressStyle::with_template("verifying {wide_bar} {percent}%, {eta} to go");
    // The template is a constant.
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
