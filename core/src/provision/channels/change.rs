//! Gives a channel another prefix, or removes it: all rows in one transaction, while nobody indexes
//! it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use postgres::{Client, Transaction};

use super::super::error::{Errors, ProvisionError};
use super::environments;
use crate::channel::{ChannelPrefix, KNOWN_SUBDIRS};
use crate::store::postgres::{ConnectionSettings, LOCK_KEY, Retry};

/// The tables with rows of channels: by `path`, but for the last.
pub(super) const TABLES: [&str; 11] = [
    "stat",
    "index_json",
    "about",
    "recipe",
    "run_exports",
    "post_install",
    "icon",
    "towpath_artifact",
    "towpath_recipe",
    "towpath_subdir",
    REGISTER,
];

/// The table of the channels themselves.
const REGISTER: &str = "towpath_channel";

/// Which rows of a table with paths are of the channel `$1`: `0` follows `/`.
const IN_CHANNEL: &str = "path ~>=~ ($1::text || '/') AND path ~<~ ($1::text || '0')";

/// What is done with the rows of a channel.
#[derive(Clone, Copy)]
enum Change<'c> {
    /// They get this prefix.
    Rename(&'c ChannelPrefix),
    /// They go.
    Remove,
}

/// How many rows of each table were changed; tables without such rows are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The numbers, by table.
    pub rows: BTreeMap<String, u64>,
}

impl Changed {
    /// How many rows there are altogether.
    pub fn total(&self) -> u64 {
        self.rows.values().sum()
    }
}

/// How many rows a channel has.
///
/// # Errors
///
/// When the server fails.
pub fn rows_of_channel(
    settings: &ConnectionSettings,
    prefix: &ChannelPrefix,
    retry: &Retry,
) -> Result<Changed, ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.connect_with_retries(retry)?;
    let counted = |client: &mut Client| {
        let tables = super::tables(client)?;
        count(&mut client.transaction()?, &tables, prefix)
    };
    counted(&mut client).map_err(errors.failed("counting rows"))
}

/// Gives a channel another prefix. Its folder still has the old one: whoever indexes it next has to
/// [tell it](ChannelPrefix::replace_in) first.
///
/// # Errors
///
/// When there is no such channel, the new prefix is taken, somebody indexes the channel, or the
/// server fails; nothing has changed then.
pub fn rename_channel(
    settings: &ConnectionSettings,
    old: &ChannelPrefix,
    new: &ChannelPrefix,
    retry: &Retry,
) -> Result<Changed, ProvisionError> {
    change(settings, old, Change::Rename(new), retry)
}

/// Removes all that is known of a channel. Its folder and its documents stay as they are.
///
/// # Errors
///
/// When there is no such channel, somebody indexes it or needs its packages for an environment, or the
/// server fails; nothing has changed then.
pub fn remove_channel(
    settings: &ConnectionSettings,
    prefix: &ChannelPrefix,
    retry: &Retry,
) -> Result<Changed, ProvisionError> {
    change(settings, prefix, Change::Remove, retry)
}

