//! Scripts for psql, to be run by somebody else or later.

use clap::Args;
use towpath_core::migrate::{Direction, MigrateError, Migrations, Options, PostgresDatabase, Runner, Target};
use towpath_core::store::postgres::ConnectionSettings;

use super::place::PlaceArgs;
use crate::failure::Failure;
use crate::report;

/// Whether to write a script instead of doing it.
#[derive(Debug, Args)]
pub(super) struct ScriptArgs {
    /// Print a script for psql that does it, and do nothing
    #[arg(long, conflicts_with = "json")]
    pub(super) sql: bool,

    /// The version that the script begins with, for which no server is asked [default: the database's]
    #[arg(long, value_name = "N", requires = "sql")]
    from: Option<u32>,
}

impl ScriptArgs {
    /// Prints the script.
    pub(super) fn print(
        &self,
        place: &PlaceArgs,
        target: Target,
        direction: Direction,
        options: &Options,
    ) -> Result<(), Failure> {
        let Some(settings) = place.server()? else {
            return Err(Failure::usage(
                "there are scripts for PostgreSQL only: stores beside the packages upgrade themselves when they \
                 are opened",
            ));
        };
        let migrations = Migrations::postgres();
        let failed = |error: MigrateError| Failure::migration(&error);
        let from = match self.from {
            Some(from) => from,
            None => version_of(&settings, &migrations)
                .map_err(|failure| failure.hinting("with --from N no server is asked for the version"))?,
        };
        let to = Target::Version(from)
            .resolve(0, migrations.head())
            .and_then(|from| target.resolve(from, migrations.head()))
            .map_err(|error| failed(error.into()))?;
        let is_wrong_way = match direction {
            Direction::Up => to < from,
            Direction::Down => to > from,
        };
        if is_wrong_way {
            return Err(failed(MigrateError::WrongWay {
                version: from,
                wanted: to,
            }));
        }
        let script = PostgresDatabase::offline_sql(&migrations, from, to, options)
            .map_err(|error| failed(error.into()))?;
        for line in search_path(&settings) {
            report::print(&line)?;
        }
        report::print(script.trim_end())?;
        Ok(())
    }
}

/// The version of the server's database.
fn version_of(settings: &ConnectionSettings, migrations: &Migrations) -> Result<u32, Failure> {
    let mut client = settings.connect()?;
    let mut database = PostgresDatabase::new(&mut client)?;
    let mut runner = Runner::new(&mut database, migrations, Options::default());
    let status = runner.status().map_err(|error| Failure::migration(&error))?;
    match MigrateError::of_status(&status) {
        Some(error) => Err(Failure::migration(&error)),
        None => Ok(status.version()),
    }
}

/// The statement that makes psql work in the schema that was named, if one was.
pub(super) fn search_path(settings: &ConnectionSettings) -> Vec<String> {
    let schema = settings.schema().map(|name| name.replace('"', "\"\""));
    schema
        .map(|name| format!("SET search_path = \"{name}\";"))
        .into_iter()
        .collect()
}
