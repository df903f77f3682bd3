//! Which database a command is about, by its options and what libpq would look at besides.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use towpath_core::index::{PostgresOptions, SetUp, StoreKind};
use towpath_core::store::postgres::{ConnectionSettings, Retry, Surroundings};

use crate::failure::Failure;

/// The database that conda-index uses when it is told nothing.
const DEFAULT_URL: &str = "postgresql:///conda_index";

/// Where PostgreSQL's programs look for files that concern everybody on a machine.
const SYSTEM_SERVICE_FOLDER: &str = "/etc/postgresql-common";

/// Where what was read of packages is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Database {
    /// `SQLite` beside the packages, shared with conda-index
    #[default]
    Sqlite3,
    /// Nothing is kept: everything is read every time, and no record is dated
    Memory,
    /// GlueSQL beside the packages, for those who want no C
    Gluesql,
    /// A PostgreSQL database, shared with conda-index and other channels
    Postgresql,
}

/// Where what was read is kept for longer than a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LastingDatabase {
    /// `SQLite` beside the packages, shared with conda-index
    Sqlite3,
    /// GlueSQL beside the packages, for those who want no C
    Gluesql,
    /// A PostgreSQL database, shared with conda-index and other channels
    Postgresql,
}

impl LastingDatabase {
    /// What core calls it. Settings of a server are looked at only where there is one.
    pub(crate) fn store_kind(
        self,
        settings: impl FnOnce() -> Result<ConnectionSettings, Failure>,
        set_up: SetUp,
    ) -> Result<StoreKind, Failure> {
        Ok(match self {
            Self::Sqlite3 => StoreKind::Sqlite,
            Self::Gluesql => StoreKind::Gluesql,
            Self::Postgresql => StoreKind::Postgres(Box::new(PostgresOptions {
                settings: settings()?,
                retry: Retry::default(),
                set_up,
            })),
        })
    }
}

impl Database {
    /// The same, if anything is kept.
    pub(crate) fn lasting(self) -> Option<LastingDatabase> {
        match self {
            Self::Sqlite3 => Some(LastingDatabase::Sqlite3),
            Self::Gluesql => Some(LastingDatabase::Gluesql),
            Self::Postgresql => Some(LastingDatabase::Postgresql),
            Self::Memory => None,
        }
    }
}

/// Which database, for commands that know one.
#[derive(Clone, Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// Where what was read is kept
    #[arg(long, value_enum, default_value = "sqlite3", env = "TOWPATH_DB", hide_env = true, help_heading = DATABASE)]
    db: LastingDatabase,

    #[command(flatten)]
    server: ServerArgs,
}

impl DatabaseArgs {
    pub(crate) fn store_kind(&self) -> Result<StoreKind, Failure> {
        self.db.store_kind(|| self.server.settings(), SetUp::default())
    }
}

/// How a PostgreSQL database is reached.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerArgs {
    /// How the database is reached: a URL, or libpq's `key=value` words
    ///
    /// What it leaves open comes from the variables, files and defaults of PostgreSQL's own programs:
    /// PGHOST and the like, PGSERVICE, ~/.pgpass [default: `postgresql:///conda_index`]
    #[arg(long, value_name = "URL", env = "CONDA_INDEX_DBURL", hide_env = true, hide_env_values = true, help_heading = DATABASE)]
    pub(crate) db_url: Option<String>,

    /// The schema that holds the tables, if not the first of the search path
    #[arg(long, value_name = "NAME", env = "TOWPATH_DB_SCHEMA", hide_env = true, help_heading = DATABASE)]
    pub(crate) db_schema: Option<String>,
}

pub(crate) const DATABASE: &str = "Database";

impl ServerArgs {
    /// How the database is reached.
    pub(crate) fn settings(&self) -> Result<ConnectionSettings, Failure> {
        let surroundings = surroundings();
        let names_database = |name: &&str| {
            surroundings
                .variables
                .get(*name)
                .is_some_and(|value| !value.is_empty())
        };
        let url = match &self.db_url {
            Some(url) => Some(url.as_str()),
            None if ["PGDATABASE", "PGSERVICE"].iter().any(names_database) => None,
            None => Some(DEFAULT_URL),
        };
        let settings = ConnectionSettings::resolve(url, &surroundings).map_err(Failure::usage)?;
        Ok(match &self.db_schema {
            Some(schema) => settings.with_schema(Some(schema)),
            None => settings,
        })
    }
}

/// How the database of this URL is reached.
pub(crate) fn settings_of(url: &str) -> Result<ConnectionSettings, Failure> {
    ConnectionSettings::resolve(Some(url), &surroundings()).map_err(Failure::usage)
}

/// What libpq would look at.
fn surroundings() -> Surroundings {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("PG"));
    let variables: std::collections::BTreeMap<String, String> = variables.collect();
    let folder = variables
        .get("PGSYSCONFDIR")
        .map_or(SYSTEM_SERVICE_FOLDER, String::as_str);
    Surroundings {
        system_service_folder: PathBuf::from(folder),
        home: std::env::home_dir(),
        user: whoami::username().ok(),
        variables,
    }
}
