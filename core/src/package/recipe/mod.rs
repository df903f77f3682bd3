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

#[cfg(test)]
mod tests;

use serde_json::Value;

/// Collections inside collections, counted after aliases are followed.
const NESTING_MAX: usize = 100;

/// Nodes that a recipe may have, counted after aliases are followed. A recipe of 30 KB has less
/// than 1,000; the JSON of this many stays below 100 MB.
const NODES_MAX: usize = 250_000;

/// The recipe is not one YAML document that becomes JSON; conda-index does not say why either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unreadable;

/// The recipe as JSON, as conda-index caches it. Never fails: what cannot be read as one YAML
/// document is `{}`, an empty document is `null`.
///
/// These differ from conda-index, which leaves such a package out of the channel or stops: a date,
/// a `!!binary`, an infinite number and a number that Python cannot read are the text that stands
/// in the recipe, a `!!set` is a mapping to nulls, and a recipe with a collection as a key, with a
/// collection inside itself, or with more nesting or nodes than any recipe needs is `{}`.
pub fn recipe_json(yaml: &[u8]) -> Value {
    read(yaml).unwrap_or_else(|Unreadable| Value::Object(serde_json::Map::new()))
}

fn read(yaml: &[u8]) -> Result<Value, Unreadable> {
    let text = text::decode(yaml)?;
    let document = compose::compose(&text)?;
    construct::construct(&document)
}
