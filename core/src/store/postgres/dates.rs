//! Indexed timestamps (CEP 47) for artifacts that came through another tool.

use jiff::Timestamp;
use postgres::Transaction;

use super::database::Interruption;
use super::{Paths, documents};

/// The SHA-256 of the artifact of `known` (its record) and `indexed` (its row of that stage), empty
/// if nobody knows.
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
            Self::Now => "$3",
            Self::ItWasBuilt => {
                "trunc(LEAST($3::bigint::numeric, COALESCE(
                    CASE
                    WHEN jsonb_typeof(known.index_json->'timestamp') <> 'number' THEN NULL
                    WHEN (known.index_json->>'timestamp')::numeric > 253402300799
                        THEN (known.index_json->>'timestamp')::numeric
                    WHEN (known.index_json->>'timestamp')::numeric > 0
                        THEN (known.index_json->>'timestamp')::numeric * 1000
                    END,
                    indexed.mtime::numeric * 1000,
                    $3::bigint::numeric
                )))::bigint"
            }
        }
    }
}

/// Whether towpath never wrote to the subdir.
pub(super) fn is_new_to_us(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
) -> Result<bool, postgres::Error> {
    let ours = transaction.query_opt("SELECT FROM towpath_subdir WHERE path = $1", &[&paths.subdir()])?;
    Ok(ours.is_none())
}

/// Dates the artifacts that have a record and no date; says how many.
pub(super) fn complete(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    since: Since,
    now: Timestamp,
) -> Result<u64, Interruption> {
    let date = since.expression();
    let rows = transaction.execute(
        &format!(
            "INSERT INTO towpath_artifact (path, sha256, indexed_timestamp)
             SELECT known.path, {DIGEST}, {date}
             FROM index_json AS known
             {}
             WHERE known.path ~>=~ $1 AND known.path ~<~ $2 AND dated.path IS NULL",
            documents::dated("known.path")
        ),
        &[&paths.start, &paths.end, &now.as_millisecond()],
    )?;
    Ok(rows)
}
