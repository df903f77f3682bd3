//! Who needs a package that somebody wants to remove; and what is kept of who removed it all the same.

use std::fmt;

use jiff::Timestamp;

use super::builds::path_of;
use super::error::LedgerError;
use super::own_channel::ChannelFile;
use super::{Ledger, OwnChannel, Stamp, rows};
use crate::environment::{EnvironmentPath, PackageIdentity};
use crate::store::StoreError;
use crate::store::relational::{Session, Value};

/// A file that somebody needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The file.
    pub file: ChannelFile,
    /// Who needs it.
    pub by: Needer,
}

/// Who needs a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needer {
    /// The current build of an environment.
    Build {
        /// The environment.
        path: EnvironmentPath,
        /// The platform.
        platform: String,
        /// The build.
        build: i64,
    },
    /// Somebody who said so.
    Hold {
        /// The hold's number.
        id: i64,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Needer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build {
                path,
                platform,
                build,
            } => {
                write!(formatter, "the environment {path} ({platform}, build {build})")
            }
            Self::Hold { id, by, reason } => write!(formatter, "hold {id} of {by}: {reason}"),
        }
    }
}

/// A package that was removed though somebody needed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForcedRemoval {
    /// `SUBDIR/FILE`
    pub file: String,
    /// Who removed it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Who needed it, a line each.
    pub needed_by: String,
    /// When.
    pub removed_at: Timestamp,
}

impl Ledger {
    /// Who needs these files of the channel.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn needs(&mut self, files: &[ChannelFile], now: Timestamp) -> Result<Vec<Need>, LedgerError> {
        let own = self.own.clone();
        self.database.read(|session| needs(session, &own, files, now))
    }

    /// Has these files of the channel removed by `remove`, which nobody can begin to need meanwhile.
    /// With a `reason` that is done also if somebody needs them; then who, why and for whom is kept.
    ///
    /// # Errors
    ///
    /// When somebody needs one of them and there is no reason, when the database fails, or `remove`
    /// does. Nothing is written then.
    pub fn remove<T, E>(
        &mut self,
        files: &[ChannelFile],
        reason: Option<&str>,
        stamp: &Stamp,
        remove: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<LedgerError> + From<StoreError>,
    {
        let own = self.own.clone();
        self.database.write(|session| {
            let needs = needs(session, &own, files, stamp.at)?;
            match reason {
                None if !needs.is_empty() => return Err(LedgerError::Needed(needs).into()),
                None => {}
                Some(reason) => keep(session, &own, &needs, reason, stamp)?,
            }
            withdraw(session, &own, files, stamp.at)?;
            remove()
        })
    }

    /// What was removed though somebody needed it, newest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn forced_removals(&mut self) -> Result<Vec<ForcedRemoval>, LedgerError> {
        self.database.read(|session| {
            let rows = session.query(
                "SELECT p.subdir, p.file_name, r.made_by, r.reason, r.needed_by, r.removed_at
                 FROM towpath_forced_removal AS r JOIN towpath_package AS p ON p.id = r.package_id
                 ORDER BY r.id DESC",
                &[],
            )?;
            let removals = rows.iter().map(|row| {
                Ok(ForcedRemoval {
                    file: format!("{}/{}", row.text(0)?, row.text(1)?),
                    by: row.text(2)?,
                    reason: row.text(3)?,
                    needed_by: row.text(4)?,
                    removed_at: row.time(5)?,
                })
            });
            removals.collect()
        })
    }
}

