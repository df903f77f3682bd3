//! What differs between two packages: what they say of themselves, what they need, and their files.
//!
//! The website tells the changes from one version of a package to the next by the same means.

pub(crate) mod dependencies;
pub(crate) mod fields;
pub(crate) mod files;
mod statements;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use self::dependencies::changed_dependencies;
use self::files::changed_files;
use super::{Inspection, PackagedFile, PathType, RunExports};

pub use self::dependencies::ChangedDependency;
pub use self::fields::ChangedField;
pub use self::files::{ChangedFile, FileChange, FileChanges};

/// How many changed files are listed; all are counted.
const FILES_LISTED: usize = 1000;

/// What differs between two packages, such as a published build and one that is to follow it.
///
/// Serialised, it is what `towpath inspect --compare --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Comparison {
    /// What is compared with.
    pub before: ComparedPackage,
    /// What is compared.
    pub after: ComparedPackage,
    /// What they say of themselves, as far as it differs; the fields are called as in an [`Inspection`], and
    /// links by their kinds.
    pub fields: Vec<ChangedField>,
    /// Dependencies that came, went or changed.
    pub depends: Vec<ChangedDependency>,
    /// Constraints that came, went or changed.
    pub constrains: Vec<ChangedDependency>,
    /// What extras need, by the extra (repodata v3): those of which something changed.
    pub extra_depends: BTreeMap<String, Vec<ChangedDependency>>,
    /// Run exports, by their kind (CEP 12): those of which something changed.
    pub run_exports: BTreeMap<&'static str, Vec<ChangedDependency>>,
    /// The files that are installed, without folders; the first 1,000 of those that differ.
    pub files: FileChanges,
}

/// One of two packages that are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct ComparedPackage {
    /// The name of the file.
    pub file_name: String,
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file, in hexadecimal, if it was read whole.
    pub sha256: Option<String>,
    /// Where the list of its files is from, as in an [`Inspection`].
    pub files_from: &'static str,
}

impl Comparison {
    /// What is other in `after` than in `before`.
    ///
    /// A file counts as changed if both packages say its SHA-256 and it is not the same, else if both say its
    /// size and that is not the same, or if it is a link in one of them only. What says neither counts as
    /// unchanged, and is counted as [not known](FileChanges::unknown).
    pub fn of(before: &Inspection, after: &Inspection) -> Self {
        let (needs, needed) = (&before.dependencies, &after.dependencies);
        let mut extras = BTreeMap::new();
        for extra in needs.extra_depends.keys().chain(needed.extra_depends.keys()) {
            let [before, after] =
                [needs, needed].map(|of| of.extra_depends.get(extra).map_or(&[][..], Vec::as_slice));
            extras.insert(extra.clone(), changed_dependencies(before, after));
        }
        extras.retain(|_, changes| !changes.is_empty());
        Self {
            before: ComparedPackage::of(before),
            after: ComparedPackage::of(after),
            fields: statements::changed(before, after),
            depends: changed_dependencies(&needs.depends, &needed.depends),
            constrains: changed_dependencies(&needs.constrains, &needed.constrains),
            extra_depends: extras,
            run_exports: changed_run_exports(before.run_exports.as_ref(), after.run_exports.as_ref()),
            files: changed_files(installed(before), installed(after), FILES_LISTED),
        }
    }

    /// Whether nothing that is looked at differs. The bytes of the packages may differ all the same.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.depends.is_empty()
            && self.constrains.is_empty()
            && self.extra_depends.is_empty()
            && self.run_exports.is_empty()
            && self.files.is_empty()
    }
}

impl ComparedPackage {
    fn of(inspection: &Inspection) -> Self {
        Self {
            file_name: inspection.file_name.clone(),
            size: inspection.size,
            sha256: inspection.sha256.clone(),
            files_from: inspection.files.files_from,
        }
    }
}

fn changed_run_exports(
    before: Option<&RunExports>,
    after: Option<&RunExports>,
) -> BTreeMap<&'static str, Vec<ChangedDependency>> {
    let none = RunExports::default();
    let [before, after] = [before, after].map(|exports| exports.unwrap_or(&none).kinds());
    let kinds = before.into_iter().zip(after);
    kinds
        .map(|((kind, before), (_, after))| (kind, changed_dependencies(before, after)))
        .filter(|(_, changes)| !changes.is_empty())
        .collect()
}

fn installed(inspection: &Inspection) -> impl Iterator<Item = &PackagedFile> {
    let files = inspection.files.files.iter();
    files.filter(|file| file.path_type != PathType::Directory)
}
