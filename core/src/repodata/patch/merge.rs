//! How the fields of a patch go into a record.

use serde_json::{Map, Value};

/// Merges `patch` into `record`: null deletes a field, an object goes into the object that is
/// there, anything else replaces.
pub(super) fn merge_fields(record: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => {
                record.remove(key);
            }
            Value::Object(fields) => {
                let target = record.entry(key.clone()).or_insert_with(|| Map::new().into());
                if !target.is_object() {
                    *target = Map::new().into();
                }
                if let Value::Object(target) = target {
                    merge_fields(target, fields);
                }
            }
            other => {
                record.insert(key.clone(), other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[rstest::rstest]
    #[case(json!({"a": 1}), json!({"a": null}), json!({}))]
    #[case(json!({}), json!({"a": null}), json!({}))]
    #[case(json!({"a": [1]}), json!({"a": [2, 3]}), json!({"a": [2, 3]}))]
    #[case(json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": null, "d": {"e": 3}}}), json!({"a": {"c": 2, "d": {"e": 3}}}))]
    #[case(json!({"a": "text"}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}}))]
    fn fields_are_merged(#[case] mut record: Value, #[case] patch: Value, #[case] expected: Value) {
        merge_fields(record.as_object_mut().unwrap(), patch.as_object().unwrap());
        assert_eq!(record, expected);
    }
}
