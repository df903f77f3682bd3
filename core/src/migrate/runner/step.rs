//! Takes steps, each under the lock and once.

use super::super::clock::Stopwatch;
use super::super::database::Database;
use super::super::error::MigrateError;
use super::super::history::{HistoryChange, How};
use super::super::migration::Execution;
use super::super::plan::{Direction, Step};
use super::super::statement::Statement;
use super::super::status::{Status, version_of};
use super::{DataLoss, Event, Progress, Runner, StepName, failed};

/// Who took a step.
enum Taken {
    ByUs,
    ByAnother,
}

impl<D: Database + ?Sized> Runner<'_, D> {
    /// Takes these steps in order; says which of them nobody else took meanwhile.
    pub(super) fn take(
        &mut self,
        steps: &[Step<'_>],
        loss: DataLoss,
        progress: &mut Progress<'_>,
    ) -> Result<Vec<StepName>, MigrateError> {
        let mut by_us = Vec::new();
        for step in steps {
            let name = StepName {
                version: step.version,
                name: step.name.as_ref().to_owned(),
                direction: step.direction,
            };
            let execution = step.script.execution();
            let stopwatch = Stopwatch::start();
            let taken = self.locked(execution, progress, &mut |runner, progress| {
                runner.take_one(step, &name, loss, progress)
            })?;
            match taken {
                Taken::ByUs => {
                    progress(Event::Finished {
                        step: &name,
                        took: stopwatch.elapsed(),
                    });
                    by_us.push(name);
                }
                Taken::ByAnother => progress(Event::DoneByAnother(&name)),
            }
        }
        Ok(by_us)
    }

    /// Takes the step under the lock, unless the history says by now that it was taken.
    fn take_one(
        &mut self,
        step: &Step<'_>,
        name: &StepName,
        loss: DataLoss,
        progress: &mut Progress<'_>,
    ) -> Result<Taken, MigrateError> {
        let (rows, status) = self.state()?;
        if step.direction == Direction::Up
            && !matches!(status, Status::Newer { .. })
            && let Some(error) = MigrateError::of_status(&status)
        {
            return Err(error);
        }
        let has_history = rows.is_some();
        let found = version_of(&rows.unwrap_or_default());
        let (before, after) = step.versions();
        let is_done = match step.direction {
            Direction::Up => found >= after,
            Direction::Down => found <= after,
        };
        if is_done {
            return Ok(Taken::ByAnother);
        }
        if found != before {
            return Err(MigrateError::ChangedMeanwhile {
                expected: before,
                found,
            });
        }
        if step.direction == Direction::Down && loss == DataLoss::Refuse {
            // Rows may have come since all steps were looked at.
            self.refuse_losses(std::slice::from_ref(step), after)?;
        }
        progress(Event::Started(name));
        let stopwatch = Stopwatch::start();
        if !has_history {
            self.change_history(&HistoryChange::Create)?;
        }
        let execution = step.script.execution();
        for statement in step.script.statements() {
            self.database
                .execute(execution, statement)
                .map_err(|source| MigrateError::Statement {
                    version: step.version,
                    name: step.name.as_ref().to_owned(),
                    statement: statement.text.to_owned(),
                    source,
                })?;
        }
        let took = stopwatch.elapsed().as_millis().try_into().ok();
        match step.direction {
            Direction::Up => {
                let tool = self.options.tool.clone();
                // A plan has no other steps up than those that are known.
                if let Some(migration) = self.migrations.get(step.version) {
                    self.change_history(&HistoryChange::Add {
                        migration,
                        how: How::Applied,
                        tool: &tool,
                        duration_ms: took,
                    })?;
                }
            }
            Direction::Down if after == 0 => self.change_history(&HistoryChange::Drop)?,
            Direction::Down => self.change_history(&HistoryChange::Remove(step.version))?,
        }
        Ok(Taken::ByUs)
    }

    pub(super) fn change_history(&mut self, change: &HistoryChange<'_>) -> Result<(), MigrateError> {
        let sql = change.to_sql(self.database.dialect());
        self.database
            .execute(Execution::OneTransaction, Statement { text: &sql })
            .map_err(|source| failed("writing the history", source))
    }
}
