//! `towpath db check`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use towpath_core::migrate::{Drift, MigrateError, Options, Runner, Status};

use super::place::{PlaceArgs, Purpose, Report, Site};
use super::script;
use crate::failure::{Failure, status, status_of};
use crate::report;

const STATUSES: &str = "\
Examples:
  towpath db check
      Say what is wrong, and what mends it.
  towpath db check --sql | psql
      Mend it.

Exit status: 0 all is well; 4 the tables are not those of the database's version; 5 a newer towpath made
them; 6 a migration was changed after it ran (`towpath db repair`); 7 they are to be upgraded or adopted; 1
anything else, 2 wrong usage. Of several, the first in the order 5, 4, 6, 7.";

/// Compare a database's tables with what its version should have
///
/// Looks at columns, types, keys, constraints, indexes and views that are conda-index's or towpath's.
/// Needs no right but to read, and makes nothing.
#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    place: PlaceArgs,

    /// Print the SQL that mends it, and nothing else
    #[arg(long, conflicts_with = "json")]
    sql: bool,
}

pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let status = args
        .place
        .each(Purpose::Look, &mut |site, database, migrations| {
            let mut runner = Runner::new(database, migrations, Options::default());
            let failed = |error: MigrateError| Failure::migration(&error);
            let status = runner.status().map_err(failed)?;
            let drifts = runner.check().map_err(failed)?;
            // A history that was edited does not say its version otherwise.
            let history = runner.history().map_err(failed)?;
            let version = history.last().map_or(0, |row| row.version);
            Ok(Report {
                text: if args.sql {
                    sql(site, &drifts)
                } else {
                    sentences(site, version, &status, &drifts)
                },
                json: json!({
                    "version": version,
                    "problem": MigrateError::not_ready(&status).map(|error| error.to_string()),
                    "drifts": drifts.iter().map(|drift| json!({
                        "object": drift.object.name,
                        "kind": drift.object.kind.as_str(),
                        "table": drift.object.table,
                        "what": drift.sentence,
                        "repair": drift.repair,
                    })).collect::<Vec<_>>(),
                }),
                status: if drifts.is_empty() {
                    status_of(&status)
                } else {
                    status::DRIFT
                },
            })
        })?;
    Ok(ExitCode::from(status))
}

fn sentences(site: &Site, version: u32, status: &Status, drifts: &[Drift]) -> String {
    let mut text = match drifts.len() {
        0 => format!("{site}: the tables are those of version {version}"),
        1 => format!("{site}: the tables are not those of version {version}, there is 1 difference:"),
        count => {
            format!("{site}: the tables are not those of version {version}, there are {count} differences:")
        }
    };
    for drift in drifts {
        text.push_str(&format!("\n  {drift}"));
    }
    if let Some(error) = MigrateError::not_ready(status) {
        text.push_str(&format!("\n{}: {error}", report::warning("warning")));
    }
    text
}

/// What mends all of it. What takes a person to decide is a comment.
fn sql(site: &Site, drifts: &[Drift]) -> String {
    if drifts.is_empty() {
        return String::new();
    }
    let mut lines = match site {
        Site::Server { settings, .. } => script::search_path(settings),
        Site::Store { .. } | Site::Environments { .. } => vec![format!("-- {site}")],
    };
    for drift in drifts {
        if drift.repair.is_empty() {
            lines.push(format!("-- by hand: {}", drift.sentence));
        }
        lines.extend(drift.repair.iter().map(|statement| format!("{statement};")));
    }
    lines.join("\n")
}
