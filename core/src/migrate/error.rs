//! Why a database was not migrated.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::catalogue::Drift;
use super::database::{Blocker, DatabaseError};
use super::status::{Access, Status};
use super::target::TargetError;

/// Rows that a step back would remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of a table (or, where it only loses a column, what stands in the column).
    Table {
        /// The table.
        table: String,
        /// How many rows it has.
        rows: u64,
    },
    /// What a statement removes that this towpath cannot read.
    Unclear {
        /// The statement.
        statement: String,
    },
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { table, rows: 1 } => write!(f, "1 row of {table}"),
            Self::Table { table, rows } => write!(f, "{rows} rows of {table}"),
            Self::Unclear { statement } => write!(f, "whatever `{statement}` removes"),
        }
    }
}

/// Why a database was not migrated. Steps that were finished before stay.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The database failed.
    #[error("{doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        source: DatabaseError,
    },
    /// A statement of a step failed; nothing of the step was kept unless it runs outside of
    /// transactions, and then it can be run again.
    #[error("step {version} ({name}) failed: {source}, at `{statement}`")]
    Statement {
        /// The step.
        version: u32,
        /// Its name.
        name: String,
        /// The statement.
        statement: String,
        /// What the database said.
        source: DatabaseError,
    },
    /// A lock of a table was not to be had.
    #[error(
        "step {version} ({name}) waited {} s for others and gave up; {}, at `{statement}`",
        waited.as_secs(),
        in_the_way(blocker.as_deref())
    )]
    Blocked {
        /// The step.
        version: u32,
        /// Its name.
        name: String,
        /// The statement.
        statement: String,
        /// How long.
        waited: Duration,
        /// Who has the lock.
        blocker: Option<Box<Blocker>>,
    },
    /// Another migrator is at work on this database, and for too long.
    #[error(
        "waited {} s for another migration of this database and gave up; {}",
        waited.as_secs(),
        in_the_way(holder.as_deref())
    )]
    Busy {
        /// How long.
        waited: Duration,
        /// The other one.
        holder: Option<Box<Blocker>>,
    },
    /// The target does not exist.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The target lies on the other side.
    #[error("the database has version {version}, and {wanted} is {}", wrong_way(*wanted, *version))]
    WrongWay {
        /// The database's version.
        version: u32,
        /// The version that was asked for.
        wanted: u32,
    },
    /// A step that ran was changed since.
    #[error(
        "step {version} was changed after it ran in this database: {file} is not what was applied \
         (`towpath db check` compares the tables, `towpath db repair` accepts the file if they agree)"
    )]
    Edited {
        /// The step.
        version: u32,
        /// Its file.
        file: String,
    },
    /// A newer towpath made the database what it is.
    #[error(
        "the database has version {version}, and this towpath knows versions up to {known}: use the newer \
         towpath that upgraded it, or take its steps back with `towpath db downgrade {known}`"
    )]
    Newer {
        /// The database's version.
        version: u32,
        /// The newest version known here.
        known: u32,
    },
    /// There are no tables, and they were not to be made.
    #[error("the database has no tables yet: `towpath db upgrade` makes them")]
    Empty,
    /// Steps are missing, and they were not to be taken.
    #[error(
        "the database has version {version}, and this towpath needs {needed}: `towpath db upgrade` brings it there"
    )]
    Behind {
        /// The database's version.
        version: u32,
        /// The version that is needed.
        needed: u32,
    },
    /// conda-index's tables are there, and no history.
    #[error(
        "the database has tables and no history of how they came about: `towpath db adopt` takes them over \
         after comparing them"
    )]
    NotAdopted,
    /// There are tables that are neither nothing nor everything.
    #[error(
        "the database has no history, but tables of the same names: {}; use another schema or database, or say with \
         `towpath db stamp` which version they are of",
        tables.join(", ")
    )]
    ForeignContent {
        /// Their names.
        tables: Vec<String>,
    },
    /// There is nothing to adopt.
    #[error("there is nothing to adopt: {what}")]
    NothingToAdopt {
        /// What is there instead, and what to do.
        what: &'static str,
    },
    /// The tables are not those of the version.
    #[error("the tables are not those of version {version}:{}", listed(drifts))]
    Drifted {
        /// The version that they were compared with.
        version: u32,
        /// Every difference.
        drifts: Vec<Drift>,
    },
    /// A step back would remove rows.
    #[error(
        "going back to version {wanted} would remove {}; --allow-data-loss does it",
        losses(lost)
    )]
    DataLoss {
        /// The version that was asked for.
        wanted: u32,
        /// What would go.
        lost: Vec<Loss>,
    },
    /// The database does not say how to take back a step that this towpath does not know.
    #[error(
        "step {version} ({name}) cannot be taken back: this towpath does not know it, and the history does \
         not say how"
    )]
    Irreversible {
        /// The step.
        version: u32,
        /// Its name.
        name: String,
    },
    /// The history lacks a step.
    #[error(
        "the history has later steps and not step {missing}: somebody changed the table towpath_migration; \
         `towpath db stamp` writes it anew after comparing the tables"
    )]
    Gap {
        /// The step.
        missing: u32,
    },
    /// Another migrator went the other way at the same time.
    #[error("another migration changed the database from version {expected} to {found} meanwhile; try again")]
    ChangedMeanwhile {
        /// The version that the step starts from.
        expected: u32,
        /// The version that was there.
        found: u32,
    },
}

impl MigrateError {
    /// The error that says why a database of this status is not written to as it is; `None` if it
    /// is.
    pub fn not_ready(status: &Status) -> Option<Self> {
        match status {
            ready if ready.access() == Access::Write => None,
            Status::Empty => Some(Self::Empty),
            Status::Behind { version, pending } => Some(Self::Behind {
                version: *version,
                needed: pending.last().copied().unwrap_or(*version),
            }),
            other => Self::of_status(other),
        }
    }

    /// The error that says that a database of this status cannot be worked with, if it cannot.
    pub fn of_status(status: &Status) -> Option<Self> {
        match status {
            Status::Edited { version, file } => Some(Self::Edited {
                version: *version,
                file: file.clone(),
            }),
            Status::Gap { missing } => Some(Self::Gap { missing: *missing }),
            Status::Unmanaged => Some(Self::NotAdopted),
            Status::ForeignContent { tables } => Some(Self::ForeignContent {
                tables: tables.clone(),
            }),
            Status::Newer { version, known, .. } => Some(Self::Newer {
                version: *version,
                known: *known,
            }),
            Status::Empty | Status::Behind { .. } | Status::Current { .. } => None,
        }
    }
}

fn in_the_way(blocker: Option<&Blocker>) -> String {
    match blocker {
        Some(blocker) => format!("in the way is {blocker}"),
        None => "who it is cannot be told".to_owned(),
    }
}

fn wrong_way(wanted: u32, version: u32) -> &'static str {
    if wanted < version {
        "older: that is `towpath db downgrade`"
    } else {
        "newer: that is `towpath db upgrade`"
    }
}

fn listed(drifts: &[Drift]) -> String {
    drifts
        .iter()
        .map(|drift| format!("\n  {}", drift.sentence))
        .collect()
}

fn losses(lost: &[Loss]) -> String {
    let lost: Vec<String> = lost.iter().map(Loss::to_string).collect();
    lost.join(", ")
}
