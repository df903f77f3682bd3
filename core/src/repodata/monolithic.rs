//! `repodata.json` and `repodata_from_packages.json`: every record of a subdir in one document
//! (CEP 36).

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{DocumentOptions, Edition, MAPS, Published};
use crate::json::{JsonText, ObjectStream};
use crate::store::{Order, Store, StoreError};

/// Writes the document: `repodata_from_packages.json` of the edition as the packages say,
/// `repodata.json` of the one that clients shall see.
///
/// # Errors
///
/// When the store or `out` fails.
pub fn write_repodata(store: &dyn Store, edition: &Edition<'_>, out: impl Write) -> Result<(), StoreError> {
    let options = edition.options;
    let mut document = ObjectStream::begin(out, options.layout)?;
    document.member("info", info(options).as_str())?;
    let mut removed = Vec::new();
    for (key, format) in MAPS {
        document.begin_object(key)?;
        let query = options.query(Some(format), Order::FileName);
        edition.for_each_record(store, &query, &mut |stored, published| {
            match published {
                Published::Record { record, .. } => document.member(stored.file_name, record.as_str())?,
                Published::Removed => removed.push(stored.file_name.to_owned()),
                Published::LeftOut => {}
            }
            Ok(())
        })?;
        document.end_object()?;
    }
    end(document, options, removed)?;
    Ok(())
}

/// Writes what stands behind the records, and ends the document.
pub(super) fn end(
    mut document: ObjectStream<impl Write>,
    options: &DocumentOptions,
    mut removed: Vec<String>,
) -> io::Result<()> {
    removed.sort_unstable();
    document.member("removed", JsonText::from_value(&removed.into()).as_str())?;
    // CEP 15: a document with a base URL is of version 2.
    document.member(
        "repodata_version",
        if options.packages_url().is_some() {
            "2"
        } else {
            "1"
        },
    )?;
    document.finish()
}

/// What stands before the records.
pub(super) fn info(options: &DocumentOptions) -> JsonText {
    let mut info = Map::new();
    info.insert("subdir".to_owned(), options.subdir.as_str().into());
    if let Some(url) = options.packages_url() {
        info.insert("base_url".to_owned(), url.into());
    }
    if !options.relations.is_empty() {
        info.insert("channel_relations".to_owned(), relations(options));
    }
    JsonText::from_value(&info.into())
}

/// The relations as CEP 42 writes them, in repodata and shard index alike.
pub(super) fn relations(options: &DocumentOptions) -> Value {
    let references = [
        ("base", options.relations.base()),
        ("overrides", options.relations.overrides()),
    ];
    let given = references
        .into_iter()
        .filter_map(|(key, reference)| Some((key.to_owned(), json!(reference?))));
    Value::Object(given.collect())
}
