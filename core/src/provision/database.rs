//! Makes a database, or a schema in one that somebody else has made.
//!
//! Both ways need no more rights than they have to: CREATEDB for a database, and CREATE on the
//! database for a schema. Neither is needed afterwards.

use postgres::Client;
use postgres::error::SqlState;

use super::error::{Errors, ProvisionError};
use super::name::Name;
use crate::migrate::{self, Event, Migrations, Moved, Options, Runner, Target};
use crate::store::postgres::{ConnectError, ConnectionSettings, Retry};

/// The databases that are there on every server, to be connected to while ours is made.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];

/// What is done if it is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// That is fine.
    Accept,
    /// That is an error.
    Refuse,
}

/// What came of making something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It was made.
    Made,
    /// It was there, or somebody else made it at the same time.
    WasThere,
}

/// How a database or schema is made.
#[derive(Clone, Debug)]
pub struct NewDatabase {
    /// The database that a new one is a copy of. `None` is the server's choice, or `template0`
    /// where that has another encoding than UTF-8.
    pub template: Option<String>,
    /// The role that it is to belong to, if not the one that makes it.
    pub owner: Option<String>,
    /// What is done if it is there already.
    pub if_exists: IfExists,
}

/// Makes the database that the settings name.
///
/// # Errors
///
/// When neither `postgres` nor `template1` lets us in, the role may not make databases, or it is
/// there and was not to be.
pub fn create_database(
    settings: &ConnectionSettings,
    new: &NewDatabase,
    retry: &Retry,
) -> Result<Created, ProvisionError> {
    let errors = Errors { settings };
    let name = settings.database();
    let what = || format!("the database {}", Name(name));
    let mut client = match maintenance(settings, retry) {
        Ok(client) => client,
        // Who may only use the database that is there has nothing to make.
        Err(error) => {
            let is_there = settings.with_schema(None).connect_with_retries(retry).is_ok();
            return match (is_there, new.if_exists) {
                (true, IfExists::Accept) => Ok(Created::WasThere),
                (true, IfExists::Refuse) => Err(errors.already_there(what())),
                (false, _) => Err(error.into()),
            };
        }
    };
    if !database_exists(&mut client, name).map_err(errors.failed("looking for the database"))? {
        let sql = create_statement(&mut client, name, new).map_err(errors.failed("looking at template1"))?;
        // Somebody may be connected to the template for a moment.
        let made = retry.run(
            |_| client.batch_execute(&sql.ours),
            |error| error.code() == Some(&SqlState::OBJECT_IN_USE),
        );
        match made {
            Ok(()) => return Ok(Created::Made),
            Err(error) if is_duplicate(&error) => {}
            Err(error) => {
                let doing = format!("making {}", what());
                return Err(errors.failed_or_forbidden(doing, sql.administrators)(error));
            }
        }
    }
    match new.if_exists {
        IfExists::Accept => Ok(Created::WasThere),
        IfExists::Refuse => Err(errors.already_there(what())),
    }
}

/// Makes a schema in the database that the settings name.
///
/// # Errors
///
/// When there is no such database, the role may not make schemas in it, or the schema is there and
/// was not to be.
pub fn create_schema(
    settings: &ConnectionSettings,
    schema: &str,
    new: &NewDatabase,
    retry: &Retry,
) -> Result<Created, ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.with_schema(None).connect_with_retries(retry)?;
    let exists = client
        .query_opt("SELECT FROM pg_namespace WHERE nspname = $1", &[&schema])
        .map_err(errors.failed("looking for the schema"))?;
    if exists.is_none() {
        let owner = new.owner.as_deref().unwrap_or(settings.user());
        let sql = format!("CREATE SCHEMA {} AUTHORIZATION {};", Name(schema), Name(owner));
        match client.batch_execute(&sql) {
            Ok(()) => return Ok(Created::Made),
            Err(error) if is_duplicate(&error) => {}
            Err(error) => {
                let doing = format!("making the schema {}", Name(schema));
                return Err(errors.failed_or_forbidden(doing, sql)(error));
            }
        }
    }
    match new.if_exists {
        IfExists::Accept => Ok(Created::WasThere),
        IfExists::Refuse => Err(errors.already_there(format!("the schema {}", Name(schema)))),
    }
}

/// Makes the tables, as `owner` if one is given, who then may change them later.
///
/// # Errors
///
/// When the tables are there and cannot be upgraded, or a step fails.
pub fn upgrade(
    settings: &ConnectionSettings,
    owner: Option<&str>,
    retry: &Retry,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<Moved, ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.connect_with_retries(retry)?;
    if let Some(owner) = owner {
        client
            .batch_execute(&format!("SET ROLE {}", Name(owner)))
            .map_err(errors.failed("becoming the owner"))?;
    }
    let mut database = migrate::PostgresDatabase::new(&mut client).map_err(|source| errors.schema(source))?;
    let migrations = Migrations::postgres();
    Runner::new(&mut database, &migrations, Options::default())
        .upgrade(Target::Head, progress)
        .map_err(|source| errors.migrate(source))
}

/// Connects to a database that is there on every server.
fn maintenance(settings: &ConnectionSettings, retry: &Retry) -> Result<Client, ConnectError> {
    let [first, second] = MAINTENANCE.map(|name| settings.with_schema(None).with_database(name));
    // Why the usual one did not let us in says more.
    first
        .connect_with_retries(retry)
        .or_else(|error| second.connect().map_err(|_| error))
}

fn database_exists(client: &mut Client, name: &str) -> Result<bool, postgres::Error> {
    let found = client.query_opt("SELECT FROM pg_database WHERE datname = $1", &[&name])?;
    Ok(found.is_some())
}

/// `CREATE DATABASE`, and what an administrator runs for the same outcome.
struct CreateStatement {
    ours: String,
    administrators: String,
}

fn create_statement(
    client: &mut Client,
    name: &str,
    new: &NewDatabase,
) -> Result<CreateStatement, postgres::Error> {
    let mut clauses = " ENCODING 'UTF8'".to_owned();
    if let Some(template) = &new.template {
        clauses.push_str(&format!(" TEMPLATE {}", Name(template)));
    } else {
        // A copy has the encoding of its original, unless that is template0; and a locale is of one
        // encoding, unless it is C. All that we order is ordered by bytes.
        let row = client.query_one(
            "SELECT pg_encoding_to_char(encoding)::text, datcollate::text FROM pg_database
             WHERE datname = 'template1'",
            &[],
        )?;
        let (encoding, collation): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if encoding != "UTF8" {
            clauses.push_str(" TEMPLATE template0");
            if !matches!(collation.as_str(), "C" | "POSIX") {
                clauses.push_str(" LC_COLLATE 'C' LC_CTYPE 'C'");
            }
        }
    }
    let user: String = client.query_one("SELECT current_user::text", &[])?.try_get(0)?;
    let statement = |owner: Option<&str>| {
        let owner = owner.map(|owner| format!(" OWNER {}", Name(owner)));
        format!(
            "CREATE DATABASE {}{}{clauses};",
            Name(name),
            owner.unwrap_or_default()
        )
    };
    Ok(CreateStatement {
        ours: statement(new.owner.as_deref()),
        administrators: statement(new.owner.as_deref().or(Some(&user))),
    })
}

/// Whether somebody else made the same at the same time: of several who are at it, some are told by
/// the index of the names.
fn is_duplicate(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [
            SqlState::DUPLICATE_DATABASE,
            SqlState::DUPLICATE_SCHEMA,
            SqlState::UNIQUE_VIOLATION,
        ]
        .contains(code)
    })
}
