//! `current_repodata.json`: the newest version of everything, and what it needs.
//!
//! conda-index makes this document with the data structures of conda's classic solver; what they
//! come to is:
//!
//! - a `.tar.bz2` counts where there is no `.conda` of the same build; of two records with one
//!   name, version, build number and build, the last counts;
//! - the newest record of each name is kept, and every record whose version begins with the same
//!   version;
//! - so is the newest for each version that is asked for ([`CurrentVersions`]);
//! - where nothing that is kept meets a dependency of what is kept, the newest version that does
//!   is kept too, without what that needs in turn;
//! - where what is kept has features, the newest record without is kept too.
//!
//! Two passes over the store: the first notes what decides, the second writes what was decided on.

mod candidates;
mod dependency;
mod fields;
mod pins;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::Write;

use serde_json::Value;

pub use pins::{CurrentVersions, CurrentVersionsError};

use self::candidates::Candidates;
use self::selection::Selection;
use super::{Edition, Place, Published, monolithic};
use crate::json::{JsonText, ObjectStream};
use crate::package::{ArchiveFormat, ArtifactName};
use crate::store::{Order, Store, StoreError};

/// The digest of the same build's `.tar.bz2`, which only this document has.
const LEGACY_DIGEST: &str = "legacy_bz2_md5";

/// What was noticed while the document was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentSummary {
    /// Records that are not in it because of what is wrong with them, in order of file name.
    pub left_out: Vec<NotInCurrent>,
    /// Versions that were asked for of packages that are there, and are not there.
    pub unmatched: Vec<PinWithoutMatch>,
}

/// A record that is not current because something is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotInCurrent {
    /// The file name.
    pub file_name: String,
    /// Which field is wrong, and how.
    pub reason: String,
}

/// A version that was asked for and that no record has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinWithoutMatch {
    /// The package name.
    pub name: String,
    /// The version as it was asked for.
    pub version: String,
}

/// Writes the document: current records as `repodata.json` has them, and in those of `.conda`
/// artifacts the digest of the same build's `.tar.bz2`, or null. `versions` are kept beside the
/// newest.
///
/// # Errors
///
/// When the store or `out` fails. A record that conda could not use is no error: it is left out.
pub fn write_current_repodata(
    store: &dyn Store,
    edition: &Edition<'_>,
    versions: &CurrentVersions,
    out: impl Write,
) -> Result<CurrentSummary, StoreError> {
    let mut candidates = Candidates::default();
    let mut summary = CurrentSummary::default();
    let mut removed = Vec::new();
    for format in [ArchiveFormat::Conda, ArchiveFormat::TarBz2] {
        let query = edition.options.query(Some(format), Order::FileName);
        edition.for_each_record(store, &query, &mut |stored, published| {
            let record = match published {
                Published::Record {
                    place: Place::Packages(_),
                    record,
                } => record,
                Published::Removed => {
                    removed.push(stored.file_name.to_owned());
                    return Ok(());
                }
                _ => return Ok(()),
            };
            // The edition streams nothing else.
            let Ok(artifact) = ArtifactName::new(stored.file_name) else {
                return Ok(());
            };
            if let Err(reason) = candidates.add(artifact, record.as_str()) {
                summary.left_out.push(NotInCurrent {
                    file_name: stored.file_name.to_owned(),
                    reason,
                });
            }
            Ok(())
        })?;
    }
    let groups = candidates.groups();
    let selection = Selection::new(&candidates, &groups, edition.options.subdir.as_str());
    let (current, refused, unmatched) = selection.decide(versions);
    summary.left_out.extend(refused);
    summary.left_out.sort_unstable();
    summary.unmatched = unmatched;
    let current: HashSet<&str> = current
        .into_iter()
        .map(|index| candidates.get(index).artifact.as_str())
        .collect();
    write(store, edition, &current, removed, out)?;
    Ok(summary)
}

/// The record's `md5` as it stands there; null if there is none.
fn digest(record: &JsonText) -> JsonText {
    record.to_object().remove("md5").map_or_else(
        || JsonText::from_value(&Value::Null),
        |md5| JsonText::from_value(&md5),
    )
}

/// Writes the document with the records that are current.
fn write(
    store: &dyn Store,
    edition: &Edition<'_>,
    current: &HashSet<&str>,
    removed: Vec<String>,
    out: impl Write,
) -> Result<(), StoreError> {
    let options = edition.options;
    let mut document = ObjectStream::begin(out, options.layout)?;
    let info = monolithic::info_members(options);
    document.member("info", JsonText::from_value(&info.into()).as_str())?;
    let mut legacy_digests: HashMap<String, JsonText> = HashMap::new();
    document.begin_object("packages")?;
    let query = options.query(Some(ArchiveFormat::TarBz2), Order::FileName);
    edition.for_each_record(store, &query, &mut |stored, published| {
        let Published::Record {
            place: place @ Place::Packages(_),
            record,
        } = published
        else {
            return Ok(());
        };
        let Ok(artifact) = ArtifactName::new(stored.file_name) else {
            return Ok(());
        };
        let twin = artifact.twin();
        if current.contains(twin.as_str()) {
            legacy_digests.insert(twin.as_str().to_owned(), digest(&record));
        }
        if current.contains(stored.file_name) {
            let record = edition.written(&place, record, stored.indexed_timestamp)?;
            document.member(stored.file_name, record.as_str())?;
        }
        Ok(())
    })?;
    document.end_object()?;
    let no_digest = JsonText::from_value(&Value::Null);
    document.begin_object("packages.conda")?;
    let query = options.query(Some(ArchiveFormat::Conda), Order::FileName);
    edition.for_each_record(store, &query, &mut |stored, published| {
        let Published::Record { place, record } = published else {
            return Ok(());
        };
        if current.contains(stored.file_name) {
            let record = edition.written(&place, record, stored.indexed_timestamp)?;
            let digest = legacy_digests.get(stored.file_name).unwrap_or(&no_digest);
            let record = record.with_member(LEGACY_DIGEST, digest);
            document.member(stored.file_name, record.as_str())?;
        }
        Ok(())
    })?;
    document.end_object()?;
    monolithic::write_tail(&mut document, options, removed)?;
    document.finish()?;
    Ok(())
}
