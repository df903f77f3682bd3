//! What an upgrade would cost in a database, as a table.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::migrate::{Execution, Options, Plan, PlannedStatement, PlannedStep, Runner, Target};

use super::place::{PlaceArgs, Purpose, Report};
use crate::failure::{Failure, status};

/// More characters of a statement are not shown in a table.
const SHOWN: usize = 60;

/// The fewest bytes that a row takes in PostgreSQL: its header and its pointer
/// (<https://www.postgresql.org/docs/current/storage-page-layout.html>).
const SMALLEST_ROW: u64 = 27;

/// Whether to look at the costs instead of doing it.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Say what each statement would keep others from, and do nothing
    #[arg(long, conflicts_with = "sql")]
    pub(super) plan: bool,

    /// With --plan: from how many rows on keeping others from writing to a table is status 9
    #[arg(long, value_name = "N", default_value_t = 100_000, requires = "plan")]
    max_blocked_rows: u64,
}

impl PlanArgs {
    /// Prints the plan.
    pub(super) fn print(&self, place: &PlaceArgs, target: Target) -> Result<ExitCode, Failure> {
        let status = place.each(Purpose::Look, &mut |site, database, migrations| {
            let plan = Runner::new(database, migrations, Options::default())
                .plan(target)
                .map_err(|error| Failure::migration(&error))?;
            let blocks = statements(&plan).any(|(_, statement)| self.blocks(statement));
            Ok(Report {
                text: self.table(&site.to_string(), &plan),
                json: self.json(&plan),
                status: if blocks { status::BLOCKS } else { 0 },
            })
        })?;
        Ok(ExitCode::from(status))
    }

    /// Whether it keeps others from writing to too large a table. One whose rows nobody ever
    /// counted is as large as its bytes allow.
    fn blocks(&self, statement: &PlannedStatement) -> bool {
        let cost = &statement.cost;
        let rows = cost.rows.or(cost.bytes.map(|bytes| bytes / SMALLEST_ROW));
        cost.lock.blocks_writers() && rows.is_some_and(|rows| rows > self.max_blocked_rows)
    }

    fn table(&self, site: &str, plan: &Plan) -> String {
        let mut text = format!("{site}: from version {} to {}", plan.from, plan.to);
        if plan.steps.is_empty() {
            return text;
        }
        let heads = [
            "step",
            "statement",
            "lock",
            "table",
            "rows",
            "size",
            "transaction",
            "can be taken back",
        ];
        let mut rows = vec![heads.map(str::to_owned)];
        rows.extend(statements(plan).map(|(step, statement)| self.row(step, statement)));
        let widths: Vec<usize> = (0..heads.len())
            .map(|column| {
                rows.iter()
                    .map(|row| row[column].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        for row in &rows {
            let cells = row.iter().zip(&widths);
            let line: String = cells.map(|(cell, width)| format!("  {cell:<width$}")).collect();
            text.push('\n');
            text.push_str(line.trim_end());
        }
        text
    }

    fn row(&self, step: &PlannedStep, statement: &PlannedStatement) -> [String; 8] {
        let cost = &statement.cost;
        let unknown = || "-".to_owned();
        let lock = if self.blocks(statement) {
            format!("{} (!)", cost.lock)
        } else {
            cost.lock.to_string()
        };
        [
            format!("{} {}", step.version, step.name),
            first_words(&statement.sql),
            lock,
            cost.table.clone().unwrap_or_else(unknown),
            cost.rows.map_or_else(unknown, |rows| rows.to_string()),
            cost.bytes.map_or_else(unknown, size),
            match step.execution {
                Execution::OneTransaction => "the step's",
                Execution::EachAlone => "none",
            }
            .to_owned(),
            if step.is_reversible { "yes" } else { "no" }.to_owned(),
        ]
    }

    fn json(&self, plan: &Plan) -> Value {
        let statements = statements(plan).map(|(step, statement)| {
            json!({
                "version": step.version,
                "name": step.name,
                "sql": statement.sql,
                "lock": statement.cost.lock.as_str(),
                "table": statement.cost.table,
                "rows": statement.cost.rows,
                "bytes": statement.cost.bytes,
                "in_transaction": step.execution == Execution::OneTransaction,
                "is_reversible": step.is_reversible,
                "blocks": self.blocks(statement),
            })
        });
        json!({ "from": plan.from, "to": plan.to, "statements": statements.collect::<Vec<_>>() })
    }
}

fn statements(plan: &Plan) -> impl Iterator<Item = (&PlannedStep, &PlannedStatement)> {
    plan.steps
        .iter()
        .flat_map(|step| step.statements.iter().map(move |statement| (step, statement)))
}

/// The beginning of a statement on one line.
fn first_words(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    let start: String = line.chars().take(SHOWN).collect();
    format!("{}...", start.trim_end())
}

fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut number = bytes;
    let mut unit = "B";
    for larger in units {
        if number < 10 * 1024 {
            break;
        }
        number /= 1024;
        unit = larger;
    }
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use towpath_core::migrate::{Cost, LockLevel};

    use super::*;

    #[rstest::rstest]
    #[case(LockLevel::Share, Some(101), Some(8192), true)]
    #[case(LockLevel::AccessExclusive, Some(101), Some(8192), true)]
    #[case(LockLevel::Unknown, Some(101), Some(8192), true)]
    #[case(LockLevel::AccessExclusive, Some(100), Some(8192), false)]
    #[case(LockLevel::ShareUpdateExclusive, Some(101), Some(8192), false)]
    #[case::never_counted(LockLevel::Share, None, Some(8192), true)]
    #[case::never_counted(LockLevel::Share, None, Some(2700), false)]
    #[case::not_there_yet(LockLevel::AccessExclusive, None, None, false)]
    fn a_statement_blocks_if_writers_wait_for_many_rows(
        #[case] lock: LockLevel,
        #[case] rows: Option<u64>,
        #[case] bytes: Option<u64>,
        #[case] blocks: bool,
    ) {
        let args = PlanArgs {
            plan: true,
            max_blocked_rows: 100,
        };
        let cost = Cost {
            lock,
            table: Some("stat".to_owned()),
            rows,
            bytes,
        };
        let sql = String::new();
        assert_eq!(args.blocks(&PlannedStatement { sql, cost }), blocks);
    }

    #[rstest::rstest]
    #[case(0, "0 B")]
    #[case(10_239, "10239 B")]
    #[case(10_240, "10 kB")]
    #[case(u64::MAX, "16777215 TB")]
    fn sizes_have_units(#[case] bytes: u64, #[case] shown: &str) {
        assert_eq!(size(bytes), shown);
    }
}
