//! Writes what was read of artifacts: a batch is a statement for each table that knows something
//! of them.
//!
//! Arrays through `UNNEST` took three quarters of the time of `COPY` into a temporary table.

use jiff::Timestamp;
use postgres::Transaction;
use postgres::error::SqlState;

use super::database::Interruption;
use super::{Paths, PostgresStore, Written, jsonb, mtime_column, size_column};
use crate::json::JsonText;
use crate::package::RattlerRecipe;
use crate::store::{Rejected, StoreError, StoredArtifact};

/// Keeps a batch. Where the server refuses some value in it, each artifact is tried by itself.
pub(super) fn commit(
    store: &PostgresStore,
    batch: &[StoredArtifact],
    now: Timestamp,
) -> Result<Vec<Rejected>, StoreError> {
    match write(store, batch, now) {
        Err(StoreError::Postgres { source, .. }) if refused_value(&source).is_some() => {}
        result => return result.map(|()| Vec::new()),
    }
    let mut rejected = Vec::new();
    for artifact in batch {
        let result = write(store, std::slice::from_ref(artifact), now);
        let Err(error) = result else { continue };
        let refused = match &error {
            StoreError::Postgres { source, .. } => refused_value(source),
            _ => None,
        };
        let Some(why) = refused else {
            return Err(error);
        };
        let file_name = artifact.listed.name.to_string();
        let paths = [store.paths.path(&file_name)];
        store.write(&mut |transaction| {
            let rows = delete(transaction, &paths)?;
            Ok(Written { result: (), rows })
        })?;
        rejected.push(Rejected { file_name, why });
    }
    Ok(rejected)
}

/// Sorted by name: rows in order are written faster and read faster, and two writers that go the
/// same way do not lock each other out.
fn last_of_each_name(batch: &[StoredArtifact]) -> Vec<&StoredArtifact> {
    let mut sorted: Vec<&StoredArtifact> = batch.iter().rev().collect();
    // Stable: of one name the last of the batch comes first.
    sorted.sort_by(|one, other| one.listed.name.cmp(&other.listed.name));
    sorted.dedup_by(|one, other| one.listed.name == other.listed.name);
    sorted
}

/// Why the server has no room for some value, if that is what is wrong.
pub(super) fn refused_value(error: &postgres::Error) -> Option<String> {
    let error = error.as_db_error()?;
    let why = if *error.code() == SqlState::UNTRANSLATABLE_CHARACTER {
        "its metadata has the character U+0000, which PostgreSQL cannot keep".to_owned()
    } else if error.code().code().starts_with("22") || error.code().code().starts_with("54") {
        format!("PostgreSQL cannot keep its metadata: {}", error.message())
    } else {
        return None;
    };
    Some(why)
}

fn write(store: &PostgresStore, batch: &[StoredArtifact], now: Timestamp) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let last = last_of_each_name(batch);
    store.write(&mut |transaction| {
        write_rows(transaction, &store.paths, &last)?;
        write_dates(transaction, &store.paths, batch, now)?;
        Ok(Written { result: (), rows: 1 })
    })
}

fn write_rows(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    batch: &[&StoredArtifact],
) -> Result<(), Interruption> {
    let path: Vec<String> = batch
        .iter()
        .map(|artifact| paths.path(artifact.listed.name.as_str()))
        .collect();
    type Column<'c> = &'c dyn Fn(&StoredArtifact) -> Option<&JsonText>;
    let columns: [(&str, Column<'_>); 5] = [
        ("about", &|artifact| artifact.about.as_ref()),
        ("recipe", &|artifact| artifact.recipe.as_ref()),
        ("run_exports", &|artifact| artifact.run_exports.as_ref()),
        ("post_install", &|artifact| Some(&artifact.post_install)),
        ("index_json", &|artifact| Some(&artifact.record)),
    ];
    for (table, column) in columns {
        let texts: Vec<Option<&str>> = batch
            .iter()
            .map(|artifact| column(artifact).map(JsonText::as_str))
            .collect();
        delete_absent(transaction, table, &path, &texts)?;
        transaction.execute(
            &format!(
                "INSERT INTO {table} (path, {table})
                 SELECT path, json::jsonb FROM UNNEST($1::text[], $2::text[]) AS new (path, json)
                 WHERE json IS NOT NULL
                 ON CONFLICT (path) DO UPDATE SET {table} = excluded.{table}"
            ),
            &[&path, &texts],
        )?;
    }
    write_icons(transaction, &path, batch)?;
    write_rattler_recipes(transaction, &path, batch)?;
    write_states(transaction, &path, batch)
}

/// Deletes the rows of artifacts that have nothing for this table.
fn delete_absent<T>(
    transaction: &mut Transaction<'_>,
    table: &str,
    path: &[String],
    values: &[Option<T>],
) -> Result<(), postgres::Error> {
    let absent: Vec<&String> = path
        .iter()
        .zip(values)
        .filter(|(_, value)| value.is_none())
        .map(|(path, _)| path)
        .collect();
    if !absent.is_empty() {
        transaction.execute(&format!("DELETE FROM {table} WHERE path = ANY($1)"), &[&absent])?;
    }
    Ok(())
}

fn write_icons(
    transaction: &mut Transaction<'_>,
    path: &[String],
    batch: &[&StoredArtifact],
) -> Result<(), postgres::Error> {
    let icons: Vec<Option<&[u8]>> = batch.iter().map(|artifact| artifact.icon.as_deref()).collect();
    delete_absent(transaction, "icon", path, &icons)?;
    if icons.iter().any(Option::is_some) {
        transaction.execute(
            "INSERT INTO icon (path, icon_png)
             SELECT * FROM UNNEST($1::text[], $2::bytea[]) AS new (path, icon) WHERE icon IS NOT NULL
             ON CONFLICT (path) DO UPDATE SET icon_png = excluded.icon_png",
            &[&path, &icons],
        )?;
    }
    Ok(())
}

fn write_rattler_recipes(
    transaction: &mut Transaction<'_>,
    path: &[String],
    batch: &[&StoredArtifact],
) -> Result<(), postgres::Error> {
    let recipes: Vec<Option<&[u8]>> = batch
        .iter()
        .map(|artifact| match &artifact.rattler_recipe {
            Some(RattlerRecipe::Rendered(recipe) | RattlerRecipe::Source(recipe)) => Some(recipe.as_slice()),
            None => None,
        })
        .collect();
    delete_absent(transaction, "towpath_recipe", path, &recipes)?;
    if recipes.iter().any(Option::is_some) {
        let is_rendered: Vec<bool> = batch
            .iter()
            .map(|artifact| matches!(artifact.rattler_recipe, Some(RattlerRecipe::Rendered(_))))
            .collect();
        let sha256: Vec<String> = batch
            .iter()
            .map(|artifact| artifact.digests.sha256_hex())
            .collect();
        transaction.execute(
            "INSERT INTO towpath_recipe (path, sha256, is_rendered, recipe)
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::boolean[], $4::bytea[])
                 AS new (path, sha256, is_rendered, recipe)
             WHERE recipe IS NOT NULL
             ON CONFLICT (path) DO UPDATE
             SET sha256 = excluded.sha256, is_rendered = excluded.is_rendered, recipe = excluded.recipe",
            &[&path, &sha256, &is_rendered, &recipes],
        )?;
    }
    Ok(())
}

