//! The recipe of a package, `info/recipe/meta.yaml`, as the JSON that conda-index caches.
//!
//! conda-index reads recipes with ruamel.yaml in its safe, pure mode and writes the result with
//! Python's `json.dumps`. A channel can be handed from one indexer to the other, so the two have
//! to agree on what a recipe says: YAML 1.2 with Python's idea of numbers, keys and duplicates.
//! Where conda-index would drop the package because JSON has no such value, the value is kept as
//! the text that stands in the recipe.

mod compose;
mod construct;
mod key;
mod plain;
mod scalar;
mod tabs;
mod tag;
mod text;

pub(crate) use text::decode;

#[cfg(test)]
mod tests;

use serde_json::Value;
use thiserror::Error;

/// Collections inside collections, counted after aliases are followed.
const NESTING_MAX: usize = 100;

/// Nodes that a recipe may have, counted after aliases are followed. A recipe of 30 KB has less
/// than 1,000; the JSON of this many stays below 100 MB.
const NODES_MAX: usize = 250_000;

/// Why a text is not one YAML document that becomes JSON.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Unreadable {
    /// Bytes of no encoding, or characters that YAML does not allow.
    #[error("is not text: YAML is UTF-8 or UTF-16 without control characters")]
    Characters,
    /// Where the parser stopped. It is built without words for what it met there.
    #[error("line {line}: is not YAML at column {column}: look there, and at the line before")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A tab where ruamel.yaml takes none.
    #[error("is not YAML: there is a tab where only spaces can be")]
    Tab,
    /// A second document.
    #[error("holds several YAML documents")]
    SeveralDocuments,
    /// `%YAML` with a version that there is not.
    #[error("is of a version of YAML that there is not")]
    Version,
    /// More collections inside collections than [`NESTING_MAX`].
    #[error("has more than {NESTING_MAX} collections inside each other")]
    Nesting,
    /// More nodes than were allowed.
    #[error("has too many values, counted after aliases are followed")]
    Nodes,
    /// A mapping has a key twice.
    #[error("is not YAML: the key {0:?} stands twice in one mapping")]
    DuplicateKey(String),
    /// A tag, an alias or a merge key that does not go with its value, or a key that is no text.
    #[error("is not YAML that JSON can say: a tag, a merge key, or a collection as a key")]
    Construct,
}

/// What scalars become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalars {
    /// Numbers, truth values and nulls, as Python has them.
    Python,
    /// Text as it is written, or null: `3.10` is no number (the failsafe schema of YAML 1.2).
    AsWritten,
}

/// The recipe as JSON, as conda-index caches it. Never fails: what cannot be read as one YAML
/// document is `{}`, an empty document is `null`.
///
/// These differ from conda-index, which leaves such a package out of the channel or stops: a date,
/// a `!!binary`, an infinite number and a number that Python cannot read are the text that stands
/// in the recipe, a `!!set` is a mapping to nulls, and a recipe with a collection as a key, with a
/// collection inside itself, or with more nesting or nodes than any recipe needs is `{}`.
pub fn recipe_json(yaml: &[u8]) -> Value {
    read(yaml).unwrap_or_else(|_| Value::Object(serde_json::Map::new()))
}

fn read(yaml: &[u8]) -> Result<Value, Unreadable> {
    document(&decode(yaml)?, Scalars::Python, NODES_MAX)
}

/// The only YAML document in a text as JSON, by the rules for recipes.
///
/// # Errors
///
/// When it is not one, or has more nodes than it may.
pub(crate) fn document(text: &str, scalars: Scalars, nodes_max: usize) -> Result<Value, Unreadable> {
    let document = compose::compose(text, nodes_max)?;
    construct::construct(&document, scalars, nodes_max)
}
