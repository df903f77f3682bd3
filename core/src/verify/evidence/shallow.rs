//! A JSON value of which only the outermost is kept: what is in a list or an object may take ninety
//! times its bytes in memory.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

/// The key by which `serde_json` tells visitors of a number that no integer holds, so that none of its
/// digits is lost.
pub(super) const NUMBER: &str = "$serde_json::private::Number";

/// A value; a list or an object is an empty one.
pub(super) struct Shallow(pub(super) Value);

impl<'de> Deserialize<'de> for Shallow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Outermost).map(Self)
    }
}

struct Outermost;

impl<'de> Visitor<'de> for Outermost {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(Value::Bool(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            if key == NUMBER {
                let digits = members.next_value::<String>()?;
                return digits.parse::<Number>().map(Value::Number).map_err(Error::custom);
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(Value::Object(Map::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("null", "null")]
    #[case("true", "true")]
    #[case("1", "1")]
    #[case("-1", "-1")]
    #[case("1.50", "1.50")]
    #[case("123456789012345678901234567890", "123456789012345678901234567890")]
    #[case(r#""text""#, r#""text""#)]
    #[case("[1, [2]]", "[]")]
    #[case(r#"{"a": {"b": 1}}"#, "{}")]
    fn only_the_outermost_is_kept(#[case] text: &str, #[case] kept: &str) {
        let Shallow(value) = serde_json::from_str(text).unwrap();
        assert_eq!(value.to_string(), kept);
    }
}
