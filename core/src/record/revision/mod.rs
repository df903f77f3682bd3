//! Repodata revisions (CEP 48): which records only clients of today understand, and the form in
//! which those are published.
//!
//! Older clients read `packages` and `packages.conda`. A record that says something which they would
//! misread (conditions, extras, flags) belongs under `v3`, where they do not look.

mod keys;
#[cfg(feature = "match-spec")]
mod spec;

use serde_json::{Map, Value};
#[cfg(feature = "match-spec")]
use thiserror::Error;

use crate::json::{JsonSlice, JsonText};

/// The layout that a record needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// `packages` and `packages.conda`, which every client reads.
    Legacy,
    /// `v3` (CEP 48).
    V3,
}

impl Revision {
    /// The layout that this record needs. [`Revision::V3`] if it
    ///
    /// - says so, by a `schema_version` (CEP 43, 44, 45) or, as rattler-build writes it, a
    ///   `repodata_revision` of 3 or more;
    /// - has groups in `extra_depends` (CEP 44) or something in `flags` (CEP 45);
    /// - depends on or constrains something by `when`, `extras` or `flags`.
    ///
    /// What a package exports to others is no reason: `run_exports.json` has a version of its own
    /// (CEP 43).
    ///
    /// ```
    /// use towpath_core::json::JsonText;
    /// use towpath_core::record::Revision;
    ///
    /// let of = |record: &str| Revision::of(&JsonText::from_stored(record.into()).unwrap());
    /// assert_eq!(of(r#"{"depends":["python[version='>=3']"]}"#), Revision::Legacy);
    /// assert_eq!(of(r#"{"depends":["pywin32[when='__win']"]}"#), Revision::V3);
    /// ```
    pub fn of(record: &JsonText) -> Self {
        let needs_v3 = record.as_slice().members().is_some_and(|mut members| {
            members.any(|(key, value)| match key {
                "schema_version" | "repodata_revision" => is_three_or_more(value),
                "extra_depends" => value.members().is_some_and(|mut groups| groups.next().is_some()),
                "flags" => value.items().is_some_and(|mut flags| flags.next().is_some()),
                "depends" | "constrains" => value.items().is_some_and(|mut specs| specs.any(uses_new_keys)),
                _ => false,
            })
        });
        if needs_v3 { Self::V3 } else { Self::Legacy }
    }
}

fn is_three_or_more(value: JsonSlice<'_>) -> bool {
    value.spelling().parse::<u64>().is_ok_and(|number| number >= 3)
}

fn uses_new_keys(spec: JsonSlice<'_>) -> bool {
    // Few dependencies have brackets, and without them there is nothing to unescape.
    spec.spelling().contains('[') && spec.text().is_some_and(|spec| keys::uses_new_keys(&spec))
}

/// What `info.repodata_revisions` says of a revision (CEP 48).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevisionSummary {
    records: u64,
    undated: u64,
    oldest: Option<i64>,
    newest: Option<i64>,
}

