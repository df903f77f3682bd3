//! D301 and on, and G611: the metadata under `info/`.
//!
//! Each field is judged on its own: one that is of a wrong type hides no other.

mod about;
mod dependencies;
mod document;
mod index;
mod link;
mod members;
mod noarch;
mod recipe;
mod revision;
mod run_exports;
mod secrets;
mod site_packages;
mod specs;
mod timestamp;
mod virtual_packages;

use serde_json::Value;

use crate::verify::finding::quoted;
use crate::verify::{Document, Place, Rule};

pub(super) const RULES: &[&Rule] = &[
    &index::D301,
    &index::D302,
    &index::D303,
    &dependencies::D304,
    &dependencies::D305,
    &specs::D306,
    &specs::D307,
    &specs::D308,
    &dependencies::D309,
    &dependencies::D310,
    &noarch::D311,
    &noarch::D312,
    &timestamp::D313,
    &timestamp::D314,
    &site_packages::D315,
    &revision::D316,
    &revision::D317,
    &index::D318,
    &about::D320,
    &about::D321,
    &run_exports::D322,
    &run_exports::D323,
    &link::D324,
    &link::D325,
    &members::D326,
    &members::D327,
    &about::D328,
    &recipe::D329,
];

/// The rule on virtual packages, which belongs to the group of what is around a package.
pub(super) const VIRTUAL_PACKAGES: &[&Rule] = &[&virtual_packages::G611];

/// A place in `info/index.json`.
fn in_index(key: impl Into<String>) -> Place {
    Place::member(Document::Index.path()).key(key)
}

/// A value as a finding shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => {
            let digits = number.to_string();
            match digits.get(..40) {
                Some(first) if digits.len() > 40 => format!("{first}…"),
                _ => digits,
            }
        }
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
