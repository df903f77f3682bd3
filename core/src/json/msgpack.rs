//! Values in msgpack as JSON has them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Levels of nesting, as many as the JSON of repodata may have.
const DEPTH_MAX: usize = 128;

/// Reads a document that is in memory: what it says of lengths is checked against what is there.
pub(crate) fn deserializer(
    document: &[u8],
) -> rmp_serde::Deserializer<rmp_serde::decode::ReadRefReader<'_, [u8]>> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(document);
    deserializer.set_max_depth(DEPTH_MAX);
    deserializer
}

/// A record. Its digests, which are bytes, become text in hexadecimal.
pub(crate) struct Record(Map<String, Value>);

impl From<Record> for Map<String, Value> {
    fn from(record: Record) -> Self {
        record.0
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Member::deserialize(deserializer)? {
            Member(Value::Object(record)) => Ok(Self(record)),
            _ => Err(D::Error::custom("a record is not a map")),
        }
    }
}

/// Any value; what is bytes becomes text in hexadecimal.
pub(crate) struct Member(pub(crate) Value);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AsJson).map(Self)
    }
}

struct AsJson;

impl<'de> Visitor<'de> for AsJson {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON has too")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(base16ct::lower::encode_string(bytes).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Member(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Member(value))) = members.next_entry::<String, Member>()? {
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// A SHA-256.
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Digest;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the 32 bytes of a SHA-256")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Digest, E> {
                let digest = bytes.try_into();
                digest
                    .map(Digest)
                    .map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use rmp::encode as msgpack;

    use super::*;

    fn record(document: &[u8]) -> Result<Map<String, Value>, rmp_serde::decode::Error> {
        Record::deserialize(&mut deserializer(document)).map(Into::into)
    }

    #[test]
    fn values_are_as_in_json() {
        let mut document = Vec::new();
        msgpack::write_map_len(&mut document, 5).unwrap();
        msgpack::write_str(&mut document, "md5").unwrap();
        msgpack::write_bin(&mut document, &[0xab, 1]).unwrap();
        msgpack::write_str(&mut document, "size").unwrap();
        msgpack::write_uint(&mut document, 300).unwrap();
        msgpack::write_str(&mut document, "small").unwrap();
        msgpack::write_sint(&mut document, -3).unwrap();
        msgpack::write_str(&mut document, "depends").unwrap();
        msgpack::write_array_len(&mut document, 1).unwrap();
        msgpack::write_str(&mut document, "a").unwrap();
        msgpack::write_str(&mut document, "half").unwrap();
        msgpack::write_f64(&mut document, 0.5).unwrap();
        let expected = serde_json::json!({
            "md5": "ab01", "size": 300, "small": -3, "depends": ["a"], "half": 0.5
        });
        assert_eq!(Value::Object(record(&document).unwrap()), expected);
    }

    #[test]
    fn what_promises_more_than_there_is_or_nests_too_deep_is_refused() {
        // An array of 4294967295 items, a text of as many bytes, and arrays in each other.
        assert!(record(b"\x81\xa1a\xdd\xff\xff\xff\xff\x01").is_err());
        assert!(record(b"\x81\xa1a\xdb\xff\xff\xff\xffx").is_err());
        let nested = [&b"\x81\xa1a"[..], &[0x91; 100_000]].concat();
        assert!(record(&nested).is_err());
        assert!(record(b"\x01").is_err());
    }
}
