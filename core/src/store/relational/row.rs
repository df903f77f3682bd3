//! Values of columns, whatever backend they are from.

use jiff::Timestamp;

use crate::store::StoreError;

/// The value of a column or of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// None.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// A time, in microseconds.
    Time(Timestamp),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Time(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row of an answer. Columns are counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Vec<Value>);

impl Row {
    /// The row of these values.
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    fn value(&self, column: usize) -> &Value {
        self.0.get(column).unwrap_or(&Value::Null)
    }

    /// A number.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.optional_int(column)?
            .ok_or_else(|| self.bad(column, "a number"))
    }

    /// A number, if there is one.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.value(column) {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            _ => Err(self.bad(column, "a number")),
        }
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        self.optional_text(column)?
            .ok_or_else(|| self.bad(column, "a text"))
    }

    /// A text, if there is one.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self.value(column) {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            _ => Err(self.bad(column, "a text")),
        }
    }

    /// Yes or no.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn bool(&self, column: usize) -> Result<bool, StoreError> {
        match self.value(column) {
            Value::Bool(value) => Ok(*value),
            // SQLite has no such type.
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            _ => Err(self.bad(column, "yes or no")),
        }
    }

    /// A time.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        self.optional_time(column)?
            .ok_or_else(|| self.bad(column, "a time"))
    }

    /// A time, if there is one.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn optional_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        match self.value(column) {
            Value::Null => Ok(None),
            Value::Time(time) => Ok(Some(*time)),
            // SQLite has no such type.
            Value::Text(text) => {
                let time = text.parse().map_err(|_| self.bad(column, "a time"))?;
                Ok(Some(time))
            }
            _ => Err(self.bad(column, "a time")),
        }
    }

    fn bad(&self, column: usize, expected: &str) -> StoreError {
        StoreError::BadRow {
            name: "an environment".to_owned(),
            what: format!("column {column} is {:?}, and not {expected}", self.value(column)),
        }
    }
}

/// As a column of text holds a time: all of one length, so that they are ordered as texts are.
#[cfg(feature = "sqlite")]
pub(super) fn time_text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
