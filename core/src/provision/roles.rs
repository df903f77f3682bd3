//! The two roles of a database: one that indexes, and one that only reads. Neither may change a
//! table, and neither may write to the history of migrations.

use postgres::Client;

use super::error::{Errors, ProvisionError};
use super::name::{Literal, Name};
use crate::migrate::{self, Database, HISTORY_TABLE, MigrateError, Migrations, Options, Runner};
use crate::store::postgres::{ConnectionSettings, Retry};

/// Which roles there are to be.
#[derive(Clone, Debug)]
pub struct Roles {
    /// The role of those who index.
    pub indexer: Option<String>,
    /// The role of those who only read.
    pub reader: Option<String>,
    /// Whether a role that has to be made may log in. One that is there stays as it is.
    pub login: Login,
}

/// Whether a role may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// It may, once somebody has given it a password.
    Yes,
    /// It may not: others are made members of it.
    No,
}

/// What makes the roles what they are to be, whatever they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolesScript {
    /// The statements, in order. They belong into one transaction.
    pub statements: Vec<String>,
    /// What else everybody may do in the schema, and what ends that.
    pub warnings: Vec<String>,
}

/// Says what makes the roles, without doing it.
///
/// # Errors
///
/// When the database has no tables yet, or one of the roles owns them: an owner has all rights.
pub fn roles_script(
    settings: &ConnectionSettings,
    roles: &Roles,
    retry: &Retry,
) -> Result<RolesScript, ProvisionError> {
    let mut client = settings.connect_with_retries(retry)?;
    script(&mut client, &Errors { settings }, roles)
}

/// Makes the roles and gives them their rights; says what was run.
///
/// # Errors
///
/// As [`roles_script`], and when the role that connects may not do that.
pub fn make_roles(
    settings: &ConnectionSettings,
    roles: &Roles,
    retry: &Retry,
) -> Result<RolesScript, ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.connect_with_retries(retry)?;
    let script = script(&mut client, &errors, roles)?;
    let all = script.statements.join(" ");
    // Two who grant at once change the same rows of the catalogue, and one of them fails.
    let run = |_| {
        let mut transaction = client.transaction()?;
        transaction.batch_execute(&all)?;
        transaction.commit()
    };
    retry
        .run(run, is_concurrent_update)
        .map_err(errors.failed_or_forbidden("making the roles", all.clone()))?;
    Ok(script)
}

/// PostgreSQL has no code of its own for rows of the catalogue that somebody else changes.
fn is_concurrent_update(error: &postgres::Error) -> bool {
    error
        .as_db_error()
        .is_some_and(|said| said.code().code() == "XX000" && said.message().contains("concurrently updated"))
}

/// A table or view of ours or conda-index's.
struct Relation {
    name: String,
    owner: String,
    is_table: bool,
}

fn script(client: &mut Client, errors: &Errors<'_>, roles: &Roles) -> Result<RolesScript, ProvisionError> {
    let (schema, names) = migrated_tables(client, errors)?;
    let relations = relations(client, &schema, &names).map_err(errors.failed("looking at the tables"))?;
    let sequences = sequences(client, &schema, &names).map_err(errors.failed("looking at the tables"))?;
    let named = [&roles.indexer, &roles.reader];
    for role in named.into_iter().flatten() {
        if let Some(owned) = relations.iter().find(|relation| relation.owner == *role) {
            return Err(errors.refused(format!(
                "the role {} owns the table {}, and who owns a table may do everything with it: name another role",
                Name(role),
                owned.name
            )));
        }
    }
    let mut statements = Vec::new();
    let context = context(client, &schema).map_err(errors.failed("looking at rights"))?;
    for role in named.into_iter().flatten() {
        statements.push(create_role(role, roles.login));
        if !context.everybody_connects {
            let database = Name(&context.database);
            statements.push(format!("GRANT CONNECT ON DATABASE {database} TO {};", Name(role)));
        }
    }
    if let Some(role) = &roles.indexer {
        statements.extend(grants(&schema, &relations, &sequences, role, Rights::Write));
    }
    if let Some(role) = &roles.reader {
        statements.extend(grants(&schema, &relations, &sequences, role, Rights::Read));
    }
    let mut warnings = Vec::new();
    if context.everybody_creates {
        let schema = Name(&schema);
        warnings.push(format!(
            "every role may make tables in the schema {schema}; this ends it: \
             REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;"
        ));
    }
    Ok(RolesScript { statements, warnings })
}

