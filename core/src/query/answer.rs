//! What comes of a question, as JSON.

use gluesql_core::data::Value;
use serde::Serialize;

/// The answer to a `SELECT`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Table {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows, each with a value for each column.
    pub rows: Vec<Vec<Cell>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
}

/// A value in an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Cell {
    /// Nothing: of a `LEFT JOIN`, or of an aggregate over no rows.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// Text, and what JSON has no type for.
    Text(String),
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(value),
            Value::I64(number) => Self::Integer(number),
            Value::I8(number) => Self::Integer(number.into()),
            Value::I16(number) => Self::Integer(number.into()),
            Value::I32(number) => Self::Integer(number.into()),
            Value::U8(number) => Self::Integer(number.into()),
            Value::U16(number) => Self::Integer(number.into()),
            Value::U32(number) => Self::Integer(number.into()),
            Value::U64(number) => whole(number),
            Value::I128(number) => whole(number),
            Value::U128(number) => whole(number),
            Value::F32(number) if number.is_finite() => Self::Float(number.into()),
            Value::F64(number) if number.is_finite() => Self::Float(number),
            Value::Str(text) => Self::Text(text),
            other => Self::Text(String::from(other)),
        }
    }
}

/// A whole number; as text if it is larger than those of JSON may be.
fn whole<N: Copy + ToString>(number: N) -> Cell
where
    i64: TryFrom<N>,
{
    i64::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Integer)
}
