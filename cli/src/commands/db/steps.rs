//! What is common to commands that take steps: how patient they are, and what they say meanwhile.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::migrate::{
    Database, Direction, Event, MigrateError, Moved, Options, Runner, StepName, Timeouts,
};

use super::place::{PlaceArgs, Purpose, Report, Site};
use crate::failure::Failure;
use crate::{report, span};

const WAITING: &str = "Waiting";

/// How long things may take.
#[derive(Debug, Args)]
pub(super) struct PatienceArgs {
    /// How long a statement waits for a table, while everybody who comes later waits behind it; then it
    /// lets them pass and tries again [default: 5 s]
    #[arg(long, value_name = "TIME", value_parser = span::value, help_heading = WAITING)]
    lock_timeout: Option<Duration>,

    /// How long a statement may run [default: 60 s; 30 minutes where it keeps nobody out]
    #[arg(long, value_name = "TIME", value_parser = span::value, help_heading = WAITING)]
    statement_timeout: Option<Duration>,

    /// How long to try altogether before giving up, for each step [default: 10 minutes]
    #[arg(long, value_name = "TIME", value_parser = span::value, help_heading = WAITING)]
    lock_wait: Option<Duration>,
}

impl PatienceArgs {
    pub(super) fn options(&self) -> Options {
        let usual = Timeouts::default();
        Options {
            timeouts: Timeouts {
                lock: self.lock_timeout.unwrap_or(usual.lock),
                wait: self.lock_wait.unwrap_or(usual.wait),
                statement: self.statement_timeout.unwrap_or(usual.statement),
                lone_statement: self.statement_timeout.unwrap_or(usual.lone_statement),
            },
            ..Options::default()
        }
    }
}

/// What was done to a database: for people, and for machines.
pub(super) struct Done {
    pub(super) text: String,
    pub(super) json: Value,
}

impl Done {
    /// It went from one version to another; `how` says in which direction.
    pub(super) fn moved(moved: &Moved, how: &str, teller: &Teller) -> Self {
        Self {
            text: if moved.from == moved.to {
                format!("version {} already", moved.to)
            } else {
                format!("{how} from version {} to {}", moved.from, moved.to)
            },
            json: json!({ "from": moved.from, "to": moved.to, "steps": teller.json() }),
        }
    }
}

/// What a command does to one database.
type Change<'w> =
    dyn FnMut(&mut Runner<'_, dyn Database + '_>, &mut Teller) -> Result<Done, MigrateError> + 'w;

/// Does `change` to each database, and tells what was done.
pub(super) fn change_each(
    place: &PlaceArgs,
    patience: &PatienceArgs,
    change: &mut Change<'_>,
) -> Result<ExitCode, Failure> {
    let status = place.each(Purpose::Change, &mut |site, database, migrations| {
        let mut teller = Teller::of(site);
        let mut runner = Runner::new(database, migrations, patience.options());
        let Done { text, json } =
            change(&mut runner, &mut teller).map_err(|error| Failure::migration(&error))?;
        Ok(Report {
            text: format!("{site}: {text}"),
            json,
            status: 0,
        })
    })?;
    Ok(ExitCode::from(status))
}

/// Says what happens, and remembers how long the steps took.
pub(super) struct Teller {
    of: String,
    taken: Vec<(StepName, Duration)>,
    /// What was said last of waiting, which is heard of again and again.
    waiting: Option<String>,
}

impl Teller {
    /// Talks of one of several stores by name, of a server without.
    pub(super) fn of(site: &Site) -> Self {
        Self {
            of: match site {
                Site::Server { .. } => String::new(),
                Site::Store { .. } | Site::Environments { .. } => format!("{site}: "),
            },
            taken: Vec::new(),
            waiting: None,
        }
    }

    pub(super) fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Waiting { whom } => {
                let said = match whom {
                    Some(blocker) => format!("waiting for {blocker}"),
                    None => "waiting for others".to_owned(),
                };
                if self.waiting.as_ref() != Some(&said) {
                    self.say(&said);
                    self.waiting = Some(said);
                }
            }
            Event::Started(step) => self.say(&format!("{} ...", named(step))),
            Event::Finished { step, took } => {
                self.waiting = None;
                self.say(&format!("{}: done in {}", named(step), report::duration(*took)));
                self.taken.push(((*step).clone(), *took));
            }
            Event::DoneByAnother(step) => {
                self.waiting = None;
                self.say(&format!("{}: another process did it", named(step)));
            }
        }
    }

    fn say(&self, what: &str) {
        report::say(&format!("{}{what}", self.of));
    }

    /// The steps that were taken, for machines.
    pub(super) fn json(&self) -> Value {
        let steps = self.taken.iter().map(|(step, took)| {
            json!({
                "version": step.version,
                "name": step.name,
                "direction": match step.direction {
                    Direction::Up => "up",
                    Direction::Down => "down",
                },
                "seconds": took.as_secs_f64(),
            })
        });
        steps.collect()
    }
}

/// As people are told of a step.
fn named(step: &StepName) -> String {
    let way = match step.direction {
        Direction::Up => "step",
        Direction::Down => "back from step",
    };
    format!("{way} {} ({})", step.version, step.name)
}
