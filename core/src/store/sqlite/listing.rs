//! Makes a new listing the content of stage `fs`, and looks files up in stages.

use rusqlite::{Connection, Transaction, params};

use super::size_column;
use crate::store::difference::{Comparison, Difference};
use crate::store::{ListedArtifact, MissingArtifacts, Stage};

/// Replaces the listing; says how many rows went.
pub(super) fn replace(
    transaction: &Transaction<'_>,
    listing: &[ListedArtifact],
    missing: MissingArtifacts,
) -> rusqlite::Result<usize> {
    let mut difference = difference(transaction, listing)?;
    if missing == MissingArtifacts::Stay {
        difference.missing.clear();
    }
    let mut remove = transaction.prepare_cached("DELETE FROM stat WHERE path = ?1 AND stage = 'fs'")?;
    for path in &difference.missing {
        remove.execute([path])?;
    }
    let mut write = transaction.prepare_cached(
        "INSERT INTO stat (stage, path, mtime, size) VALUES ('fs', ?1, ?2, ?3)
         ON CONFLICT (path, stage) DO UPDATE SET mtime = excluded.mtime, size = excluded.size",
    )?;
    for listed in difference.listed {
        write.execute(params![
            listed.name.as_str(),
            listed.mtime.seconds(),
            size_column(listed.size)
        ])?;
    }
    Ok(difference.missing.len())
}

/// How stage `fs` differs from the listing.
fn difference<'l>(
    transaction: &Transaction<'_>,
    listing: &'l [ListedArtifact],
) -> rusqlite::Result<Difference<'l>> {
    let mut comparison = Comparison::with(listing);
    let mut statement =
        transaction.prepare_cached("SELECT path, mtime, size FROM stat WHERE stage = 'fs' ORDER BY path")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let state = (row.get::<_, Option<f64>>(1)?, row.get::<_, Option<i64>>(2)?);
        comparison.take_row(row.get_ref(0)?.as_str()?, |listed| {
            state == (Some(listed.mtime.seconds()), Some(size_column(listed.size)))
        });
    }
    Ok(comparison.finish())
}

/// Which of the files the stage lists.
pub(super) fn listed(
    connection: &Connection,
    stage: &Stage,
    file_names: &[String],
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM stat WHERE path = ?1 AND stage = ?2")?;
    let mut listed = Vec::new();
    for file_name in file_names {
        if statement.exists([file_name, stage.as_str()])? {
            listed.push(file_name.clone());
        }
    }
    Ok(listed)
}

/// Takes the files out of the stage; says how many rows went.
pub(super) fn unlist(
    transaction: &Transaction<'_>,
    stage: &Stage,
    file_names: &[String],
) -> rusqlite::Result<usize> {
    let mut remove = transaction.prepare_cached("DELETE FROM stat WHERE path = ?1 AND stage = ?2")?;
    let mut removed = 0;
    for file_name in file_names {
        removed += remove.execute([file_name, stage.as_str()])?;
    }
    Ok(removed)
}
