//! What changed from one build to another: dependencies, fields of the record, files.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::page::{
    ChangedDependency, ChangedField, ChangedFile, Dependency, FileChange, FileChanges, FileListing,
    ListedFile,
};

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
    let mut names: BTreeMap<String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for (side, specs) in [before, after].into_iter().enumerate() {
        for spec in specs {
            let dependency = Dependency::parse(spec, |_| false);
            let asked = names.entry(dependency.name).or_default();
            asked[side].insert(dependency.requirement);
        }
    }
    let mut changed = Vec::new();
    for (name, [before, after]) in names {
        let is_here = is_here(&name);
        let mut gone = before.difference(&after).cloned();
        let mut come = after.difference(&before).cloned();
        loop {
            let (before, after) = (gone.next(), come.next());
            if before.is_none() && after.is_none() {
                break;
            }
            changed.push(ChangedDependency {
                name: name.clone(),
                before,
                after,
                is_here,
            });
        }
    }
    changed
}

/// The fields that changed, of those that say something to people and are not compared in another way, as
/// text. What is empty or `null` is as if it were not there, and a list of one is as that one.
pub fn changed_fields(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<ChangedField> {
    let text = |record: &Map<String, Value>, field| {
        let text = record.get(field).map(field_text);
        text.filter(|text| !text.is_empty())
    };
    let changes = FIELDS.into_iter().map(|field| ChangedField {
        field: field.to_owned(),
        before: text(before, field),
        after: text(after, field),
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// The value as people would write it: the items of lists with commas between them, and members with
/// their names.
fn field_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => joined(items.iter().map(field_text), ", "),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| match field_text(value) {
                text if text.is_empty() => text,
                text => format!("{name}: {text}"),
            });
            joined(members, "; ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn joined(texts: impl Iterator<Item = String>, separator: &str) -> String {
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(separator)
}

/// What changed of the files that are installed, told by path, with the first `limit` of them. A file is
/// changed if both sides know its SHA-256 and it is not the same; where one does not, if sizes differ.
pub fn changed_files(before: &FileListing, after: &FileListing, limit: usize) -> FileChanges {
    let (before, after) = (by_path(before), by_path(after));
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    let mut changes = FileChanges::default();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.path.cmp(&after.path),
        };
        let old = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        let (change, grown) = match (old, new) {
            (Some(old), Some(new)) if is_same(old, new) => continue,
            (Some(old), Some(new)) => {
                changes.changed += 1;
                let sizes = old.size.zip(new.size);
                (
                    FileChange::Changed,
                    sizes.map_or(0, |(old, new)| bytes(new) - bytes(old)),
                )
            }
            (Some(old), None) => {
                changes.removed += 1;
                (FileChange::Removed, -old.size.map_or(0, bytes))
            }
            (None, new) => {
                changes.added += 1;
                (FileChange::Added, new.and_then(|new| new.size).map_or(0, bytes))
            }
        };
        changes.installed_size_change = changes.installed_size_change.saturating_add(grown);
        if let Some(file) = new.or(old).filter(|_| changes.files.len() < limit) {
            changes.files.push(ChangedFile {
                change,
                path: file.path.clone(),
            });
        }
    }
}

/// The files sorted by path, each path once.
fn by_path(listing: &FileListing) -> Vec<&ListedFile> {
    let mut files: Vec<&ListedFile> = listing.files.iter().collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    files
}

fn is_same(one: &ListedFile, other: &ListedFile) -> bool {
    match (&one.sha256, &other.sha256) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one.size.zip(other.size).is_none_or(|(one, other)| one == other),
    }
}

