//! The stores of a channel's subdirs, of whichever kind was asked for. Nothing else asks.

use super::{IndexError, IndexOptions};
use crate::channel::{OnBusy, SubdirFolder};
#[cfg(feature = "gluesql-redb")]
use crate::store::GluesqlStore;
#[cfg(feature = "sqlite")]
use crate::store::SqliteStore;
use crate::store::{MemoryStore, Store};

#[cfg(feature = "postgres")]
mod server;

#[cfg(feature = "postgres")]
pub use self::server::{PostgresOptions, SetUp};

/// Where what was read is kept between runs.
#[derive(Clone, Debug)]
pub enum StoreKind {
    /// In SQLite, in conda-index's schema, beside the packages.
    #[cfg(feature = "sqlite")]
    Sqlite,
    /// In GlueSQL, in a file of redb beside the packages.
    #[cfg(feature = "gluesql-redb")]
    Gluesql,
    /// In a PostgreSQL database, in conda-index's schema.
    #[cfg(feature = "postgres")]
    Postgres(Box<PostgresOptions>),
    /// Nowhere: every run reads everything.
    Memory,
}

/// A subdir's store.
pub(super) type BoxedStore = Box<dyn Store + Send>;

/// The stores of a channel.
pub(super) enum Stores {
    #[cfg(feature = "sqlite")]
    Sqlite,
    #[cfg(feature = "gluesql-redb")]
    Gluesql,
    #[cfg(feature = "postgres")]
    Postgres(server::ChannelOnServer),
    Memory,
}

/// What keeps others from writing to a store that lies elsewhere than in the subdir's folder.
pub(super) enum StoreLock {
    /// The folder's own lock is enough.
    Folder,
    #[cfg(feature = "postgres")]
    Server {
        _lock: crate::store::postgres::PostgresLock,
    },
}

impl Stores {
    /// Makes ready whatever the stores of the channel have in common.
    pub(super) fn of_channel(options: &IndexOptions) -> Result<Self, IndexError> {
        Ok(match &options.store {
            #[cfg(feature = "sqlite")]
            StoreKind::Sqlite => Self::Sqlite,
            #[cfg(feature = "gluesql-redb")]
            StoreKind::Gluesql => Self::Gluesql,
            #[cfg(feature = "postgres")]
            StoreKind::Postgres(postgres) => {
                Self::Postgres(server::ChannelOnServer::open(postgres, options)?)
            }
            StoreKind::Memory => Self::Memory,
        })
    }

    /// Opens the store of a subdir whose folder is locked, to write to it; `None` if somebody else
    /// does and `on_busy` is not [`OnBusy::Wait`].
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "other stores are locked with their folder")
    )]
    pub(super) fn open(
        &self,
        folder: &SubdirFolder,
        on_busy: OnBusy,
    ) -> Result<Option<(BoxedStore, StoreLock)>, IndexError> {
        let store: BoxedStore = match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite => Box::new(SqliteStore::open(&folder.sqlite_store())?),
            #[cfg(feature = "gluesql-redb")]
            Self::Gluesql => Box::new(GluesqlStore::open(&folder.gluesql_store())?),
            #[cfg(feature = "postgres")]
            Self::Postgres(channel) => {
                let store = channel.store(folder);
                let lock = store.lock(on_busy)?;
                return Ok(
                    lock.map(|lock| (Box::new(store) as BoxedStore, StoreLock::Server { _lock: lock }))
                );
            }
            Self::Memory => Box::new(MemoryStore::new()),
        };
        Ok(Some((store, StoreLock::Folder)))
    }

    /// Opens the store of a subdir that is not indexed in this run, if anything is known of it.
    ///
    /// # Errors
    ///
    /// When it has packages of which nothing can be known, because nothing is kept.
    pub(super) fn open_known(&self, folder: &SubdirFolder) -> Result<Option<BoxedStore>, IndexError> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite if folder.sqlite_store().is_file() => {
                Some(Box::new(SqliteStore::open(&folder.sqlite_store())?))
            }
            #[cfg(feature = "sqlite")]
            Self::Sqlite => None,
            #[cfg(feature = "gluesql-redb")]
            Self::Gluesql if folder.gluesql_store().is_file() => {
                Some(Box::new(GluesqlStore::open(&folder.gluesql_store())?))
            }
            #[cfg(feature = "gluesql-redb")]
            Self::Gluesql => None,
            #[cfg(feature = "postgres")]
            Self::Postgres(channel) => {
                let store = channel.store(folder);
                match store.is_known()? {
                    true => Some(Box::new(store)),
                    false => None,
                }
            }
            Self::Memory if folder.is_known_and_has_packages()? => {
                return Err(IndexError::NothingKept {
                    subdir: folder.subdir.clone(),
                });
            }
            Self::Memory => None,
        })
    }
}
