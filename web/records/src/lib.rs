//! What a browser is given to ask a channel's records: SQL through GlueSQL, and search by words.
//!
//! It is a module of its own, for GlueSQL is larger than all that opens and checks packages. Results are
//! JSON, so that they cross into JavaScript at once. The package of npm, in `web/package`, is what people
//! call; this is what it calls in turn.

use std::error::Error;

use serde::Serialize;
use towpath_core::query;
use wasm_bindgen::prelude::*;

/// The records of a channel in memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct ChannelRecords(query::ChannelRecords);

#[wasm_bindgen]
impl ChannelRecords {
    /// No records yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to load `repodata.json` of a subdir, as it is or compressed with zstd. What was begun before
    /// and is not finished is given up.
    ///
    /// # Errors
    ///
    /// When there can be no such subdir.
    pub fn begin(&mut self, subdir: &str) -> Result<(), JsValue> {
        self.0.begin(subdir).map_err(thrown)
    }

    /// Takes the next bytes of the document.
    ///
    /// # Errors
    ///
    /// When it is no repodata; it is given up then.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), JsValue> {
        self.0.take(piece).map_err(thrown)
    }

    /// Ends the document, and says how many records it brought: JSON of the type `Loaded`.
    ///
    /// # Errors
    ///
    /// When it is no repodata, or not all of it.
    pub fn finish(&mut self) -> Result<String, JsValue> {
        json(self.0.finish())
    }

    /// Lets go of the document that is not finished.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&mut self) {
        self.0.give_up();
    }

    /// Loads a shard of sharded repodata, as it is or compressed with zstd: JSON of the type `Loaded`.
    ///
    /// # Errors
    ///
    /// When it is no shard.
    #[wasm_bindgen(js_name = addShard)]
    pub fn add_shard(&mut self, subdir: &str, shard: &[u8]) -> Result<String, JsValue> {
        json(self.0.load_shard(subdir, shard))
    }

    /// How many records can be asked.
    pub fn count(&mut self) -> usize {
        self.0.count()
    }

    /// The tables that can be asked: JSON, an array of `TableDescription`.
    ///
    /// # Errors
    ///
    /// None.
    pub fn tables() -> Result<String, JsValue> {
        json(Ok::<_, query::QueryError>(query::ChannelRecords::tables()))
    }

    /// Answers one `SELECT`: JSON of the type `Table`.
    ///
    /// # Errors
    ///
    /// When it is no `SELECT` that can be answered, in words.
    pub fn select(&mut self, sql: &str) -> Result<String, JsValue> {
        json(self.0.select(sql))
    }

    /// Finds packages by words, `limit` of them at most: JSON of the type `Hits`.
    ///
    /// # Errors
    ///
    /// None.
    pub fn search(&mut self, words: &str, limit: usize) -> Result<String, JsValue> {
        json(Ok::<_, query::QueryError>(self.0.search(words, limit)))
    }
}

/// A result as JavaScript gets it.
fn json<T: Serialize, E: Error>(result: Result<T, E>) -> Result<String, JsValue> {
    serde_json::to_string(&result.map_err(thrown)?).map_err(thrown)
}

fn thrown(error: impl Error) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}
