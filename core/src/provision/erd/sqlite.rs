//! Reads the tables of a subdir's SQLite file.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{Column, Diagram, End, Key, Many, Relation, RelationKind, Table};
use crate::migrate::{Database, SqliteDatabase};
use crate::store::StoreError;

impl Diagram {
    /// The tables of the file that are conda-index's or ours. The file is only read.
    ///
    /// # Errors
    ///
    /// When it is not there or no database.
    pub fn of_sqlite(path: &Path) -> Result<Self, StoreError> {
        read(path).map_err(|source| StoreError::Sqlite {
            path: path.to_owned(),
            source,
        })
    }
}

fn read(path: &Path) -> rusqlite::Result<Diagram> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let names = SqliteDatabase::new(&connection)
        .tables()
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut tables = Vec::new();
    let mut relations = Vec::new();
    for name in names {
        let keys = foreign_keys(&connection, &name)?;
        tables.push(Table {
            columns: columns(&connection, &name, &keys)?,
            name,
        });
        relations.extend(keys);
    }
    Ok(Diagram::new(tables, relations))
}

fn columns(connection: &Connection, table: &str, foreign: &[Relation]) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection.prepare(
        "SELECT c.name, c.type, c.\"notnull\", c.pk > 0, EXISTS (
             SELECT 1 FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i
             WHERE l.\"unique\" AND i.name = c.name
         )
         FROM pragma_table_xinfo(?1) AS c WHERE c.hidden <> 1 ORDER BY c.cid",
    )?;
    let rows = statement.query_map([table], |row| {
        let name: String = row.get(0)?;
        let (is_primary, is_unique): (bool, bool) = (row.get(3)?, row.get(4)?);
        Ok(Column {
            is_foreign: foreign.iter().any(|key| key.from.columns.contains(&name)),
            name,
            data_type: row.get(1)?,
            is_required: row.get(2)?,
            key: match (is_primary, is_unique) {
                (true, _) => Some(Key::Primary),
                (false, true) => Some(Key::Unique),
                (false, false) => None,
            },
        })
    })?;
    rows.collect()
}

fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Relation>> {
    let mut statement = connection.prepare(
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
    )?;
    let mut relations: Vec<(i64, Relation)> = Vec::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if relations.last().is_none_or(|(last, _)| *last != id) {
            let end = |table: String| End {
                table,
                columns: Vec::new(),
            };
            relations.push((
                id,
                Relation {
                    from: end(table.to_owned()),
                    to: end(row.get(1)?),
                    many: Many::Any,
                    kind: RelationKind::ForeignKey,
                },
            ));
        }
        if let Some((_, relation)) = relations.last_mut() {
            relation.from.columns.push(row.get(2)?);
            // Without a column it is the other table's primary key.
            relation.to.columns.extend(row.get::<_, Option<String>>(3)?);
        }
    }
    Ok(relations.into_iter().map(|(_, relation)| relation).collect())
}
