//! What changed from one build to another, as pages tell it: dependencies, fields of the record, files.

use serde_json::{Map, Value};

use super::page::{ChangedDependency, ChangedField, ChangedFile, FileChanges, FileListing, ListedFile};
use crate::inspect::comparison::{dependencies, fields, files};

/// Fields of a record that say something to people, but for what is compared in another way.
const FIELDS: [&str; 8] = [
    "license",
    "license_family",
    "noarch",
    "python_site_packages_path",
    "features",
    "track_features",
    "flags",
    "extra_depends",
];

/// The dependencies that came, went or changed, by name. `before` and `after` of each are what is asked
/// of the package: empty text if anything will do. Of a name that is there several times, only what is
/// asked on one side is told.
pub fn changed_dependencies(
    before: &[String],
    after: &[String],
    is_here: impl Fn(&str) -> bool,
) -> Vec<ChangedDependency> {
    let changes = dependencies::changed_dependencies(before, after).into_iter();
    changes
        .map(|change| ChangedDependency {
            is_here: is_here(&change.name),
            name: change.name,
            before: change.before,
            after: change.after,
        })
        .collect()
}

/// The fields that changed, of those that say something to people and are not compared in another way, as
/// text. What is empty or `null` is as if it were not there, and a list of one is as that one.
pub fn changed_fields(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<ChangedField> {
    fields::changed_fields(&FIELDS, before, after)
}

/// What changed of the files that are installed, told by path, with the first `limit` of them. A file is
/// changed if both sides know its SHA-256 and it is not the same; where one does not, if sizes differ.
pub fn changed_files(before: &FileListing, after: &FileListing, limit: usize) -> FileChanges {
    let changes = files::changed_files(before.files.iter(), after.files.iter(), limit);
    let named = changes.files.into_iter().map(|file| ChangedFile {
        change: file.change,
        path: file.path,
    });
    FileChanges {
        added: changes.added,
        removed: changes.removed,
        changed: changes.changed,
        installed_size_change: changes.installed_size_change,
        files: named.collect(),
    }
}

impl files::FileFacts for ListedFile {
    fn path(&self) -> &str {
        &self.path
    }

    fn size(&self) -> Option<u64> {
        self.size
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    fn is_link(&self) -> Option<bool> {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_links_to_what_the_channel_has() {
        let [before, after] = ["python >=3", "pump"].map(|spec| vec![spec.to_owned()]);
        let changes = changed_dependencies(&before, &after, |name| name == "python");
        let here: Vec<_> = changes
            .iter()
            .map(|change| (change.name.as_str(), change.is_here))
            .collect();
        assert_eq!(here, [("pump", false), ("python", true)]);
    }

    #[test]
    fn what_is_compared_in_another_way_is_no_field() {
        let [before, after] = [
            json!({"size": 1, "license": "MIT"}),
            json!({"size": 2, "depends": ["a"]}),
        ]
        .map(|record| serde_json::from_value(record).unwrap());
        let changes = changed_fields(&before, &after);
        let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["license"]);
    }

    #[test]
    fn files_are_counted_and_named() {
        let listing = |paths: &[&str]| FileListing {
            files: paths
                .iter()
                .map(|path| ListedFile {
                    path: (*path).to_owned(),
                    size: Some(3),
                    sha256: None,
                })
                .collect(),
            ..FileListing::default()
        };
        let changes = changed_files(&listing(&["a", "b"]), &listing(&["b", "c", "d"]), 2);
        assert_eq!((changes.added, changes.removed, changes.changed), (2, 1, 0));
        assert_eq!(changes.installed_size_change, 3);
        let named: Vec<&str> = changes.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(named, ["a", "c"]);
    }
}
