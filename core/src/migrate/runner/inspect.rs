//! Looks at a database and changes nothing.

use super::super::catalogue::{Catalogue, Drift};
use super::super::database::Database;
use super::super::error::MigrateError;
use super::super::history::{HISTORY_TABLE, HistoryRow};
use super::super::plan::{self, Plan, PlannedStatement, PlannedStep};
use super::super::statement::Effect;
use super::super::status::{Status, version_of};
use super::super::target::Target;
use super::{Runner, failed};

impl<D: Database + ?Sized> Runner<'_, D> {
    /// What the database is to this towpath. Needs nothing but SELECT.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn status(&mut self) -> Result<Status, MigrateError> {
        Ok(self.state()?.1)
    }

    /// The steps that the database has behind it; none without a history. Needs nothing but SELECT.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn history(&mut self) -> Result<Vec<HistoryRow>, MigrateError> {
        Ok(self.rows()?.unwrap_or_default())
    }

    /// What going to `target` would do, up or down, and what it would cost in this database.
    ///
    /// # Errors
    ///
    /// When there is no way from here to the target.
    pub fn plan(&mut self, target: Target) -> Result<Plan, MigrateError> {
        let (rows, status) = self.state()?;
        let rows = rows.unwrap_or_default();
        let from = version_of(&rows);
        let to = target.resolve(from, self.migrations.head())?;
        let goes_up = to > from;
        if let Some(error) = MigrateError::of_status(&status)
            && (goes_up || !matches!(status, Status::Newer { .. }))
        {
            return Err(error);
        }
        let mut steps = Vec::new();
        for step in plan::steps(&rows, to, self.migrations)? {
            let mut statements = Vec::new();
            for statement in step.script.statements() {
                let cost = self
                    .database
                    .cost(statement)
                    .map_err(|source| failed("estimating the cost", source))?;
                statements.push(PlannedStatement {
                    sql: statement.text.to_owned(),
                    cost,
                });
            }
            let removes = step.script.statements().iter().any(|statement| {
                !matches!(
                    statement.effect(),
                    Effect::CreateTable(_)
                        | Effect::CreateIndex { .. }
                        | Effect::DropIndex { .. }
                        | Effect::Insert(_)
                        | Effect::AlterTable(_)
                )
            });
            steps.push(PlannedStep {
                version: step.version,
                name: step.name.into_owned(),
                direction: step.direction,
                execution: step.script.execution(),
                is_reversible: !removes,
                statements,
            });
        }
        Ok(Plan { from, to, steps })
    }

    /// How the live catalogue differs from the one that the database's version has.
    ///
    /// # Errors
    ///
    /// When the database has no version, or one that this towpath does not know.
    pub fn check(&mut self) -> Result<Vec<Drift>, MigrateError> {
        let (rows, status) = self.state()?;
        match status {
            // That a script was changed says nothing of the tables.
            Status::Edited { .. } => {}
            status => {
                if let Some(error) = MigrateError::of_status(&status) {
                    return Err(error);
                }
            }
        }
        let version = version_of(&rows.unwrap_or_default());
        if version > self.migrations.head() {
            return Err(MigrateError::Newer {
                version,
                known: self.migrations.head(),
            });
        }
        let drifts = self.live_catalogue()?.diff(&self.migrations.expected(version));
        Ok(self.with_repairs_that_run(drifts))
    }

    /// How what the steps make differs from what they make up to `version`. Whether there is a
    /// history does not count, nor what was there before the first step: that has a history of its
    /// own.
    pub(super) fn drifts_of_steps(&mut self, version: u32) -> Result<Vec<Drift>, MigrateError> {
        let mut ignored = self.migrations.expected(0).tables();
        ignored.push(HISTORY_TABLE.to_owned());
        let without = |catalogue: Catalogue| {
            ignored
                .iter()
                .fold(catalogue, |rest, table| rest.without_table(table))
        };
        let live = without(self.live_catalogue()?);
        let expected = without(self.migrations.expected(version));
        Ok(self.with_repairs_that_run(live.diff(&expected)))
    }

    fn live_catalogue(&mut self) -> Result<Catalogue, MigrateError> {
        self.database
            .catalogue()
            .map_err(|source| failed("reading the catalogue", source))
    }

    fn with_repairs_that_run(&self, mut drifts: Vec<Drift>) -> Vec<Drift> {
        for drift in &mut drifts {
            if !drift
                .repair
                .iter()
                .all(|statement| self.database.can_repair_by(statement))
            {
                drift.repair.clear();
            }
        }
        drifts
    }
}
