//! `towpath verify`

mod chosen;
mod files;
mod summary;
mod telling;
mod text;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use towpath_core::channel::Subdir;
use towpath_core::package::Limits;
use towpath_core::remote::Client;
use towpath_core::verify::{
    ChannelError, ChannelPlace, ChannelView, CheckedFile, LocalPackage, Selection, VerifyOptions, Wanted,
    explanation, read_channels, rule, verify_files,
};

pub(crate) use self::chosen::{ProfileName, VerifyConfig};
use self::summary::{Fitness, Summary};
use self::telling::Telling;
use crate::failure::{Failure, status};
use crate::report;
use crate::web::{client, is_url};

const EXAMPLES: &str = "\
Examples:
  towpath verify lock-1.0-0.conda
      Is it fit to be uploaded?
  towpath verify output --channel my-channel
      All packages in a folder, in view of the channel that they are to be added to.
  towpath verify my-channel --profile mirror --quiet
      Packages that were published long ago: what was usual then is no error.
  towpath verify output --format sarif > towpath.sarif
  towpath verify output --channel https://conda.example/main
  towpath verify --explain B103

Exit status:
  0 if all packages are fit, 1 if one is not (--fail-on) or could not be read, 2 for wrong usage.";

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

    /// What the packages are checked for [default: publish]
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<ProfileName>,

    /// Only rules whose codes begin so (A, B1, C201); comma-separated, repeatable
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    select: Vec<String>,

    /// No rules whose codes begin so, unless a longer code of --select does
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Another severity for rules whose codes begin so: error, warning or note
    #[arg(long, value_name = "CODE=SEVERITY", value_delimiter = ',')]
    severity: Vec<chosen::CodeSeverity>,

    /// Which findings make a package unfit, and the exit status 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    /// The channel that the packages are to be added to: what is there already is looked at too. Named
    /// again: channels that are used with it, where dependencies may come from
    #[arg(long, value_name = "DIR|URL")]
    channel: Vec<OsString>,

    /// The subdir that the packages are to be published in [default: their folder, if it is called
    /// as a subdir is]
    #[arg(long, value_name = "SUBDIR", value_parser = |name: &str| name.parse::<Subdir>())]
    subdir: Option<Subdir>,

    /// How findings are told
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// The file whose `[verify]` says what is not said here [default: towpath.toml in the folder that
    /// is checked, else in the current one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How many packages are read at a time [default: one for each processor]
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,

    /// As text, for GitHub or in Markdown: tell neither notes nor packages that have nothing worse
    #[arg(long, short)]
    quiet: bool,

    /// Say what a rule asks, why, and how to mend what breaks it
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
    /// For a comment of a pull request, or a job's summary
    Markdown,
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
    /// None: the exit status is 1 only if a file could not be read
    Never,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let format = if args.json { Format::Json } else { args.format };
    let config = chosen::config(args)?;
    let options = VerifyOptions {
        selection: chosen::selection(args, &config)?,
        limits: Limits::default(),
        subdir: args.subdir.clone(),
        now: now(),
        attestation: None,
    };
    let fitness = Fitness {
        profile: options.selection.profile,
        fail_on: args.fail_on.or(config.fail_on).unwrap_or(FailOn::Error),
    };
    let mut summary = Summary::of(fitness);
    let packages = files::packages(&args.paths, &mut summary)?;
    let mut telling = Telling::new(format, args.quiet, packages.len(), summary);
    let mut held = Vec::new();
    let bar = progress_bar(&packages);
    let is_told_later = !args.channel.is_empty();
    verify_files(
        &packages,
        &options,
        threads(args),
        &|bytes| bar.inc(bytes),
        &mut |package, outcome| {
            let path = files::path_text(&package.path);
            match outcome {
                Err(error) => telling.unreadable(path, &error),
                Ok(report) if is_told_later => held.push(CheckedFile { path, report }),
                Ok(report) => bar.suspend(|| telling.tell(CheckedFile { path, report })),
            }
        },
    );
    bar.finish_and_clear();
    compare(&mut held, &args.channel, &options.selection)?;
    held.into_iter().for_each(|file| telling.tell(file));
    let summary = telling.end()?;
    Ok(if summary.fails() {
        ExitCode::from(status::FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Adds what rules have against the packages in view of channels.
fn compare(checked: &mut [CheckedFile], channels: &[OsString], selection: &Selection) -> Result<(), Failure> {
    let claims = || checked.iter().filter_map(|file| file.report.claim.as_ref());
    let places = channel_places(channels);
    let Some((target, others)) = places.split_first() else {
        return Ok(());
    };
    let told = |error: ChannelError| Failure::failed(report::shown(&error.to_string()));
    let mut target = read_channels(target, others, &Wanted::by(claims())).map_err(told)?;
    target.add_other(ChannelView::of_claims(claims()));
    for file in checked {
        file.report.compare(&target, selection);
    }
    Ok(())
}

/// The channels that are named. One client asks for all of them.
fn channel_places(channels: &[OsString]) -> Vec<ChannelPlace> {
    let mut known: Option<Client> = None;
    let places = channels
        .iter()
        .map(|channel| match channel.to_str().filter(|text| is_url(text)) {
            Some(url) => ChannelPlace::url(known.get_or_insert_with(client).clone(), url),
            None => ChannelPlace::folder(channel),
        });
    places.collect()
}

fn explain(code: &str) -> Result<ExitCode, Failure> {
    let rule = rule(&code.to_ascii_uppercase()).ok_or_else(|| {
        Failure::usage(format!(
            "there is no rule {code:?}: a rule is called as A001 is, and docs/rules.md has all of them"
        ))
    })?;
    report::print(explanation(rule).trim_end())?;
    Ok(ExitCode::SUCCESS)
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
