//! A document that is being written, and takes the place of the old one in one step.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

const PREFIX: &str = ".towpath-";
const SUFFIX: &str = ".tmp";

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It is new, or took the place of another.
    Replaced,
    /// The file that was there has the same bytes, and was left alone (inode and time stay).
    Unchanged,
}

/// A file that is being written beside where it will stand.
pub struct PendingFile(BufWriter<NamedTempFile>);

/// A file that is written, and not yet in place. It is gone if it is dropped so.
pub struct FinishedFile(NamedTempFile);

impl PendingFile {
    /// Begins a file in `folder`.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn create_in(folder: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        // Documents are for everybody whom the umask lets read; temporary files are private.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder)?;
        Ok(Self(BufWriter::with_capacity(256 << 10, file)))
    }

    /// Ends the file, with its bytes on disk.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn finish(self) -> io::Result<FinishedFile> {
        let finished = self.finish_without_sync()?;
        finished.0.as_file().sync_data()?;
        Ok(finished)
    }

    /// Ends the file. Its bytes are on disk when the file system next gets to it: for many files,
    /// whose folder the caller syncs once.
    ///
    /// # Errors
    ///
    /// When the bytes cannot be written.
    pub fn finish_without_sync(self) -> io::Result<FinishedFile> {
        Ok(FinishedFile(
            self.0.into_inner().map_err(io::IntoInnerError::into_error)?,
        ))
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl FinishedFile {
    /// Where the file is until it is in place.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts the file in place of `target`. A link at `target` is replaced, not followed.
    ///
    /// # Errors
    ///
    /// When the file cannot be compared or renamed; what was there is still there then.
    pub fn publish(self, target: &Path) -> io::Result<Publication> {
        if self.equals(target)? {
            return Ok(Publication::Unchanged);
        }
        self.0.persist(target).map_err(|error| {
            let kind = error.error.kind();
            io::Error::new(
                kind,
                format!("cannot put {} in place: {}", target.display(), error.error),
            )
        })?;
        Ok(Publication::Replaced)
    }

    /// Puts a copy of the file in place of `target`.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub fn publish_copy(&self, target: &Path) -> io::Result<Publication> {
        if self.equals(target)? {
            return Ok(Publication::Unchanged);
        }
        let folder = target.parent().unwrap_or(Path::new("."));
        let mut copy = PendingFile::create_in(folder)?;
        io::copy(&mut fs_err::File::open(self.path())?, &mut copy)?;
        copy.finish()?.publish(target)
    }

    /// Whether `target` is a plain file of the same bytes.
    fn equals(&self, target: &Path) -> io::Result<bool> {
        match fs_err::symlink_metadata(target) {
            Ok(metadata) if metadata.is_file() && metadata.len() == self.0.as_file().metadata()?.len() => {
                same_bytes(self.path(), target)
            }
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    let mut one = BufReader::new(fs_err::File::open(one)?);
    let mut other = BufReader::new(fs_err::File::open(other)?);
    let mut buffers = [vec![0; 128 << 10], vec![0; 128 << 10]];
    loop {
        let [first, second] = &mut buffers;
        let counts = (fill(&mut one, first)?, fill(&mut other, second)?);
        if counts.0 != counts.1 || first[..counts.0] != second[..counts.0] {
            return Ok(false);
        }
        if counts.0 == 0 {
            return Ok(true);
        }
    }
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Removes files that a run left behind when it was killed. The caller has the subdir's lock, so
/// nobody is writing them.
///
/// # Errors
///
/// When the folder cannot be listed or a file not be removed.
pub fn remove_leftovers(folder: &Path) -> io::Result<()> {
    let entries = match fs_err::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if name
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
        {
            match fs_err::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, text: &str) -> FinishedFile {
        let mut file = PendingFile::create_in(folder).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap()
    }

    #[test]
    fn an_equal_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("repodata.json");
        assert_eq!(
            write(folder.path(), "{}").publish(&target).unwrap(),
            Publication::Replaced
        );
        let before = fs_err::metadata(&target).unwrap().modified().unwrap();
        assert_eq!(
            write(folder.path(), "{}").publish(&target).unwrap(),
            Publication::Unchanged
        );
        assert_eq!(
            write(folder.path(), "{}").publish_copy(&target).unwrap(),
            Publication::Unchanged
        );
        assert_eq!(fs_err::metadata(&target).unwrap().modified().unwrap(), before);
        assert_eq!(
            write(folder.path(), "[]").publish_copy(&target).unwrap(),
            Publication::Replaced
        );
        assert_eq!(fs_err::read_to_string(&target).unwrap(), "[]");
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_and_its_target_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (linked, target) = (folder.path().join("linked"), folder.path().join("repodata.json"));
        fs_err::write(&linked, "{}").unwrap();
        fs_err::os::unix::fs::symlink(&linked, &target).unwrap();
        assert_eq!(
            write(folder.path(), "{}").publish(&target).unwrap(),
            Publication::Replaced
        );
        assert!(fs_err::symlink_metadata(&target).unwrap().is_file());
        assert_eq!(fs_err::read_to_string(&linked).unwrap(), "{}");
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("repodata.json");
        fs_err::create_dir_all(&target).unwrap();
        assert!(write(folder.path(), "{}").publish(&target).is_err());
        assert_eq!(fs_err::read_dir(&target).unwrap().count(), 0);
    }

    #[test]
    fn leftovers_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".towpath-x1y2.tmp", "repodata.json", ".towpath-x"] {
            fs_err::write(folder.path().join(name), "").unwrap();
        }
        remove_leftovers(folder.path()).unwrap();
        assert!(!folder.path().join(".towpath-x1y2.tmp").exists());
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 2);
    }
}
