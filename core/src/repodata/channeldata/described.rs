//! What the metadata of one package says of it to people.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::json::JsonText;
use crate::store::StoredDescription;

/// The fields that say what a package is.
pub(super) const FIELDS: [&str; 16] = [
    "description",
    "dev_url",
    "doc_source_url",
    "doc_url",
    "home",
    "icon_hash",
    "icon_url",
    "identifiers",
    "keywords",
    "license",
    "recipe_origin",
    "source_git_url",
    "source_url",
    "summary",
    "tags",
    "version",
];

/// The facts about what installing a package does.
pub(super) const FACTS: [&str; 7] = [
    "activate.d",
    "binary_prefix",
    "deactivate.d",
    "post_link",
    "pre_link",
    "pre_unlink",
    "text_prefix",
];

/// All that is said of a package by its recipe, its `about.json`, its files, its index and its
/// published record; of two that say something of the same the later counts.
pub(super) fn members(description: &StoredDescription<'_>, published: &JsonText) -> Map<String, Value> {
    let mut members = Map::new();
    let texts = [
        description.recipe.as_deref(),
        description.about.as_deref(),
        description.post_install.as_deref(),
        Some(&*description.record),
    ];
    for text in texts.into_iter().flatten() {
        take(text, &mut members);
    }
    // conda-build's recipe has the source as a mapping, or as a list of such for several.
    if let Some(Value::Object(source)) = members.remove("source") {
        for (key, field) in [("url", "source_url"), ("git_url", "source_git_url")] {
            if let Some(value) = source.get(key) {
                members.insert(field.to_owned(), value.clone());
            }
        }
    }
    members.remove("run_exports");
    if let Some(run_exports) = description
        .run_exports
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
    {
        members.insert("run_exports".to_owned(), run_exports);
    }
    take(published.as_str(), &mut members);
    for field in ["description", "summary"] {
        if let Some(value) = members.get_mut(field) {
            *value = on_one_line(value.take());
        }
    }
    members
}

/// Text without line breaks; old recipes have it as a list of its lines.
fn on_one_line(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Array(lines) if lines.iter().all(Value::is_string) => {
            Cow::Owned(lines.iter().filter_map(Value::as_str).collect())
        }
        _ => return value,
    };
    text.trim().replace('\n', " ").into()
}

/// Takes the members that matter from a JSON object. What is none, or no JSON, has none: another
/// tool stored it.
fn take(object: &str, members: &mut Map<String, Value>) {
    if let Ok(Taken(taken)) = serde_json::from_str(object) {
        members.extend(taken);
    }
}

/// The members that matter. Recipes are long, and little of them does.
struct Taken(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Taken {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;
        impl<'de> Visitor<'de> for OfObject {
            type Value = Taken;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Taken, A::Error> {
                let mut taken = Vec::new();
                while let Some(key) = object.next_key::<Cow<'_, str>>()? {
                    let matters = FIELDS.contains(&&*key)
                        || FACTS.contains(&&*key)
                        || matches!(&*key, "run_exports" | "source");
                    if matters {
                        taken.push((key.into_owned(), object.next_value()?));
                    } else {
                        object.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Taken(taken))
            }
        }
        deserializer.deserialize_map(OfObject)
    }
}

/// Whether a value says anything: Python's idea of truth, which is conda-index's.
pub(super) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}
