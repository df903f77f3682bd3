//! Stages: makes a new listing the content of stage `fs`, and says what was not read yet.

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Transaction};

use super::database::Interruption;
use super::{Paths, Written, mtime_column, size_column};
use crate::package::ArtifactName;
use crate::store::difference::{Comparison, Difference};
use crate::store::{ChangedArtifact, ListedArtifact, MissingArtifacts, Mtime, Stage};

/// Replaces the listing; says how many rows went.
pub(super) fn replace(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    listing: &[ListedArtifact],
    missing: MissingArtifacts,
) -> Result<Written<usize>, Interruption> {
    let mut difference = difference(transaction, paths, listing)?;
    if missing == MissingArtifacts::Stay {
        difference.missing.clear();
    }
    let mut rows = 0;
    if !difference.missing.is_empty() {
        let missing: Vec<String> = difference.missing.iter().map(|name| paths.path(name)).collect();
        rows += transaction.execute(
            "DELETE FROM stat WHERE stage = 'fs' AND path = ANY($1)",
            &[&missing],
        )?;
    }
    if !difference.listed.is_empty() {
        let listed = &difference.listed;
        let path: Vec<_> = listed
            .iter()
            .map(|listed| paths.path(listed.name.as_str()))
            .collect();
        let mtime: Vec<_> = listed.iter().map(|listed| mtime_column(listed.mtime)).collect();
        let size: Vec<_> = listed.iter().map(|listed| size_column(listed.size)).collect();
        rows += transaction.execute(
            "INSERT INTO stat (stage, path, mtime, size)
             SELECT 'fs', * FROM UNNEST($1::text[], $2::integer[], $3::integer[])
             ON CONFLICT (stage, path) DO UPDATE SET mtime = excluded.mtime, size = excluded.size",
            &[&path, &mtime, &size],
        )?;
    }
    Ok(Written {
        result: difference.missing.len(),
        rows,
    })
}

fn difference<'l>(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    listing: &'l [ListedArtifact],
) -> Result<Difference<'l>, postgres::Error> {
    let mut comparison = Comparison::with(listing);
    let mut rows = transaction.query_raw(
        "SELECT path, mtime, size FROM stat
         WHERE stage = 'fs' AND path ~>=~ $1 AND path ~<~ $2
         ORDER BY path USING ~<~",
        [&paths.start, &paths.end],
    )?;
    while let Some(row) = rows.next()? {
        let state: (Option<i32>, Option<i32>) = (row.try_get(1)?, row.try_get(2)?);
        comparison.take_row(paths.file_name(row.try_get(0)?), |listed| {
            state == (mtime_column(listed.mtime), size_column(listed.size))
        });
    }
    Ok(comparison.finish())
}

/// What stage `upstream` lists and was not read in that state. What is NULL is not known, and no
/// difference: conda-index compares in this way too.
pub(super) fn changed(
    client: &mut Client,
    paths: &Paths,
    upstream: &Stage,
) -> Result<Vec<ChangedArtifact>, Interruption> {
    let mut changed = Vec::new();
    let mut rows = client.query_raw(
        "SELECT upstream.path, upstream.mtime, upstream.size, known.path IS NOT NULL
         FROM stat AS upstream
         LEFT JOIN LATERAL (
             SELECT path, mtime, size FROM stat WHERE stage = 'indexed' AND path = upstream.path OFFSET 0
         ) AS indexed ON true
         LEFT JOIN LATERAL (SELECT path FROM index_json WHERE path = upstream.path OFFSET 0) AS known ON true
         WHERE upstream.stage = $1 AND upstream.path ~>=~ $2 AND upstream.path ~<~ $3
           AND (indexed.path IS NULL
                OR indexed.mtime <> upstream.mtime
                OR indexed.size <> upstream.size)
         ORDER BY upstream.path USING ~<~",
        [upstream.as_str(), &paths.start, &paths.end],
    )?;
    while let Some(row) = rows.next()? {
        // Rows that are no artifacts (wheels, which another tool listed) are not ours to read.
        let Ok(name) = ArtifactName::new(paths.file_name(row.try_get(0)?)) else {
            continue;
        };
        let mtime: Option<i32> = row.try_get(1)?;
        let size: Option<i32> = row.try_get(2)?;
        let artifact = ListedArtifact {
            name,
            mtime: Mtime::from_seconds(mtime.unwrap_or_default().into()),
            size: size.and_then(|size| size.try_into().ok()).unwrap_or_default(),
        };
        changed.push(ChangedArtifact {
            artifact,
            replaces: row.try_get(3)?,
        });
    }
    Ok(changed)
}

/// Which of the files the stage lists.
pub(super) fn listed(
    client: &mut Client,
    paths: &Paths,
    stage: &Stage,
    file_names: &[String],
) -> Result<Vec<String>, Interruption> {
    let wanted: Vec<String> = file_names.iter().map(|name| paths.path(name)).collect();
    let rows = client.query(
        "SELECT path FROM UNNEST($2::text[]) WITH ORDINALITY AS wanted (path, place)
         WHERE EXISTS (SELECT 1 FROM stat WHERE stat.stage = $1 AND stat.path = wanted.path)
         ORDER BY place",
        &[&stage.as_str(), &wanted],
    )?;
    let listed: Result<Vec<String>, postgres::Error> = rows
        .iter()
        .map(|row| Ok(paths.file_name(row.try_get(0)?).to_owned()))
        .collect();
    Ok(listed?)
}

/// Takes the files out of the stage; says how many rows went.
pub(super) fn unlist(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    stage: &Stage,
    file_names: &[String],
) -> Result<Written<usize>, Interruption> {
    let path: Vec<String> = file_names.iter().map(|name| paths.path(name)).collect();
    let rows = transaction.execute(
        "DELETE FROM stat WHERE stage = $1 AND path = ANY($2)",
        &[&stage.as_str(), &path],
    )?;
    Ok(Written {
        result: usize::try_from(rows).unwrap_or(usize::MAX),
        rows,
    })
}
