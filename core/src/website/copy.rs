//! The channel's own files, beside a website that is not written into the channel's folder.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::WebsiteError;
use super::folder::{DataDigest, UNKNOWN, WebsiteFolder, digest};
use super::options::{ChannelFiles, WebsiteOptions};
use crate::channel::Subdir;
use crate::package::ArtifactName;

/// The name of what is copied, among what a website is made of.
pub(super) const UNIT: &str = "channel";

/// A file of the channel that is copied.
pub(super) struct ChannelFile {
    from: PathBuf,
    /// Its path in the website.
    to: String,
    size: u64,
    modified: SystemTime,
}

/// The files that are to be copied, sorted by path: documents, shards, packages. Not what the website
/// has itself, and nothing but packages whose name begins with a dot.
pub(super) fn found(options: &WebsiteOptions, subdirs: &[Subdir]) -> io::Result<Vec<ChannelFile>> {
    let ChannelFiles::Copied { packages } = options.channel_files else {
        return Ok(Vec::new());
    };
    let channel = &options.index.channel;
    let mut files = Files::default();
    files.take_folder(channel.output(), "", |name| name.starts_with("channeldata.json"))?;
    let mut subdirs: BTreeSet<Subdir> = subdirs.iter().cloned().collect();
    subdirs.insert(Subdir::noarch());
    for subdir in &subdirs {
        let folder = channel.subdir(subdir);
        let is_page = |name: &str| name.ends_with(".html");
        files.take_folder(&folder.output, &format!("{subdir}/"), |name| {
            !is_page(name) && !is_package(name)
        })?;
        files.take_folder(
            &folder.output.join("shards"),
            &format!("{subdir}/shards/"),
            |_| true,
        )?;
        if packages {
            files.take_folder(&folder.packages, &format!("{subdir}/"), is_package)?;
        }
    }
    files.0.sort_by(|one, other| one.to.cmp(&other.to));
    Ok(files.0)
}

fn is_package(name: &str) -> bool {
    ArtifactName::new(name).is_ok() || name.ends_with(".whl")
}

#[derive(Default)]
struct Files(Vec<ChannelFile>);

impl Files {
    /// Takes the wanted files of a folder, if there is one.
    fn take_folder(&mut self, folder: &Path, to: &str, is_wanted: impl Fn(&str) -> bool) -> io::Result<()> {
        let entries = match fs_err::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            // A package may be called so; what else is, is nobody's to publish.
            let is_hidden = name.starts_with('.') && !is_package(&name);
            if is_hidden || !is_wanted(&name) {
                continue;
            }
            // A link to a file counts as one.
            let metadata = fs_err::metadata(entry.path())?;
            if metadata.is_file() {
                self.0.push(ChannelFile {
                    from: entry.path(),
                    to: format!("{to}{name}"),
                    size: metadata.len(),
                    modified: metadata.modified()?,
                });
            }
        }
        Ok(())
    }
}

/// What tells these files from others.
pub(super) fn digest_of(files: &[ChannelFile]) -> DataDigest {
    let lines: Vec<String> = files
        .iter()
        .map(|file| format!("{} {} {:?}", file.to, file.size, file.modified))
        .collect();
    digest(lines.iter().map(String::as_bytes))
}

/// Copies what is not there yet. A copy has the time of its original, by which it is known.
pub(super) fn write(folder: &WebsiteFolder, files: &[ChannelFile]) -> Result<(), WebsiteError> {
    if files.is_empty() {
        return Ok(());
    }
    folder.unit(UNIT, UNKNOWN, |writer| {
        for file in files {
            let place = folder.root().join(&file.to);
            let is_there = fs_err::metadata(&place).is_ok_and(|copy| {
                copy.len() == file.size && copy.modified().is_ok_and(|modified| modified == file.modified)
            });
            if !is_there {
                writer.announce(&file.to, &place)?;
                copy(file, &place, folder)?;
            }
            writer.note(&file.to, file.size, !is_there);
        }
        Ok(())
    })
}

fn copy(file: &ChannelFile, place: &Path, folder: &WebsiteFolder) -> io::Result<()> {
    let parent = place.parent().unwrap_or(folder.root());
    folder.create(parent)?;
    // Beside its place, so that nobody sees half of it; with a dot, so that no host publishes it.
    let pending = tempfile::Builder::new()
        .prefix(".towpath-")
        .suffix(".tmp")
        .tempfile_in(parent)?;
    fs_err::copy(&file.from, pending.path())?;
    pending.as_file().set_modified(file.modified)?;
    pending.persist(place).map_err(|error| error.error)?;
    Ok(())
}
