//! Rows that are found by their names, or added.

use jiff::Timestamp;

use super::OwnChannel;
use super::error::LedgerError;
use crate::environment::{EnvironmentPath, Specification};
use crate::store::relational::{Session, Value};

/// The id in the only row that a query gives, if it gives one.
pub(super) fn id(
    session: &mut dyn Session,
    sql: &str,
    parameters: &[Value],
) -> Result<Option<i64>, LedgerError> {
    let rows = session.query(sql, parameters)?;
    Ok(rows.first().map(|row| row.int(0)).transpose()?)
}

/// The environment, if it was recorded and not removed since.
pub(super) fn environment(
    session: &mut dyn Session,
    path: &EnvironmentPath,
) -> Result<Option<i64>, LedgerError> {
    id(
        session,
        "SELECT e.id FROM towpath_environment AS e
         JOIN towpath_namespace AS n ON n.id = e.namespace_id
         WHERE n.name = $1 AND e.name = $2 AND e.retired_at IS NULL",
        &[path.namespace.as_str().into(), path.name.as_str().into()],
    )
}

/// The environment, which has to be there.
pub(super) fn known_environment(
    session: &mut dyn Session,
    path: &EnvironmentPath,
) -> Result<i64, LedgerError> {
    environment(session, path)?.ok_or_else(|| LedgerError::NoEnvironment(path.clone()))
}

/// The environment, which is made if it is missing, and comes back if it was removed.
pub(super) fn environment_or_new(
    session: &mut dyn Session,
    path: &EnvironmentPath,
    now: Timestamp,
) -> Result<i64, LedgerError> {
    let namespace: Value = path.namespace.as_str().into();
    let namespace = match id(
        session,
        "SELECT id FROM towpath_namespace WHERE name = $1",
        std::slice::from_ref(&namespace),
    )? {
        Some(id) => id,
        None => session.insert(
            "towpath_namespace",
            &[("name", namespace), ("created_at", now.into())],
        )?,
    };
    let name: Value = path.name.as_str().into();
    let known = id(
        session,
        "SELECT id FROM towpath_environment WHERE namespace_id = $1 AND name = $2",
        &[namespace.into(), name.clone()],
    )?;
    Ok(match known {
        Some(id) => {
            session.execute(
                "UPDATE towpath_environment SET retired_at = NULL WHERE id = $1 AND retired_at IS NOT NULL",
                &[id.into()],
            )?;
            id
        }
        None => session.insert(
            "towpath_environment",
            &[
                ("namespace_id", namespace.into()),
                ("name", name),
                ("created_at", now.into()),
            ],
        )?,
    })
}

/// The specification, which is one row whoever asks for it and however often.
pub(super) fn specification_or_new(
    session: &mut dyn Session,
    specification: &Specification,
    now: Timestamp,
) -> Result<(i64, bool), LedgerError> {
    let sha256: Value = specification.sha256.as_str().into();
    let known = id(
        session,
        "SELECT id FROM towpath_spec WHERE sha256 = $1",
        std::slice::from_ref(&sha256),
    )?;
    if let Some(id) = known {
        return Ok((id, false));
    }
    let id = session.insert(
        "towpath_spec",
        &[
            ("sha256", sha256),
            ("kind", specification.kind.as_str().into()),
            ("body", specification.body.as_str().into()),
            ("created_at", now.into()),
        ],
    )?;
    Ok((id, true))
}

/// The channel of this URL, or the own one.
pub(super) fn channel_or_new(
    session: &mut dyn Session,
    own: &OwnChannel,
    url: &str,
) -> Result<i64, LedgerError> {
    match own.has_url(url) {
        true => used_channel_or_new(session, true, &own.address),
        false => used_channel_or_new(session, false, url),
    }
}

/// The own channel, if anything of it was ever used.
pub(super) fn own_channel(session: &mut dyn Session, own: &OwnChannel) -> Result<Option<i64>, LedgerError> {
    used_channel(session, true, &own.address)
}

/// The own channel.
pub(super) fn own_channel_or_new(session: &mut dyn Session, own: &OwnChannel) -> Result<i64, LedgerError> {
    used_channel_or_new(session, true, &own.address)
}

fn used_channel(session: &mut dyn Session, is_own: bool, address: &str) -> Result<Option<i64>, LedgerError> {
    id(
        session,
        "SELECT id FROM towpath_used_channel WHERE is_own = $1 AND address = $2",
        &[is_own.into(), address.into()],
    )
}

fn used_channel_or_new(session: &mut dyn Session, is_own: bool, address: &str) -> Result<i64, LedgerError> {
    match used_channel(session, is_own, address)? {
        Some(id) => Ok(id),
        None => Ok(session.insert(
            "towpath_used_channel",
            &[("is_own", is_own.into()), ("address", address.into())],
        )?),
    }
}
