//! Writes what was read of one artifact, a row in each table that knows something of it.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::size_column;
use crate::package::RattlerRecipe;
use crate::store::StoredArtifact;

/// Replaces all rows of the artifact, and dates it if it never was.
pub(super) fn write(
    transaction: &Transaction<'_>,
    artifact: &StoredArtifact,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let path = artifact.listed.name.as_str();
    let sha256 = artifact.digests.sha256_hex();
    let texts = [
        ("about", artifact.about.as_ref()),
        ("recipe", artifact.recipe.as_ref()),
        ("run_exports", artifact.run_exports.as_ref()),
        ("post_install", Some(&artifact.post_install)),
        ("index_json", Some(&artifact.record)),
        // Packages have none; conda-index brought rows over from caches of conda-build.
        ("recipe_log", None),
    ];
    for (table, text) in texts {
        match text {
            Some(text) => transaction
                .prepare_cached(&format!(
                    "INSERT OR REPLACE INTO {table} (path, {table}) VALUES (?1, ?2)"
                ))?
                .execute([path, text.as_str()])?,
            None => transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE path = ?1"))?
                .execute([path])?,
        };
    }
    match &artifact.icon {
        Some(icon) => transaction
            .prepare_cached("INSERT OR REPLACE INTO icon (path, icon_png) VALUES (?1, ?2)")?
            .execute(params![path, icon])?,
        None => transaction
            .prepare_cached("DELETE FROM icon WHERE path = ?1")?
            .execute([path])?,
    };
    match &artifact.rattler_recipe {
        Some(RattlerRecipe::Rendered(recipe)) => {
            write_rattler_recipe(transaction, path, &sha256, true, recipe)?
        }
        Some(RattlerRecipe::Source(recipe)) => {
            write_rattler_recipe(transaction, path, &sha256, false, recipe)?
        }
        None => transaction
            .prepare_cached("DELETE FROM towpath_recipe WHERE path = ?1")?
            .execute([path])?,
    };
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO stat (stage, path, mtime, size, sha256, md5)
             VALUES ('indexed', ?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            path,
            artifact.listed.mtime.seconds(),
            size_column(artifact.listed.size),
            sha256,
            artifact.digests.md5_hex()
        ])?;
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO towpath_artifact (path, sha256, indexed_timestamp) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![path, sha256, now.as_millisecond()])?;
    Ok(())
}

fn write_rattler_recipe(
    transaction: &Transaction<'_>,
    path: &str,
    sha256: &str,
    is_rendered: bool,
    recipe: &[u8],
) -> rusqlite::Result<usize> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO towpath_recipe (path, sha256, is_rendered, recipe) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![path, sha256, is_rendered, recipe])
}
