//! Which version a database has, and what this towpath may do with it.

use super::history::HistoryRow;
use super::migration::{Migrations, file_name};

/// What a database is to this towpath. Reading it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// None of the tables that the steps make.
    Empty,
    /// The tables of a database that can be adopted, by their names, and no history:
    /// `towpath db adopt`.
    Unmanaged,
    /// Some tables of these names and no history. Somebody else's, or what is left of ours.
    ForeignContent {
        /// The tables that are there.
        tables: Vec<String>,
    },
    /// Steps are missing: `towpath db upgrade`.
    Behind {
        /// The database's version.
        version: u32,
        /// The versions of the missing steps.
        pending: Vec<u32>,
    },
    /// Up to date.
    Current {
        /// The database's version.
        version: u32,
    },
    /// A newer towpath upgraded it.
    Newer {
        /// The database's version.
        version: u32,
        /// The newest that this towpath knows.
        known: u32,
        /// The version to know in order to read.
        min_reader: u32,
        /// The version to know in order to write.
        min_writer: u32,
    },
    /// A step that ran was changed since: `towpath db repair`.
    Edited {
        /// Its version.
        version: u32,
        /// The file.
        file: String,
    },
    /// The history lacks a step before its last one.
    Gap {
        /// The version that is missing.
        missing: u32,
    },
}

/// What this towpath may do with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    Refused,
    /// Only read.
    Read,
    /// Read and write.
    Write,
}

impl Status {
    /// What may be done with the database as it is.
    pub fn access(&self) -> Access {
        match self {
            Self::Current { .. } => Access::Write,
            // Who writes reads too.
            Self::Newer {
                known,
                min_reader,
                min_writer,
                ..
            } if known >= min_writer.max(min_reader) => Access::Write,
            Self::Newer {
                known, min_reader, ..
            } if known >= min_reader => Access::Read,
            _ => Access::Refused,
        }
    }

    /// The version by the history, 0 without one.
    pub fn version(&self) -> u32 {
        match self {
            Self::Behind { version, .. } | Self::Current { version } | Self::Newer { version, .. } => {
                *version
            }
            _ => 0,
        }
    }

    /// What a history with rows says.
    pub(super) fn of_history(rows: &[HistoryRow], migrations: &Migrations) -> Self {
        let version = version_of(rows);
        let head = migrations.head();
        if let Some((missing, _)) = (1..).zip(rows).find(|(expected, row)| row.version != *expected) {
            return Self::Gap { missing };
        }
        for row in rows {
            if let Some(known) = migrations.get(row.version)
                && known.up.sha256() != row.sha256
            {
                return Self::Edited {
                    version: row.version,
                    file: file_name(known.version, &known.name),
                };
            }
        }
        if version > head {
            let unknown = || rows.iter().filter(|row| row.version > head);
            return Self::Newer {
                version,
                known: head,
                min_reader: unknown().map(|row| row.min_reader).max().unwrap_or(1),
                min_writer: unknown().map(|row| row.min_writer).max().unwrap_or(1),
            };
        }
        if version < head {
            return Self::Behind {
                version,
                pending: (version + 1..=head).collect(),
            };
        }
        Self::Current { version }
    }

    /// What a database without a history is, by the tables that it has.
    pub(super) fn of_tables(mut tables: Vec<String>, migrations: &Migrations) -> Self {
        let base = migrations.expected(0).tables();
        let mut adoptable = migrations.expected(migrations.adoptable()).tables();
        for names in [&mut tables, &mut adoptable] {
            names.retain(|name| name != super::HISTORY_TABLE && !base.contains(name));
            names.sort();
        }
        if tables.is_empty() {
            Self::Empty
        } else if tables == adoptable {
            Self::Unmanaged
        } else {
            Self::ForeignContent { tables }
        }
    }
}

/// The version that these rows lead to.
pub(super) fn version_of(rows: &[HistoryRow]) -> u32 {
    rows.last().map_or(0, |row| row.version)
}
