//! Writes a history for tables that are there, after comparing them.

use super::super::database::Database;
use super::super::error::MigrateError;
use super::super::history::{HistoryChange, How};
use super::super::migration::Execution;
use super::super::status::Status;
use super::super::target::{Target, TargetError};
use super::{Moved, Progress, Runner};

/// How a database was adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The version that it was recognised as.
    pub version: u32,
    /// The way from there to the newest.
    pub moved: Moved,
}

impl<D: Database + ?Sized> Runner<'_, D> {
    /// Takes over tables that have no history: compares them with what conda-index makes (or an
    /// older towpath), writes the history, and upgrades to the newest version. Where our steps come
    /// after conda-index's tables instead of making them, its tables alone are version 0.
    ///
    /// # Errors
    ///
    /// When there is nothing to adopt, the tables differ (nothing is changed then), or the upgrade
    /// fails (the database is adopted then).
    pub fn adopt(&mut self, progress: &mut Progress<'_>) -> Result<Adopted, MigrateError> {
        let what = match self.status()? {
            Status::Unmanaged | Status::ForeignContent { .. } => {
                return self.take_over(progress);
            }
            Status::Empty if !self.migrations.expected(0).tables().is_empty() => {
                let drifts = self.check()?;
                if !drifts.is_empty() {
                    return Err(MigrateError::Drifted { version: 0, drifts });
                }
                let moved = self.upgrade(Target::Head, progress)?;
                return Ok(Adopted { version: 0, moved });
            }
            Status::Empty => "the database is empty (`towpath db upgrade` makes the tables)",
            _ => "the database has a history (`towpath db status` shows it)",
        };
        Err(MigrateError::NothingToAdopt { what })
    }

    /// Adopts the database unless another one did meanwhile.
    pub(super) fn take_over(&mut self, progress: &mut Progress<'_>) -> Result<Adopted, MigrateError> {
        let version = self.migrations.adoptable();
        self.locked(
            Execution::OneTransaction,
            progress,
            &mut |runner, _| match runner.status()? {
                Status::Unmanaged | Status::ForeignContent { .. } => {
                    let drifts = runner.drifts_of_steps(version)?;
                    if !drifts.is_empty() {
                        return Err(MigrateError::Drifted { version, drifts });
                    }
                    runner.write_history(version, How::Adopted)
                }
                // Another one adopted it since.
                _ => Ok(()),
            },
        )?;
        let moved = self.upgrade(Target::Head, progress)?;
        Ok(Adopted { version, moved })
    }

    /// Says that the database has this version, after comparing its tables with that.
    ///
    /// # Errors
    ///
    /// When there is no such version or the tables are not those of it; nothing is changed then.
    pub fn stamp(&mut self, version: u32, progress: &mut Progress<'_>) -> Result<(), MigrateError> {
        let head = self.migrations.head();
        if version == 0 || version > head {
            return Err(TargetError::Unknown {
                asked: version.into(),
                head,
            }
            .into());
        }
        self.locked(Execution::OneTransaction, progress, &mut |runner, _| {
            let drifts = runner.drifts_of_steps(version)?;
            if !drifts.is_empty() {
                return Err(MigrateError::Drifted { version, drifts });
            }
            runner.write_history(version, How::Stamped)
        })
    }

    /// Makes the rows up to `version` the history. Rows that say the same stay.
    fn write_history(&mut self, version: u32, how: How) -> Result<(), MigrateError> {
        let rows = match self.rows()? {
            Some(rows) => rows,
            None => {
                self.change_history(&HistoryChange::Create)?;
                Vec::new()
            }
        };
        let tool = self.options.tool.clone();
        let migrations = self.migrations;
        let is_kept = |row: &super::HistoryRow| {
            row.version <= version
                && migrations
                    .get(row.version)
                    .is_some_and(|step| step.up.sha256() == row.sha256)
        };
        for row in rows.iter().filter(|row| !is_kept(row)) {
            self.change_history(&HistoryChange::Remove(row.version))?;
        }
        for migration in migrations.iter().filter(|step| step.version <= version) {
            if rows
                .iter()
                .any(|row| row.version == migration.version && is_kept(row))
            {
                continue;
            }
            self.change_history(&HistoryChange::Add {
                migration,
                how,
                tool: &tool,
                duration_ms: None,
            })?;
        }
        Ok(())
    }

    /// Makes the history agree with scripts that were changed after they ran, if the tables are
    /// those that the scripts of today make. Says which steps these are.
    ///
    /// # Errors
    ///
    /// When the tables differ; nothing is changed then.
    pub fn repair(&mut self, progress: &mut Progress<'_>) -> Result<Vec<u32>, MigrateError> {
        self.locked(Execution::OneTransaction, progress, &mut |runner, _| {
            let drifts = runner.check()?;
            let rows = runner.history()?;
            if !drifts.is_empty() {
                return Err(MigrateError::Drifted {
                    version: super::version_of(&rows),
                    drifts,
                });
            }
            let mut realigned = Vec::new();
            let migrations = runner.migrations;
            for row in &rows {
                if let Some(migration) = migrations.get(row.version)
                    && migration.up.sha256() != row.sha256
                {
                    runner.change_history(&HistoryChange::Realign(migration))?;
                    realigned.push(row.version);
                }
            }
            Ok(realigned)
        })
    }
}
