//! Opens the redb file, which one process has at a time.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use gluesql_redb_storage::{REDB_STORAGE_FORMAT_VERSION, RedbStorage};
use redb::{Builder, Database, TableDefinition};
use tempfile::TempPath;

use super::GluesqlStore;
use super::rows::Failure;
use crate::store::StoreError;

/// How long to wait for another process.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long to wait before the next look.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Bytes of pages that one store keeps in memory. By default it would be 1 GiB.
const CACHE: usize = 64 << 20;

/// What every redb file begins with.
const MAGIC: &[u8; 9] = b"redb\x1a\x0a\xa9\x0d\x0a";

/// Where GlueSQL's storage looks for the version of its rows.
const GLUESQL_META: TableDefinition<'_, &str, u32> = TableDefinition::new("__GLUESQL_META__");
const FORMAT_VERSION: &str = "storage_format_version";

impl GluesqlStore<RedbStorage> {
    /// Opens the file, making it as needed. While another process has it open, it is waited for.
    ///
    /// # Errors
    ///
    /// When the file is no redb database or cannot be written, and when another process had it open
    /// for a minute.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_within(path, BUSY_TIMEOUT)
    }

    pub(super) fn open_within(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let database = open_database(path, patience)?;
        let owner = OwnerFile::write(path)?;
        let storage =
            RedbStorage::from_database(database).map_err(|source| Failure::Storage(source).of(&name))?;
        let mut store = Self::prepare(storage, name, || Some(random_id()))?;
        store._owner = Some(owner);
        Ok(store)
    }
}

/// Names the process that has a file open, to whoever waits for it. It says nothing on whether the
/// file is open: a process that is killed leaves its own behind.
pub(super) struct OwnerFile(PathBuf);

impl OwnerFile {
    fn of(store: &Path) -> PathBuf {
        let mut path = OsString::from(store);
        path.push(".owner");
        path.into()
    }

    pub(super) fn write(store: &Path) -> io::Result<Self> {
        let path = Self::of(store);
        fs_err::write(&path, std::process::id().to_string())?;
        Ok(Self(path))
    }

    /// The process that the file names, if it can be read.
    fn read(store: &Path) -> Option<u32> {
        let text = fs_err::read_to_string(Self::of(store)).ok()?;
        text.trim().parse().ok()
    }
}

impl Drop for OwnerFile {
    fn drop(&mut self) {
        // A file that stays behind does no harm.
        let _ = fs_err::remove_file(&self.0);
    }
}

/// What redb said; it is large.
struct RedbError(Box<redb::Error>);

impl<E: Into<redb::Error>> From<E> for RedbError {
    fn from(error: E) -> Self {
        Self(Box::new(error.into()))
    }
}

impl RedbError {
    fn is_in_use(&self) -> bool {
        matches!(*self.0, redb::Error::DatabaseAlreadyOpen)
    }

    /// What opening the file at `path` failed of.
    fn at(self, path: &Path) -> StoreError {
        let path = path.to_owned();
        match &*self.0 {
            redb::Error::DatabaseAlreadyOpen => StoreError::InUse {
                owner: OwnerFile::read(&path),
                path,
            },
            redb::Error::Io(error) => match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    StoreError::ReadOnly { path }
                }
                io::ErrorKind::InvalidData => StoreError::NotARedbDatabase { path },
                _ => StoreError::Redb { path, source: self.0 },
            },
            _ => StoreError::Redb { path, source: self.0 },
        }
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE).create_with_file_format_v3(true);
    builder
}

pub(super) fn open_database(path: &Path, patience: Duration) -> Result<Database, StoreError> {
    if !path.try_exists()? {
        make(path).map_err(|error| error.at(path))?;
    }
    let deadline = Instant::now() + patience;
    loop {
        match open_if_free(path) {
            Ok(database) => {
                seed_if_empty(&database).map_err(|error| error.at(path))?;
                return Ok(database);
            }
            Err(error) if error.is_in_use() && Instant::now() < deadline => thread::sleep(LOOK_AGAIN),
            Err(error) => return Err(error.at(path)),
        }
    }
}

fn open_if_free(path: &Path) -> Result<Database, RedbError> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => check_header(&file)?,
        Err(TryLockError::WouldBlock) => return Err(redb::Error::DatabaseAlreadyOpen.into()),
        Err(TryLockError::Error(source)) => return Err(source.into()),
    }
    // redb takes the same lock, and some systems give it to nobody twice.
    file.unlock()?;
    Ok(builder().create_file(file)?)
}

/// Fails if the file is something else, or is shorter than its header says, as after a copy that did
/// not fit on the disk: redb panics over it. An empty file is one that redb may fill. The layout is that of redb's `docs/design.md`, "Database header".
fn check_header(mut file: &File) -> Result<(), RedbError> {
    const HEADER: u64 = 320;
    let length = file.metadata()?.len();
    let mut header = Vec::new();
    file.by_ref().take(HEADER).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(());
    }
    if !header.starts_with(MAGIC) {
        return Err(io::Error::from(io::ErrorKind::InvalidData).into());
    }
    let number = |offset: usize| {
        let bytes = header.get(offset..)?.first_chunk()?;
        Some(u64::from(u32::from_le_bytes(*bytes)))
    };
    let needed = || {
        let [page, region_header, region] = [number(12)?, number(16)?, number(20)?];
        let [full_regions, trailing_region] = [number(24)?, number(28)?];
        let trailing_pages = match trailing_region {
            0 => 0,
            pages => region_header + pages,
        };
        let pages = full_regions.checked_mul(region_header + region)?;
        page.checked_mul(pages.checked_add(1 + trailing_pages)?)
    };
    match needed() {
        Some(needed) if length >= needed.max(HEADER) => Ok(()),
        _ => Err(redb::Error::Corrupted("its end is missing".to_owned()).into()),
    }
}

/// Makes a database in a folder of its own and moves it to `path`: a file that is found there is
/// whole, whenever a process is killed. Leaves a file that another process made in the meantime.
fn make(path: &Path) -> Result<(), RedbError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let workshop = tempfile::Builder::new().prefix(".towpath-").tempdir_in(folder)?;
    let unfinished = workshop.path().join("towpath.redb");
    seed_if_empty(&builder().create(&unfinished)?)?;
    match TempPath::try_from_path(unfinished)?.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error.into()),
        _ => Ok(()),
    }
}

/// Writes into a new database what GlueSQL's storage needs to take it for one of its own.
fn seed_if_empty(database: &Database) -> Result<(), RedbError> {
    if database.begin_read()?.list_tables()?.next().is_some() {
        return Ok(());
    }
    let transaction = database.begin_write()?;
    transaction
        .open_table(GLUESQL_META)?
        .insert(FORMAT_VERSION, REDB_STORAGE_FORMAT_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// 64 random bits, for the standard library takes the keys of its hash tables from the system.
fn random_id() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
