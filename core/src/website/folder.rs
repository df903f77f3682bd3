//! The folder that a website is written to, and what earlier runs have written there.
//!
//! Pages come in *units*: what is made from the same data, such as all pages of a package. A unit whose
//! data did not change is left alone without being made; a page that comes out the same is left alone
//! too, with its time. What an earlier run wrote and this one does not is removed at the end.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::journal::Journal;
use crate::channel::WebsiteLock;
use crate::publish::PendingFile;

/// The file with what was written, in the website's root.
const STATE: &str = ".towpath-site";

/// The same of the run before the one that goes on, or that was killed.
const UNFINISHED: &str = ".towpath-site.unfinished";

/// What a run that goes on, or that was killed, has made.
const JOURNAL: &str = ".towpath-site.journal";

/// Whether a website is kept in this folder.
pub fn is_website(folder: &Path) -> bool {
    [STATE, UNFINISHED, JOURNAL]
        .iter()
        .any(|name| folder.join(name).is_file())
}

/// What tells data from other data.
pub(super) type DataDigest = [u8; 16];

/// The digest of data that may have changed.
pub(super) const UNKNOWN: DataDigest = [0; 16];

/// A website's folder.
pub(super) struct WebsiteFolder {
    root: PathBuf,
    before: State,
    journal: OnceLock<Journal>,
    /// Others wait until this run is done.
    _lock: WebsiteLock,
    after: Mutex<State>,
    folders: Mutex<HashSet<PathBuf>>,
    tally: Mutex<Tally>,
}

/// What a run has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Files that are part of the website.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were written, because they are new or changed.
    pub written: usize,
    /// Files of earlier runs that are gone.
    pub removed: usize,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct State {
    /// What the whole website was made from.
    inputs: Option<String>,
    units: BTreeMap<String, Unit>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Unit {
    data: DataDigest,
    /// Paths and sizes.
    files: Vec<(String, u64)>,
}

/// Writes the pages of one unit.
pub(super) struct UnitWriter<'a> {
    folder: &'a WebsiteFolder,
    name: &'a str,
    files: Vec<(String, u64)>,
    written: usize,
}

