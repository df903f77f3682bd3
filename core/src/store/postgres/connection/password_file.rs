//! The password file: which password a user has for which database of which server.

use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::hosts::Host;

/// A password. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Password(String);

impl Password {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself, for the server alone.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(not shown)")
    }
}

/// The entries of a password file.
#[derive(Clone, Debug, Default)]
pub(super) struct PasswordFile {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    host: Field,
    port: Field,
    database: Field,
    user: Field,
    password: Password,
}

#[derive(Clone, Debug)]
enum Field {
    Any,
    Exactly(String),
}

impl Field {
    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(text) => text == value,
        }
    }
}

impl PasswordFile {
    /// Reads a password file; one that is not there is empty. One that others may read or that
    /// is not a file is passed over as libpq does, and the reason is added to the warnings.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(super) fn read(path: &Path, warnings: &mut Vec<String>) -> io::Result<Self> {
        let metadata = match fs_err::metadata(path) {
            Ok(metadata) => metadata,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(Self::default());
            }
            Err(error) => return Err(error),
        };
        if !metadata.is_file() {
            warnings.push(format!(
                "the password file {} was ignored: it is not a plain file",
                path.display()
            ));
            return Ok(Self::default());
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            warnings.push(format!(
                "the password file {path} was ignored: others may read it (chmod 0600 {path})",
                path = path.display()
            ));
            return Ok(Self::default());
        }
        Ok(Self::parse(&fs_err::read_to_string(path)?))
    }

    /// Reads lines `host:port:database:user:password`; others are passed over as libpq does.
    fn parse(text: &str) -> Self {
        let entries = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(parse_entry)
            .collect();
        Self { entries }
    }

    /// The password of the first entry that matches.
    pub(super) fn password(&self, host: &Host, database: &str, user: &str) -> Option<&Password> {
        let port = host.port().to_string();
        let entry = self.entries.iter().find(|entry| {
            entry.host.matches(host.name_in_password_file())
                && entry.port.matches(&port)
                && entry.database.matches(database)
                && entry.user.matches(user)
        })?;
        Some(&entry.password)
    }
}

fn parse_entry(line: &str) -> Option<Entry> {
    let mut rest = line;
    let mut next_field = || {
        let (raw, after) = split_at_colon(rest)?;
        rest = after;
        Some(if raw == "*" {
            Field::Any
        } else {
            Field::Exactly(unescape(raw))
        })
    };
    let (host, port, database, user) = (next_field()?, next_field()?, next_field()?, next_field()?);
    Some(Entry {
        host,
        port,
        database,
        user,
        password: Password(unescape(rest)),
    })
}

/// Splits at the first colon that no backslash precedes.
fn split_at_colon(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    for (index, char) in text.char_indices() {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ':' => return Some((&text[..index], &text[index + 1..])),
            _ => {}
        }
    }
    None
}

fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.extend(chars.next()),
            char => text.push(char),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rstest::rstest;

    use super::*;

    const FILE: &str = "\
# db.example:5432:*:*:commented
short:line
db.example:5432:chan:alice:one
db.example:*:chan:alice:two
db\\:7:5432:with\\\\back:\\*:a\\:b\\\\c:d
localhost:5432:*:alice:local
/run/other:5432:*:alice:other
*:*:*:bob:any
*:*:*:bob:second
";

    fn tcp(name: &str, port: u16) -> Host {
        Host::Tcp {
            name: name.to_owned(),
            address: None,
            port,
        }
    }

    fn socket(folder: &str) -> Host {
        Host::Unix {
            folder: PathBuf::from(folder),
            port: 5432,
        }
    }

    #[rstest]
    #[case::all_fields(tcp("db.example", 5432), "chan", "alice", Some("one"))]
    #[case::any_port(tcp("db.example", 5433), "chan", "alice", Some("two"))]
    #[case::another_database(tcp("db.example", 5432), "other", "alice", None)]
    #[case::escapes(tcp("db:7", 5432), "with\\back", "*", Some("a:b\\c:d"))]
    #[case::an_escaped_star_is_no_wildcard(tcp("db:7", 5432), "with\\back", "alice", None)]
    #[case::default_socket(socket("/var/run/postgresql"), "x", "alice", Some("local"))]
    #[case::upstream_default_socket(socket("/tmp"), "x", "alice", Some("local"))]
    #[case::other_socket(socket("/run/other"), "x", "alice", Some("other"))]
    #[case::first_match(tcp("elsewhere", 1), "x", "bob", Some("any"))]
    #[case::nobody(tcp("elsewhere", 1), "x", "carol", None)]
    fn the_first_entry_that_matches_counts(
        #[case] host: Host,
        #[case] database: &str,
        #[case] user: &str,
        #[case] expected: Option<&str>,
    ) {
        let file = PasswordFile::parse(FILE);
        assert_eq!(
            file.password(&host, database, user).map(Password::reveal),
            expected
        );
    }

    #[rstest]
    #[case(0o600, true)]
    #[case(0o400, true)]
    #[case(0o640, false)]
    #[case(0o604, false)]
    fn a_file_that_others_may_read_is_ignored(#[case] mode: u32, #[case] is_read: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        fs_err::write(&path, "*:*:*:*:pw").unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut warnings = Vec::new();
        let file = PasswordFile::read(&path, &mut warnings).unwrap();
        assert_eq!(file.password(&tcp("h", 1), "d", "u").is_some(), is_read);
        assert_eq!(
            warnings.iter().any(|warning| warning.contains("chmod 0600")),
            !is_read
        );
    }
}
