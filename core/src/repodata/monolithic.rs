//! `repodata.json` and `repodata_from_packages.json`: every record of a subdir in one document
//! (CEP 36).

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{DocumentOptions, Edition, MAPS, Place, Published, V3_MAPS};
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
    document.member("info", info(edition).as_str())?;
    let mut removed = Vec::new();
    for (key, format) in MAPS {
        document.begin_object(key)?;
        let query = options.query(Some(format), Order::FileName);
        edition.for_each_record(store, &query, &mut |stored, published| {
            match published {
                Published::Record {
                    place: place @ Place::Packages(_),
                    record,
                } => {
                    let record = edition.written(&place, record, stored.indexed_timestamp)?;
                    document.member(stored.file_name, record.as_str())?;
                }
                Published::Removed => removed.push(stored.file_name.to_owned()),
                Published::Record { .. } | Published::LeftOut => {}
            }
            Ok(())
        })?;
        document.end_object()?;
    }
    write_tail(&mut document, options, removed)?;
    if options.repodata_next {
        write_v3(&mut document, store, edition)?;
    }
    document.finish()?;
    Ok(())
}

/// Writes the records that stand under `v3` (CEP 48).
fn write_v3(
    document: &mut ObjectStream<impl Write>,
    store: &dyn Store,
    edition: &Edition<'_>,
) -> Result<(), StoreError> {
    document.begin_object("v3")?;
    for (map, format) in V3_MAPS {
        document.begin_object(map)?;
        if edition.review.has_any_in(format) {
            let query = edition.options.query(format, Order::FileName);
            edition.for_each_record(store, &query, &mut |stored, published| match published {
                Published::Record { place, record } if place.is_in_v3_map(format) => {
                    let record = edition.written(&place, record, stored.indexed_timestamp)?;
                    document.member(place.key(stored.file_name), record.as_str())
                }
                _ => Ok(()),
            })?;
        }
        document.end_object()?;
    }
    document.end_object()?;
    Ok(())
}

/// Writes what stands behind the records of `packages.conda`.
pub(super) fn write_tail(
    document: &mut ObjectStream<impl Write>,
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
    )
}

/// What stands before the records.
fn info(edition: &Edition<'_>) -> JsonText {
    let mut info = info_members(edition.options);
    if edition.options.repodata_next {
        info.insert("repodata_revisions".to_owned(), revisions(edition));
    }
    JsonText::from_value(&info.into())
}

/// The revisions as CEP 48 writes them, in repodata and shard index alike.
pub(super) fn revisions(edition: &Edition<'_>) -> Value {
    json!({"v3": edition.review.v3_summary().to_value()})
}

/// What stands before the records of every document of a subdir.
pub(super) fn info_members(options: &DocumentOptions) -> Map<String, Value> {
    let mut info = Map::new();
    info.insert("subdir".to_owned(), options.subdir.as_str().into());
    if let Some(url) = options.packages_url() {
        info.insert("base_url".to_owned(), url.into());
    }
    if !options.relations.is_empty() {
        info.insert("channel_relations".to_owned(), relations(options));
    }
    info
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
