//! Indexed timestamps (CEP 47) for artifacts that came through another tool.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, named_params};

/// The SHA-256 of the artifact of `known` (its record) and `indexed` (its row of that stage), empty
/// if nobody knows. Rows that conda-index brought over from a cache of conda-build have none.
pub(super) const DIGEST: &str = "COALESCE(indexed.sha256, known.sha256, '')";

/// Since when an artifact that nobody dated counts as part of the channel.
#[derive(Clone, Copy)]
pub(super) enum Since {
    Now,
    /// By the record's `timestamp` (in milliseconds, or in seconds before the year 9999), else by
    /// the modification time; never later than now.
    ItWasBuilt,
}

impl Since {
    fn expression(self) -> &'static str {
        match self {
            Self::Now => ":now",
            Self::ItWasBuilt => {
                "CAST(MIN(:now, COALESCE(
                    CASE
                    WHEN json_type(known.index_json, '$.timestamp') NOT IN ('integer', 'real') THEN NULL
                    WHEN json_extract(known.index_json, '$.timestamp') > 253402300799
                        THEN json_extract(known.index_json, '$.timestamp')
                    WHEN json_extract(known.index_json, '$.timestamp') > 0
                        THEN json_extract(known.index_json, '$.timestamp') * 1000
                    END,
                    indexed.mtime * 1000,
                    :now
                )) AS INTEGER)"
            }
        }
    }
}

/// Whether any artifact was dated.
pub(super) fn exist(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM towpath_artifact LIMIT 1")?
        .exists(())
}

/// Dates the artifacts that have a record and no date.
pub(super) fn complete(transaction: &Transaction<'_>, since: Since, now: Timestamp) -> rusqlite::Result<()> {
    let date = since.expression();
    transaction.execute(
        &format!(
            "INSERT INTO towpath_artifact (path, sha256, indexed_timestamp)
             SELECT known.path, {DIGEST}, {date}
             FROM index_json AS known
             LEFT JOIN stat AS indexed ON indexed.path = known.path AND indexed.stage = 'indexed'
             WHERE NOT EXISTS (
                 SELECT 1 FROM towpath_artifact AS dated
                 WHERE dated.path = known.path AND dated.sha256 = {DIGEST}
             )"
        ),
        named_params! {":now": now.as_millisecond()},
    )?;
    Ok(())
}
