//! Makes a new listing the content of stage `fs`. Most artifacts are listed as they were: only rows
//! that differ are written.

use rusqlite::{Transaction, params};

use super::size_column;
use crate::store::{ListedArtifact, MissingArtifacts};

/// Replaces the listing; says how many rows went.
pub(super) fn replace(
    transaction: &Transaction<'_>,
    listing: &[ListedArtifact],
    missing: MissingArtifacts,
) -> rusqlite::Result<usize> {
    let mut differences = Differences::find(transaction, listing)?;
    if missing == MissingArtifacts::Stay {
        differences.missing.clear();
    }
    let mut remove = transaction.prepare_cached("DELETE FROM stat WHERE path = ?1 AND stage = 'fs'")?;
    for path in &differences.missing {
        remove.execute([path])?;
    }
    let mut write = transaction.prepare_cached(
        "INSERT INTO stat (stage, path, mtime, size) VALUES ('fs', ?1, ?2, ?3)
         ON CONFLICT (path, stage) DO UPDATE SET mtime = excluded.mtime, size = excluded.size",
    )?;
    for listed in differences.listed {
        write.execute(params![
            listed.name.as_str(),
            listed.mtime.seconds(),
            size_column(listed.size)
        ])?;
    }
    Ok(differences.missing.len())
}

/// How stage `fs` differs from a listing.
#[derive(Default)]
struct Differences<'l> {
    /// Listed, and in the stage not at all or otherwise.
    listed: Vec<&'l ListedArtifact>,
    /// In the stage, and not listed.
    missing: Vec<String>,
}

impl<'l> Differences<'l> {
    /// Walks the stage and the listing side by side; both are sorted.
    fn find(transaction: &Transaction<'_>, listing: &'l [ListedArtifact]) -> rusqlite::Result<Self> {
        let mut differences = Self::default();
        let mut listed = listing.iter().peekable();
        let mut statement = transaction
            .prepare_cached("SELECT path, mtime, size FROM stat WHERE stage = 'fs' ORDER BY path")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let path = row.get_ref(0)?.as_str()?;
            while let Some(new) = listed.next_if(|listed| listed.name.as_str() < path) {
                differences.listed.push(new);
            }
            match listed.next_if(|listed| listed.name.as_str() == path) {
                Some(same)
                    if row.get::<_, Option<f64>>(1)? == Some(same.mtime.seconds())
                        && row.get::<_, Option<i64>>(2)? == Some(size_column(same.size)) => {}
                Some(other) => differences.listed.push(other),
                None => differences.missing.push(path.to_owned()),
            }
        }
        differences.listed.extend(listed);
        Ok(differences)
    }
}
