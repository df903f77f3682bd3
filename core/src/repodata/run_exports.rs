//! `run_exports.json`: what each package exports to those built against it (CEP 12).

use std::io::Write;

use serde_json::{Value, json};

use super::{Edition, MAPS};
use crate::json::{JsonText, ObjectStream};
use crate::package::ArtifactName;
use crate::store::{Order, RecordQuery, Store, StoreError, StoredRecord};

/// Writes the document: the run exports of every package, also of those that a patch removes, and an
/// empty object where a package has none.
///
/// Only instructions of version 2 patch it (CEP 21); CEP 12 forbids it to others.
///
/// # Errors
///
/// When the store or `out` fails.
pub fn write_run_exports(
    store: &dyn Store,
    edition: &Edition<'_>,
    out: impl Write,
) -> Result<(), StoreError> {
    let Edition {
        options,
        patch,
        review,
    } = *edition;
    let mut document = ObjectStream::begin(out, options.layout)?;
    let info = json!({"subdir": options.subdir.as_str(), "version": 1});
    document.member("info", JsonText::from_value(&info).as_str())?;
    for (key, format) in MAPS {
        document.begin_object(key)?;
        let query = RecordQuery {
            run_exports: true,
            ..options.query(Some(format), Order::FileName)
        };
        store.for_each_record(&query, &mut |stored| {
            let Ok(name) = ArtifactName::new(stored.file_name) else {
                return Ok(());
            };
            if review.leaves_out(stored.file_name) {
                return Ok(());
            }
            let run_exports = of_record(&stored);
            let run_exports = match patch {
                Some(patch) => patch.apply_to_run_exports(&name, run_exports),
                None => run_exports,
            };
            let entry = JsonText::from_value(&json!({"run_exports": run_exports}));
            document.member(stored.file_name, entry.as_str())
        })?;
        document.end_object()?;
    }
    document.finish()?;
    Ok(())
}

/// The run exports of a record, an empty object for every way to have none.
pub(super) fn of_record(stored: &StoredRecord<'_>) -> Value {
    let value = stored
        .run_exports
        .as_ref()
        .and_then(|text| serde_json::from_str(text).ok());
    match value {
        None | Some(Value::Null | Value::Bool(false)) => json!({}),
        Some(Value::Array(items)) if items.is_empty() => json!({}),
        Some(Value::String(text)) if text.is_empty() => json!({}),
        Some(Value::Number(number)) if number.as_f64() == Some(0.0) => json!({}),
        Some(value) => value,
    }
}
