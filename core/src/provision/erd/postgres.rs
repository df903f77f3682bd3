//! Reads the tables of a schema in PostgreSQL.

use std::collections::BTreeMap;

use postgres::Client;

use super::{Column, Diagram, End, Key, Many, Relation, RelationKind, Table};
use crate::migrate::{self, Database};
use crate::provision::ProvisionError;
use crate::provision::error::Errors;
use crate::store::postgres::{ConnectionSettings, Retry};

impl Diagram {
    /// The tables of the schema that are conda-index's or ours.
    ///
    /// # Errors
    ///
    /// When the server fails.
    pub fn of_postgres(settings: &ConnectionSettings, retry: &Retry) -> Result<Self, ProvisionError> {
        let errors = Errors { settings };
        let mut client = settings.connect_with_retries(retry)?;
        let mut database =
            migrate::PostgresDatabase::new(&mut client).map_err(|source| errors.schema(source))?;
        let names = database.tables().map_err(|source| errors.schema(source))?;
        let schema = database.schema().to_owned();
        let relations = foreign_keys(&mut client, &schema, &names);
        let relations = relations.map_err(errors.failed("reading the foreign keys"))?;
        let tables = tables(&mut client, &schema, &names, &relations);
        Ok(Self::new(
            tables.map_err(errors.failed("reading the columns"))?,
            relations,
        ))
    }
}

fn tables(
    client: &mut Client,
    schema: &str,
    names: &[String],
    relations: &[Relation],
) -> Result<Vec<Table>, postgres::Error> {
    let rows = client.query(
        "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                (SELECT max(CASE WHEN x.indisprimary THEN 2 ELSE 1 END) FROM pg_index x
                 WHERE x.indrelid = c.oid AND x.indisunique
                   AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1]))
         FROM pg_attribute a
         JOIN pg_class c ON c.oid = a.attrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
           AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY c.relname, a.attnum",
        &[&schema, &names],
    )?;
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in rows {
        let (table, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let is_foreign = relations
            .iter()
            .any(|relation| relation.from.table == table && relation.from.columns.contains(&name));
        tables.entry(table).or_default().push(Column {
            name,
            data_type: short(row.try_get(2)?),
            is_required: row.try_get(3)?,
            key: row.try_get::<_, Option<i32>>(4)?.map(|key| match key {
                2 => Key::Primary,
                _ => Key::Unique,
            }),
            is_foreign,
        });
    }
    let tables = tables.into_iter();
    Ok(tables.map(|(name, columns)| Table { name, columns }).collect())
}

/// A type by the shorter of its names.
fn short(data_type: String) -> String {
    match data_type.as_str() {
        "timestamp with time zone" => "timestamptz".to_owned(),
        "timestamp without time zone" => "timestamp".to_owned(),
        "double precision" => "float8".to_owned(),
        _ => data_type,
    }
}

fn foreign_keys(
    client: &mut Client,
    schema: &str,
    names: &[String],
) -> Result<Vec<Relation>, postgres::Error> {
    let rows = client.query(
        "SELECT child.relname::text, parent.relname::text,
                ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
                      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY place),
                ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
                      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY place),
                EXISTS (SELECT FROM pg_index x
                        WHERE x.indrelid = k.conrelid AND x.indisunique AND x.indpred IS NULL
                          AND (x.indkey::int2[])[0:x.indnkeyatts - 1] <@ k.conkey)
         FROM pg_constraint k
         JOIN pg_class child ON child.oid = k.conrelid
         JOIN pg_class parent ON parent.oid = k.confrelid
         JOIN pg_namespace n ON n.oid = child.relnamespace
         WHERE k.contype = 'f' AND n.nspname = $1 AND child.relname = ANY ($2) AND parent.relname = ANY ($2)
           AND parent.relnamespace = child.relnamespace
         ORDER BY 1, k.conname",
        &[&schema, &names],
    )?;
    rows.iter()
        .map(|row| {
            let is_unique: bool = row.try_get(4)?;
            Ok(Relation {
                from: End {
                    table: row.try_get(0)?,
                    columns: row.try_get(2)?,
                },
                to: End {
                    table: row.try_get(1)?,
                    columns: row.try_get(3)?,
                },
                many: if is_unique { Many::One } else { Many::Any },
                kind: RelationKind::ForeignKey,
            })
        })
        .collect()
}
