//! What a package needs, and what it makes others need.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::gather::{Documents, INDEX, RUN_EXPORTS_JSON, RUN_EXPORTS_YAML};
use super::lenient::{Fields, Oddities, text_of};
use crate::package::recipe::recipe_json;

/// What a package needs, as its `info/index.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Dependencies {
    /// What has to be there.
    pub depends: Vec<String>,
    /// What may be there only so.
    pub constrains: Vec<String>,
    /// What each extra needs (repodata v3).
    pub extra_depends: BTreeMap<String, Vec<String>>,
    /// By what it can be chosen among builds (repodata v3).
    pub flags: Vec<String>,
    /// Features that it brings: clients avoid packages that have some.
    pub track_features: Vec<String>,
    /// Features that it is for, of before 2016.
    pub features: Vec<String>,
}

/// What packages that are built with this one will need, by the way they are built with it (CEP 12).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct RunExports {
    /// If it is in their host environment.
    pub weak: Vec<String>,
    /// If it is in their build environment, of host and of what they need.
    pub strong: Vec<String>,
    /// If they are noarch.
    pub noarch: Vec<String>,
    /// Constraints, if it is in their host environment.
    pub weak_constrains: Vec<String>,
    /// Constraints, if it is in their build environment.
    pub strong_constrains: Vec<String>,
}

impl RunExports {
    /// The lists with their names in `info/run_exports.json`, in a fixed order.
    pub fn kinds(&self) -> [(&'static str, &[String]); 5] {
        [
            ("weak", &self.weak),
            ("strong", &self.strong),
            ("noarch", &self.noarch),
            ("weak_constrains", &self.weak_constrains),
            ("strong_constrains", &self.strong_constrains),
        ]
    }

    fn is_empty(&self) -> bool {
        self.kinds().iter().all(|(_, specs)| specs.is_empty())
    }
}

pub(super) fn read(index: &Map<String, Value>, oddities: &mut Oddities) -> Dependencies {
    let mut fields = Fields::new(INDEX, index, oddities);
    Dependencies {
        depends: fields.texts("depends"),
        constrains: fields.texts("constrains"),
        extra_depends: extra_depends(&mut fields),
        flags: fields.texts("flags"),
        track_features: words(&mut fields, "track_features"),
        features: words(&mut fields, "features"),
    }
}

fn extra_depends(fields: &mut Fields<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(extras) = fields.object("extra_depends") else {
        return BTreeMap::new();
    };
    extras
        .iter()
        .map(|(extra, specs)| {
            let specs = match specs {
                Value::Array(specs) => specs.iter().filter_map(text_of).collect(),
                single => {
                    fields.expected("extra_depends", "an object of lists", single);
                    text_of(single).into_iter().collect()
                }
            };
            (extra.clone(), specs)
        })
        .collect()
}

/// Words of one text, or a list of them: both are usual.
fn words(fields: &mut Fields<'_>, key: &str) -> Vec<String> {
    fields
        .text_or_texts(key)
        .iter()
        .flat_map(|text| text.split([',', ' ']))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What `info/run_exports.json` has, or the YAML of its first years. A list there is weak.
pub(super) fn run_exports(documents: &mut Documents) -> Option<RunExports> {
    let (place, value) = match documents.json(RUN_EXPORTS_JSON) {
        Some(value) => (RUN_EXPORTS_JSON, value),
        None => (RUN_EXPORTS_YAML, recipe_json(&documents.take(RUN_EXPORTS_YAML)?)),
    };
    let exports = match &value {
        Value::Object(kinds) => {
            let mut fields = Fields::new(place, kinds, &mut documents.oddities);
            RunExports {
                weak: fields.text_or_texts("weak"),
                strong: fields.text_or_texts("strong"),
                noarch: fields.text_or_texts("noarch"),
                weak_constrains: fields.text_or_texts("weak_constrains"),
                strong_constrains: fields.text_or_texts("strong_constrains"),
            }
        }
        Value::Array(_) | Value::String(_) => {
            let kinds = Map::from_iter([("weak".to_owned(), value)]);
            RunExports {
                weak: Fields::new(place, &kinds, &mut documents.oddities).text_or_texts("weak"),
                ..RunExports::default()
            }
        }
        _ => {
            documents
                .oddities
                .note(format!("{place} should hold an object, and does not"));
            return None;
        }
    };
    Some(exports).filter(|exports| !exports.is_empty())
}
