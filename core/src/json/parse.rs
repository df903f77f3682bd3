//! Reads JSON as leniently as conda-index does in encoding, and as strictly as JSON is otherwise.

use std::borrow::Cow;

use serde_json::Value;
use thiserror::Error;

use super::number::canonical_number;

/// Why some bytes are not JSON that a channel can publish.
#[derive(Debug, Error)]
pub enum JsonError {
    /// The bytes are in none of UTF-8, UTF-16 and UTF-32.
    #[error("is not text in UTF-8, UTF-16 or UTF-32")]
    Encoding,
    /// The text is not JSON.
    #[error("is not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// A number that no double can hold.
    #[error("holds the number {0}, which is too large")]
    NumberTooLarge(String),
}

/// Parses JSON text in UTF-8 (with or without a byte order mark), UTF-16 or UTF-32.
///
/// Duplicate keys: the last one wins. `NaN` and `Infinity` are refused, as JSON has no such
/// numbers; so is half of a surrogate pair, because strict clients refuse the document it is in.
/// Nesting beyond 128 levels is refused.
///
/// # Errors
///
/// When the bytes are not text or the text is not JSON.
///
/// ```
/// let value = towpath_core::json::parse(b"\xef\xbb\xbf{\"a\": 1}").unwrap();
/// assert_eq!(value["a"], 1);
/// ```
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = decode(bytes).ok_or(JsonError::Encoding)?;
    let value: Value = serde_json::from_str(&text)?;
    match first_unwritable_number(&value) {
        Some(literal) => Err(JsonError::NumberTooLarge(literal)),
        None => Ok(value),
    }
}

fn first_unwritable_number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let literal = number.to_string();
            canonical_number(&literal).is_none().then_some(literal)
        }
        Value::Array(items) => items.iter().find_map(first_unwritable_number),
        Value::Object(members) => members.values().find_map(first_unwritable_number),
        _ => None,
    }
}

/// Tells the encoding from the byte order mark or from where the zero bytes are (RFC 4627,
/// section 3), as Python's `json.loads` does.
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    type Unit32 = fn([u8; 4]) -> u32;
    type Unit16 = fn([u8; 2]) -> u16;
    let utf32 = |bytes: &[u8], unit: Unit32| -> Option<String> {
        let (units, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return None;
        }
        units.iter().map(|chunk| char::from_u32(unit(*chunk))).collect()
    };
    let utf16 = |bytes: &[u8], unit: Unit16| -> Option<String> {
        let (units, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        let units = units.iter().map(|chunk| unit(*chunk));
        char::decode_utf16(units).collect::<Result<_, _>>().ok()
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
        [0xff, 0xfe, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes).map(Cow::Owned),
        [0, 0, 0xfe, 0xff, rest @ ..] => utf32(rest, u32::from_be_bytes).map(Cow::Owned),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        [0, 0, 0, _, ..] => utf32(bytes, u32::from_be_bytes).map(Cow::Owned),
        [_, 0, 0, 0, ..] => utf32(bytes, u32::from_le_bytes).map(Cow::Owned),
        [0, _, ..] => utf16(bytes, u16::from_be_bytes).map(Cow::Owned),
        [_, 0, ..] => utf16(bytes, u16::from_le_bytes).map(Cow::Owned),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    fn utf32(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.chars().chain(text.chars()).map(u32::from);
        units
            .flat_map(|unit| {
                if big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_unicode_encoding_is_read() {
        let text = r#"{"name": "ünï 日本 🐍"}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend(text.as_bytes());
        assert_eq!(parse(&marked).unwrap(), expected);
        for big_endian in [false, true] {
            for mark in [false, true] {
                assert_eq!(parse(&utf16(text, big_endian, mark)).unwrap(), expected);
                assert_eq!(parse(&utf32(text, big_endian, mark)).unwrap(), expected);
            }
        }
    }

    #[rstest::rstest]
    #[case(b"{\"a\": \"\xfc\"}", "is not text in UTF-8, UTF-16 or UTF-32")]
    #[case(b"", "is not JSON: EOF while parsing a value at line 1 column 0")]
    #[case(b"{\"a\": NaN}", "is not JSON: expected value at line 1 column 7")]
    #[case(b"{\"a\": [1e999]}", "holds the number 1e+999, which is too large")]
    #[case(
        b"{\"a\": \"\\ud800\"}",
        "is not JSON: unexpected end of hex escape at line 1 column 14"
    )]
    fn what_cannot_be_published_is_refused(#[case] bytes: &[u8], #[case] reason: &str) {
        assert_eq!(parse(bytes).unwrap_err().to_string(), reason);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(deep.as_bytes()).is_err());
    }
}
