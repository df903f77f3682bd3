//! Takes packages out of a channel.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{OpenStore, TransferError, lock, open_channel};
use crate::channel::{ChannelFolder, Subdir, SubdirFolder, SubdirLock};
use crate::environment::ledger::{ChannelFile, Ledger, OwnChannel, Stamp};
use crate::index::StoreKind;
use crate::package::ArtifactName;
use crate::store::Stage;

/// What is removed.
#[derive(Clone, Debug)]
pub struct RemoveOptions {
    /// The channel.
    pub channel: ChannelFolder,
    /// Where what is known of it is kept.
    pub store: StoreKind,
    /// The files.
    pub files: Vec<FileInChannel>,
    /// Whether the files are deleted too.
    pub delete_files: bool,
    /// Why they are removed although environments or holds need them; they are not, if there is no reason.
    pub despite: Option<String>,
    /// Who removes them, and when.
    pub stamp: Stamp,
}

/// A file of a channel, as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileInChannel {
    /// In this subdir.
    InSubdir(Subdir, String),
    /// In whichever subdir has it.
    InAny(String),
}

/// A file that is no part of the channel any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemovedFile {
    /// The subdir that it was in.
    pub subdir: Subdir,
    /// Its name.
    pub file_name: String,
    /// What became of the file itself.
    pub file: FileState,
}

/// What became of a package's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    /// It was not there.
    Absent,
    /// It was deleted.
    Deleted,
    /// It lies in the folder: the next run that lists it makes it a part of the channel again.
    Left,
}

/// A subdir that is locked.
struct OpenSubdir {
    folder: SubdirFolder,
    open: OpenStore,
    _lock: SubdirLock,
}

/// Takes files out of stage `fs`, so that the next documents are without them. What was read of them
/// stays known.
///
/// # Errors
///
/// When a file is not listed, its name is in several subdirs, or a current environment or a hold needs
/// it, in any database in the folder: nothing is removed then.
/// When a store fails or a file cannot be deleted: others may have been removed.
pub fn remove_packages(options: &RemoveOptions) -> Result<Vec<RemovedFile>, TransferError> {
    let stores = open_channel(&options.store, &options.channel)?;
    // Before the subdirs' stores, as who records an environment opens them: they cannot wait for each
    // other in turn.
    let database = match stores.has_database(&options.channel) {
        true => Some(stores.database(&options.channel)?),
        false => None,
    };
    let mut open = BTreeMap::new();
    for subdir in stores.known_subdirs(&options.channel)? {
        let is_asked = |file: &FileInChannel| match file {
            FileInChannel::InSubdir(named, _) => *named == subdir,
            FileInChannel::InAny(_) => true,
        };
        if options.files.iter().any(is_asked) {
            let folder = options.channel.subdir(&subdir);
            let lock = lock(&folder)?;
            let of_subdir = OpenSubdir {
                open: OpenStore::open_whole(&stores, &folder)?,
                folder,
                _lock: lock,
            };
            open.insert(subdir, of_subdir);
        }
    }
    let found = found(&open, &options.files)?;
    let files: Vec<ChannelFile> = found
        .iter()
        .flat_map(|(subdir, names)| names.iter().map(move |name| (subdir, name)))
        // What is not named like a package is in no environment.
        .filter_map(|(subdir, name)| {
            Some(ChannelFile {
                subdir: subdir.clone(),
                file: ArtifactName::new(name.as_str()).ok()?,
            })
        })
        .collect();
    let ledger = |database, address| {
        Ledger::new(
            database,
            OwnChannel {
                address,
                urls: Vec::new(),
            },
        )
    };
    let mut own = database.map(|(database, address)| ledger(database, address));
    if options.despite.is_none() {
        let needs = match &mut own {
            Some(own) => own.needs(&files, options.stamp.at)?,
            None => Vec::new(),
        };
        // Those that are asked are told of by the removal itself.
        if needs.is_empty() {
            for (path, database, address) in stores.other_databases(&options.channel)? {
                let needs = ledger(database, address).needs(&files, options.stamp.at)?;
                if !needs.is_empty() {
                    return Err(TransferError::NeededElsewhere {
                        database: path,
                        needs,
                    });
                }
            }
        }
    }
    match own {
        Some(mut own) => own.remove(&files, options.despite.as_deref(), &options.stamp, || {
            take_out(&mut open, found, options.delete_files)
        }),
        None => take_out(&mut open, found, options.delete_files),
    }
}

fn take_out(
    open: &mut BTreeMap<Subdir, OpenSubdir>,
    files: BTreeMap<Subdir, BTreeSet<String>>,
    delete_files: bool,
) -> Result<Vec<RemovedFile>, TransferError> {
    let mut removed = Vec::new();
    for (subdir, file_names) in files {
        let Some(OpenSubdir { folder, open, .. }) = open.get_mut(&subdir) else {
            continue;
        };
        let file_names: Vec<String> = file_names.into_iter().collect();
        open.store.unlist(&Stage::FS, &file_names)?;
        for file_name in file_names {
            let file = file_state(folder, &file_name, delete_files)?;
            removed.push(RemovedFile {
                subdir: subdir.clone(),
                file_name,
                file,
            });
        }
    }
    Ok(removed)
}

/// The names of the files by subdir: all that were asked for.
fn found(
    open: &BTreeMap<Subdir, OpenSubdir>,
    files: &[FileInChannel],
) -> Result<BTreeMap<Subdir, BTreeSet<String>>, TransferError> {
    let mut found: BTreeMap<Subdir, BTreeSet<String>> = BTreeMap::new();
    let mut missing = Vec::new();
    for file in files {
        let (wanted, file_name) = match file {
            FileInChannel::InSubdir(subdir, file_name) => (Some(subdir), file_name),
            FileInChannel::InAny(file_name) => (None, file_name),
        };
        let mut subdirs = Vec::new();
        for (subdir, of_subdir) in open {
            // Nothing outside of the subdir's folder is ever deleted.
            if wanted.is_none_or(|wanted| wanted == subdir)
                && !file_name.contains(['/', '\\'])
                && !of_subdir
                    .open
                    .store
                    .listed(&Stage::FS, std::slice::from_ref(file_name))?
                    .is_empty()
            {
                subdirs.push(subdir);
            }
        }
        match subdirs.as_slice() {
            [] => missing.push(match wanted {
                Some(subdir) => format!("{subdir}/{file_name}"),
                None => file_name.clone(),
            }),
            [subdir] => {
                found
                    .entry((*subdir).clone())
                    .or_default()
                    .insert(file_name.clone());
            }
            several => {
                return Err(TransferError::Ambiguous {
                    file_name: file_name.clone(),
                    subdirs: several.iter().map(ToString::to_string).collect(),
                });
            }
        }
    }
    match missing.is_empty() {
        true => Ok(found),
        false => Err(TransferError::NotListed { files: missing }),
    }
}

fn file_state(folder: &SubdirFolder, file_name: &str, delete: bool) -> io::Result<FileState> {
    let path = folder.packages.join(file_name);
    if !delete {
        return Ok(match fs_err::symlink_metadata(&path) {
            Ok(_) => FileState::Left,
            Err(_) => FileState::Absent,
        });
    }
    match fs_err::remove_file(&path) {
        Ok(()) => Ok(FileState::Deleted),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(FileState::Absent),
        Err(error) => Err(error),
    }
}
