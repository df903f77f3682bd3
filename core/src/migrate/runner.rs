//! The operations on a database: look, go up, go down, adopt, compare.

mod adopt;
mod downgrade;
mod inspect;
mod step;

use std::time::Duration;

use super::clock::Patience;
use super::database::{Blocker, Database, End, Locking, Timeouts};
use super::error::MigrateError;
use super::history::HistoryRow;
use super::migration::{Execution, Migrations};
use super::plan::{self, Direction};
use super::status::{Status, version_of};
use super::target::Target;

pub use adopt::Adopted;
pub use downgrade::DataLoss;

/// What a runner goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long things may take.
    pub timeouts: Timeouts,
    /// What the history says ran the steps.
    pub tool: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            tool: concat!("towpath ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Takes a database through its versions.
///
/// Any number of runners may be at work on one database: each step runs once, and all of them come
/// to the same end.
pub struct Runner<'r, D: Database + ?Sized> {
    database: &'r mut D,
    migrations: &'r Migrations,
    options: Options,
}

/// Which step is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepName {
    /// Its version.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Whether it is taken or taken back.
    pub direction: Direction,
}

/// What a runner does at the moment.
#[derive(Debug)]
pub enum Event<'e> {
    /// Others are in the way.
    Waiting {
        /// Who, if it can be told.
        whom: Option<&'e Blocker>,
    },
    /// A step begins.
    Started(&'e StepName),
    /// A step is done.
    Finished {
        /// The step.
        step: &'e StepName,
        /// How long it took.
        took: Duration,
    },
    /// Another migrator did it meanwhile.
    DoneByAnother(&'e StepName),
}

/// How a database went from one version to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The version before.
    pub from: u32,
    /// The version after.
    pub to: u32,
    /// The steps that this runner took; others may have been taken by another one.
    pub steps: Vec<StepName>,
}

/// Hears of events.
type Progress<'p> = dyn FnMut(Event<'_>) + 'p;

impl<'r, D: Database + ?Sized> Runner<'r, D> {
    /// A runner of these steps over this database.
    pub fn new(database: &'r mut D, migrations: &'r Migrations, options: Options) -> Self {
        Self {
            database,
            migrations,
            options,
        }
    }

    /// Takes the steps up to `target`.
    ///
    /// # Errors
    ///
    /// When the database is not ours to upgrade, the target is below its version, or a step fails;
    /// the steps before that one stay.
    pub fn upgrade(&mut self, target: Target, progress: &mut Progress<'_>) -> Result<Moved, MigrateError> {
        let (rows, status) = self.state()?;
        if let Some(error) = MigrateError::of_status(&status) {
            return Err(error);
        }
        let rows = rows.unwrap_or_default();
        let from = version_of(&rows);
        let to = target.resolve(from, self.migrations.head())?;
        if to < from {
            return Err(MigrateError::WrongWay {
                version: from,
                wanted: to,
            });
        }
        let steps = plan::steps(&rows, to, self.migrations)?;
        let taken = self.take(&steps, DataLoss::Refuse, progress)?;
        Ok(Moved {
            from,
            to,
            steps: taken,
        })
    }

    /// Does what a local store does when it is opened: goes to the newest version, adopting tables
    /// without a history. A database that is newer and may still be written stays as it is.
    ///
    /// # Errors
    ///
    /// When the database cannot be brought to where it may be written.
    pub fn bring_up_to_date(&mut self, progress: &mut Progress<'_>) -> Result<Status, MigrateError> {
        let status = self.status()?;
        match &status {
            Status::Current { .. } => return Ok(status),
            Status::Newer { .. } if status.access() == super::Access::Write => return Ok(status),
            Status::Unmanaged => {
                self.take_over(progress)?;
            }
            _ => {
                self.upgrade(Target::Head, progress)?;
            }
        }
        Ok(Status::Current {
            version: self.migrations.head(),
        })
    }