/// The schema, and what of ours is in it; an error unless the tables are those of this towpath.
fn migrated_tables(
    client: &mut Client,
    errors: &Errors<'_>,
) -> Result<(String, Vec<String>), ProvisionError> {
    let mut database = migrate::PostgresDatabase::new(client).map_err(|source| errors.schema(source))?;
    let migrations = Migrations::postgres();
    let status = Runner::new(&mut database, &migrations, Options::default()).status();
    let status = status.map_err(|source| errors.migrate(source))?;
    if let Some(error) = MigrateError::not_ready(&status) {
        return Err(errors.migrate(error));
    }
    let tables = database.tables().map_err(|source| errors.schema(source))?;
    Ok((database.schema().to_owned(), tables))
}

fn relations(client: &mut Client, schema: &str, names: &[String]) -> Result<Vec<Relation>, postgres::Error> {
    let rows = client.query(
        "SELECT c.relname::text, pg_get_userbyid(c.relowner)::text, c.relkind IN ('r', 'p')
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
         ORDER BY 1",
        &[&schema, &names],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Relation {
                name: row.try_get(0)?,
                owner: row.try_get(1)?,
                is_table: row.try_get(2)?,
            })
        })
        .collect()
}

/// What numbers the rows of these tables.
fn sequences(client: &mut Client, schema: &str, tables: &[String]) -> Result<Vec<String>, postgres::Error> {
    let rows = client.query(
        "SELECT s.relname::text
         FROM pg_class s
         JOIN pg_namespace n ON n.oid = s.relnamespace
         JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
             AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
         JOIN pg_class t ON t.oid = d.refobjid
         WHERE s.relkind = 'S' AND n.nspname = $1 AND t.relnamespace = n.oid AND t.relname = ANY ($2)
         ORDER BY 1",
        &[&schema, &tables],
    )?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

struct Context {
    database: String,
    everybody_connects: bool,
    everybody_creates: bool,
}

fn context(client: &mut Client, schema: &str) -> Result<Context, postgres::Error> {
    let row = client.query_one(
        "SELECT current_database()::text,
                EXISTS (SELECT FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
                        WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type = 'CONNECT'),
                EXISTS (SELECT FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
                        WHERE n.nspname = $1 AND a.grantee = 0 AND a.privilege_type = 'CREATE')",
        &[&schema],
    )?;
    Ok(Context {
        database: row.try_get(0)?,
        everybody_connects: row.try_get(1)?,
        everybody_creates: row.try_get(2)?,
    })
}

/// Makes a role unless it is there. The right to make roles is asked for only then.
fn create_role(role: &str, login: Login) -> String {
    let login = match login {
        Login::Yes => "LOGIN",
        Login::No => "NOLOGIN",
    };
    let body = format!(
        "BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {} {login}; END IF; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END",
        Literal(role),
        Name(role)
    );
    format!("DO {};", Literal(&body))
}

/// What a role may do with the tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rights {
    Read,
    Write,
}

/// Takes all rights from the role that it may have had here, and gives it those that it needs.
fn grants(
    schema: &str,
    relations: &[Relation],
    sequences: &[String],
    role: &str,
    rights: Rights,
) -> Vec<String> {
    let qualified = |name: &String| format!("{}.{}", Name(schema), Name(name));
    let list = |choose: &dyn Fn(&Relation) -> bool| {
        let chosen = relations.iter().filter(|relation| choose(relation));
        let names: Vec<String> = chosen.map(|relation| qualified(&relation.name)).collect();
        names.join(", ")
    };
    let everything = list(&|_| true);
    let numbers: Vec<String> = sequences.iter().map(qualified).collect();
    let numbers = numbers.join(", ");
    let (schema, role) = (Name(schema), Name(role));
    let mut statements = vec![
        format!("REVOKE ALL ON SCHEMA {schema} FROM {role};"),
        format!("REVOKE ALL ON TABLE {everything} FROM {role};"),
        format!("REVOKE ALL ON SEQUENCE {numbers} FROM {role};"),
        format!("GRANT USAGE ON SCHEMA {schema} TO {role};"),
        format!("GRANT SELECT ON TABLE {everything} TO {role};"),
    ];
    if rights == Rights::Write {
        let written = list(&|relation| relation.is_table && relation.name != HISTORY_TABLE);
        statements.push(format!(
            "GRANT INSERT, UPDATE, DELETE ON TABLE {written} TO {role};"
        ));
        // A new row gets its number without any right: this is for rows that bring theirs.
        statements.push(format!("GRANT UPDATE ON SEQUENCE {numbers} TO {role};"));
    }
    statements
}
