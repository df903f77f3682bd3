//! Which fields changed, as text for people.

use serde::Serialize;
use serde_json::{Map, Value};

/// A field that changed, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangedField {
    /// The field.
    pub field: String,
    /// What it said before.
    pub before: Option<String>,
    /// What it says now.
    pub after: Option<String>,
}

/// Which of these fields changed, as text. What is empty or `null` is as if it were not there, and a list
/// of one is as that one.
pub(crate) fn changed_fields(
    fields: &[&str],
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<ChangedField> {
    let text = |members: &Map<String, Value>, field: &str| {
        let text = members.get(field).map(field_text);
        text.filter(|text| !text.is_empty())
    };
    let changes = fields.iter().map(|field| ChangedField {
        field: (*field).to_owned(),
        before: text(before, field),
        after: text(after, field),
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// The value as people would write it: the items of lists with commas between them, and members with
/// their names.
fn field_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => joined(items.iter().map(field_text), ", "),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| match field_text(value) {
                text if text.is_empty() => text,
                text => format!("{name}: {text}"),
            });
            joined(members, "; ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn joined(texts: impl Iterator<Item = String>, separator: &str) -> String {
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(separator)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const FIELDS: [&str; 4] = ["license", "track_features", "noarch", "extra_depends"];

    fn fields(before: Value, after: Value) -> Vec<String> {
        let [Value::Object(before), Value::Object(after)] = [before, after] else {
            panic!("records are objects");
        };
        let shown = |text: Option<String>| text.unwrap_or("-".to_owned());
        let changes = changed_fields(&FIELDS, &before, &after).into_iter();
        changes
            .map(|change| {
                format!(
                    "{}: {} -> {}",
                    change.field,
                    shown(change.before),
                    shown(change.after)
                )
            })
            .collect()
    }

    #[rstest]
    #[case(json!({"license": "MIT"}), json!({"license": "MIT"}), &[])]
    #[case(json!({"license": "MIT "}), json!({"license": ["MIT"]}), &[])]
    #[case(json!({"license": "MIT"}), json!({"license": "BSD-3-Clause"}), &["license: MIT -> BSD-3-Clause"])]
    #[case(json!({"license": "MIT"}), json!({"license": null}), &["license: MIT -> -"])]
    #[case(json!({"track_features": ""}), json!({"track_features": []}), &[])]
    #[case(json!({}), json!({"track_features": ["a", "b"]}), &["track_features: - -> a, b"])]
    #[case(json!({"noarch": true}), json!({"noarch": "python"}), &["noarch: true -> python"])]
    #[case(
        json!({"extra_depends": {"a": ["x", "y >=1"], "b": []}}),
        json!({"extra_depends": {"a": ["x"], "c": ["z"]}}),
        &["extra_depends: a: x, y >=1 -> a: x; c: z"]
    )]
    #[case(json!({"size": 1, "depends": ["a"]}), json!({"size": 2, "depends": []}), &[])]
    fn fields_are_compared_as_text(#[case] before: Value, #[case] after: Value, #[case] changes: &[&str]) {
        assert_eq!(fields(before, after), changes);
    }
}
