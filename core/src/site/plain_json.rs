//! JSON of any kind, as templates can show it.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

/// A JSON value that is serialised with plain numbers. `serde_json`'s own, which keep every digit, are
/// to other serialisers structs of a private kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainJson(pub Value);

impl Serialize for PlainJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

struct Borrowed<'a>(&'a Value);

impl Serialize for Borrowed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, serializer)
    }
}

fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Null => serializer.serialize_unit(),
        Value::Bool(bool) => serializer.serialize_bool(*bool),
        Value::Number(number) => serialize_number(number, serializer),
        Value::String(text) => serializer.serialize_str(text),
        Value::Array(items) => {
            let mut list = serializer.serialize_seq(Some(items.len()))?;
            for item in items {
                list.serialize_element(&Borrowed(item))?;
            }
            list.end()
        }
        Value::Object(members) => {
            let mut map = serializer.serialize_map(Some(members.len()))?;
            for (key, value) in members {
                map.serialize_entry(key, &Borrowed(value))?;
            }
            map.end()
        }
    }
}

/// A number, or its digits as text where no number of a machine is like it.
fn serialize_number<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    if let Some(number) = number.as_u64() {
        serializer.serialize_u64(number)
    } else if let Some(number) = number.as_i64() {
        serializer.serialize_i64(number)
    } else if let Some(number) = number.as_f64().filter(|number| number.is_finite()) {
        serializer.serialize_f64(number)
    } else {
        serializer.serialize_str(number.as_str())
    }
}

#[cfg(test)]
mod tests {
    use minijinja::value::{Serde, Value as Shown};

    use super::*;

    #[test]
    fn templates_see_numbers() {
        let json = r#"{"build_number":3,"f":1.5,"huge":1e+999,"list":[-1,null,true,"x"]}"#;
        let value = PlainJson(serde_json::from_str(json).unwrap());
        let shown = Shown::from(Serde(&value));
        assert_eq!(shown.get_attr("build_number").unwrap(), Shown::from(3));
        assert_eq!(shown.get_attr("f").unwrap(), Shown::from(1.5));
        assert_eq!(shown.get_attr("huge").unwrap(), Shown::from("1e+999"));
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(written, json.replace("1e+999", "\"1e+999\""));
    }
}
