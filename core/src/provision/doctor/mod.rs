//! Finds out what is wrong with a database, or may become so, and what to do about it.
//!
//! Nothing is changed. Each question is one message to the server, so that it is answered behind a
//! proxy too that mixes up prepared statements.

mod connection;
mod proxy;
mod rights;
mod tables;

use jiff::Timestamp;
use postgres::Client;

use super::error::Errors;
use crate::migrate::{self, Access, DatabaseError, MigrateError, Migrations, Options, Runner, Status};
use crate::store::postgres::{ConnectionSettings, Retry};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ok,
    /// It works, and may not be what somebody wants.
    Warning,
    /// Indexing fails, or goes wrong.
    Error,
}

/// Something that was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, in a word or two.
    pub subject: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Finding {
    fn ok(subject: &'static str, what: impl Into<String>) -> Self {
        Self {
            subject,
            health: Health::Ok,
            what: what.into(),
            advice: None,
        }
    }

    fn warning(subject: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            subject,
            health: Health::Warning,
            what: what.into(),
            advice: Some(advice.into()),
        }
    }

    fn error(subject: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            health: Health::Error,
            ..Self::warning(subject, what, advice)
        }
    }
}

/// What came of a question.
type Findings = Result<Vec<Finding>, postgres::Error>;

/// A question, by its subject.
type Question = (&'static str, fn(&mut Client) -> Findings);

const QUESTIONS: [Question; 12] = [
    ("version", connection::version),
    ("encryption", connection::encryption),
    ("writable", connection::writable),
    ("connections", connection::connections),
    ("jit", connection::jit),
    ("encoding", tables::encoding),
    ("collation", tables::collation),
    ("role", rights::role),
    ("rights", rights::rights),
    ("size", tables::size),
    ("dead rows", tables::dead_rows),
    ("indexes", tables::indexes),
];

/// Asks everything there is to ask; `clock` tells this machine's time. A server that cannot be
/// reached is a finding too.
pub fn examine(settings: &ConnectionSettings, retry: &Retry, clock: &dyn Fn() -> Timestamp) -> Vec<Finding> {
    let mut client = match settings.connect_with_retries(retry) {
        Ok(client) => client,
        Err(error) => {
            return vec![Finding::error(
                "connection",
                error.to_string(),
                "see `towpath db wait`",
            )];
        }
    };
    let mut findings = vec![Finding::ok("connection", settings.to_string())];
    let mut take = |subject, found: Findings| match found {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(unanswered(subject, &DatabaseError::from(error))),
    };
    for (subject, ask) in QUESTIONS {
        take(subject, ask(&mut client));
    }
    take("clock", connection::clock(&mut client, clock));
    findings.push(proxy::sessions(settings));
    findings.push(migrations(&mut client, settings));
    findings
}

fn unanswered(subject: &'static str, error: &DatabaseError) -> Finding {
    Finding::warning(
        subject,
        format!("could not be found out: {error}"),
        "look at the server's log",
    )
}

fn migrations(client: &mut Client, settings: &ConnectionSettings) -> Finding {
    const SUBJECT: &str = "migrations";
    let errors = Errors { settings };
    let mut database = match migrate::PostgresDatabase::new(client) {
        Ok(database) => database,
        Err(source) => return Finding::error(SUBJECT, source.to_string(), "name another schema, or make it"),
    };
    let migrations = Migrations::postgres();
    let status = match Runner::new(&mut database, &migrations, Options::default()).status() {
        Ok(status) => status,
        Err(source) => {
            return Finding::error(
                SUBJECT,
                errors.migrate(source).to_string(),
                "see the other findings",
            );
        }
    };
    match (&status, MigrateError::not_ready(&status)) {
        (Status::Empty, Some(error)) => Finding::warning(SUBJECT, error.to_string(), "towpath db upgrade"),
        (_, Some(error)) => Finding::error(SUBJECT, error.to_string(), "see `towpath db status`"),
        (Status::Newer { version, .. }, None) if status.access() == Access::Write => Finding::warning(
            SUBJECT,
            format!("the tables have version {version}, which a newer towpath made; this one may write them"),
            "upgrade this towpath",
        ),
        (_, None) => Finding::ok(SUBJECT, format!("the tables have version {}", status.version())),
    }
}
