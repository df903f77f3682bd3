//! Walks through a folder as an uploader would, without following links to folders.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;

/// Something that lies in a folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it lies, from the folder that is walked through, with `/` between folders.
    pub(super) path: String,
    pub(super) kind: EntryKind,
    /// A name before it in the same folder that differs in nothing but case.
    pub(super) twin: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File(Stat),
    Folder(Stat),
    /// A folder whose name begins with a dot. What is in it is not looked at.
    DotFolder,
    /// A link to a file, which uploaders follow.
    LinkToFile(Stat),
    /// A link to a folder. What is in it is not looked at.
    LinkToFolder,
    /// A link to nothing that can be read.
    DanglingLink,
    /// A device, a pipe or a socket.
    Special,
    /// Something whose name is not UTF-8: no URL and no document can name it.
    NotText,
}

/// What the file system says of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) size: u64,
    /// How many names the file has.
    pub(super) names: u64,
    /// Whether everybody may read it, and if it is a folder, enter it.
    pub(super) is_open_to_all: bool,
}

impl Entry {
    /// What it has to itself, without the folders it is in.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// The file that is published under this path, be it by a link.
    pub(super) fn published_file(&self) -> Option<Stat> {
        match self.kind {
            EntryKind::File(stat) | EntryKind::LinkToFile(stat) => Some(stat),
            _ => None,
        }
    }
}

/// Shows `visit` all that lies under `folder`, folder by folder and in order of name.
pub(super) fn walk(folder: &Path, visit: &mut dyn FnMut(Entry) -> io::Result<()>) -> io::Result<()> {
    let mut open = vec![String::new()];
    while let Some(parent) = open.pop() {
        let mut names = Vec::new();
        for entry in fs_err::read_dir(folder.join(&parent))? {
            names.push(entry?.file_name());
        }
        names.sort_unstable();
        let mut by_lower_case: HashMap<String, String> = HashMap::new();
        for name in names {
            let full = folder.join(&parent).join(&name);
            let is_text = name.to_str().is_some();
            let name = name.to_string_lossy().into_owned();
            let path = if parent.is_empty() {
                name.clone()
            } else {
                format!("{parent}/{name}")
            };
            let kind = if is_text {
                kind_of(&full, &name)?
            } else {
                EntryKind::NotText
            };
            if matches!(kind, EntryKind::Folder(_)) {
                open.push(path.clone());
            }
            let twin = by_lower_case.insert(name.to_lowercase(), name);
            visit(Entry { path, kind, twin })?;
        }
    }
    Ok(())
}

fn kind_of(path: &Path, name: &str) -> io::Result<EntryKind> {
    let own = fs_err::symlink_metadata(path)?;
    if own.is_symlink() {
        return Ok(match fs_err::metadata(path) {
            Ok(target) if target.is_file() => EntryKind::LinkToFile(stat(&target)),
            Ok(target) if target.is_dir() => EntryKind::LinkToFolder,
            Ok(_) => EntryKind::Special,
            Err(_) => EntryKind::DanglingLink,
        });
    }
    Ok(if own.is_file() {
        EntryKind::File(stat(&own))
    } else if !own.is_dir() {
        EntryKind::Special
    } else if name.starts_with('.') {
        EntryKind::DotFolder
    } else {
        EntryKind::Folder(stat(&own))
    })
}

#[cfg(unix)]
fn stat(metadata: &Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt;

    let needed = if metadata.is_dir() { 0o555 } else { 0o444 };
    Stat {
        size: metadata.len(),
        names: metadata.nlink(),
        // The group is nobody that a host would be in.
        is_open_to_all: metadata.mode() & needed & 0o505 == needed & 0o505,
    }
}

#[cfg(not(unix))]
fn stat(metadata: &Metadata) -> Stat {
    Stat {
        size: metadata.len(),
        names: 1,
        is_open_to_all: true,
    }
}