impl WebsiteFolder {
    /// Opens the folder, making it if it is missing.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs_err::create_dir_all(root)?;
        let lock = WebsiteLock::acquire(root)?;
        let mut before = match State::load(&root.join(STATE)) {
            Some(state) => state,
            // The files of a run that did not end are known, and what they were made from is not.
            None => State::load(&root.join(UNFINISHED))
                .unwrap_or_default()
                .without_data(),
        };
        let made = Journal::read(&root.join(JOURNAL));
        if !made.is_empty() {
            before.inputs = None;
        }
        for (unit, path) in made.into_iter().filter(|(_, path)| is_inside(path)) {
            let files = match is_whole_folder(&unit) && unit == path {
                true => files_in(root, &path),
                false => vec![path],
            };
            let unit = before.units.entry(unit).or_default();
            unit.data = UNKNOWN;
            unit.files.extend(files.into_iter().map(|path| (path, 0)));
        }
        Ok(Self {
            root: root.to_owned(),
            before,
            journal: OnceLock::new(),
            _lock: lock,
            after: Mutex::default(),
            folders: Mutex::default(),
            tally: Mutex::default(),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Leaves the files of a unit to others: they are not of the website any more, and none that is to be
    /// removed.
    pub(super) fn disown(&mut self, name: &str) {
        self.before.units.remove(name);
    }

    /// The names of the units that earlier runs wrote, sorted.
    pub(super) fn units_before(&self) -> Vec<&str> {
        self.before.units.keys().map(String::as_str).collect()
    }

    /// Whether the website was made from just this, and is all there.
    pub(super) fn is_current(&self, inputs: &str) -> bool {
        self.before.inputs.as_deref() == Some(inputs)
            && self.before.units.values().all(|unit| self.is_in_place(unit))
    }

    /// What is there, if it is current.
    pub(super) fn current_tally(&self) -> Tally {
        let files = || self.before.units.values().flat_map(|unit| &unit.files);
        Tally {
            files: files().count(),
            bytes: files().map(|(_, size)| size).sum(),
            ..Tally::default()
        }
    }

    /// Says that the folder is being changed: should the run not end, the next one looks at every file.
    pub(super) fn begin(&self) -> io::Result<()> {
        let journal = Journal::open(&self.root.join(JOURNAL))?;
        // It is begun once.
        let _ = self.journal.set(journal);
        match fs_err::rename(self.root.join(STATE), self.root.join(UNFINISHED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes a unit, unless it was made from this data and is all there. Data that nobody can tell from
    /// other data has the digest [`UNKNOWN`].
    pub(super) fn unit<E: From<io::Error>>(
        &self,
        name: &str,
        data: DataDigest,
        write: impl FnOnce(&mut UnitWriter<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let known = self.before.units.get(name);
        if let Some(unit) =
            known.filter(|unit| data != UNKNOWN && unit.data == data && self.is_in_place(unit))
        {
            self.keep(name, unit.clone(), 0);
            return Ok(());
        }
        if let Some(journal) = self.journal.get().filter(|_| is_whole_folder(name)) {
            journal.note(name, name)?;
        }
        let mut writer = UnitWriter {
            folder: self,
            name,
            files: Vec::new(),
            written: 0,
        };
        write(&mut writer)?;
        let UnitWriter { files, written, .. } = writer;
        self.keep(name, Unit { data, files }, written);
        Ok(())
    }

    fn keep(&self, name: &str, unit: Unit, written: usize) {
        let mut tally = lock(&self.tally);
        tally.files += unit.files.len();
        tally.bytes += unit.files.iter().map(|(_, size)| size).sum::<u64>();
        tally.written += written;
        lock(&self.after).units.insert(name.to_owned(), unit);
    }

    fn is_in_place(&self, unit: &Unit) -> bool {
        unit.files.iter().all(|(path, size)| {
            fs_err::metadata(self.root.join(path)).is_ok_and(|file| file.is_file() && file.len() == *size)
        })
    }

    /// Removes what earlier runs wrote and this one did not, and writes down what there is.
    pub(super) fn finish(self, inputs: Option<String>) -> io::Result<Tally> {
        let mut after = self.after.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut tally = self.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        let here: HashSet<&str> = paths(&after).collect();
        let gone: BTreeSet<&str> = paths(&self.before).filter(|path| !here.contains(path)).collect();
        for path in &gone {
            match fs_err::remove_file(self.root.join(path)) {
                Ok(()) => tally.removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        remove_empty_folders(&self.root, &gone);
        after.inputs = inputs;
        after.save(&self.root)?;
        for name in [UNFINISHED, JOURNAL] {
            match fs_err::remove_file(self.root.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(tally)
    }
}

/// Whether everything in the folder that a unit is called by is of the unit: packages have such.
fn is_whole_folder(unit: &str) -> bool {
    unit.starts_with("p/") && unit.ends_with('/') && unit.len() > "p//".len()
}

/// The paths of all files in a folder, of which the path ends with a slash. What cannot be listed has none.
fn files_in(root: &Path, folder: &str) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(root.join(folder)) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(files_in(root, &format!("{folder}{name}/"))),
            _ => files.push(format!("{folder}{name}")),
        }
    }
    files
}

fn paths(state: &State) -> impl Iterator<Item = &str> {
    let files = state.units.values().flat_map(|unit| &unit.files);
    files.map(|(path, _)| path.as_str())
}

/// Folders that lost a file and have none left. One that cannot be removed is not empty.
fn remove_empty_folders(root: &Path, gone: &BTreeSet<&str>) {
    let mut folders: BTreeSet<&Path> = BTreeSet::new();
    for path in gone {
        folders.extend(
            Path::new(path)
                .ancestors()
                .skip(1)
                .filter(|folder| *folder != Path::new("")),
        );
    }
    for folder in folders.into_iter().rev() {
        // The deepest come last in order of paths, and so first here.
        let _ = fs_err::remove_dir(root.join(folder));
    }
}

impl UnitWriter<'_> {
    /// Puts a file in place, unless it has these bytes.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let place = self.folder.root.join(path);
        if !self.is_whole_folder() {
            self.announce(path, &place)?;
        }
        if self.folder.write(&place, bytes)? {
            self.written += 1;
        }
        self.files.push((path.to_owned(), bytes.len() as u64));
        Ok(())
    }

    /// Whether everything in the unit's folder is of the unit, so that its files need not be told one by one.
    fn is_whole_folder(&self) -> bool {
        is_whole_folder(self.name)
    }

    /// Says that a file is about to be written: should the run not end, the next one knows whose it is.
    pub(super) fn announce(&self, path: &str, place: &Path) -> io::Result<()> {
        match self.folder.journal.get() {
            Some(journal) if !place.exists() => journal.note(self.name, path),
            _ => Ok(()),
        }
    }

    /// Takes note of a file that is in place, of so many bytes; whether it was written now.
    pub(super) fn note(&mut self, path: &str, size: u64, is_written: bool) {
        self.written += usize::from(is_written);
        self.files.push((path.to_owned(), size));
    }
}

fn has_bytes(path: &Path, bytes: &[u8]) -> bool {
    fs_err::metadata(path).is_ok_and(|file| file.len() == bytes.len() as u64)
        && fs_err::read(path).is_ok_and(|known| known == bytes)
}

impl WebsiteFolder {
    /// Writes a file, unless it has these bytes already; whether it was written. One that is there is
    /// replaced in one step; a new one nobody reads yet.
    fn write(&self, place: &Path, bytes: &[u8]) -> io::Result<bool> {
        let folder = place.parent().unwrap_or(&self.root);
        self.create(folder)?;
        match fs_err::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(place)
        {
            Ok(mut file) => file.write_all(bytes)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if has_bytes(place, bytes) {
                    return Ok(false);
                }
                let mut pending = PendingFile::create_in(folder)?;
                pending.write_all(bytes)?;
                pending.finish_without_sync()?.publish(place)?;
            }
            // With the path in the error.
            Err(_) => fs_err::write(place, bytes)?,
        }
        Ok(true)
    }

    /// Makes a folder, if this run has not yet.
    pub(super) fn create(&self, folder: &Path) -> io::Result<()> {
        if !lock(&self.folders).contains(folder) {
            fs_err::create_dir_all(folder)?;
            lock(&self.folders).insert(folder.to_owned());
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked is told of where it is joined, and the run ends there.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// `None` if there is none that this version understands.
    fn load(path: &Path) -> Option<Self> {
        let file = fs_err::File::open(path).ok()?;
        let text = zstd::decode_all(file).ok()?;
        let mut state: Self = rmp_serde::from_slice(&text).ok()?;
        for unit in state.units.values_mut() {
            unit.files.retain(|(path, _)| is_inside(path));
        }
        Some(state)
    }

    fn save(&self, root: &Path) -> io::Result<()> {
        let bytes = rmp_serde::to_vec(self).map_err(io::Error::other)?;
        let mut pending = PendingFile::create_in(root)?;
        pending.write_all(&zstd::encode_all(bytes.as_slice(), 1)?)?;
        pending.finish()?.publish(&root.join(STATE))?;
        Ok(())
    }

    fn without_data(mut self) -> Self {
        self.inputs = None;
        for unit in self.units.values_mut() {
            unit.data = UNKNOWN;
        }
        self
    }
}

/// Whether a path leads into the folder that it is relative to. Who made a folder may have written down
/// others, and what is written down may be removed.
fn is_inside(path: &str) -> bool {
    let mut components = Path::new(path).components();
    !path.is_empty() && components.all(|component| matches!(component, Component::Normal(_)))
}

/// The digest of data in parts. Where one ends and the next begins counts.
pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> DataDigest {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let mut short = DataDigest::default();
    short.copy_from_slice(&digest.finalize()[..16]);
    short
}
