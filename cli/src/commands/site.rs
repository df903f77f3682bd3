//! `towpath site`

mod arguments;
mod check;
mod config;
mod inspector;
mod options;
mod size;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use towpath_core::index::{Progress, Silent};
use towpath_core::website::{WebsiteSummary, write_inspector, write_website};

pub(crate) use self::arguments::SiteArgs;
pub(crate) use self::config::{EnvironmentsConfig, SiteConfig};
use crate::failure::Failure;
use crate::progress::Bars;
use crate::report;

pub(crate) fn run(args: &SiteArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    if let Some(options) = args.inspector_alone()? {
        let summary = write_inspector(&options)?;
        tell(args, &options.folder, &summary, started.elapsed())?;
        return Ok(ExitCode::SUCCESS);
    }
    let channel = args.channel()?;
    if let Some(host) = args.host {
        return check::run(host, &args.folder(channel)?, args.json);
    }
    let (options, lacks_inspector) = args.options(channel)?;
    let bars = Bars::default();
    let progress: &dyn Progress = if args.quiet || args.json { &Silent } else { &bars };
    let summary = write_website(&options, progress)?;
    tell(args, &options.folder, &summary, started.elapsed())?;
    if lacks_inspector && !args.quiet && !args.json {
        report::say(&format!(
            "No inspect/ is part of it, where packages are opened and checked in the browser: this towpath was \
             built without; {}",
            inspector::HOW_TO_HAVE_ONE
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(args: &SiteArgs, folder: &Path, summary: &WebsiteSummary, elapsed: Duration) -> io::Result<()> {
    let folder = folder.display().to_string();
    if args.json {
        report::print(&as_json(&folder, summary, elapsed).to_string())?;
    } else if !args.quiet {
        report::say(&in_words(&folder, summary, elapsed));
    }
    Ok(())
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
        if written + removed > 0 {
            return format!(
                "{folder}: the inspector alone; {written} of {files} files written, {removed} removed, {size}, in {took}"
            );
        }
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
