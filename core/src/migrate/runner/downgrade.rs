//! Goes back to older versions without losing rows unawares.

use super::super::database::Database;
use super::super::error::{Loss, MigrateError};
use super::super::plan::{self, Step};
use super::super::statement::Effect;
use super::super::status::{Status, version_of};
use super::super::target::Target;
use super::{Moved, Progress, Runner, failed};

/// Whether rows may go with the tables that a step back removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataLoss {
    /// They may not.
    Refuse,
    /// They may.
    Allow,
}

impl<D: Database + ?Sized> Runner<'_, D> {
    /// Takes steps back down to `target`. Steps that this towpath does not know are taken back by
    /// the script that the newer one left in the history.
    ///
    /// # Errors
    ///
    /// When rows would be lost that may not be, the target is above the database's version, or a
    /// step fails; the steps before that one stay taken back.
    pub fn downgrade(
        &mut self,
        target: Target,
        loss: DataLoss,
        progress: &mut Progress<'_>,
    ) -> Result<Moved, MigrateError> {
        let (rows, status) = self.state()?;
        if let Some(error) = MigrateError::of_status(&status)
            && !matches!(status, Status::Newer { .. })
        {
            return Err(error);
        }
        let rows = rows.unwrap_or_default();
        let from = version_of(&rows);
        let to = target.resolve(from, self.migrations.head())?;
        if to > from {
            return Err(MigrateError::WrongWay {
                version: from,
                wanted: to,
            });
        }
        let steps = plan::steps(&rows, to, self.migrations)?;
        if loss == DataLoss::Refuse {
            self.refuse_losses(&steps, to)?;
        }
        let taken = self.take(&steps, loss, progress)?;
        Ok(Moved {
            from,
            to,
            steps: taken,
        })
    }

    /// Refuses to go back to `wanted` by these steps if that would remove rows.
    pub(super) fn refuse_losses(&mut self, steps: &[Step<'_>], wanted: u32) -> Result<(), MigrateError> {
        let lost = self.losses(steps)?;
        if lost.is_empty() {
            Ok(())
        } else {
            Err(MigrateError::DataLoss { wanted, lost })
        }
    }

    /// What these steps back would remove. conda-index's tables count also when they are empty:
    /// another tool may be about to fill them.
    fn losses(&mut self, steps: &[Step<'_>]) -> Result<Vec<Loss>, MigrateError> {
        let mut lost = Vec::new();
        for step in steps {
            for statement in step.script.statements() {
                let table = match statement.effect() {
                    Effect::DropTable(table) | Effect::DropColumn(table) | Effect::Rewrite(table) => table,
                    Effect::Unknown => {
                        lost.push(Loss::Unclear {
                            statement: statement.text.to_owned(),
                        });
                        continue;
                    }
                    Effect::CreateTable(_)
                    | Effect::AlterTable(_)
                    | Effect::CreateIndex { .. }
                    | Effect::DropIndex { .. }
                    | Effect::Insert(_) => continue,
                };
                let rows = self
                    .database
                    .row_count(table)
                    .map_err(|source| failed("counting rows", source))?;
                if rows > 0 || !table.starts_with("towpath_") {
                    lost.push(Loss::Table {
                        table: table.to_owned(),
                        rows,
                    });
                }
            }
        }
        Ok(lost)
    }
}
