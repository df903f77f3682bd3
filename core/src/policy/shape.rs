//! The types of a record's fields, as far as clients refuse others.
//!
//! What is refused was found by asking py-rattler 0.28, and is held to what the Rust crate does by
//! a test. conda reads more of it. Fields that no client reads may have any type.

use jiff::Timestamp;

use super::version::is_version;
use crate::json::JsonSlice;
use crate::record::BuildTime;

/// What clients can read in a field.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    TextOrNull,
    Version,
    Count,
    CountOrNull,
    /// Seconds or milliseconds since 1970.
    Time,
    Milliseconds,
    /// This many hexadecimal digits.
    Digest(usize),
    Texts,
    TextsOrNull,
    TextOrTexts,
    /// Named lists of text.
    Groups,
    RunExports,
    Noarch,
}

/// What clients can read in this field, if they read it.
fn shape(key: &str) -> Option<Shape> {
    Some(match key {
        "name" | "build" | "subdir" => Shape::Text,
        "version" => Shape::Version,
        "build_number" => Shape::Count,
        "depends" | "constrains" | "flags" => Shape::Texts,
        "license" | "license_family" | "features" | "arch" | "platform" | "python_site_packages_path" => {
            Shape::TextOrNull
        }
        "md5" | "legacy_bz2_md5" => Shape::Digest(32),
        "sha256" | "attestations_sha256" => Shape::Digest(64),
        "size" | "legacy_bz2_size" => Shape::CountOrNull,
        "timestamp" => Shape::Time,
        "indexed_timestamp" => Shape::Milliseconds,
        "track_features" => Shape::TextOrTexts,
        "purls" => Shape::TextsOrNull,
        "extra_depends" => Shape::Groups,
        "run_exports" => Shape::RunExports,
        "noarch" => Shape::Noarch,
        _ => return None,
    })
}

/// Why clients cannot read this member of a record.
pub(super) fn fault(key: &str, value: JsonSlice<'_>) -> Option<String> {
    let shape = shape(key)?;
    if shape.admits(value) {
        return None;
    }
    Some(refused(&format!(
        "its {key} is {}, not {}",
        value.excerpt(),
        shape.demand()
    )))
}

/// That a record lacks a field which clients need.
pub(super) fn missing(key: &str) -> String {
    refused(&format!("it has no {key}"))
}

fn refused(why: &str) -> String {
    format!("{why} (CEP 34); rattler and pixi refuse it with all builds of the package")
}

impl Shape {
    fn admits(self, value: JsonSlice<'_>) -> bool {
        let is_texts = |value: JsonSlice<'_>| {
            value
                .items()
                .is_some_and(|mut items| items.all(JsonSlice::is_text))
        };
        match self {
            Self::Text => value.is_text(),
            Self::TextOrNull => value.is_text() || value.is_null(),
            Self::Version => value.text().is_some_and(|text| is_version(&text)),
            Self::Count => is_count(value),
            Self::CountOrNull => is_count(value) || value.is_null(),
            Self::Time => {
                value.is_null()
                    || integer(value).is_some()
                        && BuildTime::parse(value.spelling())
                            .is_some_and(|time| Timestamp::from_millisecond(time.milliseconds()).is_ok())
            }
            Self::Milliseconds => {
                value.is_null()
                    || integer(value).is_some_and(|time| Timestamp::from_millisecond(time).is_ok())
            }
            Self::Digest(digits) => {
                value.is_null()
                    || value.text().is_some_and(|text| {
                        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
                    })
            }
            Self::Texts => is_texts(value),
            Self::TextsOrNull => value.is_null() || is_texts(value),
            Self::TextOrTexts => value.is_text() || is_texts(value),
            Self::Groups => value
                .members()
                .is_some_and(|mut groups| groups.all(|(_, specs)| is_texts(specs))),
            Self::RunExports => {
                value.is_null()
                    || value.spelling() == "[]"
                    || value.members().is_some_and(|mut kinds| {
                        kinds.all(|(kind, specs)| !is_kind_of_run_exports(kind) || is_texts(specs))
                    })
            }
            Self::Noarch => {
                matches!(
                    value.spelling(),
                    "null" | "true" | "false" | r#""""# | r#""generic""# | r#""python""#
                )
            }
        }
    }

    /// What is asked for, as the end of "its field is …, not".
    fn demand(self) -> &'static str {
        match self {
            Self::Text | Self::TextOrNull => "text",
            Self::Version => "a version",
            Self::Count | Self::CountOrNull => "a whole number from 0 on",
            Self::Time | Self::Milliseconds => "a time in whole milliseconds",
            Self::Digest(_) => "a digest in hexadecimal",
            Self::Texts | Self::TextsOrNull => "a list of text",
            Self::TextOrTexts => "text or a list of text",
            Self::Groups => "lists of text by name",
            Self::RunExports => "lists of text by kind",
            Self::Noarch => "\"python\" or \"generic\"",
        }
    }
}

fn is_kind_of_run_exports(key: &str) -> bool {
    matches!(
        key,
        "weak" | "strong" | "noarch" | "weak_constrains" | "strong_constrains"
    )
}

fn integer(value: JsonSlice<'_>) -> Option<i64> {
    value.spelling().parse().ok()
}

fn is_count(value: JsonSlice<'_>) -> bool {
    value.spelling().parse::<u64>().is_ok()
}
