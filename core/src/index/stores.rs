//! The stores of a channel's subdirs, of whichever kind was asked for. Nothing else asks.

#[cfg(all(feature = "ledger", any(feature = "gluesql-redb", feature = "sqlite")))]
use std::path::Path;
#[cfg(feature = "ledger")]
use std::path::PathBuf;

use super::IndexError;
use crate::channel::{ChannelFolder, OnBusy, Subdir, SubdirFolder};
#[cfg(feature = "gluesql-redb")]
use crate::store::GluesqlStore;
#[cfg(feature = "sqlite")]
use crate::store::SqliteStore;
#[cfg(feature = "ledger")]
use crate::store::relational::Database;
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

/// What a channel is called in a database that lies in its own folder.
#[cfg(all(feature = "ledger", any(feature = "gluesql-redb", feature = "sqlite")))]
const OWN: &str = ".";

/// A subdir's store.
pub type BoxedStore = Box<dyn Store + Send>;

/// The stores of a channel.
pub struct ChannelStores(Place);

/// Where they are.
enum Place {
    #[cfg(feature = "sqlite")]
    Sqlite,
    #[cfg(feature = "gluesql-redb")]
    Gluesql,
    #[cfg(feature = "postgres")]
    Postgres(Box<server::ChannelOnServer>),
    Memory,
}

/// What keeps others from writing to a store that lies elsewhere than in the subdir's folder, until it
/// is dropped. For all others the folder's own lock is enough.
pub struct StoreLock {
    #[cfg(feature = "postgres")]
    _on_server: Option<crate::store::postgres::PostgresLock>,
}

