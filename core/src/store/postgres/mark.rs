//! The mark that tells whether anybody changed a subdir: towpath counts its own changes, and those of
//! conda-index, which knows nothing of that, show in the rows that it always writes.

use postgres::{Client, Transaction};

use super::Paths;
use super::database::Interruption;
use crate::store::ChangeMark;

/// Counts a change of ours.
pub(super) fn count_change(transaction: &mut Transaction<'_>, paths: &Paths) -> Result<(), postgres::Error> {
    transaction.execute(
        "INSERT INTO towpath_subdir (path, changes) VALUES ($1, 1)
         ON CONFLICT (path) DO UPDATE SET changes = towpath_subdir.changes + 1",
        &[&paths.subdir()],
    )?;
    Ok(())
}

/// The subdir's mark. conda-index writes its listing anew at every run, which is no change as long as
/// it lists the same. Whatever it reads anew it also writes to `index_json`, where the number of the
/// transaction tells.
pub(super) fn of_subdir(client: &mut Client, paths: &Paths) -> Result<ChangeMark, Interruption> {
    let row = client.query_one(
        "WITH RECURSIVE stage (name) AS (
             (SELECT stage FROM stat ORDER BY stage LIMIT 1)
             UNION ALL
             SELECT (SELECT stage FROM stat WHERE stage > stage.name ORDER BY stage LIMIT 1)
             FROM stage WHERE stage.name IS NOT NULL
         ), listed AS (
             SELECT count(*) AS rows, COALESCE(sum(hashtextextended(
                 concat_ws('|', stat.stage, stat.path, COALESCE(mtime::text, '-'), COALESCE(size::text, '-'), sha256),
             0)), 0) AS hash
             FROM stage JOIN stat ON stat.stage = stage.name AND path ~>=~ $1 AND path ~<~ $2
         ), known AS (
             SELECT count(*) AS rows, COALESCE(sum(hashtextextended(path, xmin::text::bigint)), 0) AS hash
             FROM index_json WHERE path ~>=~ $1 AND path ~<~ $2
         )
         SELECT concat_ws(
             ':', 'postgresql',
             (SELECT id FROM towpath_store),
             (SELECT changes FROM towpath_subdir WHERE path = $3),
             listed.rows, listed.hash, known.rows, known.hash
         )
         FROM listed, known",
        &[&paths.start, &paths.end, &paths.subdir()],
    )?;
    Ok(ChangeMark(row.try_get(0)?))
}
