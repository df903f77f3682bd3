//! What ran in a database: the rows of its table `towpath_migration`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::database::Dialect;
use super::migration::Migration;

/// The table that the history is kept in.
pub const HISTORY_TABLE: &str = "towpath_migration";

/// How a database came to have a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The step ran.
    Applied,
    /// The tables were there before, and were recognised.
    Adopted,
    /// Somebody said so, and the catalogue agreed.
    Stamped,
}

impl How {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Adopted => "adopted",
            Self::Stamped => "stamped",
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for How {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        [Self::Applied, Self::Adopted, Self::Stamped]
            .into_iter()
            .find(|how| how.as_str() == word)
            .ok_or_else(|| format!("the history says `{word}` where it says how a step came about"))
    }
}

/// One step that a database has behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// The version that it led to.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Of the script that ran, normalised.
    pub sha256: String,
    /// The script that takes it back, for a towpath that does not know this version.
    pub down_sql: Option<String>,
    /// The newest version that another towpath has to know in order to read.
    pub min_reader: u32,
    /// The same in order to write.
    pub min_writer: u32,
    /// How it came about.
    pub how: How,
    /// When.
    pub applied_at: Timestamp,
    /// By which database user, where there are users.
    pub applied_by: Option<String>,
    /// By which towpath.
    pub tool: String,
    /// How long it took.
    pub duration_ms: Option<u64>,
}

/// A change of the history, the same for running it and for a script to be run later.
pub(super) enum HistoryChange<'m> {
    /// Make the table.
    Create,
    /// Remove the table: version 0 leaves nothing behind.
    Drop,
    /// A step was taken.
    Add {
        migration: &'m Migration,
        how: How,
        tool: &'m str,
        duration_ms: Option<u64>,
    },
    /// A step was taken back.
    Remove(u32),
    /// The step's script is now this one.
    Realign(&'m Migration),
}

impl HistoryChange<'_> {
    /// The statement that makes the change.
    pub(super) fn to_sql(&self, dialect: &Dialect) -> String {
        match self {
            Self::Create => dialect.create_history.to_owned(),
            Self::Drop => format!("DROP TABLE {HISTORY_TABLE}"),
            Self::Add {
                migration,
                how,
                tool,
                duration_ms,
            } => format!(
                "INSERT INTO {HISTORY_TABLE} (version, name, sha256, down_sql, min_reader, min_writer, how, \
                 applied_at, applied_by, tool, duration_ms)\n\
                 VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
                migration.version,
                literal(&migration.name),
                literal(&migration.up.sha256()),
                literal(migration.down.text()),
                migration.min_reader,
                migration.min_writer,
                literal(how.as_str()),
                dialect.now,
                dialect.user,
                literal(tool),
                duration_ms.map_or("NULL".to_owned(), |duration| duration.to_string()),
            ),
            Self::Remove(version) => format!("DELETE FROM {HISTORY_TABLE} WHERE version = {version}"),
            Self::Realign(migration) => format!(
                "UPDATE {HISTORY_TABLE} SET name = {}, sha256 = {}, down_sql = {}, min_reader = {}, \
                 min_writer = {} WHERE version = {}",
                literal(&migration.name),
                literal(&migration.up.sha256()),
                literal(migration.down.text()),
                migration.min_reader,
                migration.min_writer,
                migration.version,
            ),
        }
    }
}

/// The text as a string of standard SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