/// The rows that say in which state the artifacts were read.
fn write_states(
    transaction: &mut Transaction<'_>,
    path: &[String],
    batch: &[&StoredArtifact],
) -> Result<(), Interruption> {
    let sha256: Vec<_> = batch
        .iter()
        .map(|artifact| artifact.digests.sha256_hex())
        .collect();
    let md5: Vec<_> = batch.iter().map(|artifact| artifact.digests.md5_hex()).collect();
    let mtime: Vec<_> = batch
        .iter()
        .map(|artifact| mtime_column(artifact.listed.mtime))
        .collect();
    let size: Vec<_> = batch
        .iter()
        .map(|artifact| size_column(artifact.listed.size))
        .collect();
    transaction.execute(
        "INSERT INTO stat (stage, path, mtime, size, sha256, md5)
         SELECT 'indexed', * FROM UNNEST($1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[])
         ON CONFLICT (stage, path) DO UPDATE
         SET mtime = excluded.mtime, size = excluded.size, sha256 = excluded.sha256, md5 = excluded.md5,
             last_modified = NULL, etag = NULL",
        &[&path, &mtime, &size, &sha256, &md5],
    )?;
    Ok(())
}

/// The rows that say since when artifacts are known: a name with its bytes, each of them once.
fn write_dates(
    transaction: &mut Transaction<'_>,
    paths: &Paths,
    batch: &[StoredArtifact],
    now: Timestamp,
) -> Result<(), Interruption> {
    let mut dated: Vec<&StoredArtifact> = batch.iter().collect();
    dated.sort_by_key(|artifact| (&artifact.listed.name, artifact.digests.sha256));
    dated.dedup_by_key(|artifact| (&artifact.listed.name, artifact.digests.sha256));
    let path: Vec<_> = dated
        .iter()
        .map(|artifact| paths.path(artifact.listed.name.as_str()))
        .collect();
    let sha256: Vec<_> = dated
        .iter()
        .map(|artifact| artifact.digests.sha256_hex())
        .collect();
    let records: Vec<Option<&str>> = dated
        .iter()
        .map(|artifact| artifact.record.as_str())
        .map(|record| jsonb::changes(record).then_some(record))
        .collect();
    transaction.execute(
        "INSERT INTO towpath_artifact (path, sha256, indexed_timestamp, record)
         SELECT path, sha256, $4, record FROM UNNEST($1::text[], $2::text[], $3::text[]) AS new (path, sha256, record)
         ON CONFLICT (path, sha256) DO UPDATE SET record = excluded.record
         WHERE towpath_artifact.record IS DISTINCT FROM excluded.record",
        &[&path, &sha256, &records, &now.as_millisecond()],
    )?;
    Ok(())
}

/// Deletes what was read of the artifacts at these paths; says how many rows went.
pub(super) fn delete(transaction: &mut Transaction<'_>, paths: &[String]) -> Result<u64, Interruption> {
    let mut rows = 0;
    for table in super::TABLES_BY_PATH {
        rows += transaction.execute(&format!("DELETE FROM {table} WHERE path = ANY($1)"), &[&paths])?;
    }
    rows += transaction.execute(
        "DELETE FROM stat WHERE stage = 'indexed' AND path = ANY($1)",
        &[&paths],
    )?;
    Ok(rows)
}
