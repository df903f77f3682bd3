//! What a run does once for its channel: it finds out whether it may write at all, and registers
//! the channel.

use super::PostgresDatabase;
use super::database::Interruption;
use crate::channel::ChannelPrefix;
use crate::store::StoreError;

/// The tables whose rows a run writes, beside those of [`super::TABLES_BY_PATH`].
const MORE_TABLES: [&str; 4] = ["stat", "towpath_artifact", "towpath_channel", "towpath_subdir"];

impl PostgresDatabase {
    /// Makes sure that the role may write what a run writes: every run writes some of it, and all
    /// of its subdirs would fail.
    ///
    /// # Errors
    ///
    /// When it may not, or the server fails.
    pub fn check_rights(&self) -> Result<(), StoreError> {
        let tables: Vec<&str> = super::TABLES_BY_PATH.into_iter().chain(MORE_TABLES).collect();
        let (role, refused) = self.read(&mut |client| {
            let row = client.query_one(
                "SELECT current_user::text, ARRAY(
                     SELECT name FROM unnest($1::text[]) AS listed (name)
                     WHERE NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')
                                AND has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE'))
                 )",
                &[&tables],
            )?;
            Ok::<(String, Vec<String>), Interruption>((row.try_get(0)?, row.try_get(1)?))
        })?;
        if refused.is_empty() {
            return Ok(());
        }
        Err(self.may_not_write(role, refused))
    }

    /// Writes down what the channel with this prefix is called, if that is new.
    ///
    /// # Errors
    ///
    /// When the server fails.
    pub fn register_channel(&self, prefix: &ChannelPrefix, name: &str) -> Result<(), StoreError> {
        self.write(&mut |transaction| {
            // An upsert alone would lock the row, which is a change on disk, at every run.
            transaction.execute(
                "INSERT INTO towpath_channel (prefix, name)
                 SELECT $1, $2
                 WHERE NOT EXISTS (SELECT FROM towpath_channel WHERE prefix = $1 AND name = $2)
                 ON CONFLICT (prefix) DO UPDATE SET name = excluded.name",
                &[&prefix.as_str(), &name],
            )?;
            Ok(())
        })
    }
}
