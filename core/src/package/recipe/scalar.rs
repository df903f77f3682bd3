//! The value of a scalar, as Python has it, and how Python writes it as JSON.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::{Unreadable, plain::Version, tag::Tag};
use crate::json::float;

/// Python refuses to convert longer decimal numbers.
const INT_DIGITS_MAX: usize = 4300;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'text> {
    Null,
    Bool(bool),
    /// The decimal digits, after a `-` for a negative number.
    Int(Cow<'text, str>),
    Float {
        value: f64,
        source: &'text str,
    },
    Text(&'text str),
}

impl<'text> Scalar<'text> {
    /// The value of a scalar with this tag. One that is not what its tag says is its text; a tag
    /// that no scalar can have makes the recipe unreadable.
    pub(super) fn read(tag: Tag, text: &'text str, version: Version) -> Result<Self, Unreadable> {
        let value = match tag {
            Tag::Null => Some(Self::Null),
            Tag::Bool => bool_value(text).map(Self::Bool),
            Tag::Int => int_value(text, version).map(Self::Int),
            Tag::Float => float_value(text, version).map(|value| Self::Float { value, source: text }),
            Tag::Text => None,
            Tag::Sequence
            | Tag::Mapping
            | Tag::Set
            | Tag::OrderedMap
            | Tag::Pairs
            | Tag::Merge
            | Tag::Value
            | Tag::Unknown => return Err(Unreadable::Construct),
        };
        Ok(value.unwrap_or(Self::Text(text)))
    }

    /// JSON has no infinite numbers and no NaN: they stay what the recipe says.
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(digits) => number(&digits),
            Self::Float { value, .. } if value.is_finite() => number(&float::python_repr(value)),
            Self::Float { source, .. } => Value::String(source.to_owned()),
            Self::Text(text) => Value::String(text.to_owned()),
        }
    }

    /// The name of a JSON member that has this key in Python.
    pub(super) fn into_name(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(digits) => digits.into_owned(),
            Self::Float { value, .. } if value.is_nan() => "NaN".to_owned(),
            Self::Float { value, .. } if value.is_infinite() => {
                let sign = if value < 0.0 { "-" } else { "" };
                format!("{sign}Infinity")
            }
            Self::Float { value, .. } => float::python_repr(value),
            Self::Text(text) => text.to_owned(),
        }
    }
}

/// The number that `json` spells; its text, should serde not take it for a number.
fn number(json: &str) -> Value {
    if let Ok(small) = json.parse::<i64>() {
        return Value::from(small);
    }
    json.parse::<Number>()
        .map_or_else(|_| Value::String(json.to_owned()), Value::Number)
}

fn bool_value(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

fn int_value(text: &str, version: Version) -> Option<Cow<'_, str>> {
    let text = without_gaps(text);
    let (negative, unsigned) = sign(&text);
    let digits = match unsigned.as_bytes() {
        [b'0', b'b', ..] => in_radix(&unsigned[2..], 2)?,
        [b'0', b'o', ..] => in_radix(&unsigned[2..], 8)?,
        [b'0', b'x', ..] => in_radix(&unsigned[2..], 16)?,
        [b'0', _, ..] if version == Version::V1_1 => in_radix(unsigned, 8)?,
        _ if version == Version::V1_1 && unsigned.contains(':') => {
            let whole = unsigned.split(':').try_fold(0_u128, |whole, part| {
                whole.checked_mul(60)?.checked_add(part.parse().ok()?)
            })?;
            whole.to_string()
        }
        _ => {
            let all_digits = unsigned.bytes().all(|byte| byte.is_ascii_digit());
            if unsigned.is_empty() || unsigned.len() > INT_DIGITS_MAX || !all_digits {
                return None;
            }
            match unsigned.trim_start_matches('0') {
                "" => "0".to_owned(),
                digits => digits.to_owned(),
            }
        }
    };
    let sign = if negative && digits != "0" { "-" } else { "" };
    Some(Cow::Owned(format!("{sign}{digits}")))
}

/// Numbers of up to 128 bits.
fn in_radix(digits: &str, radix: u32) -> Option<String> {
    // `from_str_radix` takes a sign of its own.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u128::from_str_radix(digits, radix)
        .ok()
        .map(|value| value.to_string())
}

fn float_value(text: &str, version: Version) -> Option<f64> {
    let text = without_gaps(text);
    let (negative, unsigned) = sign(&text);
    let value = if unsigned.eq_ignore_ascii_case(".inf") {
        f64::INFINITY
    } else if unsigned.eq_ignore_ascii_case(".nan") {
        f64::NAN
    } else if unsigned.starts_with(['+', '-']) {
        return None;
    } else if version == Version::V1_1 && unsigned.contains(':') {
        // Summed from the right, as ruamel.yaml does: the order decides the last bit.
        let mut base = 1.0;
        let mut value = 0.0;
        for part in unsigned.rsplit(':') {
            value += float::read(part)? * base;
            base *= 60.0;
        }
        value
    } else {
        float::read(unsigned)?
    };
    Some(if negative { -value } else { value })
}

fn without_gaps(text: &str) -> Cow<'_, str> {
    if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a number is negative, and the number without its sign.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}
