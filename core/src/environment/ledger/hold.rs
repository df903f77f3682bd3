//! Holds: packages that are to stay whether or not an environment needs them.

use jiff::Timestamp;

use super::error::LedgerError;
use super::own_channel::{ChannelContent, ChannelFile, refuse_missing};
use super::packages::packages_or_new;
use super::removal::{check_name, package_ids};
use super::{Ledger, Stamp, rows};
use crate::environment::LockedPackage;

/// A package that is to stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its number.
    pub id: i64,
    /// `SUBDIR/FILE`
    pub file: String,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

impl Ledger {
    /// Holds files of the channel; the numbers of the holds.
    ///
    /// # Errors
    ///
    /// When the channel does not have one of them, a file's name does not say what package it is, or
    /// the database fails. Nothing is held then.
    pub fn add_holds(
        &mut self,
        files: &[ChannelFile],
        reason: &str,
        expires_at: Option<Timestamp>,
        content: &dyn ChannelContent,
        stamp: &Stamp,
    ) -> Result<Vec<i64>, LedgerError> {
        let own = self.own.clone();
        self.database.write(|session| {
            refuse_missing(content, files)?;
            let mut ids = Vec::new();
            for file in files {
                check_name(file)?;
                let channel = rows::own_channel_or_new(session, &own)?;
                let package = match package_ids(session, channel, file)?.last() {
                    Some(id) => *id,
                    None => {
                        let package = LockedPackage {
                            channel: own.shown_url().to_owned(),
                            subdir: file.subdir.clone(),
                            file: file.file.clone(),
                            sha256: None,
                            md5: None,
                            size: None,
                        };
                        let ids = packages_or_new(session, &own, [&package], stamp.at)?;
                        let [id] = ids[..] else { continue };
                        id
                    }
                };
                ids.push(session.insert(
                    "towpath_hold",
                    &[
                        ("package_id", package.into()),
                        ("reason", reason.into()),
                        ("made_by", stamp.by.as_str().into()),
                        ("created_at", stamp.at.into()),
                        ("expires_at", expires_at.into()),
                    ],
                )?);
            }
            Ok(ids)
        })
    }

    /// The holds on the channel's packages, by number; also those that have expired.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn holds(&mut self) -> Result<Vec<Hold>, LedgerError> {
        let own = self.own.clone();
        self.database.read(|session| {
            let rows = session.query(
                "SELECT h.id, p.subdir, p.file_name, h.reason, h.made_by, h.created_at, h.expires_at
                 FROM towpath_hold AS h
                 JOIN towpath_package AS p ON p.id = h.package_id
                 JOIN towpath_used_channel AS c ON c.id = p.channel_id
                 WHERE c.is_own AND c.address = $1 ORDER BY h.id",
                &[own.address.as_str().into()],
            )?;
            let holds = rows.iter().map(|row| {
                Ok(Hold {
                    id: row.int(0)?,
                    file: format!("{}/{}", row.text(1)?, row.text(2)?),
                    reason: row.text(3)?,
                    by: row.text(4)?,
                    created_at: row.time(5)?,
                    expires_at: row.optional_time(6)?,
                })
            });
            holds.collect()
        })
    }

    /// Lets go of what is held.
    ///
    /// # Errors
    ///
    /// When there is no such hold, or the database fails.
    pub fn remove_hold(&mut self, id: i64) -> Result<(), LedgerError> {
        self.database.write(|session| {
            match session.execute("DELETE FROM towpath_hold WHERE id = $1", &[id.into()])? {
                0 => Err(LedgerError::NoHold(id)),
                _ => Ok(()),
            }
        })
    }
}
