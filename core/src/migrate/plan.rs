//! The steps between two versions, and what they cost.

use std::borrow::Cow;

use super::database::Cost;
use super::error::MigrateError;
use super::history::HistoryRow;
use super::migration::{Execution, Migrations, Script};
use super::status::version_of;

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To a newer version.
    Up,
    /// To an older version.
    Down,
}

/// What going to a version would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The database's version.
    pub from: u32,
    /// The version that was asked for.
    pub to: u32,
    /// The steps in the order in which they would run.
    pub steps: Vec<PlannedStep>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// The step.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Whether it is taken or taken back.
    pub direction: Direction,
    /// In one transaction or not.
    pub execution: Execution,
    /// Whether it can be taken back without losing rows that were there before it.
    pub is_reversible: bool,
    /// Its statements.
    pub statements: Vec<PlannedStatement>,
}

/// One statement of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStatement {
    /// Its text.
    pub sql: String,
    /// What it costs in this database.
    pub cost: Cost,
}

/// A step that is to be taken or taken back.
pub(super) struct Step<'m> {
    pub(super) version: u32,
    pub(super) name: Cow<'m, str>,
    pub(super) direction: Direction,
    pub(super) script: Cow<'m, Script>,
}

impl Step<'_> {
    /// The versions before and after it.
    pub(super) fn versions(&self) -> (u32, u32) {
        match self.direction {
            Direction::Up => (self.version - 1, self.version),
            Direction::Down => (self.version, self.version - 1),
        }
    }
}

/// The steps from the history's version to `wanted`. What this towpath does not know is taken
/// back as the history says.
///
/// # Errors
///
/// When the history does not say it.
pub(super) fn steps<'m>(
    rows: &[HistoryRow],
    wanted: u32,
    migrations: &'m Migrations,
) -> Result<Vec<Step<'m>>, MigrateError> {
    let version = version_of(rows);
    let up = migrations
        .iter()
        .filter(|step| step.version > version && step.version <= wanted)
        .map(|step| {
            Ok(Step {
                version: step.version,
                name: Cow::Borrowed(step.name.as_ref()),
                direction: Direction::Up,
                script: Cow::Borrowed(&step.up),
            })
        });
    let down = rows.iter().rev().filter(|row| row.version > wanted).map(|row| {
        let script = match (migrations.get(row.version), &row.down_sql) {
            (Some(known), _) => Cow::Borrowed(&known.down),
            (None, Some(kept)) => Cow::Owned(Script::new(kept.clone())),
            (None, None) => {
                return Err(MigrateError::Irreversible {
                    version: row.version,
                    name: row.name.clone(),
                });
            }
        };
        Ok(Step {
            version: row.version,
            name: Cow::Owned(row.name.clone()),
            direction: Direction::Down,
            script,
        })
    });
    up.chain(down).collect()
}
