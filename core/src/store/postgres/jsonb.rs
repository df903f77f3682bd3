//! JSON as `jsonb` keeps it: read without a copy, and what it would not give back as it was.

use std::error::Error;

use postgres::types::{FromSql, Type, accepts};

/// The version that a `jsonb` value begins with on the wire.
const VERSION: u8 = 1;

/// A `jsonb` value's text. Keys come in an order of PostgreSQL's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jsonb<'a>(pub(super) &'a str);

impl<'a> FromSql<'a> for Jsonb<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match raw.split_first() {
            Some((&VERSION, text)) => Ok(Self(std::str::from_utf8(text)?)),
            _ => Err("jsonb in a version that is not known here".into()),
        }
    }

    accepts!(JSONB);
}

/// Whether `jsonb` would spell a number in this canonical JSON so that it reads as another one:
/// `1e+22` becomes an integer, and `-0.0` loses its sign. Says yes more often than it must.
pub(super) fn changes(json: &str) -> bool {
    let mut in_string = false;
    let mut escaped = false;
    let mut previous = b' ';
    for (position, byte) in json.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else {
            let is_exponent = byte == b'e' && previous.is_ascii_digit();
            if is_exponent || json.as_bytes()[position..].starts_with(b"-0.0") {
                return true;
            }
            in_string = byte == b'"';
        }
        previous = byte;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(r#"{"a":1.5,"b":[true,false,null,12]}"#, false)]
    #[case(r#"{"a":1e+22}"#, true)]
    #[case(r#"{"a":-0.0}"#, true)]
    #[case(r#"{"a":"1e+22 -0.0 \" -0.0"}"#, false)]
    #[case(r#"{"a\\":1e-07}"#, true)]
    fn numbers_that_change_are_seen(#[case] json: &str, #[case] expected: bool) {
        assert_eq!(changes(json), expected);
    }
}
