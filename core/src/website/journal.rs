//! Which files a run makes, or in which folders, written down before they are made: what a run that was
//! killed leaves behind is known to the next one, which removes what nobody wants.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use fs_err::{File, OpenOptions};

/// A file of lines, each of which is JSON: the name of a unit, and a path in the website. The path of a folder
/// ends with a slash.
pub(super) struct Journal(File);

impl Journal {
    /// Goes on with the journal in this file, or begins one.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // The run that was killed may have been in the midst of a line.
        file.write_all(b"\n")?;
        Ok(Self(file))
    }

    /// Writes down that a file of a unit is about to be made. Threads do not mix their lines: each is appended
    /// in one step.
    pub(super) fn note(&self, unit: &str, path: &str) -> io::Result<()> {
        let mut line = serde_json::to_vec(&(unit, path)).map_err(io::Error::other)?;
        line.push(b'\n');
        (&self.0).write_all(&line)
    }

    /// The units and paths in a journal, if there is one. A line that was not written to its end is none.
    pub(super) fn read(path: &Path) -> Vec<(String, String)> {
        let Ok(file) = File::open(path) else {
            return Vec::new();
        };
        let lines = BufReader::new(file).split(b'\n');
        lines
            .map_while(Result::ok)
            .filter_map(|line| serde_json::from_slice(&line).ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_comes_back_but_for_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        assert_eq!(Journal::read(&path), []);
        for name in ["p/one\n/index.html", "p/two/index.html"] {
            Journal::open(&path).unwrap().note("unit", name).unwrap();
        }
        let text = fs_err::read(&path).unwrap();
        let noted = |names: &[&str]| -> Vec<(String, String)> {
            let names = names.iter();
            names
                .map(|name| ("unit".to_owned(), (*name).to_owned()))
                .collect()
        };
        assert_eq!(
            Journal::read(&path),
            noted(&["p/one\n/index.html", "p/two/index.html"])
        );
        fs_err::write(&path, &text[..text.len() - 3]).unwrap();
        assert_eq!(Journal::read(&path), noted(&["p/one\n/index.html"]));
        Journal::open(&path).unwrap().note("unit", "index.html").unwrap();
        assert_eq!(Journal::read(&path), noted(&["p/one\n/index.html", "index.html"]));
    }
}
