//! Rows of environments as lines of a dump: `{"towpath_hold":{"id":1,…}}`, with every column.

use serde_json::{Map, Value as Json};

use super::tables::{ColumnType, Table};
use super::{Recorded, TableRow};
use crate::store::relational::Value;

/// What the header's `part` says.
pub(in crate::transfer) const PART: &str = "environments";

/// A row, and which table it is of.
#[derive(Debug)]
pub(in crate::transfer) struct RecordedRow {
    table: Table,
    values: TableRow,
}

impl Recorded {
    /// The rows as JSON, table by table.
    pub(in crate::transfer) fn lines(&self) -> impl Iterator<Item = Json> {
        self.0
            .iter()
            .flat_map(|(table, rows)| rows.iter().map(|row| line(*table, row)))
    }

    /// Takes a row that was read.
    pub(in crate::transfer) fn take(&mut self, row: RecordedRow) {
        self.0.entry(row.table).or_default().push(row.values);
    }
}

fn line(table: Table, row: &TableRow) -> Json {
    let columns = table.columns().iter().zip(row);
    let columns: Map<String, Json> = columns
        .map(|((name, _), value)| {
            let value = match value {
                Value::Null => Json::Null,
                Value::Bool(value) => Json::from(*value),
                Value::Int(value) => Json::from(*value),
                Value::Text(value) => Json::from(value.as_str()),
                Value::Time(value) => Json::from(value.to_string()),
            };
            ((*name).to_owned(), value)
        })
        .collect();
    Json::Object(Map::from_iter([(table.name().to_owned(), Json::Object(columns))]))
}

impl RecordedRow {
    /// The row that a line says.
    ///
    /// # Errors
    ///
    /// What is wrong with the line.
    pub(in crate::transfer) fn of_line(line: &[u8]) -> Result<Self, String> {
        let line: Map<String, Json> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let mut tables = line.into_iter();
        let (Some((name, columns)), None) = (tables.next(), tables.next()) else {
            return Err("it is not a row of one table".to_owned());
        };
        let table = Table::of_name(&name).ok_or_else(|| format!("environments have no table {name:?}"))?;
        let Json::Object(mut columns) = columns else {
            return Err(format!("{name} is no row"));
        };
        let mut values = TableRow::new();
        for (column, column_type) in table.columns() {
            let value = columns
                .remove(*column)
                .ok_or_else(|| format!("{name} has no {column}"))?;
            let value = value_of(*column_type, value);
            values.push(value.ok_or_else(|| format!("{name}.{column} is not what it should be"))?);
        }
        match columns.keys().next() {
            Some(unknown) => Err(format!("{name} has a column {unknown:?}, which is unknown")),
            None => Ok(Self { table, values }),
        }
    }
}

fn value_of(column_type: ColumnType, value: Json) -> Option<Value> {
    Some(match (column_type, value) {
        (ColumnType::Bool, Json::Bool(value)) => value.into(),
        (ColumnType::Int | ColumnType::Text | ColumnType::Time, Json::Null) => Value::Null,
        (ColumnType::Int, Json::Number(value)) => value.as_i64()?.into(),
        (ColumnType::Text, Json::String(value)) => value.into(),
        (ColumnType::Time, Json::String(value)) => Value::Time(value.parse().ok()?),
        _ => return None,
    })
}