fn bytes(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// The changes as text: `name: before -> after`.
    fn dependencies(before: &[&str], after: &[&str]) -> Vec<String> {
        let changed = changed_dependencies(&texts(before), &texts(after), |name| name == "python");
        let shown = |asked: Option<String>| asked.map_or("-".to_owned(), |asked| format!("\"{asked}\""));
        let lines = changed.into_iter().map(|change| {
            assert_eq!(change.is_here, change.name == "python");
            format!(
                "{}: {} {}",
                change.name,
                shown(change.before),
                shown(change.after)
            )
        });
        lines.collect()
    }

    #[rstest]
    #[case::same(&["b", "a >=1"], &["a >=1", "b"], &[])]
    #[case::spelled_otherwise(&["Python  >=3"], &["python >=3", "python >=3"], &[])]
    #[case::come_gone_changed(
        &["old 1.*", "python >=3.8"], &["python >=3.9", "new"],
        &["new: - \"\"", "old: \"1.*\" -", "python: \">=3.8\" \">=3.9\""]
    )]
    #[case::no_more_asked(&["a 1"], &["a"], &["a: \"1\" \"\""])]
    #[case::several_times(
        &["python >=3", "python <4", "python 3.*"], &["python <4", "python >=3.9"],
        &["python: \"3.*\" \">=3.9\"", "python: \">=3\" -"]
    )]
    #[case::not_readable(&["a = = 1"], &["a = = 2"], &["a: \"= = 1\" \"= = 2\""])]
    #[case::without_a_name(&[">=1"], &[">=2"], &[": \">=1\" \">=2\""])]
    fn dependencies_are_compared_by_name(
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] changes: &[&str],
    ) {
        assert_eq!(dependencies(before, after), changes);
    }

    fn fields(before: Value, after: Value) -> Vec<String> {
        let [Value::Object(before), Value::Object(after)] = [before, after] else {
            panic!("records are objects");
        };
        let shown = |text: Option<String>| text.unwrap_or("-".to_owned());
        let changes = changed_fields(&before, &after).into_iter();
        changes
            .map(|change| {
                format!(
                    "{}: {} -> {}",
                    change.field,
                    shown(change.before),
                    shown(change.after)
                )
            })
            .collect()
    }

    #[rstest]
    #[case(json!({"license": "MIT"}), json!({"license": "MIT"}), &[])]
    #[case(json!({"license": "MIT "}), json!({"license": ["MIT"]}), &[])]
    #[case(json!({"license": "MIT"}), json!({"license": "BSD-3-Clause"}), &["license: MIT -> BSD-3-Clause"])]
    #[case(json!({"license": "MIT"}), json!({"license": null}), &["license: MIT -> -"])]
    #[case(json!({"track_features": ""}), json!({"track_features": []}), &[])]
    #[case(json!({}), json!({"track_features": ["a", "b"]}), &["track_features: - -> a, b"])]
    #[case(json!({"noarch": true}), json!({"noarch": "python"}), &["noarch: true -> python"])]
    #[case(
        json!({"extra_depends": {"a": ["x", "y >=1"], "b": []}}),
        json!({"extra_depends": {"a": ["x"], "c": ["z"]}}),
        &["extra_depends: a: x, y >=1 -> a: x; c: z"]
    )]
    #[case(json!({"size": 1, "depends": ["a"]}), json!({"size": 2, "depends": []}), &[])]
    fn fields_are_compared_as_text(#[case] before: Value, #[case] after: Value, #[case] changes: &[&str]) {
        assert_eq!(fields(before, after), changes);
    }

    fn listing(files: &[(&str, Option<u64>, Option<&str>)]) -> FileListing {
        let files = files.iter().map(|(path, size, sha256)| ListedFile {
            path: (*path).to_owned(),
            size: *size,
            sha256: sha256.map(str::to_owned),
        });
        FileListing {
            files: files.collect(),
            ..FileListing::default()
        }
    }

    #[test]
    fn files_are_compared_by_path() {
        let before = listing(&[
            ("same", Some(1), Some("aA")),
            ("gone", Some(7), Some("bb")),
            ("other-bytes", Some(5), Some("cc")),
            ("other-size", Some(5), None),
            ("not-known", None, Some("dd")),
        ]);
        let after = listing(&[
            ("other-bytes", Some(5), Some("dd")),
            ("other-size", Some(100), Some("ee")),
            ("come", Some(20), None),
            ("come", Some(20), None),
            ("not-known", Some(3), None),
            ("same", Some(1), Some("Aa")),
        ]);
        let changes = changed_files(&before, &after, 3);
        assert_eq!((changes.added, changes.removed, changes.changed), (1, 1, 2));
        assert_eq!(changes.installed_size_change, 20 - 7 + 95);
        let named = changes.files.iter().map(|file| (file.change, file.path.as_str()));
        assert_eq!(
            named.collect::<Vec<_>>(),
            [
                (FileChange::Added, "come"),
                (FileChange::Removed, "gone"),
                (FileChange::Changed, "other-bytes"),
            ]
        );
    }

    #[test]
    fn absurd_sizes_are_compared() {
        let (none, huge) = (
            listing(&[]),
            listing(&[("a", Some(u64::MAX), None), ("b", Some(u64::MAX), None)]),
        );
        assert_eq!(changed_files(&none, &huge, 0).installed_size_change, i64::MAX);
        assert_eq!(changed_files(&huge, &none, 0).installed_size_change, i64::MIN);
    }

    proptest! {
        #[test]
        fn what_comes_one_way_goes_the_other(
            before in proptest::collection::btree_map("[a-c]{1,2}", 0_u64..3, 0..6),
            after in proptest::collection::btree_map("[a-c]{1,2}", 0_u64..3, 0..6),
        ) {
            let [before, after] = [before, after].map(|files| FileListing {
                files: files.into_iter().map(|(path, size)| ListedFile { path, size: Some(size), sha256: None }).collect(),
                ..FileListing::default()
            });
            let forwards = changed_files(&before, &after, usize::MAX);
            let backwards = changed_files(&after, &before, usize::MAX);
            prop_assert_eq!(forwards.added, backwards.removed);
            prop_assert_eq!(forwards.changed, backwards.changed);
            prop_assert_eq!(forwards.installed_size_change, -backwards.installed_size_change);
            prop_assert_eq!(forwards.files.len(), forwards.added + forwards.removed + forwards.changed);
            prop_assert_eq!(before.files.len() + forwards.added - forwards.removed, after.files.len());
        }
    }
}
