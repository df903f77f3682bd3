//! A channel in a PostgreSQL database.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::Client;

use crate::channel::{ChannelPrefix, Subdir, SubdirFolder};
use crate::index::IndexError;
use crate::migrate::{self, MigrateError, Migrations, Options, Runner, Status};
use crate::store::StoreError;
use crate::store::postgres::{ConnectionSettings, PostgresDatabase, PostgresStore, Retry};
use crate::store::relational::Database;

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
    settings: ConnectionSettings,
    retry: Retry,
    prefix: ChannelPrefix,
}

impl ChannelOnServer {
    /// Connects, and gives the channel in `root` its prefix if it has none yet.
    pub(super) fn open(postgres: &PostgresOptions, root: &Path) -> Result<Self, IndexError> {
        set_up(postgres)?;
        let database = PostgresDatabase::connect(postgres.settings.clone(), postgres.retry)?;
        database.check_rights()?;
        let prefix = ChannelPrefix::of_channel_or_new(root)?;
        Ok(Self {
            database,
            settings: postgres.settings.clone(),
            retry: postgres.retry,
            prefix,
        })
    }

    /// The database over a connection of its own, and the channel's prefix.
    pub(super) fn database(&self) -> Result<(Database, String), IndexError> {
        let database = Database::in_postgres(self.settings.clone(), &self.retry)?;
        Ok((database, self.prefix.to_string()))
    }

    /// Writes down what the channel is called, for whoever looks at the database.
    pub(super) fn register(&self, name: &str) -> Result<(), IndexError> {
        Ok(self.database.register_channel(&self.prefix, name)?)
    }

    pub(super) fn store(&self, folder: &SubdirFolder) -> PostgresStore {
        PostgresStore::new(Arc::clone(&self.database), &self.prefix, &folder.subdir)
    }

    /// The subdirs that have rows in the database.
    pub(super) fn subdirs(&self) -> Result<Vec<Subdir>, IndexError> {
        let names = self.database.subdirs(&self.prefix)?;
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// Whether both are in one database, and in one schema of it.
    pub(super) fn is_in_database_of(&self, other: &Self) -> Result<bool, IndexError> {
        Ok(self.database.id()? == other.database.id()?)
    }
}

/// How long a database that is not ready is looked at: another process may be about to make it so.
const SETTLING: Duration = Duration::from_millis(600);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Makes sure that the database has the tables that this towpath writes to, again from the beginning
/// if the connection is lost.
fn set_up(postgres: &PostgresOptions) -> Result<(), IndexError> {
    let attempt = |_| {
        let connected = postgres.settings.connect_with_retries(&postgres.retry);
        let mut client = match connected {
            Ok(client) => client,
            Err(error) => return Err((StoreError::Connect(Box::new(error)).into(), Connection::Never)),
        };
        make_ready(postgres, &mut client).map_err(|error| {
            let connection = match client.is_valid(CONNECTION_CHECK) {
                Ok(()) => Connection::Open,
                Err(_) => Connection::Lost,
            };
            (error, connection)
        })
    };
    let is_lost = |(_, connection): &(IndexError, Connection)| *connection == Connection::Lost;
    postgres.retry.run(attempt, is_lost).map_err(|(error, _)| error)
}

/// How long a server may take to say that a connection is open.
const CONNECTION_CHECK: Duration = Duration::from_secs(10);

/// What became of the connection over which something failed.
#[derive(PartialEq, Eq)]
enum Connection {
    Never,
    Open,
    Lost,
}

fn make_ready(postgres: &PostgresOptions, client: &mut Client) -> Result<(), IndexError> {
    let failed = |source: MigrateError| IndexError::Database {
        server: postgres.settings.to_string(),
        source: Box::new(source),
    };
    let mut database = migrate::PostgresDatabase::new(client).map_err(|source| {
        failed(MigrateError::Database {
            doing: "looking at the schema",
            source,
        })
    })?;
    if postgres
        .settings
        .schema()
        .is_some_and(|schema| schema != database.schema())
    {
        return Err(IndexError::Store(StoreError::SharedSession {
            server: postgres.settings.to_string(),
        }));
    }
    let migrations = Migrations::postgres();
    let mut runner = Runner::new(&mut database, &migrations, Options::default());
    let mut status = runner.status().map_err(failed)?;
    let mut since = Instant::now();
    loop {
        let Some(error) = MigrateError::not_ready(&status) else {
            return Ok(());
        };
        match (&status, postgres.set_up) {
            (Status::Empty, SetUp::IfEmpty) | (_, SetUp::Always) => {
                runner.bring_up_to_date(&mut |_| ()).map_err(failed)?;
                return Ok(());
            }
            _ if since.elapsed() > SETTLING => return Err(failed(error)),
            _ => {}
        }
        std::thread::sleep(LOOK_AGAIN);
        let now = runner.status().map_err(failed)?;
        if now != status {
            since = Instant::now();
            status = now;
        }
    }
}
