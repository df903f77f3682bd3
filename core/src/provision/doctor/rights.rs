//! The role, and what it may do.

use postgres::Client;

use super::connection::one;
use super::{Finding, Findings};

pub(super) fn role(client: &mut Client) -> Findings {
    let query = "SELECT current_user::text, rolsuper FROM pg_roles WHERE rolname = current_user";
    let row = one(client, query)?;
    let (role, is_superuser): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
    Ok(vec![if is_superuser {
        Finding::warning(
            "role",
            format!("{role:?} is a superuser"),
            "index as a role with just the rights that it needs: `towpath db roles --indexer`",
        )
    } else {
        Finding::ok("role", format!("{role:?}"))
    }])
}

pub(super) fn rights(client: &mut Client) -> Findings {
    let query = r"
        SELECT coalesce(current_schema()::text, ''),
               coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
               ARRAY(SELECT relname::text FROM ours WHERE NOT reads ORDER BY 1),
               ARRAY(SELECT relname::text FROM ours
                     WHERE relkind IN ('r', 'p') AND relname <> 'towpath_migration' AND NOT writes ORDER BY 1),
               (SELECT count(*)::int4 FROM ours)
        FROM (SELECT) AS one";
    let ours = r"
        WITH ours AS (
            SELECT c.relname, c.relkind, has_table_privilege(c.oid, 'SELECT') AS reads,
                   has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')
                   AND has_table_privilege(c.oid, 'DELETE') AS writes
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm')
              AND (c.relname LIKE 'towpath\_%' OR c.relname IN
                   ('about', 'icon', 'index_json', 'post_install', 'recipe', 'run_exports', 'stat'))
        )";
    let row = one(client, &format!("{ours} {query}"))?;
    let (schema, creates): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
    let (unread, unwritten): (Vec<String>, Vec<String>) = (row.try_get(2)?, row.try_get(3)?);
    let count: i32 = row.try_get(4)?;
    if schema.is_empty() {
        return Ok(vec![Finding::error(
            "rights",
            "no schema of the search path exists, or the role may not use it",
            "`towpath db create --db-schema` makes one; GRANT USAGE ON SCHEMA lets a role use it",
        )]);
    }
    let may_create = if creates {
        "and create tables"
    } else {
        "but not create tables"
    };
    Ok(vec![if !unread.is_empty() {
        Finding::error(
            "rights",
            format!("the role may not read {}", unread.join(", ")),
            "`towpath db roles` grants that",
        )
    } else if !unwritten.is_empty() {
        Finding::warning(
            "rights",
            format!("the role may read, and not write to {}", unwritten.join(", ")),
            "`towpath db roles --indexer` makes a role that may",
        )
    } else if count == 0 && !creates {
        Finding::error(
            "rights",
            format!("the schema {schema:?} has no tables, and the role may not create any"),
            "have its owner run `towpath db upgrade`",
        )
    } else {
        Finding::ok(
            "rights",
            format!("the role may read and write, {may_create} in the schema {schema:?}"),
        )
    }])
}
