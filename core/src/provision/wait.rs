//! Waits for a server, and for its database to be what this towpath needs.

use std::time::{Duration, Instant};

use super::error::{Errors, ProvisionError};
use crate::migrate::{self, MigrateError, Migrations, Options, Runner};
use crate::store::postgres::{ConnectError, ConnectionSettings};

/// How long to wait after a failed attempt.
const PAUSE: Duration = Duration::from_millis(250);

/// How long the shortest attempt may take: where time is over, one is made nevertheless.
const SHORTEST_ATTEMPT: Duration = Duration::from_secs(1);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The server lets us in.
    Connected,
    /// It does, and the database may be written to by this towpath.
    Ready,
}

/// Waits, and says how long it took.
///
/// # Errors
///
/// What the last attempt failed with, when the time is over; at once where files for TLS cannot be
/// used.
pub fn wait(
    settings: &ConnectionSettings,
    until: Until,
    timeout: Duration,
) -> Result<Duration, ProvisionError> {
    let started = Instant::now();
    loop {
        let left = timeout.saturating_sub(started.elapsed()).max(SHORTEST_ATTEMPT);
        match attempt(settings, until, left) {
            Ok(()) => return Ok(started.elapsed()),
            Err(ProvisionError::Connect(error)) if matches!(*error, ConnectError::TlsFile { .. }) => {
                return Err(error.into());
            }
            Err(error) if started.elapsed() + PAUSE >= timeout => return Err(error),
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

fn attempt(settings: &ConnectionSettings, until: Until, limit: Duration) -> Result<(), ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.with_connect_timeout(limit).connect()?;
    if until == Until::Connected {
        return Ok(());
    }
    // A step that is being taken may keep everybody from the history.
    client
        .batch_execute(&format!("SET statement_timeout = {}", limit.as_millis()))
        .map_err(errors.failed("setting a timeout"))?;
    let mut database = migrate::PostgresDatabase::new(&mut client).map_err(|source| errors.schema(source))?;
    let migrations = Migrations::postgres();
    let status = Runner::new(&mut database, &migrations, Options::default()).status();
    match MigrateError::not_ready(&status.map_err(|source| errors.migrate(source))?) {
        None => Ok(()),
        Some(error) => Err(errors.migrate(error)),
    }
}
