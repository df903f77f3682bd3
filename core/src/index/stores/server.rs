//! A channel in a PostgreSQL database.

use std::sync::Arc;

use crate::channel::{ChannelPrefix, SubdirFolder};
use crate::index::{IndexError, IndexOptions};
use crate::migrate::{self, MigrateError, Migrations, Options, Runner, Status};
use crate::store::StoreError;
use crate::store::postgres::{ConnectError, ConnectionSettings, PostgresDatabase, PostgresStore, Retry};

/// Which database, and what may be done to it.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// How it is reached.
    pub settings: ConnectionSettings,
    /// What is done about failures that pass.
    pub retry: Retry,
    /// Whether tables are made.
    pub set_up: SetUp,
}

/// Whether a run makes or changes the database's tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetUp {
    /// It never does.
    Never,
    /// It makes them where there are none, as conda-index does. A database with tables is upgraded
    /// by who asks for that.
    #[default]
    IfEmpty,
    /// It does whatever is needed.
    Always,
}

/// A channel in a database.
pub(in crate::index) struct ChannelOnServer {
    database: Arc<PostgresDatabase>,
    prefix: ChannelPrefix,
}

impl ChannelOnServer {
    /// Connects, and gives the channel its prefix if it has none yet.
    pub(super) fn open(postgres: &PostgresOptions, options: &IndexOptions) -> Result<Self, IndexError> {
        set_up(postgres)?;
        let database = PostgresDatabase::connect(postgres.settings.clone(), postgres.retry)?;
        let prefix = ChannelPrefix::of_channel_or_new(options.channel.root())?;
        Ok(Self { database, prefix })
    }

    pub(super) fn store(&self, folder: &SubdirFolder) -> PostgresStore {
        PostgresStore::new(Arc::clone(&self.database), &self.prefix, &folder.subdir)
    }
}

/// Makes sure that the database has the tables that this towpath writes to.
fn set_up(postgres: &PostgresOptions) -> Result<(), IndexError> {
    let connect = |error: ConnectError| StoreError::Connect(Box::new(error));
    let mut client = postgres
        .settings
        .connect_with_retries(&postgres.retry)
        .map_err(connect)?;
    let failed = |source: MigrateError| IndexError::Database {
        server: postgres.settings.to_string(),
        source: Box::new(source),
    };
    let mut database = migrate::PostgresDatabase::new(&mut client).map_err(|source| {
        failed(MigrateError::Database {
            doing: "looking at the schema",
            source,
        })
    })?;
    let migrations = Migrations::postgres();
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    let status = runner.status().map_err(failed)?;
    let Some(error) = MigrateError::not_ready(&status) else {
        return Ok(());
    };
    match (&status, postgres.set_up) {
        (Status::Empty, SetUp::IfEmpty) | (_, SetUp::Always) => {
            runner.bring_up_to_date(&mut |_| ()).map_err(failed)?;
            Ok(())
        }
        _ => Err(failed(error)),
    }
}
