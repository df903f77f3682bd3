//! The fields of a record that decide whether it is current, and what conda refuses in them.
//!
//! conda reads every record of a document into its own model, and one that does not fit makes it
//! refuse all of them. What its model refuses is therefore left out.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

/// The newest version of records that is known.
const RECORD_VERSION: u64 = 1;

/// From here on a timestamp is in milliseconds: in seconds it would be beyond the year 9999.
const MILLISECONDS_FROM: f64 = 253_402_300_799.0;

/// What decides whether a record is current.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) name: String,
    /// As it is written.
    pub(super) version_text: String,
    pub(super) build: String,
    pub(super) build_number: i64,
    /// In seconds, 0 if there is none.
    pub(super) timestamp: f64,
    pub(super) has_features: bool,
    pub(super) depends: Vec<Cow<'a, str>>,
}

/// The record as it stands. What is missing is null.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    version: Value,
    #[serde(default)]
    build: Value,
    #[serde(default)]
    build_number: Value,
    #[serde(default)]
    timestamp: Value,
    #[serde(default)]
    license: Value,
    #[serde(default)]
    noarch: Value,
    #[serde(default)]
    record_version: Value,
    #[serde(default)]
    track_features: Value,
    #[serde(default)]
    features: Value,
    #[serde(default, borrow)]
    depends: Depends<'a>,
}

/// Dependencies of a record; the largest metapackages have some hundreds. Each is compared with all
/// records of its name.
const DEPENDS_MAX: usize = 10_000;

/// What stands under `depends`.
#[derive(Default)]
enum Depends<'a> {
    #[default]
    Missing,
    List(Vec<Cow<'a, str>>),
    /// Anything else, in words.
    Other(&'static str),
}

impl<'a> Fields<'a> {
    /// Reads the fields; says which of them is wrong, and how.
    pub(super) fn of(record: &'a str) -> Result<Self, String> {
        if !record.starts_with('{') {
            return Err("its record is not an object".to_owned());
        }
        let written: Written<'a> = serde_json::from_str(record).map_err(|error| error.to_string())?;
        let name = match &written.name {
            Value::String(name) => name.clone(),
            other => return Err(refused("name", other, "text")),
        };
        check_name(&name)?;
        check_odd_fields(&written)?;
        let depends = match written.depends {
            Depends::Missing => Vec::new(),
            Depends::List(depends) if depends.len() > DEPENDS_MAX => {
                return Err(format!("depends has more than {DEPENDS_MAX} entries"));
            }
            Depends::List(depends) => depends,
            Depends::Other(what) => return Err(format!("depends {what}, not a list of text")),
        };
        Ok(Self {
            name,
            version_text: text_or_number("version", &written.version)?,
            build: text_or_number("build", &written.build)?,
            build_number: integer("build_number", &written.build_number)?,
            timestamp: timestamp(&written.timestamp)?,
            has_features: has_features("track_features", &written.track_features)?
                | has_features("features", &written.features)?,
            depends,
        })
    }
}

/// conda finds names in lower case only.
fn check_name(name: &str) -> Result<(), String> {
    if !is_package_name(name) {
        return Err(format!("name {name:?} is not a package name (CEP 26)"));
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(format!(
            "name {name:?} has upper-case letters, and conda finds none with them"
        ));
    }
    Ok(())
}

/// What CEP 26 says of names, but for their length and case.
pub(super) fn is_package_name(name: &str) -> bool {
    let is_separator = |byte: u8| matches!(byte, b'.' | b'-' | b'_');
    let distributable = name.strip_prefix("__").unwrap_or(name);
    let [first, rest @ ..] = distributable.as_bytes() else {
        return false;
    };
    let starts_well = match first {
        b'_' => name.len() == distributable.len() && rest.first() != Some(&b'_'),
        other => other.is_ascii_alphanumeric(),
    };
    let goes_on_well = rest
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || is_separator(*byte))
        && !rest
            .windows(2)
            .any(|pair| is_separator(pair[0]) && is_separator(pair[1]));
    starts_well && goes_on_well
}

/// Fields that decide nothing, but of which conda refuses some values.
fn check_odd_fields(written: &Written<'_>) -> Result<(), String> {
    if matches!(written.license, Value::Array(_) | Value::Object(_)) {
        return Err(refused("license", &written.license, "text"));
    }
    let is_known = match &written.noarch {
        Value::Null | Value::Bool(_) => true,
        Value::String(kind) => ["generic", "python"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(kind)),
        _ => false,
    };
    if !is_known {
        return Err(refused("noarch", &written.noarch, "\"generic\" or \"python\""));
    }
    match &written.record_version {
        Value::Null => Ok(()),
        Value::Number(number) if number.as_u64().is_some_and(|number| number <= RECORD_VERSION) => Ok(()),
        other => Err(refused("record_version", other, "a version that is known")),
    }
}

/// Text; a number counts as the text that it is written as.
fn text_or_number(field: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(refused(field, other, "text")),
    }
}

fn integer(field: &str, value: &Value) -> Result<i64, String> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    number.ok_or_else(|| refused(field, value, "an integer"))
}

/// The time in seconds, whichever unit it is written in; 0 if there is none.
fn timestamp(value: &Value) -> Result<f64, String> {
    let time = match value {
        Value::Null => Some(0.0),
        Value::Number(number) => Number::as_f64(number),
        _ => None,
    };
    let time = time.ok_or_else(|| refused("timestamp", value, "a number"))?;
    Ok(if time > MILLISECONDS_FROM {
        time / 1000.0
    } else {
        time
    })
}

/// Whether there is a feature in a list, or in text with commas or spaces.
fn has_features(field: &str, value: &Value) -> Result<bool, String> {
    let holds_any = |text: &str| text.split([',', ' ']).any(|feature| !feature.trim().is_empty());
    match value {
        Value::Null => Ok(false),
        Value::String(features) => Ok(holds_any(features)),
        Value::Array(features) => features
            .iter()
            .try_fold(false, |found, feature| Some(found | holds_any(feature.as_str()?)))
            .ok_or_else(|| format!("{field} is a list of more than text")),
        other => Err(refused(field, other, "text or a list")),
    }
}

/// In words, that a field has this value and not one of a kind.
fn refused(field: &str, value: &Value, kind: &str) -> String {
    match value {
        Value::Null => format!("{field} is missing or null"),
        Value::Array(_) => format!("{field} is a list, not {kind}"),
        Value::Object(_) => format!("{field} is an object, not {kind}"),
        other => format!("{field} is {other}, not {kind}"),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Depends<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DependsVisitor)
    }
}

struct DependsVisitor;

/// `serde_json` shows numbers that keep all their digits as objects.
const NUMBER_OR_OBJECT: &str = "is a number or an object";

impl<'de> Visitor<'de> for DependsVisitor {
    type Value = Depends<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of text")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut depends = Some(Vec::new());
        while let Some(Text(item)) = items.next_element()? {
            match (&mut depends, item) {
                (Some(depends), Some(item)) => depends.push(item),
                _ => depends = None,
            }
        }
        Ok(depends.map_or(Depends::Other("is a list of more than text"), Depends::List))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Depends::Other(NUMBER_OR_OBJECT))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Depends::Other("is text"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Depends::Other("is a truth value"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Depends::Other(NUMBER_OR_OBJECT))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Depends::Other(NUMBER_OR_OBJECT))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Depends::Other(NUMBER_OR_OBJECT))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Depends::Other("is null"))
    }
}

/// Text, or `None` for any other value.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Text(None))
    }
}

#[cfg(test)]
mod tests;
