//! `towpath site`

mod arguments;
mod check;
mod config;
mod options;
mod size;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use towpath_core::index::{Progress, Silent};
use towpath_core::website::{WebsiteSummary, write_website};

pub(crate) use self::arguments::SiteArgs;
pub(crate) use self::config::SiteConfig;
use crate::failure::Failure;
use crate::progress::Bars;
use crate::report;

pub(crate) fn run(args: &SiteArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    if let Some(host) = args.host {
        return check::run(host, &args.folder()?, args.json);
    }
    let options = args.options()?;
    let bars = Bars::default();
    let progress: &dyn Progress = if args.quiet || args.json { &Silent } else { &bars };
    let summary = write_website(&options, progress)?;
    let folder = options.folder.display().to_string();
    if args.json {
        report::print(&as_json(&folder, &summary, started.elapsed()).to_string())?;
    } else if !args.quiet {
        report::say(&in_words(&folder, &summary, started.elapsed()));
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(folder: &str, summary: &WebsiteSummary, elapsed: Duration) -> serde_json::Value {
    json!({ "folder": folder, "website": summary, "seconds": elapsed.as_secs_f64() })
}

fn in_words(folder: &str, summary: &WebsiteSummary, elapsed: Duration) -> String {
    let (size, took) = (report::size(summary.bytes), report::duration(elapsed));
    let WebsiteSummary {
        files,
        written,
        removed,
        ..
    } = summary;
    let Some(totals) = summary.totals else {
        return format!("{folder}: nothing has changed; {files} files, {size}, in {took}");
    };
    let builds = match summary.extent {
        Some("latest") => "; pages for the builds of the newest versions only (--build-pages)",
        Some("none") => "; no pages for builds (--build-pages)",
        Some("lean") => "; only what is needed most, to be no larger than --max-size",
        _ => "",
    };
    format!(
        "{folder}: a website of {} and {}; {written} of {files} files written, {removed} removed, \
         {size}, in {took}{builds}",
        report::counted(totals.packages as u64, "package"),
        report::counted(totals.builds as u64, "build"),
    )
}
