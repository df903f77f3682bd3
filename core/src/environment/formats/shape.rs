//! Values of YAML documents as what they should be, and what is wrong if they are not.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::FormatError;
use super::error::shown;
use crate::channel::Subdir;

/// The mapping that a document is.
pub(super) fn top_level(document: Value) -> Result<Map<String, Value>, FormatError> {
    match document {
        Value::Object(members) => Ok(members),
        other => Err(FormatError::Yaml(format!(
            "is {}, and should be a mapping of keys to values",
            said(&other)
        ))),
    }
}

/// The text in a member, whatever YAML takes it for.
pub(super) fn text(member: &str, value: &Value) -> Result<String, FormatError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(FormatError::member(
            member,
            format!("is {}, and should be text", said(other)),
        )),
    }
}

/// The items of a member; none if it is not there, or null.
pub(super) fn list<'a>(member: &str, value: Option<&'a Value>) -> Result<&'a [Value], FormatError> {
    match value {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(other) => Err(FormatError::member(
            member,
            format!(
                "is {}, and should be a list: put \"- \" before each of its items",
                said(other)
            ),
        )),
    }
}

/// The members of a member.
pub(super) fn mapping<'a>(member: &str, value: &'a Value) -> Result<&'a Map<String, Value>, FormatError> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(FormatError::member(
            member,
            format!("is {}, and should be a mapping of keys to values", said(other)),
        )),
    }
}

/// A member as the type that serde makes of it.
pub(super) fn parsed<T: DeserializeOwned>(member: &str, value: &Value) -> Result<T, FormatError> {
    T::deserialize(value).map_err(|error| FormatError::member(member, error.to_string()))
}

/// A platform: a subdir `OS-ARCHITECTURE` (CEP 26), which `noarch` is not.
pub(super) fn platform(text: &str) -> Result<Subdir, String> {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let is_platform = text
        .split_once('-')
        .is_some_and(|(os, arch)| is_part(os) && is_part(arch));
    match text.parse::<Subdir>() {
        Ok(subdir) if is_platform => Ok(subdir),
        _ if text == "noarch" => {
            Err("noarch is no platform: its packages are for all of them; name those (CEP 24)".to_owned())
        }
        _ => Err(format!(
            "{} is no platform: they are called like linux-64 or osx-arm64",
            shown(text)
        )),
    }
}

fn said(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) | Value::Number(_) | Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
