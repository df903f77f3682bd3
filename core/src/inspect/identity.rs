//! Who a package is.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::gather::INDEX;
use super::lenient::{Fields, Oddities};
use crate::record::BuildTime;

/// Who a package is, as its `info/index.json` says (CEP 34).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Identity {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its build string.
    pub build: Option<String>,
    /// Its build number.
    pub build_number: Option<u64>,
    /// The subdir that it is for.
    pub subdir: Option<String>,
    /// `python` or `generic` if it is the same for all platforms.
    pub noarch: Option<String>,
    /// When it was built, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// The same as people write it, such as `2024-03-01T12:00:00Z`.
    pub built_at: Option<String>,
}

pub(super) fn read(index: &Map<String, Value>, oddities: &mut Oddities) -> Identity {
    let mut fields = Fields::new(INDEX, index, oddities);
    let [name, version, build] = ["name", "version", "build"].map(|key| {
        let text = fields.text(key);
        let is_absent = |value: &Value| value.is_null() || value.is_string();
        if text.is_none() && index.get(key).is_none_or(is_absent) {
            fields.oddities.note(format!("{INDEX}: there is no {key}"));
        }
        text
    });
    let timestamp = timestamp(&mut fields);
    Identity {
        name,
        version,
        build,
        build_number: fields.number("build_number"),
        subdir: fields.text("subdir"),
        noarch: noarch(&mut fields),
        timestamp,
        built_at: timestamp.and_then(spelled),
    }
}

/// Packages of before 2017 say `true` where it is `generic` now.
fn noarch(fields: &mut Fields<'_>) -> Option<String> {
    match fields.members.get("noarch") {
        Some(Value::Bool(true)) => Some("generic".to_owned()),
        Some(Value::Bool(false)) => None,
        _ => fields.text("noarch"),
    }
}

fn timestamp(fields: &mut Fields<'_>) -> Option<i64> {
    let value = fields.members.get("timestamp").filter(|value| !value.is_null())?;
    let time = match value {
        Value::Number(number) => BuildTime::parse(&number.to_string()),
        _ => None,
    };
    match time.map(BuildTime::milliseconds) {
        Some(milliseconds) if spelled(milliseconds).is_some() => Some(milliseconds),
        _ => {
            fields.expected("timestamp", "milliseconds since 1970", value);
            None
        }
    }
}

fn spelled(milliseconds: i64) -> Option<String> {
    let seconds = Timestamp::from_second(milliseconds.div_euclid(1000)).ok()?;
    Some(seconds.to_string())
}
