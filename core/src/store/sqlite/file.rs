//! A store's file, opened to be migrated instead of used.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::{BUSY_TIMEOUT, StoreError, error_at, schema};
use crate::migrate::SqliteDatabase;

/// The file of a subdir's store, or of a channel's environments, for migrations.
pub struct SqliteFile {
    connection: Connection,
    path: PathBuf,
}

impl SqliteFile {
    /// Opens a file that is there, to look at it and change nothing.
    ///
    /// # Errors
    ///
    /// When the file is no database, or was made by a newer conda-index.
    pub fn open_to_look(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Opens a file that is there, and makes conda-index's tables as its newest version does: ours
    /// stand upon these.
    ///
    /// # Errors
    ///
    /// When the file is no database, was made by a newer conda-index, or cannot be written.
    pub fn open_to_change(path: &Path) -> Result<Self, StoreError> {
        let mut file = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?.writable()?;
        schema::bring_conda_indexs_tables_up_to_date(&mut file.connection, path)?;
        Ok(file)
    }

    /// Opens a channel's file of environments that is there, to look at it and change nothing.
    ///
    /// # Errors
    ///
    /// When the file is no database.
    pub fn open_environments_to_look(path: &Path) -> Result<Self, StoreError> {
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?.legible()
    }

    /// Opens a channel's file of environments that is there, to change its tables. There are none of
    /// conda-index in it.
    ///
    /// # Errors
    ///
    /// When the file is no database or cannot be written.
    pub fn open_environments_to_change(path: &Path) -> Result<Self, StoreError> {
        let file = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        file.legible()?.writable()
    }

    fn open(path: &Path, access: OpenFlags) -> Result<Self, StoreError> {
        let file = Self::connect(path, access)?;
        schema::user_version(&file.connection, path)?;
        Ok(file)
    }

    /// SQLite opens any file, and reads it when it is asked something.
    fn legible(self) -> Result<Self, StoreError> {
        self.connection
            .pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))
            .map_err(|source| error_at(&self.path, source))?;
        Ok(self)
    }

    fn writable(self) -> Result<Self, StoreError> {
        let is_readonly = self.connection.is_readonly(MAIN_DB);
        if is_readonly.map_err(|source| error_at(&self.path, source))? {
            return Err(StoreError::ReadOnly { path: self.path });
        }
        Ok(self)
    }

    fn connect(path: &Path, access: OpenFlags) -> Result<Self, StoreError> {
        let at = |source| error_at(path, source);
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(at)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(at)?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    /// What a [`Runner`](crate::migrate::Runner) works on.
    pub fn database(&self) -> SqliteDatabase<'_> {
        SqliteDatabase::new(&self.connection)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
