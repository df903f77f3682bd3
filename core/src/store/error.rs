//! What can go wrong with a store.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// What can go wrong with a store.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// `SQLite` reported an error.
    #[cfg(feature = "sqlite")]
    #[error("{}: {source}", path.display())]
    Sqlite {
        /// The database file.
        path: PathBuf,
        /// What `SQLite` said.
        source: rusqlite::Error,
    },
    /// A storage of GlueSQL reported an error.
    #[cfg(feature = "gluesql")]
    #[error("{store}: {source}")]
    Gluesql {
        /// The file, or what else the store is known as.
        store: String,
        /// What GlueSQL said.
        source: Box<gluesql_core::error::Error>,
    },
    /// A redb file cannot be opened.
    #[cfg(feature = "gluesql-redb")]
    #[error("{}: {source}", path.display())]
    Redb {
        /// The file.
        path: PathBuf,
        /// What redb said.
        source: Box<redb::Error>,
    },
    /// Another process has the file open, and kept it open while it was waited for.
    #[cfg(feature = "gluesql-redb")]
    #[error("{} is in use by {}", path.display(), owner.map_or("another process".to_owned(), |owner| format!("process {owner}")))]
    InUse {
        /// The file.
        path: PathBuf,
        /// The process, if it left its id.
        owner: Option<u32>,
    },
    /// The file is something other than a redb database. It was left alone.
    #[cfg(feature = "gluesql-redb")]
    #[error("{} is not a redb database; it was left as it is{}", path.display(), advice(path))]
    NotARedbDatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file may only be read. `SQLite` would open it, and fail at the first change.
    #[error("{} cannot be written: {} is kept there", path.display(), content(path))]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// The file is something other than a database. It was left alone.
    #[error("{} is not an SQLite database; it was left as it is{}", path.display(), advice(path))]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A newer conda-index made the database. It was left alone.
    #[error("{} has version {found}, and this towpath knows versions up to {known}; it was left as it is", path.display())]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// Its `user_version`.
        found: i64,
        /// The newest that can be read.
        known: i64,
    },
    /// The PostgreSQL server could not be reached.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Connect(Box<super::postgres::ConnectError>),
    /// The PostgreSQL server reported an error.
    #[cfg(feature = "postgres")]
    #[error("{server}: {what}")]
    Postgres {
        /// Server and database, without secrets.
        server: String,
        /// What it said.
        what: String,
        /// The error itself.
        source: postgres::Error,
    },
    /// One connection turned out to be several sessions in turn.
    #[cfg(feature = "postgres")]
    #[error("{server}: {}", super::postgres::SHARED_SESSION)]
    SharedSession {
        /// Server and database, without secrets.
        server: String,
    },
    /// The role may read at most.
    #[cfg(feature = "postgres")]
    #[error(
        "{server}: the role {role:?} may not write to {}, and indexing writes there: `towpath db roles --indexer` \
         makes a role that may",
        tables.join(", ")
    )]
    MayNotWrite {
        /// Server and database, without secrets.
        server: String,
        /// The role.
        role: String,
        /// The tables that it may not read, insert into, update and delete from.
        tables: Vec<String>,
    },
    /// Somebody else may be writing what only the holder of a lock may write.
    #[cfg(feature = "postgres")]
    #[error(
        "{server}: the connection no longer holds the lock that it took, as happens behind a proxy that pools \
         transactions (PgBouncer's pool_mode=transaction); connect to the server itself, or to a proxy that pools \
         sessions"
    )]
    LockLost {
        /// Server and database, without secrets.
        server: String,
    },
    /// The tables of ours are not what they should be, or could not be made so.
    #[cfg(any(feature = "gluesql", feature = "sqlite"))]
    #[error("{store}: {source}")]
    Migrate {
        /// The database file, or what else the store is known as.
        store: String,
        /// What is wrong.
        source: Box<crate::migrate::MigrateError>,
    },
    /// A stored row is not what it should be.
    #[error("the store's row for {name}: {what}")]
    BadRow {
        /// The artifact.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Reading or writing a file failed, the store's or the one that records are streamed to.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Whether what a file holds can be had again from packages. What is recorded of environments cannot.
fn is_cache(path: &std::path::Path) -> bool {
    path.parent().and_then(std::path::Path::file_name) != Some(".towpath".as_ref())
}

fn advice(path: &std::path::Path) -> &'static str {
    match is_cache(path) {
        true => " (move it away to have the subdir read anew)",
        false => "",
    }
}

fn content(path: &std::path::Path) -> &'static str {
    match is_cache(path) {
        true => "what is read of packages",
        false => "what is recorded of environments",
    }
}
