//! `towpath site`

mod check;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use towpath_core::site::hosting::Host;

use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  towpath site my-channel -o public --check --host github-pages
      What of public would break on GitHub Pages?

Exit status:
  0 if nothing would break, 1 if something would, 2 for wrong usage.";

/// Say what of a channel would break on the host that it is to be published on
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SiteArgs {
    /// The channel
    #[arg(value_name = "DIR")]
    channel: PathBuf,

    /// The folder that the website is in [default: DIR]
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,

    /// Write nothing; say what would break on the host, and what to do about it
    #[arg(long, requires = "host")]
    check: bool,

    /// Where it is to be published: github-pages, github-releases or s3
    #[arg(long, value_name = "HOST", requires = "check", value_parser = |name: &str| name.parse::<Host>())]
    host: Option<Host>,

    /// Tell it as one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &SiteArgs) -> Result<ExitCode, Failure> {
    match args.host {
        Some(host) => check::run(host, args.output.as_ref().unwrap_or(&args.channel), args.json),
        None => Err(Failure::usage(
            "websites are yet to come: this version only checks (--check --host HOST)",
        )),
    }
}