impl ChannelStores {
    /// Makes ready whatever the stores of the channel have in common.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, or the channel has no sound prefix in it.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "only a server knows channels by prefixes")
    )]
    pub fn open_channel(kind: &StoreKind, channel: &ChannelFolder) -> Result<Self, IndexError> {
        Ok(Self(match kind {
            #[cfg(feature = "sqlite")]
            StoreKind::Sqlite => Place::Sqlite,
            #[cfg(feature = "gluesql-redb")]
            StoreKind::Gluesql => Place::Gluesql,
            #[cfg(feature = "postgres")]
            StoreKind::Postgres(postgres) => {
                Place::Postgres(Box::new(server::ChannelOnServer::open(postgres, channel.root())?))
            }
            StoreKind::Memory => Place::Memory,
        }))
    }

    /// Writes down what the channel is called, where several channels are kept together.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "other stores hold one channel")
    )]
    pub(super) fn register(&self, name: &str) -> Result<(), IndexError> {
        match &self.0 {
            #[cfg(feature = "postgres")]
            Place::Postgres(channel) => channel.register(name),
            _ => Ok(()),
        }
    }

    /// Whether these are the very stores that `other` is of, both being of one channel's folder.
    ///
    /// # Errors
    ///
    /// When a server fails.
    pub fn are_those_of(&self, other: &Self) -> Result<bool, IndexError> {
        Ok(match (&self.0, &other.0) {
            #[cfg(feature = "sqlite")]
            (Place::Sqlite, Place::Sqlite) => true,
            #[cfg(feature = "gluesql-redb")]
            (Place::Gluesql, Place::Gluesql) => true,
            #[cfg(feature = "postgres")]
            (Place::Postgres(one), Place::Postgres(other)) => one.is_in_database_of(other)?,
            _ => false,
        })
    }

    /// The subdirs of which anything may be known, sorted.
    ///
    /// # Errors
    ///
    /// When the channel's folder cannot be listed, or the server fails.
    pub fn known_subdirs(&self, channel: &ChannelFolder) -> Result<Vec<Subdir>, IndexError> {
        let mut subdirs = Vec::new();
        for entry in fs_err::read_dir(channel.root())? {
            let name = entry?.file_name();
            let subdir = name.to_str().and_then(|name| name.parse::<Subdir>().ok());
            subdirs.extend(subdir.filter(|subdir| self.has_file(&channel.subdir(subdir))));
        }
        #[cfg(feature = "postgres")]
        if let Place::Postgres(on_server) = &self.0 {
            subdirs.extend(on_server.subdirs()?);
        }
        subdirs.sort_unstable();
        subdirs.dedup();
        Ok(subdirs)
    }

    /// The database of what the channel's subdirs have in common, and what this channel is called in it.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or made, or nothing is kept.
    #[cfg(feature = "ledger")]
    #[cfg_attr(
        not(any(feature = "gluesql-redb", feature = "sqlite")),
        expect(unused_variables, reason = "a server is not in the folder")
    )]
    pub fn database(&self, channel: &ChannelFolder) -> Result<(Database, String), IndexError> {
        Ok(match &self.0 {
            #[cfg(feature = "sqlite")]
            Place::Sqlite => (
                Database::in_sqlite(&channel.environments_in_sqlite())?,
                OWN.to_owned(),
            ),
            #[cfg(feature = "gluesql-redb")]
            Place::Gluesql => (
                Database::in_gluesql(&channel.environments_in_gluesql())?,
                OWN.to_owned(),
            ),
            #[cfg(feature = "postgres")]
            Place::Postgres(on_server) => on_server.database()?,
            Place::Memory => return Err(IndexError::NoEnvironments),
        })
    }

    /// Whether there is, or should be, a database of what the channel's subdirs have in common: a link that
    /// leads nowhere is no way to have none.
    #[cfg(feature = "ledger")]
    #[cfg_attr(
        not(any(feature = "gluesql-redb", feature = "sqlite")),
        expect(unused_variables, reason = "a server is not in the folder")
    )]
    pub fn has_database(&self, channel: &ChannelFolder) -> bool {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Place::Sqlite => is_there(&channel.environments_in_sqlite()),
            #[cfg(feature = "gluesql-redb")]
            Place::Gluesql => is_there(&channel.environments_in_gluesql()),
            #[cfg(feature = "postgres")]
            Place::Postgres(_) => true,
            Place::Memory => false,
        }
    }

    /// The databases of environments in the channel's folder that are of another kind than these stores: where
    /// they are, and what this channel is called in them.
    ///
    /// # Errors
    ///
    /// When one is there and cannot be opened.
    #[cfg(feature = "ledger")]
    #[cfg_attr(
        not(any(feature = "gluesql-redb", feature = "sqlite")),
        expect(unused_mut, unused_variables, reason = "a server is not in the folder")
    )]
    pub fn other_databases(
        &self,
        channel: &ChannelFolder,
    ) -> Result<Vec<(PathBuf, Database, String)>, IndexError> {
        let mut others = Vec::new();
        #[cfg(feature = "sqlite")]
        if !matches!(self.0, Place::Sqlite) && is_there(&channel.environments_in_sqlite()) {
            let file = channel.environments_in_sqlite();
            let database = Database::in_sqlite(&file)?;
            others.push((file, database, OWN.to_owned()));
        }
        #[cfg(feature = "gluesql-redb")]
        if !matches!(self.0, Place::Gluesql) && is_there(&channel.environments_in_gluesql()) {
            let file = channel.environments_in_gluesql();
            let database = Database::in_gluesql(&file)?;
            others.push((file, database, OWN.to_owned()));
        }
        Ok(others)
    }

    /// Whether the subdir has a store that lies with its packages.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "gluesql-redb")),
        expect(unused_variables, reason = "nothing is kept in files")
    )]
    fn has_file(&self, folder: &SubdirFolder) -> bool {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Place::Sqlite => folder.sqlite_store().is_file(),
            #[cfg(feature = "gluesql-redb")]
            Place::Gluesql => folder.gluesql_store().is_file(),
            #[cfg(feature = "postgres")]
            Place::Postgres(_) => false,
            Place::Memory => false,
        }
    }

    /// Opens the store of a subdir whose folder is locked, to write to it; `None` if somebody else
    /// does and `on_busy` is not [`OnBusy::Wait`].
    ///
    /// # Errors
    ///
    /// When it cannot be opened or made.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "other stores are locked with their folder")
    )]
    pub fn open(
        &self,
        folder: &SubdirFolder,
        on_busy: OnBusy,
    ) -> Result<Option<(BoxedStore, StoreLock)>, IndexError> {
        let store: BoxedStore = match &self.0 {
            #[cfg(feature = "sqlite")]
            Place::Sqlite => Box::new(SqliteStore::open(&folder.sqlite_store())?),
            #[cfg(feature = "gluesql-redb")]
            Place::Gluesql => Box::new(GluesqlStore::open(&folder.gluesql_store())?),
            #[cfg(feature = "postgres")]
            Place::Postgres(channel) => {
                let store = channel.store(folder);
                let lock = store.lock(on_busy)?;
                return Ok(lock.map(|lock| {
                    let lock = StoreLock {
                        _on_server: Some(lock),
                    };
                    (Box::new(store) as BoxedStore, lock)
                }));
            }
            Place::Memory => Box::new(MemoryStore::new()),
        };
        let lock = StoreLock {
            #[cfg(feature = "postgres")]
            _on_server: None,
        };
        Ok(Some((store, lock)))
    }

    /// Opens the store of a subdir that is not indexed in this run, if anything is known of it.
    ///
    /// # Errors
    ///
    /// When it has packages of which nothing can be known, because nothing is kept.
    pub(crate) fn open_known(&self, folder: &SubdirFolder) -> Result<Option<BoxedStore>, IndexError> {
        match &self.0 {
            #[cfg(feature = "postgres")]
            Place::Postgres(channel) => {
                let store = channel.store(folder);
                Ok(store.is_known()?.then(|| Box::new(store) as BoxedStore))
            }
            Place::Memory if folder.is_known_and_has_packages()? => Err(IndexError::NothingKept {
                subdir: folder.subdir.clone(),
            }),
            _ if self.has_file(folder) => {
                let open = self.open(folder, OnBusy::Skip)?;
                Ok(open.map(|(store, _)| store))
            }
            _ => Ok(None),
        }
    }
}

/// Whether anything has this name, be it a link that leads nowhere, or a file that cannot be looked at.
#[cfg(all(feature = "ledger", any(feature = "gluesql-redb", feature = "sqlite")))]
fn is_there(path: &Path) -> bool {
    let found = fs_err::symlink_metadata(path);
    found.map_or_else(|error| error.kind() != std::io::ErrorKind::NotFound, |_| true)
}
