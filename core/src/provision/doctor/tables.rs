//! The database and its tables.

use postgres::Client;

use super::connection::one;
use super::{Finding, Findings};

/// Relations that are conda-index's or ours, in the schema that is used: a condition on a name and
/// a schema.
macro_rules! ours {
    ($schema:literal, $name:literal) => {
        concat!(
            $schema,
            " = current_schema() AND (",
            $name,
            r" LIKE 'towpath\_%' OR ",
            $name,
            " IN ('about', 'icon', 'index_json', 'post_install', 'recipe', 'run_exports', 'stat'))"
        )
    };
}

/// From how many dead rows on a table is worth a word, if they are a fifth of it.
const DEAD_ROWS: i64 = 1000;

pub(super) fn encoding(client: &mut Client) -> Findings {
    let row = one(client, "SELECT current_setting('server_encoding')::text")?;
    let encoding: String = row.try_get(0)?;
    Ok(vec![if encoding == "UTF8" {
        Finding::ok("encoding", encoding)
    } else {
        Finding::error(
            "encoding",
            format!("{encoding}: packages have texts that it has no room for"),
            "copy the channel to a database in UTF8, which `towpath db create` makes",
        )
    }])
}

pub(super) fn collation(client: &mut Client) -> Findings {
    let query = "SELECT datname::text, datcollate::text, current_setting('server_version_num')::int4
                 FROM pg_database WHERE datname = current_database()";
    let row = one(client, query)?;
    let (database, collation, version): (String, String, i32) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if version >= 15_00_00 {
        let query = "SELECT coalesce(datcollversion, '')::text,
                            coalesce(pg_database_collation_actual_version(oid), '')::text
                     FROM pg_database WHERE datname = current_database()";
        let row = one(client, query)?;
        let (made_with, found): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if !made_with.is_empty() && made_with != found {
            return Ok(vec![Finding::warning(
                "collation",
                format!(
                    "{collation} had version {made_with} when the database was made, and the system has {found} now: \
                     indexes of texts may be in the wrong order"
                ),
                format!(
                    "REINDEX DATABASE \"{0}\"; ALTER DATABASE \"{0}\" REFRESH COLLATION VERSION;",
                    database.replace('"', "\"\"")
                ),
            )]);
        }
    }
    Ok(vec![Finding::ok("collation", collation)])
}

pub(super) fn size(client: &mut Client) -> Findings {
    let row = one(
        client,
        "SELECT pg_size_pretty(pg_database_size(current_database()))",
    )?;
    let total: String = row.try_get(0)?;
    let query = concat!(
        "SELECT relname::text, pg_size_pretty(pg_total_relation_size(relid)), n_live_tup
         FROM pg_stat_user_tables WHERE ",
        ours!("schemaname", "relname"),
        " ORDER BY pg_total_relation_size(relid) DESC, relname"
    );
    let mut tables = Vec::new();
    for row in client.query_typed(query, &[])? {
        let (table, size, rows): (String, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        tables.push(format!("{table} {size} (about {rows} rows)"));
    }
    let mut findings = vec![Finding::ok("size", format!("the database has {total}"))];
    if !tables.is_empty() {
        findings.push(Finding::ok("size", tables.join(", ")));
    }
    Ok(findings)
}

pub(super) fn dead_rows(client: &mut Client) -> Findings {
    const SUBJECT: &str = "dead rows";
    let query = concat!(
        "SELECT relname::text, n_live_tup, n_dead_tup,
                to_char(greatest(last_vacuum, last_autovacuum) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI\"Z\"'),
                to_char(greatest(last_analyze, last_autoanalyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI\"Z\"')
         FROM pg_stat_user_tables WHERE ",
        ours!("schemaname", "relname"),
        " ORDER BY n_dead_tup DESC, relname"
    );
    let mut findings = Vec::new();
    let mut latest: [Option<String>; 2] = [None, None];
    for row in client.query_typed(query, &[])? {
        let table: String = row.try_get(0)?;
        let (live, dead): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        let vacuumed: Option<String> = row.try_get(3)?;
        let analyzed: Option<String> = row.try_get(4)?;
        let when = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".to_owned());
        if dead > DEAD_ROWS && dead * 4 > live {
            findings.push(Finding::warning(
                SUBJECT,
                format!(
                    "{dead} dead rows stand beside {live} live ones in {table} (last vacuum: {})",
                    when(&vacuumed)
                ),
                format!("VACUUM ANALYZE {table}; and see whether autovacuum is kept from it"),
            ));
        } else if live > DEAD_ROWS && analyzed.is_none() {
            findings.push(Finding::warning(
                SUBJECT,
                format!("{table} was never analyzed, so queries are planned without knowing it"),
                format!("ANALYZE {table};"),
            ));
        }
        latest[0] = latest[0].take().max(vacuumed);
        latest[1] = latest[1].take().max(analyzed);
    }
    let row = one(client, "SELECT current_setting('autovacuum') = 'on'")?;
    if !row.try_get::<_, bool>(0)? {
        findings.push(Finding::warning(
            SUBJECT,
            "autovacuum is off",
            "set autovacuum = on",
        ));
    }
    if findings.is_empty() {
        let [vacuumed, analyzed] = latest.map(|time| time.unwrap_or_else(|| "never".to_owned()));
        findings.push(Finding::ok(
            SUBJECT,
            format!("few; last vacuum of any table: {vacuumed}, last analyze: {analyzed}"),
        ));
    }
    Ok(findings)
}

pub(super) fn indexes(client: &mut Client) -> Findings {
    let query = concat!(
        "SELECT i.relname::text, c.relname::text
         FROM pg_index x
         JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_class c ON c.oid = x.indrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT (x.indisvalid AND x.indisready) AND ",
        ours!("n.nspname", "c.relname"),
        " ORDER BY 1"
    );
    let mut findings = Vec::new();
    for row in client.query_typed(query, &[])? {
        let (index, table): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        findings.push(Finding::warning(
            "indexes",
            format!("{index} on {table} is invalid: nobody uses it, and everybody who writes keeps it up"),
            format!("REINDEX INDEX CONCURRENTLY {index};"),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("indexes", "all are valid"));
    }
    Ok(findings)
}
