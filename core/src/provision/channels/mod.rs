//! Which channels a database holds: those that towpath registered, and those of which only
//! conda-index has written rows.

mod change;
mod environments;

use std::collections::BTreeMap;

use postgres::Client;

pub use change::{Changed, remove_channel, rename_channel, rows_of_channel};

use super::error::{Errors, ProvisionError};
use crate::store::postgres::{ConnectionSettings, Retry};

/// A channel of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredChannel {
    /// What its paths begin with, and who registered it when; `None` if only conda-index wrote it.
    pub registered: Option<Registered>,
    /// Its subdirs by name, as far as they have artifacts.
    pub subdirs: BTreeMap<String, StoredSubdir>,
}

/// What towpath wrote down of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its name, as the last run called it.
    pub name: String,
    /// When towpath indexed it first, in RFC 3339.
    pub first_indexed: String,
}

/// How many artifacts each stage has of a subdir: `fs` is what was listed, `indexed` what was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredSubdir {
    /// The numbers, by stage.
    pub stages: BTreeMap<String, u64>,
}

/// The channels of a database by their prefixes. Needs nothing but SELECT.
///
/// # Errors
///
/// When the server fails, or the database has no tables.
pub fn stored_channels(
    settings: &ConnectionSettings,
    retry: &Retry,
) -> Result<BTreeMap<String, StoredChannel>, ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.connect_with_retries(retry)?;
    let tables = tables(&mut client).map_err(errors.failed("looking for tables"))?;
    if !tables.iter().any(|table| table == "stat") {
        return Err(errors.refused("the database has no tables yet: `towpath db upgrade` makes them"));
    }
    let is_registered = tables.iter().any(|table| table == "towpath_channel");
    read(&mut client, is_registered).map_err(errors.failed("reading the channels"))
}

fn read(
    client: &mut Client,
    is_registered: bool,
) -> Result<BTreeMap<String, StoredChannel>, postgres::Error> {
    // How many rows a recursion makes is overestimated, and compiling takes longer than the query.
    client.batch_execute("SET jit = off")?;
    let mut channels: BTreeMap<String, StoredChannel> = BTreeMap::new();
    for row in client.query(COUNTS, &[])? {
        let (stage, prefix): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let (subdir, count): (String, i64) = (row.try_get(2)?, row.try_get(3)?);
        let channel = channels.entry(prefix).or_default();
        let subdir = channel.subdirs.entry(subdir).or_default();
        subdir.stages.insert(stage, count.unsigned_abs());
    }
    if is_registered {
        let rows = client.query(
            "SELECT prefix, name, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
             FROM towpath_channel",
            &[],
        )?;
        for row in rows {
            let channel = channels.entry(row.try_get(0)?).or_default();
            channel.registered = Some(Registered {
                name: row.try_get(1)?,
                first_indexed: row.try_get(2)?,
            });
        }
    }
    Ok(channels)
}

/// The artifacts of each stage and subdir. The index is gone through from each subdir to the next,
/// so that nothing but its own entries is read for a number.
const COUNTS: &str = "
    WITH RECURSIVE stage (name) AS (
        (SELECT stage FROM stat ORDER BY stage LIMIT 1)
        UNION ALL
        SELECT (SELECT stage FROM stat WHERE stage > stage.name ORDER BY stage LIMIT 1)
        FROM stage WHERE stage.name IS NOT NULL
    ), place (stage, path) AS (
        SELECT name, (SELECT path FROM stat WHERE stat.stage = name ORDER BY path USING ~<~ LIMIT 1)
        FROM stage WHERE name IS NOT NULL
        UNION ALL
        SELECT stage, (
            SELECT stat.path FROM stat
            WHERE stat.stage = place.stage
              AND stat.path ~>=~ (split_part(place.path, '/', 1) || '/' || split_part(place.path, '/', 2) || '0')
            ORDER BY stat.path USING ~<~ LIMIT 1
        )
        FROM place WHERE place.path IS NOT NULL
    ), subdir (stage, prefix, name) AS (
        SELECT stage, split_part(path, '/', 1), split_part(path, '/', 2) FROM place WHERE path IS NOT NULL
    )
    SELECT stage, prefix, name, (
        SELECT count(*) FROM stat
        WHERE stat.stage = subdir.stage
          AND stat.path ~>=~ (prefix || '/' || name || '/') AND stat.path ~<~ (prefix || '/' || name || '0')
    )
    FROM subdir";

/// Those of the tables with rows of channels that are there.
fn tables(client: &mut Client) -> Result<Vec<String>, postgres::Error> {
    let rows = client.query(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname = ANY ($1)",
        &[&change::TABLES.as_slice()],
    )?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
