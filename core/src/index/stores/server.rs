//! A channel in a PostgreSQL database.

use std::sync::Arc;

use crate::channel::{ChannelPrefix, SubdirFolder};
use crate::index::{IndexError, IndexOptions};
use crate::store::postgres::{ConnectionSettings, PostgresDatabase, PostgresStore, Retry};

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
        let database = PostgresDatabase::connect(postgres.settings.clone(), postgres.retry)?;
        let prefix = ChannelPrefix::of_channel_or_new(options.channel.root())?;
        Ok(Self { database, prefix })
    }

    pub(super) fn store(&self, folder: &SubdirFolder) -> PostgresStore {
        PostgresStore::new(Arc::clone(&self.database), &self.prefix, &folder.subdir)
    }
}
