//! What a package says of itself.

use std::io::Seek;

use towpath_core::inspect::Inspection;
use towpath_core::package::digest::hash_one;
use towpath_core::package::{ArtifactName, Limits, read_metadata};
use towpath_core::record::record_text;
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::source::ByteSource;

/// What `towpath inspect --json` prints of a package. Digests of the whole file are left out unless
/// they are asked for: they are all that makes it read the payload.
///
/// # Errors
///
/// When the archive cannot be read so far, or has no readable `info/index.json`.
#[wasm_bindgen]
pub fn inspect(name: &str, source: &ByteSource, with_digests: bool) -> Result<String, JsValue> {
    Ok(inspection(name, source, with_digests)?)
}

fn inspection(name: &str, source: &ByteSource, with_digests: bool) -> Result<String, Failure> {
    let name = ArtifactName::new(name)?;
    let mut archive = source.open();
    let mut inspection = Inspection::of(&name, &mut archive, &Limits::default())?;
    if with_digests {
        archive.rewind()?;
        inspection = inspection.with_digests(&hash_one(&mut archive)?.digests);
    }
    Ok(serde_json::to_string(&inspection)?)
}

/// The record that a channel has of a package, as `towpath index` makes it: the whole file is read.
///
/// # Errors
///
/// When the package is one that `towpath index` leaves out.
#[wasm_bindgen(js_name = repodataRecord)]
pub fn repodata_record(name: &str, source: &ByteSource) -> Result<String, JsValue> {
    Ok(record(name, source)?)
}

fn record(name: &str, source: &ByteSource) -> Result<String, Failure> {
    let name = ArtifactName::new(name)?;
    let mut archive = source.open();
    let metadata = read_metadata(&name, &mut archive, &Limits::default())?;
    archive.rewind()?;
    let hashed = hash_one(&mut archive)?;
    let record = record_text(metadata.index, &hashed.digests, hashed.size);
    Ok(record.as_str().to_owned())
}