fn needs(
    session: &mut dyn Session,
    own: &OwnChannel,
    files: &[ChannelFile],
    now: Timestamp,
) -> Result<Vec<Need>, LedgerError> {
    let Some(channel) = rows::own_channel(session, own)? else {
        return Ok(Vec::new());
    };
    let mut needs = Vec::new();
    for file in files {
        let of_file = file_columns(channel, file);
        let builds = session.query(
            "SELECT n.name, e.name, b.platform, b.id FROM towpath_package AS p
             JOIN towpath_build_package AS bp ON bp.package_id = p.id
             JOIN towpath_build AS b ON b.id = bp.build_id
             JOIN towpath_environment AS e ON e.id = b.environment_id
             JOIN towpath_namespace AS n ON n.id = e.namespace_id
             WHERE p.channel_id = $1 AND p.subdir = $2 AND p.file_name = $3 AND b.is_current",
            &of_file,
        )?;
        for row in builds {
            needs.push(Need {
                file: file.clone(),
                by: Needer::Build {
                    path: path_of(&row, 0)?,
                    platform: row.text(2)?,
                    build: row.int(3)?,
                },
            });
        }
        let holds = session.query(
            "SELECT h.id, h.made_by, h.reason, h.expires_at FROM towpath_package AS p
             JOIN towpath_hold AS h ON h.package_id = p.id
             WHERE p.channel_id = $1 AND p.subdir = $2 AND p.file_name = $3",
            &of_file,
        )?;
        for row in holds {
            if row.optional_time(3)?.is_none_or(|expires| expires > now) {
                needs.push(Need {
                    file: file.clone(),
                    by: Needer::Hold {
                        id: row.int(0)?,
                        by: row.text(1)?,
                        reason: row.text(2)?,
                    },
                });
            }
        }
    }
    needs.sort_unstable();
    needs.dedup();
    Ok(needs)
}

/// Keeps who removes what somebody needs, and why.
fn keep(
    session: &mut dyn Session,
    own: &OwnChannel,
    needs: &[Need],
    reason: &str,
    stamp: &Stamp,
) -> Result<(), LedgerError> {
    let mut files: Vec<&ChannelFile> = needs.iter().map(|need| &need.file).collect();
    files.dedup();
    for file in files {
        let channel = rows::own_channel_or_new(session, own)?;
        let of_file = needs.iter().filter(|need| need.file == *file);
        let needed_by: Vec<String> = of_file.map(|need| need.by.to_string()).collect();
        for package in package_ids(session, channel, file)? {
            session.insert(
                "towpath_forced_removal",
                &[
                    ("package_id", package.into()),
                    ("reason", reason.into()),
                    ("made_by", stamp.by.as_str().into()),
                    ("needed_by", needed_by.join("\n").into()),
                    ("removed_at", stamp.at.into()),
                ],
            )?;
        }
    }
    Ok(())
}

/// Notes that files leave the channel.
fn withdraw(
    session: &mut dyn Session,
    own: &OwnChannel,
    files: &[ChannelFile],
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(channel) = rows::own_channel(session, own)? else {
        return Ok(());
    };
    for file in files {
        for package in package_ids(session, channel, file)? {
            session.execute(
                "UPDATE towpath_package SET withdrawn_at = $1 WHERE id = $2",
                &[now.into(), package.into()],
            )?;
        }
    }
    Ok(())
}

/// The rows of a file: one for each content that it was known with.
pub(super) fn package_ids(
    session: &mut dyn Session,
    channel: i64,
    file: &ChannelFile,
) -> Result<Vec<i64>, LedgerError> {
    let rows = session.query(
        "SELECT id FROM towpath_package WHERE channel_id = $1 AND subdir = $2 AND file_name = $3",
        &file_columns(channel, file),
    )?;
    rows.iter().map(|row| Ok(row.int(0)?)).collect()
}

fn file_columns(channel: i64, file: &ChannelFile) -> [Value; 3] {
    [
        channel.into(),
        file.subdir.as_str().into(),
        file.file.as_str().into(),
    ]
}

/// Whether a file's name says what package it is.
pub(super) fn check_name(file: &ChannelFile) -> Result<(), LedgerError> {
    match PackageIdentity::of(&file.file) {
        Some(_) => Ok(()),
        None => Err(LedgerError::Unnamed(file.to_string())),
    }
}
