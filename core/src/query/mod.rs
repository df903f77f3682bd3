//! Asks a channel's records: in SQL, and by words.
//!
//! Records are held in memory, as `repodata.json` or shards of it bring them, and asked through GlueSQL,
//! a database in pure Rust: all of it works in a browser. The [tables](ChannelRecords::tables) are made
//! for people, not those of a [store](crate::store).
//!
//! Nothing is `NULL` that a record does not say: it is empty text, 0 or false. GlueSQL 0.20 finds
//! nothing by `TRUE OR NULL`; where a `LEFT JOIN` brings `NULL`, conditions are mended before they reach
//! it. Names without quotes are read in lower case, as PostgreSQL does it.
//!
//! ```
//! use towpath_core::query::ChannelRecords;
//! let repodata = br#"{"packages.conda": {
//!     "a-1.10-0.conda": {"name": "a", "version": "1.10", "build": "0", "depends": ["python >=3.9"]},
//!     "a-1.9-0.conda": {"name": "a", "version": "1.9", "build": "0"},
//!     "b-1-0.conda": {"version": "1"}
//! }}"#;
//! let mut channel = ChannelRecords::new();
//! let loaded = channel.load("noarch", &repodata[..]).unwrap();
//! assert_eq!((loaded.records, loaded.left_out), (2, 1));
//! assert_eq!(loaded.reasons[0].reason, "has no name");
//! let table = channel.select("SELECT version FROM records ORDER BY name, version_order").unwrap();
//! assert_eq!(serde_json::to_string(&table.rows).unwrap(), r#"[["1.9"],["1.10"]]"#);
//! ```

mod answer;
mod error;
mod held;
mod joins;
mod loading;
mod logic;
mod ordered;
mod reading;
mod search;
mod select;
mod shard;
mod split;
mod subqueries;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod walk;

use std::io::Read;

pub use self::answer::{Cell, Table};
pub use self::error::{LoadError, QueryError};
use self::loading::Loading;
pub use self::loading::{Bounds, LeftOut, Loaded};
use self::ordered::Records;
pub use self::search::{Hit, Hits, Match};
pub use self::select::SelectLimits;
pub use self::tables::{ColumnDescription, ColumnKind, TableDescription};
use crate::record::names::subdir_fault;

/// The records of a channel in memory.
#[derive(Default)]
pub struct ChannelRecords {
    records: Records,
    bounds: Bounds,
    loading: Option<Loading>,
    /// How many records came with documents that are complete.
    complete: usize,
}

impl ChannelRecords {
    /// No records yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with other bounds on what is held.
    pub fn with_bounds(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    /// Loads `repodata.json` of a subdir, as it is or compressed with zstd. Of records with the same
    /// subdir and file name the last one stays.
    ///
    /// # Errors
    ///
    /// When the document cannot be read, or is no repodata; none of its records is there then. A record
    /// that is no record is left out, which is no error.
    pub fn load(&mut self, subdir: &str, mut document: impl Read) -> Result<Loaded, LoadError> {
        self.begin(subdir)?;
        let mut piece = vec![0; 256 << 10];
        loop {
            let count = match document.read(&mut piece) {
                Ok(0) => return self.finish(),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.give_up();
                    return Err(error.into());
                }
            };
            self.take(&piece[..count])?;
        }
    }

    /// Begins to load `repodata.json` of a subdir, which comes in pieces. Another document that is not
    /// [finished](Self::finish) is given up.
    ///
    /// # Errors
    ///
    /// When there can be no such subdir (CEP 26).
    pub fn begin(&mut self, subdir: &str) -> Result<(), LoadError> {
        self.give_up();
        if let Some(fault) = subdir_fault(subdir) {
            return Err(LoadError::Subdir(subdir.to_owned(), fault));
        }
        let subdir = self.records.held.texts.keep(subdir);
        self.loading = Some(Loading::repodata(subdir, self.bounds));
        Ok(())
    }

    /// Takes the next bytes of the document.
    ///
    /// # Errors
    ///
    /// When the document is no repodata, or none was begun. It is given up then.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), LoadError> {
        let loading = self.loading.as_mut().ok_or(LoadError::NotBegun)?;
        let taken = loading.take(&mut self.records.held, piece);
        if taken.is_err() {
            self.give_up();
        }
        taken
    }

    /// Ends a document. Its records can be asked from now on.
    ///
    /// # Errors
    ///
    /// When the document is no repodata, has not come to its end, or was never begun.
    pub fn finish(&mut self) -> Result<Loaded, LoadError> {
        let loading = self.loading.take().ok_or(LoadError::NotBegun)?;
        let finished = loading.finish(&mut self.records.held);
        self.settle(finished)
    }

    /// Loads a shard of a subdir's sharded repodata (CEP 16), as it is or compressed with zstd.
    ///
    /// # Errors
    ///
    /// When it is no shard; none of its records is there then.
    pub fn load_shard(&mut self, subdir: &str, shard: &[u8]) -> Result<Loaded, LoadError> {
        self.give_up();
        if let Some(fault) = subdir_fault(subdir) {
            return Err(LoadError::Subdir(subdir.to_owned(), fault));
        }
        let subdir = self.records.held.texts.keep(subdir);
        let taken = loading::take_shard(&mut self.records.held, subdir, self.bounds, shard);
        self.settle(taken)
    }

    fn settle(&mut self, finished: Result<Loaded, LoadError>) -> Result<Loaded, LoadError> {
        match &finished {
            Ok(_) => self.complete = self.records.held.records.len(),
            Err(_) => self.give_up(),
        }
        finished
    }

    /// Lets go of the document that is not finished, and of its records.
    pub fn give_up(&mut self) {
        self.loading = None;
        self.records.held.cut(self.complete);
    }

    /// How many records can be asked.
    pub fn count(&mut self) -> usize {
        self.records.put_in_order(self.complete);
        self.records.count()
    }

    /// The tables that [`select`](Self::select) asks.
    pub fn tables() -> Vec<TableDescription> {
        tables::TABLES.map(tables::Table::describe).into()
    }

    /// Answers one `SELECT`, with 10,000 rows at most.
    ///
    /// # Errors
    ///
    /// When it is no `SELECT` that GlueSQL can answer, in words for who wrote it.
    pub fn select(&mut self, sql: &str) -> Result<Table, QueryError> {
        self.select_within(sql, SelectLimits::default())
    }

    /// The same with other limits.
    ///
    /// # Errors
    ///
    /// When it is no `SELECT` that GlueSQL can answer, in words for who wrote it.
    pub fn select_within(&mut self, sql: &str, limits: SelectLimits) -> Result<Table, QueryError> {
        self.records.put_in_order(self.complete);
        select::select(&self.records, sql, limits)
    }

    /// Finds the packages that all of these words are found in: in their names, in the license of their
    /// newest build, or as the name of a package that this build depends on.
    pub fn search(&mut self, words: &str, limit: usize) -> Hits {
        self.records.put_in_order(self.complete);
        search::search(&self.records, words, limit)
    }
}