    fn rows(&mut self) -> Result<Option<Vec<HistoryRow>>, MigrateError> {
        self.database
            .history()
            .map_err(|source| failed("reading the history", source))
    }

    /// The history, and what it says, or without one the tables.
    fn state(&mut self) -> Result<(Option<Vec<HistoryRow>>, Status), MigrateError> {
        let mut rows = self.rows()?;
        if rows.as_ref().is_none_or(Vec::is_empty) {
            let tables = self
                .database
                .tables()
                .map_err(|source| failed("looking for tables", source))?;
            let status = Status::of_tables(tables, self.migrations);
            if status == Status::Empty {
                return Ok((rows, status));
            }
            // Tables may have come together with a history since that was looked for.
            rows = self.rows()?;
            if rows.as_ref().is_none_or(Vec::is_empty) {
                return Ok((rows, status));
            }
        }
        let status = Status::of_history(rows.as_deref().unwrap_or_default(), self.migrations);
        Ok((rows, status))
    }

    /// Does `work` while no other migrator works on the database. What fails because others were
    /// in the way is tried again as long as patience lasts.
    fn locked<T>(
        &mut self,
        execution: Execution,
        progress: &mut Progress<'_>,
        work: &mut dyn FnMut(&mut Self, &mut Progress<'_>) -> Result<T, MigrateError>,
    ) -> Result<T, MigrateError> {
        let mut patience = Patience::new(self.options.timeouts.wait);
        loop {
            let locking = self.database.lock(execution, &self.options.timeouts);
            match locking.map_err(|source| failed("taking the lock of migrations", source))? {
                Locking::Taken => {}
                Locking::Busy => {
                    let holder = self.database.lock_holder();
                    let holder = holder.map_err(|source| failed("looking for other migrations", source))?;
                    if patience.is_over() {
                        return Err(MigrateError::Busy {
                            waited: patience.waited(),
                            holder: holder.map(Box::new),
                        });
                    }
                    progress(Event::Waiting {
                        whom: holder.as_ref(),
                    });
                    patience.pause();
                    continue;
                }
            }
            let outcome = work(self, progress);
            let end = if outcome.is_ok() {
                End::Commit
            } else {
                End::Rollback
            };
            let released = self.database.release(execution, end);
            let error = match outcome {
                Ok(result) => {
                    released.map_err(|source| failed("ending the migration", source))?;
                    return Ok(result);
                }
                // Why it could not be ended is seldom more than that the connection is gone.
                Err(error) => error,
            };
            let blocker = self.who_stood_in_the_way(error, &patience)?;
            progress(Event::Waiting {
                whom: blocker.as_ref(),
            });
            patience.pause();
        }
    }

    /// Who was in the way, if what failed may be tried again.
    fn who_stood_in_the_way(
        &mut self,
        error: MigrateError,
        patience: &Patience,
    ) -> Result<Option<Blocker>, MigrateError> {
        let (cause, text) = match &error {
            MigrateError::Statement {
                statement, source, ..
            } => (source.cause, statement.as_str()),
            MigrateError::Database { source, .. } => (source.cause, ""),
            _ => return Err(error),
        };
        if cause != super::Cause::Contention {
            return Err(error);
        }
        // What cannot be told is no reason to give up.
        let blocker = self
            .database
            .blocker(super::Statement { text })
            .unwrap_or_default();
        if !patience.is_over() {
            return Ok(blocker);
        }
        match error {
            MigrateError::Statement {
                version,
                name,
                statement,
                ..
            } => Err(MigrateError::Blocked {
                version,
                name,
                statement,
                waited: patience.waited(),
                blocker: blocker.map(Box::new),
            }),
            other => Err(other),
        }
    }
}

/// Says what was being done when the database failed.
fn failed(doing: &'static str, source: super::DatabaseError) -> MigrateError {
    MigrateError::Database { doing, source }
}
