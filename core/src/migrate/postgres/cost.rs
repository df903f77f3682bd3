//! What a statement of ours costs: whom it keeps out of which table, and how large that is.

use postgres::Client;

use super::super::database::{Cost, DatabaseError, LockLevel};
use super::super::statement::{Effect, Statement};

/// The lock that PostgreSQL takes for a statement, by
/// <https://www.postgresql.org/docs/current/explicit-locking.html>, and the name of its table or
/// index.
fn lock_of(statement: Statement<'_>) -> (LockLevel, Option<&str>) {
    match statement.effect() {
        Effect::CreateTable(table) => (LockLevel::NewObject, Some(table)),
        Effect::Insert(table) | Effect::Rewrite(table) => (LockLevel::RowExclusive, Some(table)),
        Effect::DropTable(table) | Effect::AlterTable(table) | Effect::DropColumn(table) => {
            (LockLevel::AccessExclusive, Some(table))
        }
        Effect::CreateIndex {
            table, concurrently, ..
        } => {
            let lock = if concurrently {
                LockLevel::ShareUpdateExclusive
            } else {
                LockLevel::Share
            };
            (lock, Some(table))
        }
        Effect::DropIndex { index, concurrently } => {
            let lock = if concurrently {
                LockLevel::ShareUpdateExclusive
            } else {
                LockLevel::AccessExclusive
            };
            (lock, Some(index))
        }
        Effect::Unknown => (LockLevel::Unknown, None),
    }
}

pub(super) fn of(client: &mut Client, schema: &str, statement: Statement<'_>) -> Result<Cost, DatabaseError> {
    let (lock, name) = lock_of(statement);
    let row = client.query_opt(
        "SELECT t.relname::text, t.reltuples::bigint, pg_total_relation_size(t.oid)
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_index x ON x.indexrelid = c.oid
         JOIN pg_class t ON t.oid = coalesce(x.indrelid, c.oid)
         WHERE n.nspname = $1 AND c.relname = $2",
        &[&schema, &name],
    )?;
    let Some(row) = row else {
        return Ok(Cost {
            lock,
            table: name.map(str::to_owned),
            ..Cost::default()
        });
    };
    Ok(Cost {
        lock,
        table: Some(row.try_get(0)?),
        // -1 until the table is vacuumed or analysed.
        rows: u64::try_from(row.try_get::<_, i64>(1)?).ok(),
        bytes: row
            .try_get::<_, Option<i64>>(2)?
            .and_then(|bytes| u64::try_from(bytes).ok()),
    })
}
