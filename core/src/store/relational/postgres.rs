//! In a PostgreSQL database.

use jiff::Timestamp;
use postgres::Client;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::{Access, Connection, Row, Session, Value, insert_statement};
use crate::store::StoreError;
use crate::store::postgres::{ConnectionSettings, ENVIRONMENTS_LOCK, LOCK_KEY, Retry, told};

/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const EPOCH: i64 = 946_684_800_000_000;

/// Parameters of one statement: the protocol counts them with 16 bits.
const PARAMETERS_MAX: usize = 32_000;

pub(super) struct PostgresConnection {
    client: Client,
    settings: ConnectionSettings,
}

impl PostgresConnection {
    pub(super) fn open(settings: ConnectionSettings, retry: &Retry) -> Result<Self, StoreError> {
        let client = settings
            .connect_with_retries(retry)
            .map_err(|error| StoreError::Connect(Box::new(error)))?;
        Ok(Self { client, settings })
    }

    fn told<T>(&self, result: Result<T, postgres::Error>) -> Result<T, StoreError> {
        result.map_err(|source| StoreError::Postgres {
            server: self.settings.to_string(),
            what: told(&source),
            source,
        })
    }
}

impl Connection for PostgresConnection {
    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        let mut begun = match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
            Access::Write => "BEGIN".to_owned(),
        };
        // A proxy that pools transactions gives this one to a session with any search path.
        if let Some(schema) = self.settings.schema() {
            let schema = schema.replace('"', "\"\"");
            begun.push_str(&format!("; SET LOCAL search_path TO \"{schema}\""));
        }
        let result = self.client.batch_execute(&begun);
        self.told(result)?;
        if access == Access::Write {
            let lock = format!("SELECT pg_advisory_xact_lock({LOCK_KEY})");
            let locked = self.client.execute(&lock, &[&ENVIRONMENTS_LOCK]);
            if locked.is_err() {
                self.roll_back();
            }
            self.told(locked)?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let result = self.client.batch_execute("COMMIT");
        self.told(result)
    }

    fn roll_back(&mut self) {
        let _ = self.client.batch_execute("ROLLBACK");
    }

    fn session(&mut self) -> &mut dyn Session {
        self
    }
}

impl Session for PostgresConnection {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let result = self.client.query(sql, &references(parameters));
        let rows = self.told(result)?;
        let values = rows.iter().map(|row| {
            let columns = 0..row.len();
            let values: Result<Vec<Value>, _> = columns.map(|column| row.try_get(column)).collect();
            values.map(Row::new)
        });
        let rows = values.collect();
        self.told(rows)
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        let result = self.client.execute(sql, &references(parameters));
        self.told(result)
    }

    fn insert(&mut self, table: &str, columns: &[(&str, Value)]) -> Result<i64, StoreError> {
        let sql = insert_statement(table, columns.iter().map(|(name, _)| *name)) + " RETURNING id";
        let values: Vec<&(dyn ToSql + Sync)> = columns
            .iter()
            .map(|(_, value)| value as &(dyn ToSql + Sync))
            .collect();
        let result = self
            .client
            .query_one(&sql, &values)
            .and_then(|row| row.try_get(0));
        self.told(result)
    }

    fn insert_rows(&mut self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Result<(), StoreError> {
        let at_once = PARAMETERS_MAX / columns.len().max(1);
        for rows in rows.chunks(at_once.max(1)) {
            let mut number = 0;
            let tuples: Vec<String> = rows
                .iter()
                .map(|row| {
                    let numbers: Vec<String> = row
                        .iter()
                        .map(|_| {
                            number += 1;
                            format!("${number}")
                        })
                        .collect();
                    format!("({})", numbers.join(", "))
                })
                .collect();
            let sql = format!(
                "INSERT INTO {table} ({}) VALUES {}",
                columns.join(", "),
                tuples.join(", ")
            );
            let values: Vec<&(dyn ToSql + Sync)> = rows
                .iter()
                .flatten()
                .map(|value| value as &(dyn ToSql + Sync))
                .collect();
            let result = self.client.execute(&sql, &values);
            self.told(result)?;
        }
        Ok(())
    }

    fn number_after(&mut self, table: &str, last_id: i64) -> Result<(), StoreError> {
        let sequence = "pg_get_serial_sequence($1, 'id')::regclass";
        let sql = format!("SELECT setval({sequence}, greatest($2, nextval({sequence})))");
        self.query(&sql, &[table.into(), last_id.into()])?;
        Ok(())
    }
}

fn references(parameters: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    parameters
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

type AnyError = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, AnyError> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql_checked(ty, out),
            Self::Int(value) => value.to_sql_checked(ty, out),
            Self::Text(value) => value.to_sql_checked(ty, out),
            Self::Time(value) => (value.as_microsecond() - EPOCH).to_sql(&Type::INT8, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        is_known(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, AnyError> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::TIMESTAMPTZ => {
                let microseconds = i64::from_sql(&Type::INT8, raw)?;
                Self::Time(Timestamp::from_microsecond(microseconds.saturating_add(EPOCH))?)
            }
            _ => Self::Text(String::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, AnyError> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        is_known(ty)
    }
}

/// The types of the columns that the migrations make.
fn is_known(ty: &Type) -> bool {
    [Type::BOOL, Type::INT8, Type::TEXT, Type::TIMESTAMPTZ].contains(ty)
}
