//! The page of a build, and what its file says of what it installs.

use std::path::Path;

use serde_json::{Map, Value};

use super::builds::Build;
use super::package_pages::Package;
use crate::inspect::{Inspection, PathType};
use crate::package::{ArtifactName, Limits};
use crate::site::PlainJson;
use crate::site::page::{BuildPage, FileListing, ListedFile, PatchedField};

/// How many files the page of a build lists.
const FILES_SHOWN: usize = 1_500;

impl Package<'_> {
    /// `p/<name>/<subdir>/<file name>.html`
    pub(super) fn build_page(&self, build: &Build, files: Option<FileListing>) -> BuildPage {
        BuildPage {
            name: self.entry.name.to_string(),
            version: build.version.clone(),
            build: build.build.clone(),
            build_number: build.build_number,
            subdir: self.plan.subdir(build.subdir).to_owned(),
            file_name: build.file_name.clone(),
            summary: self.said.summary.clone(),
            is_latest: *build.version == *self.entry.version,
            size: build.size,
            sha256: build.sha256.clone(),
            md5: build.md5.clone(),
            built: build.built,
            indexed: build.indexed,
            download: self.plan.download(build.subdir, &build.file_name),
            depends: self.parsed(&build.depends),
            constrains: self.parsed(&build.constrains),
            record: PlainJson(build.record.clone().into()),
            patched: build
                .in_package
                .as_ref()
                .map(|in_package| patched(in_package, &build.record))
                .unwrap_or_default(),
            run_exports: build.run_exports.clone().map(PlainJson),
            files: files.map(|mut listing| {
                listing.files.truncate(FILES_SHOWN);
                listing
            }),
        }
    }
}

/// The fields in which two records differ, but for the one that the channel adds.
fn patched(in_package: &Map<String, Value>, published: &Map<String, Value>) -> Vec<PatchedField> {
    let mut fields: Vec<&String> = in_package.keys().chain(published.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let plain = |value: Option<&Value>| value.cloned().map(PlainJson);
    fields
        .into_iter()
        .filter(|field| *field != "indexed_timestamp")
        .filter(|field| in_package.get(*field) != published.get(*field))
        .map(|field| PatchedField {
            field: field.clone(),
            in_package: plain(in_package.get(field)),
            published: plain(published.get(field)),
        })
        .collect()
}

/// What the file in this folder installs; `None` if it is not there, is another than the one that was
/// indexed, or cannot be read.
pub(super) fn file_listing(folder: &Path, build: &Build) -> Option<FileListing> {
    let name = ArtifactName::new(&build.file_name).ok()?;
    let archive = fs_err::File::open(folder.join(&build.file_name)).ok()?;
    if Some(archive.metadata().ok()?.len()) != build.size {
        return None;
    }
    let inspection = Inspection::of(&name, archive, &Limits::default()).ok()?;
    let packaged = inspection.files.files.into_iter();
    let mut files: Vec<ListedFile> = packaged
        .filter(|file| file.path_type != PathType::Directory)
        .map(|file| ListedFile {
            path: file.path,
            size: file.size,
            sha256: file.sha256,
        })
        .collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Some(FileListing {
        count: files.len(),
        installed_size: files.iter().filter_map(|file| file.size).sum(),
        files,
    })
}
