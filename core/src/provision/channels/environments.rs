//! What environments know of a channel that gets another prefix or goes: they name it by its prefix.

use postgres::Transaction;

use super::super::error::{Errors, ProvisionError};
use crate::channel::ChannelPrefix;
use crate::store::postgres::{ENVIRONMENTS_LOCK, LOCK_KEY};

/// The table of channels that environments take packages from.
pub(super) const CHANNELS: &str = "towpath_used_channel";

/// The rows of environments, which nobody else changes until the transaction ends.
#[derive(Clone, Copy)]
pub(super) struct Rows(());

impl Rows {
    /// Waits until nobody writes environments; `None` in databases from before there were any.
    ///
    /// Who removes a package waits for this lock with those of subdirs in hand: whoever calls this has none
    /// of these yet, and waits for none afterwards.
    pub(super) fn lock(transaction: &mut Transaction<'_>) -> Result<Option<Self>, postgres::Error> {
        let exists = "SELECT to_regclass(quote_ident(current_schema()) || '.' || $1) IS NOT NULL";
        if !transaction
            .query_one(exists, &[&CHANNELS])?
            .try_get::<_, bool>(0)?
        {
            return Ok(None);
        }
        let take = format!("SELECT pg_advisory_xact_lock({LOCK_KEY})");
        transaction.execute(&take, &[&ENVIRONMENTS_LOCK])?;
        Ok(Some(Self(())))
    }

    /// Has environments know the channel by its new prefix; how many rows name it.
    pub(super) fn rename(
        self,
        transaction: &mut Transaction<'_>,
        errors: &Errors<'_>,
        old: &ChannelPrefix,
        new: &ChannelPrefix,
    ) -> Result<u64, ProvisionError> {
        let failed = || errors.failed(format!("changing {CHANNELS}"));
        let is_known = "SELECT EXISTS (SELECT FROM towpath_used_channel WHERE is_own AND address = $1)";
        let known = transaction
            .query_one(is_known, &[&new.as_str()])
            .and_then(|row| row.try_get(0));
        if known.map_err(failed())? {
            return Err(errors.refused(format!(
                "environments took packages from another channel with the prefix {new}: name another prefix"
            )));
        }
        let rename = "UPDATE towpath_used_channel SET address = $2 WHERE is_own AND address = $1";
        transaction
            .execute(rename, &[&old.as_str(), &new.as_str()])
            .map_err(failed())
    }

    /// Notes that the channel's packages are gone, unless somebody needs one; how many there were.
    pub(super) fn withdraw(
        self,
        transaction: &mut Transaction<'_>,
        errors: &Errors<'_>,
        prefix: &ChannelPrefix,
    ) -> Result<u64, ProvisionError> {
        let failed = || errors.failed("looking at environments");
        let needs = transaction
            .query_one(NEEDS, &[&prefix.as_str()])
            .map_err(failed())?;
        let builds: i64 = needs.try_get(0).map_err(failed())?;
        let holds: i64 = needs.try_get(1).map_err(failed())?;
        if builds + holds > 0 {
            return Err(errors.refused(format!(
                "packages of {prefix} are needed ({builds} current builds of environments, {holds} holds): remove \
                 these first"
            )));
        }
        transaction
            .execute(WITHDRAW, &[&prefix.as_str()])
            .map_err(failed())
    }
}

const NEEDS: &str = "
    WITH package AS (
        SELECT p.id FROM towpath_package p JOIN towpath_used_channel c ON c.id = p.channel_id
        WHERE c.is_own AND c.address = $1
    )
    SELECT (SELECT count(DISTINCT b.id) FROM towpath_build b
            JOIN towpath_build_package bp ON bp.build_id = b.id
            JOIN package p ON p.id = bp.package_id
            WHERE b.is_current),
           (SELECT count(*) FROM towpath_hold h JOIN package p ON p.id = h.package_id
            WHERE h.expires_at IS NULL OR h.expires_at > now())";

const WITHDRAW: &str = "
    UPDATE towpath_package SET withdrawn_at = now()
    WHERE withdrawn_at IS NULL
      AND channel_id IN (SELECT id FROM towpath_used_channel WHERE is_own AND address = $1)";
