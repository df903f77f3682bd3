//! The rows of packages: one for each file that anybody ever needed, by channel, name and bytes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::error::LedgerError;
use super::{OwnChannel, rows};
use crate::environment::LockedPackage;
use crate::store::relational::{Session, Value};

/// The ids of the packages, in their order. Those that are new get rows; those that had left their
/// channel are back.
pub(super) fn packages_or_new<'p>(
    session: &mut dyn Session,
    own: &OwnChannel,
    packages: impl IntoIterator<Item = &'p LockedPackage>,
    now: Timestamp,
) -> Result<Vec<i64>, LedgerError> {
    let mut channels: BTreeMap<&str, i64> = BTreeMap::new();
    let mut ids = Vec::new();
    for package in packages {
        let channel = match channels.get(package.channel.as_str()) {
            Some(id) => *id,
            None => {
                let id = rows::channel_or_new(session, own, &package.channel)?;
                channels.insert(&package.channel, id);
                id
            }
        };
        ids.push(package_or_new(session, channel, package, now)?);
    }
    Ok(ids)
}

fn package_or_new(
    session: &mut dyn Session,
    channel: i64,
    package: &LockedPackage,
    now: Timestamp,
) -> Result<i64, LedgerError> {
    let identity = package
        .identity()
        .ok_or_else(|| LedgerError::Unnamed(package.file.as_str().to_owned()))?;
    let hex = |digest: &[u8]| base16ct::lower::encode_string(digest);
    let sha256 = package.sha256.map(|digest| hex(&digest)).unwrap_or_default();
    let md5 = package.md5.map(|digest| hex(&digest));
    let size = package.size.and_then(|size| i64::try_from(size).ok());
    let known = session.query(
        "SELECT id, md5, size, withdrawn_at FROM towpath_package
         WHERE channel_id = $1 AND subdir = $2 AND file_name = $3 AND sha256 = $4",
        &[
            channel.into(),
            package.subdir.as_str().into(),
            package.file.as_str().into(),
            sha256.as_str().into(),
        ],
    )?;
    let Some(known) = known.first() else {
        return Ok(session.insert(
            "towpath_package",
            &[
                ("channel_id", channel.into()),
                ("subdir", package.subdir.as_str().into()),
                ("file_name", package.file.as_str().into()),
                ("sha256", sha256.into()),
                ("md5", md5.into()),
                ("size", size.into()),
                ("name", identity.name.into()),
                ("version", identity.version.into()),
                ("build", identity.build.into()),
                ("first_seen_at", now.into()),
            ],
        )?);
    };
    let id = known.int(0)?;
    if known.optional_time(3)?.is_some() {
        session.execute(
            "UPDATE towpath_package SET withdrawn_at = NULL WHERE id = $1",
            &[id.into()],
        )?;
    }
    // One lock file says more of a package than another.
    for (column, is_known, value) in [
        ("md5", known.optional_text(1)?.is_some(), Value::from(md5)),
        ("size", known.optional_int(2)?.is_some(), Value::from(size)),
    ] {
        if !is_known && value != Value::Null {
            session.execute(
                &format!("UPDATE towpath_package SET {column} = $1 WHERE id = $2"),
                &[value, id.into()],
            )?;
        }
    }
    Ok(id)
}
