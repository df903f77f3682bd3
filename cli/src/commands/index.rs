//! `towpath index`

mod arguments;
mod options;
mod policies;
mod switches;

use std::process::ExitCode;
use std::time::Instant;

use jiff::Timestamp;
use towpath_core::index::{IndexSummary, Progress, Silent, index_channel};

pub(crate) use self::arguments::IndexArgs;
pub(crate) use self::policies::{RuleAction, in_file as policies_in_file};
pub(crate) use self::switches::Switches;
use crate::failure::{Failure, status};
use crate::progress::Bars;
use crate::report;

pub(crate) fn run(args: &IndexArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let (options, skip_broken) = args.options(Timestamp::now())?;
    let bars = Bars::default();
    let progress: &dyn Progress = if args.quiet || args.json { &Silent } else { &bars };
    let summary = index_channel(&options, progress)?;
    let indexed_noarch = summary.subdirs.iter().any(|subdir| subdir.subdir == "noarch");
    let noarch = options.channel.output().join("noarch/repodata.json");
    if options.documents.monolithic && !indexed_noarch && !noarch.exists() {
        report::warn(
            "there is no noarch/repodata.json, and a channel without it is none to clients (CEP 26)",
        );
    }
    let channel = args.channel.display().to_string();
    if args.json {
        report::print(&report::as_json(&channel, &summary, started.elapsed()).to_string())?;
    } else if !args.quiet || exit_status(&summary, skip_broken) != 0 {
        report::tell(&channel, &summary, started.elapsed());
    }
    Ok(ExitCode::from(exit_status(&summary, skip_broken)))
}

fn exit_status(summary: &IndexSummary, skip_broken: bool) -> u8 {
    if summary.has_failures() {
        status::FAILED
    } else if summary.has_left_out() && !skip_broken {
        status::LEFT_OUT
    } else {
        0
    }
}
