//! Writes a script for psql that does what running the steps would.

use std::fmt::Write as _;

use super::super::database::Timeouts;
use super::super::history::{HISTORY_TABLE, HistoryChange, How};
use super::super::migration::{Execution, Migration, Migrations, Script};
use super::super::plan::Direction;
use super::super::statement::Effect;
use super::{CONDA_INDEX_TABLES, DIALECT, locks};

/// The script from one version to another, in either direction.
pub(super) fn script(migrations: &Migrations, from: u32, to: u32, tool: &str, timeouts: &Timeouts) -> String {
    let mut text = format!(
        "-- From version {from} to version {to}, by {tool}. For psql, as the tables' owner:\n\
         --     psql --no-psqlrc --file=THIS_FILE\n\
         -- It ends at the first error. What was done until then stays, and a script from the version\n\
         -- that was reached does the rest.\n\
         \\set ON_ERROR_STOP on\n\
         SELECT set_config('search_path', quote_ident(current_schema()), false);\n"
    );
    if from > to {
        text.push_str("-- Rows of the tables that it removes are lost.\n");
    }
    if from <= to {
        for step in migrations
            .iter()
            .filter(|step| step.version > from && step.version <= to)
        {
            text.push_str(&one(step, Direction::Up, tool, timeouts));
        }
    } else {
        for step in migrations
            .iter()
            .rev()
            .filter(|step| step.version > to && step.version <= from)
        {
            text.push_str(&one(step, Direction::Down, tool, timeouts));
        }
    }
    text
}

fn one(step: &Migration, direction: Direction, tool: &str, timeouts: &Timeouts) -> String {
    let before = match direction {
        Direction::Up => step.version - 1,
        Direction::Down => step.version,
    };
    let (script, word) = match direction {
        Direction::Up => (&step.up, "up"),
        Direction::Down => (&step.down, "down"),
    };
    let execution = script.execution();
    let mut text = format!("\n-- {:04}_{} {word}\n", step.version, step.name);
    let (begin, set, lock, statement) = match execution {
        Execution::OneTransaction => ("BEGIN;\n", "SET LOCAL", timeouts.lock, timeouts.statement),
        Execution::EachAlone => ("", "SET", timeouts.wait, timeouts.lone_statement),
    };
    text.push_str(begin);
    text.push_str(&guard(before, execution));
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{set} lock_timeout = {};\n{set} statement_timeout = {};\n",
        locks::milliseconds(lock),
        locks::milliseconds(statement)
    );
    let change = match direction {
        Direction::Up => HistoryChange::Add {
            migration: step,
            how: How::Applied,
            tool,
            duration_ms: None,
        },
        Direction::Down if step.version == 1 => HistoryChange::Drop,
        Direction::Down => HistoryChange::Remove(step.version),
    };
    if direction == Direction::Up && step.version == 1 {
        let _ = writeln!(text, "{};", HistoryChange::Create.to_sql(&DIALECT));
    }
    text.push_str(&statements(script));
    let _ = writeln!(text, "{};", change.to_sql(&DIALECT));
    match execution {
        Execution::OneTransaction => text.push_str("COMMIT;\n"),
        Execution::EachAlone => {
            let _ = writeln!(
                text,
                "RESET lock_timeout;\nRESET statement_timeout;\nSELECT pg_advisory_unlock({});",
                locks::key("current_schema()")
            );
        }
    }
    text
}

/// The script's statements. Before an index is built, one that an interrupted build left goes.
fn statements(script: &Script) -> String {
    let mut text = String::new();
    for statement in script.statements() {
        if let (Execution::EachAlone, Effect::CreateIndex { index, .. }) =
            (script.execution(), statement.effect())
        {
            let _ = write!(
                text,
                "SELECT 'DROP INDEX CONCURRENTLY {index}' FROM pg_index\n\
                 WHERE indexrelid = to_regclass('{index}') AND NOT indisvalid \\gexec\n"
            );
        }
        let _ = writeln!(text, "{};", statement.text);
    }
    text
}

/// Takes the lock and raises an error unless the database has this version.
fn guard(version: u32, execution: Execution) -> String {
    let function = match execution {
        Execution::OneTransaction => "pg_try_advisory_xact_lock",
        Execution::EachAlone => "pg_try_advisory_lock",
    };
    let key = locks::key("current_schema()");
    let tables = CONDA_INDEX_TABLES.map(|table| format!("'{table}'")).join(", ");
    let found = if version == 0 {
        format!(
            "    IF EXISTS (\n\
             \x20       SELECT FROM pg_class WHERE relnamespace =\n\
             \x20           (SELECT oid FROM pg_namespace WHERE nspname = current_schema())\n\
             \x20       AND relkind IN ('r', 'p', 'f', 'v', 'm')\n\
             \x20       AND (relname IN ({tables}) OR relname LIKE 'towpath\\_%')\n\
             \x20   ) THEN\n\
             \x20       RAISE EXCEPTION 'the schema is not empty, and this script begins with an empty one';\n\
             \x20   END IF;\n"
        )
    } else {
        format!(
            "    SELECT max(version) INTO found FROM {HISTORY_TABLE};\n\
             \x20   IF found IS DISTINCT FROM {version} THEN\n\
             \x20       RAISE EXCEPTION 'the database has version %, and this step begins with {version}', found;\n\
             \x20   END IF;\n"
        )
    };
    format!(
        "DO $guard$\n\
         DECLARE found bigint;\n\
         BEGIN\n\
         \x20   IF NOT {function}({key}) THEN\n\
         \x20       RAISE EXCEPTION 'another migration of this schema is at work; run this again later';\n\
         \x20   END IF;\n\
         {found}\
         END\n\
         $guard$;\n"
    )
}
