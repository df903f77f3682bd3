//! What a package says of itself.

use std::io::Seek;

use towpath_core::inspect::{Comparison, Inspection};
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

/// What is other in a package than in another one, as `towpath inspect --compare --json` says it. The
/// payload of neither is read.
///
/// # Errors
///
/// When one of them cannot be inspected.
#[wasm_bindgen]
pub fn compare(
    name: &str,
    source: &ByteSource,
    name_before: &str,
    source_before: &ByteSource,
) -> Result<String, JsValue> {
    Ok(comparison((name_before, source_before), (name, source))?)
}

fn comparison(before: (&str, &ByteSource), after: (&str, &ByteSource)) -> Result<String, Failure> {
    let inspected = |(name, source): (&str, &ByteSource)| {
        let name = ArtifactName::new(name)?;
        Inspection::of(&name, source.open(), &Limits::default())
            .map_err(|error| Failure::of_file(name.as_str(), &error))
    };
    let comparison = Comparison::of(&inspected(before)?, &inspected(after)?);
    Ok(serde_json::to_string(&comparison)?)
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
