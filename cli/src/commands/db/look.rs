//! `towpath db current`, `history` and `status`: what a database is, for whoever may read it.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_core::migrate::{self, Access, HistoryRow, MigrateError, Migrations, Options, Runner, Status};

use super::place::{PlaceArgs, Purpose, Report, Site};
use crate::failure::{Failure, status_of};
use crate::report;

const CURRENT: &str = "\
Exit status: 0, or with --check: 0 up to date; 5 newer than this towpath; 6 a migration was changed after
it ran; 7 to be upgraded or adopted; 1 anything else.";

/// Print the version of a database's tables
#[derive(Debug, Args)]
#[command(after_help = CURRENT)]
pub(crate) struct CurrentArgs {
    #[command(flatten)]
    place: PlaceArgs,

    /// Exit with 0 only if it is what this towpath works with
    #[arg(long)]
    check: bool,
}

/// List the steps that brought a database to its version
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Tell what a database is to this towpath, and what is to be done
///
/// Needs no right but to read, and makes nothing.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub(crate) fn current(args: &CurrentArgs) -> Result<ExitCode, Failure> {
    let status = args
        .place
        .each(Purpose::Look, &mut |site, database, migrations| {
            let seen = Seen::of(database, migrations)?;
            let version = seen.version();
            let mut text = match site {
                Site::Server { .. } => version.to_string(),
                Site::Store { .. } | Site::Environments { .. } => format!("{site}: {version}"),
            };
            if version == migrations.head() {
                text.push_str(" (head)");
            }
            Ok(Report {
                text,
                json: json!({ "version": version, "head": migrations.head() }),
                status: if args.check { status_of(&seen.status) } else { 0 },
            })
        })?;
    Ok(ExitCode::from(status))
}

pub(crate) fn history(args: &HistoryArgs) -> Result<ExitCode, Failure> {
    let status = args
        .place
        .each(Purpose::Look, &mut |site, database, migrations| {
            let rows = Seen::of(database, migrations)?.history;
            let of = match site {
                Site::Server { .. } => String::new(),
                Site::Store { .. } | Site::Environments { .. } => format!("{site}: "),
            };
            let lines: Vec<String> = rows.iter().map(|row| format!("{of}{}", line(row))).collect();
            Ok(Report {
                text: lines.join("\n"),
                json: json!({ "history": rows.iter().map(as_json).collect::<Vec<_>>() }),
                status: 0,
            })
        })?;
    Ok(ExitCode::from(status))
}

pub(crate) fn status(args: &StatusArgs) -> Result<ExitCode, Failure> {
    let status = args
        .place
        .each(Purpose::Look, &mut |site, database, migrations| {
            let seen = Seen::of(database, migrations)?;
            let pending: Vec<_> = seen.pending(migrations).collect();
            let (version, head) = (seen.version(), migrations.head());
            let mut text = format!("{site}: version {version} of {head}, {}", sentence(&seen.status));
            for (version, name) in &pending {
                text.push_str(&format!("\n  step {version} ({name}) is not taken yet"));
            }
            let pending = pending
                .iter()
                .map(|(version, name)| json!({ "version": version, "name": name }));
            Ok(Report {
                text,
                json: json!({
                    "version": version,
                    "head": head,
                    "status": word(&seen.status),
                    "access": match seen.status.access() {
                        Access::Write => "write",
                        Access::Read => "read",
                        Access::Refused => "none",
                    },
                    "pending": pending.collect::<Vec<_>>(),
                    "problem": problem(&seen.status),
                }),
                status: 0,
            })
        })?;
    Ok(ExitCode::from(status))
}

/// What there is to see without comparing tables.
struct Seen {
    status: Status,
    history: Vec<HistoryRow>,
}

impl Seen {
    fn of(database: &mut dyn migrate::Database, migrations: &Migrations) -> Result<Self, Failure> {
        let mut runner = Runner::new(database, migrations, Options::default());
        let failed = |error: MigrateError| Failure::migration(&error);
        Ok(Self {
            status: runner.status().map_err(failed)?,
            history: runner.history().map_err(failed)?,
        })
    }

    /// The version by the history, also where something is wrong with it.
    fn version(&self) -> u32 {
        self.history.last().map_or(0, |row| row.version)
    }

    /// The steps that an upgrade would take.
    fn pending<'m>(&self, migrations: &'m Migrations) -> impl Iterator<Item = (u32, &'m str)> {
        let version = self.version();
        let is_upgradable = matches!(self.status, Status::Empty | Status::Behind { .. });
        migrations
            .iter()
            .filter(move |step| is_upgradable && step.version > version)
            .map(|step| (step.version, step.name.as_ref()))
    }
}

fn word(status: &Status) -> &'static str {
    match status {
        Status::Empty => "empty",
        Status::Unmanaged => "unmanaged",
        Status::ForeignContent { .. } => "foreign",
        Status::Behind { .. } => "behind",
        Status::Current { .. } => "current",
        Status::Newer { .. } => "newer",
        Status::Edited { .. } => "edited",
        Status::Gap { .. } => "gap",
        _ => "unknown",
    }
}

fn sentence(status: &Status) -> String {
    match status {
        Status::Current { .. } => "up to date".to_owned(),
        Status::Empty => "no tables yet (`towpath db upgrade` makes them)".to_owned(),
        Status::Behind { .. } => "to be upgraded (`towpath db upgrade`)".to_owned(),
        Status::Newer { .. } => {
            let access = match status.access() {
                Access::Write => "read and written by this towpath",
                Access::Read => "read by this towpath and not written",
                Access::Refused => "neither read nor written by this towpath",
            };
            format!("made by a newer towpath; it may be {access}")
        }
        other => problem(other).unwrap_or_default(),
    }
}

/// Why the database is not written to as it is, and what is to be done.
fn problem(status: &Status) -> Option<String> {
    MigrateError::not_ready(status).map(|error| error.to_string())
}

fn line(row: &HistoryRow) -> String {
    let by = row.applied_by.as_deref().map(|user| format!(" by {user}"));
    let took = row.duration_ms.map(std::time::Duration::from_millis);
    let took = took.map(|took| format!(" in {}", report::duration(took)));
    format!(
        "{} {}: {} at {}{} with {}{}",
        row.version,
        row.name,
        row.how,
        to_the_second(row.applied_at),
        by.unwrap_or_default(),
        row.tool,
        took.unwrap_or_default()
    )
}

fn to_the_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn as_json(row: &HistoryRow) -> Value {
    json!({
        "version": row.version,
        "name": row.name,
        "sha256": row.sha256,
        "min_reader": row.min_reader,
        "min_writer": row.min_writer,
        "how": row.how.as_str(),
        "applied_at": row.applied_at,
        "applied_by": row.applied_by,
        "tool": row.tool,
        "duration_ms": row.duration_ms,
    })
}