fn change(
    settings: &ConnectionSettings,
    prefix: &ChannelPrefix,
    change: Change<'_>,
    retry: &Retry,
) -> Result<Changed, ProvisionError> {
    let errors = Errors { settings };
    let mut client = settings.connect_with_retries(retry)?;
    let tables = super::tables(&mut client).map_err(errors.failed("looking for tables"))?;
    let mut transaction = client.transaction().map_err(errors.failed("beginning"))?;
    let prefixes: &[&ChannelPrefix] = match change {
        Change::Rename(new) => &[prefix, new],
        Change::Remove => &[prefix],
    };
    let environments = environments::Rows::lock(&mut transaction);
    let environments = environments.map_err(errors.failed("taking locks"))?;
    let busy = lock(&mut transaction, &tables, prefixes).map_err(errors.failed("taking locks"))?;
    if let Some(subdir) = busy {
        return Err(errors.refused(format!(
            "another process is indexing {subdir}: try again when it is done"
        )));
    }
    let counted = count(&mut transaction, &tables, prefix).map_err(errors.failed("counting rows"))?;
    if counted.rows.is_empty() {
        return Err(errors.refused(format!("there is no channel with the prefix {prefix}")));
    }
    if let Change::Rename(new) = change {
        let taken = count(&mut transaction, &tables, new).map_err(errors.failed("counting rows"))?;
        if !taken.rows.is_empty() {
            return Err(errors.refused(format!(
                "there is a channel with the prefix {new} already ({} rows)",
                taken.total()
            )));
        }
    }
    let of_environments = match (change, environments) {
        (_, None) => 0,
        (Change::Rename(new), Some(rows)) => rows.rename(&mut transaction, &errors, prefix, new)?,
        (Change::Remove, Some(rows)) => rows.withdraw(&mut transaction, &errors, prefix)?,
    };
    let mut changed = Changed::default();
    if let (Change::Rename(_), 1..) = (change, of_environments) {
        changed
            .rows
            .insert(environments::CHANNELS.to_owned(), of_environments);
    }
    for table in &tables {
        let rows = match change {
            Change::Rename(new) => rename_rows(&mut transaction, table, prefix, new),
            Change::Remove => remove_rows(&mut transaction, table, prefix),
        };
        let rows = rows.map_err(errors.failed(format!("changing {table}")))?;
        if rows > 0 {
            changed.rows.insert(table.clone(), rows);
        }
    }
    transaction.commit().map_err(errors.failed("committing"))?;
    Ok(changed)
}

/// Takes the locks of all subdirs that these channels have or may get, until the transaction ends;
/// says which one somebody else has.
fn lock(
    transaction: &mut Transaction<'_>,
    tables: &[String],
    prefixes: &[&ChannelPrefix],
) -> Result<Option<String>, postgres::Error> {
    let mut subdirs: BTreeSet<String> = KNOWN_SUBDIRS.map(str::to_owned).into();
    for table in tables
        .iter()
        .filter(|table| *table == "stat" || *table == "towpath_subdir")
    {
        for prefix in prefixes {
            let query = format!("SELECT DISTINCT split_part(path, '/', 2) FROM {table} WHERE {IN_CHANNEL}");
            for row in transaction.query(&query, &[&prefix.as_str()])? {
                subdirs.insert(row.try_get(0)?);
            }
        }
    }
    let take = format!("SELECT pg_try_advisory_xact_lock({LOCK_KEY})");
    for prefix in prefixes {
        for subdir in &subdirs {
            let name = format!("{prefix}/{subdir}");
            if !transaction.query_one(&take, &[&name])?.try_get::<_, bool>(0)? {
                return Ok(Some(name));
            }
        }
    }
    Ok(None)
}

fn count(
    transaction: &mut Transaction<'_>,
    tables: &[String],
    prefix: &ChannelPrefix,
) -> Result<Changed, postgres::Error> {
    let mut counted = Changed::default();
    for table in tables {
        let condition = condition(table);
        let query = format!("SELECT count(*) FROM {table} WHERE {condition}");
        let rows: i64 = transaction.query_one(&query, &[&prefix.as_str()])?.try_get(0)?;
        if rows > 0 {
            counted.rows.insert(table.clone(), rows.unsigned_abs());
        }
    }
    Ok(counted)
}

fn rename_rows(
    transaction: &mut Transaction<'_>,
    table: &str,
    old: &ChannelPrefix,
    new: &ChannelPrefix,
) -> Result<u64, postgres::Error> {
    let condition = condition(table);
    let set = if table == REGISTER {
        "prefix = $2::text"
    } else {
        "path = $2::text || substr(path, length($1::text) + 1)"
    };
    let sql = format!("UPDATE {table} SET {set} WHERE {condition}");
    transaction.execute(&sql, &[&old.as_str(), &new.as_str()])
}

fn remove_rows(
    transaction: &mut Transaction<'_>,
    table: &str,
    prefix: &ChannelPrefix,
) -> Result<u64, postgres::Error> {
    let condition = condition(table);
    transaction.execute(
        &format!("DELETE FROM {table} WHERE {condition}"),
        &[&prefix.as_str()],
    )
}

/// Which rows of a table are of the channel `$1`.
fn condition(table: &str) -> &'static str {
    if table == REGISTER {
        "prefix = $1::text"
    } else {
        IN_CHANNEL
    }
}