impl RevisionSummary {
    /// Counts a record with this `indexed_timestamp`, in milliseconds.
    pub fn add(&mut self, indexed_timestamp: Option<i64>) {
        self.records += 1;
        let Some(milliseconds) = indexed_timestamp else {
            self.undated += 1;
            return;
        };
        self.oldest = Some(
            self.oldest
                .map_or(milliseconds, |oldest| oldest.min(milliseconds)),
        );
        self.newest = Some(
            self.newest
                .map_or(milliseconds, |newest| newest.max(milliseconds)),
        );
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// The value for the revision's key: `n_packages`, and `oldest` and `newest` if every record is
    /// dated. A record without a date may be older or newer than all others.
    pub fn to_value(&self) -> Value {
        let mut members = Map::new();
        members.insert("n_packages".to_owned(), self.records.into());
        if self.undated == 0 {
            let dates = [("oldest", self.oldest), ("newest", self.newest)];
            members.extend(
                dates
                    .into_iter()
                    .filter_map(|(key, date)| Some((key.to_owned(), date?.into()))),
            );
        }
        Value::Object(members)
    }
}

/// Why a record cannot be published under `v3`.
#[cfg(feature = "match-spec")]
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum V3FormError {
    /// It is something else than an object.
    #[error("the record is no JSON object")]
    NoObject,
    /// A field that holds dependencies holds something else.
    #[error("its {0} is not {1}")]
    Shape(&'static str, &'static str),
    /// A dependency is none, or is one that CEP 48 does not allow.
    #[error("its {field} has {spec}, {why}")]
    Spec {
        /// The field.
        field: &'static str,
        /// The dependency, or its beginning.
        spec: String,
        /// What is wrong with it.
        why: String,
    },
    /// There are more dependencies than any package has.
    #[error("it has more dependencies than can be read")]
    TooMany,
}

/// How many dependencies a record may have. The largest metapackages have some hundreds.
#[cfg(feature = "match-spec")]
const MAX_SPECS: usize = 10_000;
/// A longer dependency counts for several.
#[cfg(feature = "match-spec")]
const SPEC_BYTES: usize = 100;
/// For how many of them one with a regular expression counts: reading it takes milliseconds.
#[cfg(feature = "match-spec")]
const REGEX_WEIGHT: usize = 100;

/// The record as it stands under `v3` (CEP 48): each dependency in `depends`, `constrains` and
/// `extra_depends` is a bare name or `name[key=value,...]`. Everything else stays as it is, and so
/// does what has this form already.
///
/// A dependency means what it means to clients of today. They read `name =1.2 build` as exact where
/// CEP 29 says fuzzy, and are followed.
///
/// # Errors
///
/// When a dependency cannot be read, or asks for something that CEP 48 does not allow there: a
/// channel, a digest, a URL.
///
/// ```
/// use towpath_core::json::JsonText;
/// use towpath_core::record::v3_form;
///
/// let record = JsonText::from_stored(r#"{"depends":["a","b 1.2","c=1.2","d >=1 py*"]}"#.into());
/// let form = v3_form(&record.unwrap()).unwrap();
/// assert_eq!(
///     form.to_value()["depends"],
///     serde_json::json!(["a", "b[version=\"==1.2\"]", "c[version=\"1.2.*\"]", "d[version=\">=1\",build=\"py*\"]"]),
/// );
/// ```
#[cfg(feature = "match-spec")]
pub fn v3_form(record: &JsonText) -> Result<JsonText, V3FormError> {
    let Value::Object(mut members) = record.to_value() else {
        return Err(V3FormError::NoObject);
    };
    let mut left = MAX_SPECS;
    for field in ["depends", "constrains"] {
        if let Some(specs) = members.get_mut(field) {
            rewrite(field, specs, "a list of text", &mut left)?;
        }
    }
    match members.get_mut("extra_depends") {
        None => {}
        Some(Value::Object(groups)) => {
            for specs in groups.values_mut() {
                rewrite("extra_depends", specs, "lists of text by name", &mut left)?;
            }
        }
        Some(_) => return Err(V3FormError::Shape("extra_depends", "lists of text by name")),
    }
    Ok(JsonText::from_value(&Value::Object(members)))
}

/// Brings a list of dependencies into the form of `v3`, of which `left` more may come.
#[cfg(feature = "match-spec")]
fn rewrite(
    field: &'static str,
    specs: &mut Value,
    demand: &'static str,
    left: &mut usize,
) -> Result<(), V3FormError> {
    let Value::Array(specs) = specs else {
        return Err(V3FormError::Shape(field, demand));
    };
    for value in specs {
        let Value::String(text) = value else {
            return Err(V3FormError::Shape(field, demand));
        };
        // What is long takes long, too.
        let weight = text.len() / SPEC_BYTES + if text.contains('^') { REGEX_WEIGHT } else { 1 };
        *left = left.checked_sub(weight).ok_or(V3FormError::TooMany)?;
        match spec::v3_form(text) {
            Ok(form) => *text = form,
            Err(why) => {
                let spec = JsonText::from_value(value).as_slice().excerpt();
                return Err(V3FormError::Spec { field, spec, why });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
