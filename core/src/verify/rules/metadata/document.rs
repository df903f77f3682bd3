//! What can be wrong with any of the JSON documents.

use serde_json::Value;

use crate::verify::{Component, Document, EntryKind, Evidence, Found, Place};

/// Says what keeps clients from reading the document in the same way, if it is there; returns what it says.
pub(super) fn look_into<'a>(
    document: Document,
    evidence: &'a Evidence,
    found: &mut Found<'_>,
) -> Option<&'a Value> {
    let place = || Place::member(document.path());
    let Some(seen) = evidence.document(document) else {
        if let Some(what) = unread(document, evidence) {
            found.at(place(), what);
        }
        return None;
    };
    for key in &seen.duplicate_keys {
        found.at(
            place().key(key),
            "the key is there twice; some readers take the last one, others refuse the document",
        );
    }
    match &seen.read {
        Err(error) => found.at(place(), format!("it {error}")),
        Ok(_) if !seen.is_plain_utf8 => {
            found.at(place(), "it is not UTF-8 without a byte order mark");
        }
        Ok(_) => {}
    }
    seen.value()
}

/// Why a document that is there was not read.
fn unread(document: Document, evidence: &Evidence) -> Option<String> {
    let entry = evidence
        .info()
        .find(|entry| entry.path == document.path() && entry.component != Component::Payload)?;
    Some(match &entry.kind {
        EntryKind::File => format!("it has {} bytes, which is too much to read", entry.size),
        EntryKind::Directory => "it is a directory".to_owned(),
        EntryKind::Symlink(_) | EntryKind::Hardlink(_) => "it is a link, not a file".to_owned(),
        EntryKind::Special(_) => "it is no file".to_owned(),
    })
}

/// Whether the document is nowhere in the package, as far as it could be read.
pub(super) fn is_missing(document: Document, evidence: &Evidence) -> bool {
    let is_it = |path: &str| path == document.path();
    evidence.is_complete() && !evidence.info().any(|entry| is_it(&entry.path))
}
