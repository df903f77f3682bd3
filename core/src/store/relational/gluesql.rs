//! In a redb file, through GlueSQL.
//!
//! One process has the file at a time, which is all the locking that is needed. Ids are counted in a
//! table: GlueSQL numbers no rows.

use std::path::Path;

use gluesql_core::chrono::DateTime;
use gluesql_core::data::Value as GlueValue;
use gluesql_core::executor::{Payload, execute};
use gluesql_core::parse_sql::parse;
use gluesql_core::store::{Planner, Transaction};
use gluesql_core::translate::{IntoParamLiteral, ParamLiteral, translate_with_params};
use gluesql_redb_storage::RedbStorage;
use jiff::Timestamp;

use super::{Access, Connection, Row, Session, Value, insert_statement};
use crate::migrate::{Migrations, Options, Runner};
use crate::store::{GluesqlFile, StoreError};

pub(super) struct GluesqlConnection {
    file: GluesqlFile,
    name: String,
}

impl GluesqlConnection {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let mut connection = Self {
            file: GluesqlFile::open_to_change(path)?,
            name: path.display().to_string(),
        };
        let migrations = Migrations::gluesql_environments();
        Runner::new(&mut connection.file.database(), &migrations, Options::default())
            .bring_up_to_date(&mut |_| ())
            .map_err(|source| StoreError::Migrate {
                store: connection.name.clone(),
                source: Box::new(source),
            })?;
        let ended = connection.storage().rollback();
        connection.told(ended)?;
        Ok(connection)
    }

    fn storage(&mut self) -> &mut RedbStorage {
        self.file.storage()
    }

    fn told<T>(&self, result: gluesql_core::error::Result<T>) -> Result<T, StoreError> {
        result.map_err(|source| StoreError::Gluesql {
            store: self.name.clone(),
            source: Box::new(source),
        })
    }

    /// The last id that a row of the table got.
    fn last_id(&mut self, table: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT last_id FROM towpath_sequence WHERE name = $1";
        let rows = self.query(sql, &[table.into()])?;
        rows.first().map(|row| row.int(0)).transpose()
    }

    fn run(&mut self, sql: &str, parameters: &[Value]) -> Result<Payload, StoreError> {
        let parameters: Vec<ParamLiteral> = parameters.iter().map(parameter).collect();
        let storage = self.storage();
        let ran = parse(sql).and_then(|statements| {
            let mut last = Payload::Rollback;
            for statement in &statements {
                let plan = storage.plan(translate_with_params(statement, &parameters)?.into())?;
                last = execute(storage, &plan)?;
            }
            Ok(last)
        });
        self.told(ran)
    }
}

impl Connection for GluesqlConnection {
    fn begin(&mut self, _access: Access) -> Result<(), StoreError> {
        let begun = self.storage().begin(false);
        self.told(begun).map(|_| ())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let committed = self.storage().commit();
        self.told(committed)
    }

    fn roll_back(&mut self) {
        let _ = self.storage().rollback();
    }

    fn session(&mut self) -> &mut dyn Session {
        self
    }
}

impl Session for GluesqlConnection {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = match self.run(sql, parameters)? {
            Payload::Select { rows, .. } => rows,
            _ => Vec::new(),
        };
        Ok(rows
            .into_iter()
            .map(|row| Row::new(row.into_iter().map(value_of).collect()))
            .collect())
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        Ok(match self.run(sql, parameters)? {
            Payload::Insert(rows) | Payload::Update(rows) | Payload::Delete(rows) => rows as u64,
            _ => 0,
        })
    }

    fn insert(&mut self, table: &str, columns: &[(&str, Value)]) -> Result<i64, StoreError> {
        let id = self.last_id(table)?.unwrap_or_default() + 1;
        self.number_after(table, id)?;
        let names = columns.iter().map(|(name, _)| *name).chain(["id"]);
        let sql = insert_statement(table, names);
        let mut values: Vec<Value> = columns.iter().map(|(_, value)| value.clone()).collect();
        values.push(id.into());
        self.execute(&sql, &values)?;
        Ok(id)
    }

    fn insert_rows(&mut self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Result<(), StoreError> {
        let sql = insert_statement(table, columns.iter().copied());
        for row in rows {
            self.execute(&sql, row)?;
        }
        Ok(())
    }

    fn number_after(&mut self, table: &str, last_id: i64) -> Result<(), StoreError> {
        let sql = match self.last_id(table)? {
            None => "INSERT INTO towpath_sequence (last_id, name) VALUES ($1, $2)",
            Some(known) if known < last_id => "UPDATE towpath_sequence SET last_id = $1 WHERE name = $2",
            Some(_) => return Ok(()),
        };
        self.execute(sql, &[last_id.into(), table.into()])?;
        Ok(())
    }
}

fn parameter(value: &Value) -> ParamLiteral {
    match value {
        Value::Null => ParamLiteral::null(),
        Value::Bool(value) => (*value).into_param_literal(),
        Value::Int(value) => (*value).into_param_literal(),
        Value::Text(value) => value.clone().into_param_literal(),
        Value::Time(time) => match DateTime::from_timestamp_micros(time.as_microsecond()) {
            Some(time) => time.naive_utc().into_param_literal(),
            // There are fewer years in jiff than in chrono.
            None => ParamLiteral::null(),
        },
    }
}

fn value_of(value: GlueValue) -> Value {
    match value {
        GlueValue::Null => Value::Null,
        GlueValue::Bool(value) => Value::Bool(value),
        GlueValue::I64(value) => Value::Int(value),
        GlueValue::Str(value) => Value::Text(value),
        GlueValue::Timestamp(time) => match Timestamp::from_microsecond(time.and_utc().timestamp_micros()) {
            Ok(time) => Value::Time(time),
            Err(_) => Value::Null,
        },
        other => Value::Text(format!("{other:?}")),
    }
}
