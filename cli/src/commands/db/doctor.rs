//! `towpath db doctor`

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_core::provision::{self, Finding, Health};
use towpath_core::store::postgres::{ConnectionSettings, Retry};

use crate::database::ServerArgs;
use crate::failure::{Failure, status};
use crate::report;

/// Find out what is wrong with a PostgreSQL database, and what to do about it
///
/// Looks at the server, the way there (TLS, proxies, clocks), the role's rights, the tables and their
/// health. Changes nothing. Ends with status 1 if something is an error.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    server: ServerArgs,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let settings = args.server.settings()?;
    let mut findings = settings_findings(&settings);
    findings.extend(provision::examine(&settings, &Retry::default(), &Timestamp::now));
    if args.json {
        report::print(&as_json(&settings, &findings).to_string())?;
    } else {
        for finding in &findings {
            report::print(&line(finding))?;
        }
    }
    let is_ill = findings.iter().any(|finding| finding.health == Health::Error);
    Ok(ExitCode::from(if is_ill { status::FAILED } else { 0 }))
}

/// What was odd already about the settings.
fn settings_findings(settings: &ConnectionSettings) -> Vec<Finding> {
    let warnings = settings.warnings().iter().map(|warning| Finding {
        subject: "settings",
        health: Health::Warning,
        what: warning.clone(),
        advice: None,
    });
    warnings.collect()
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Ok => "ok",
        Health::Warning => "warning",
        Health::Error => "error",
    }
}

fn line(finding: &Finding) -> String {
    let padded = format!("{:7}", word(finding.health));
    let word = match finding.health {
        Health::Ok => padded,
        Health::Warning => report::warning(&padded),
        Health::Error => report::error(&padded),
    };
    let mut line = format!("{word}  {}: {}", finding.subject, report::shown(&finding.what));
    if let Some(advice) = &finding.advice {
        line.push_str(&format!("\n         -> {}", report::shown(advice)));
    }
    line
}

fn as_json(settings: &ConnectionSettings, findings: &[Finding]) -> Value {
    let worst = findings.iter().map(|finding| finding.health).max();
    json!({
        "database": settings.to_string(),
        "health": word(worst.unwrap_or(Health::Ok)),
        "findings": findings.iter().map(|finding| json!({
            "subject": finding.subject,
            "health": word(finding.health),
            "what": finding.what,
            "advice": finding.advice,
        })).collect::<Vec<_>>(),
    })
}
