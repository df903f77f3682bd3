//! Each rule, on records made for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::dependency::{Dependency, Matched};
use super::*;
use crate::channel::ChannelRelations;
use crate::json::Layout;
use crate::package::{Digests, PostInstall};
use crate::record::version_order;
use crate::repodata::{DocumentOptions, PatchInstructions, Review};
use crate::store::{ListedArtifact, MemoryStore, MissingArtifacts, Mtime, Stage, StoredArtifact};

/// Records of one subdir, by file name.
#[derive(Clone, Debug, Default)]
struct Records {
    store: Vec<(String, Value)>,
    versions: CurrentVersions,
    patch: Option<PatchInstructions>,
}

/// What came of them.
#[derive(Debug)]
struct Current {
    document: Value,
    summary: CurrentSummary,
}

impl Records {
    /// Records whose names, versions and builds are those of their file names.
    fn of(file_names: &[&str]) -> Self {
        file_names.iter().fold(Self::default(), |records, file_name| {
            records.with(file_name, json!({}))
        })
    }

    /// One more, with these fields in place of what it would have.
    fn with(mut self, file_name: &str, fields: Value) -> Self {
        let stem = ArtifactName::new(file_name).unwrap();
        let mut parts = stem.stem().rsplitn(3, '-');
        let [build, version, name] = [(); 3].map(|()| parts.next().unwrap());
        let mut record = json!({
            "name": name, "version": version, "build": build, "build_number": 0, "depends": [],
            "md5": format!("md5 of {file_name}"),
        });
        let record_fields = record.as_object_mut().unwrap();
        let Value::Object(fields) = fields else {
            panic!("fields are an object")
        };
        record_fields.extend(fields);
        self.store.push((file_name.to_owned(), record));
        self
    }

    fn depending(self, file_name: &str, depends: &[&str]) -> Self {
        self.with(file_name, json!({"depends": depends}))
    }

    fn pinned(mut self, yaml: &str) -> Self {
        self.versions = CurrentVersions::parse(yaml).unwrap();
        self
    }

    fn patched(mut self, instructions: &Value) -> Self {
        self.patch = PatchInstructions::parse(instructions.to_string().as_bytes()).unwrap();
        self
    }

    fn current(&self) -> Current {
        let mut store = MemoryStore::new();
        let artifacts: Vec<StoredArtifact> = self
            .store
            .iter()
            .map(|(file_name, record)| artifact(file_name, record))
            .collect();
        let listing: Vec<ListedArtifact> = artifacts.iter().map(|artifact| artifact.listed.clone()).collect();
        store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        store.commit(&artifacts, now).unwrap();
        let options = DocumentOptions {
            subdir: "linux-64".parse().unwrap(),
            stages: vec![Stage::FS],
            layout: Layout::Compact,
            base_url: Some("https://example.org".to_owned()),
            relations: ChannelRelations::default(),
            indexed_timestamp: true,
            repodata_next: false,
        };
        let mut document = Vec::new();
        let edition = Edition {
            options: &options,
            patch: self.patch.as_ref(),
            review: &Review::default(),
        };
        let summary = write_current_repodata(&store, &edition, &self.versions, &mut document).unwrap();
        Current {
            document: serde_json::from_slice(&document).unwrap(),
            summary,
        }
    }

    /// The file names of the current records, where nothing is wrong with any.
    fn names(&self) -> Vec<String> {
        let current = self.current();
        assert_eq!(current.summary, CurrentSummary::default());
        current.names()
    }
}

impl Current {
    fn records(&self) -> Map<String, Value> {
        ["packages", "packages.conda"]
            .into_iter()
            .flat_map(|key| self.document[key].as_object().unwrap().clone())
            .collect()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.records().keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// What is not in the document, and why.
    fn left_out(&self) -> Vec<(&str, &str)> {
        let left_out = self.summary.left_out.iter();
        left_out
            .map(|record| (&*record.file_name, &*record.reason))
            .collect()
    }
}

fn artifact(file_name: &str, record: &Value) -> StoredArtifact {
    StoredArtifact {
        listed: ListedArtifact {
            name: ArtifactName::new(file_name).unwrap(),
            mtime: Mtime::from_seconds(0.0),
            size: 1,
        },
        digests: Digests {
            md5: [0; 16],
            sha256: [0; 32],
        },
        record: JsonText::from_value(record),
        about: None,
        run_exports: None,
        recipe: None,
        rattler_recipe: None,
        post_install: PostInstall::default().to_json(),
        icon: None,
    }
}

#[test]
fn the_newest_version_is_kept_with_all_its_builds() {
    let records = Records::of(&["a-1.9-0.conda", "a-1.10-0.conda", "b-2-0.tar.bz2"])
        .with("a-1.10-1.conda", json!({"build_number": 1}))
        .with("a-1.10-py36_0.tar.bz2", json!({"build": "py36_0"}));
    assert_eq!(
        records.names(),
        [
            "a-1.10-0.conda",
            "a-1.10-1.conda",
            "a-1.10-py36_0.tar.bz2",
            "b-2-0.tar.bz2"
        ]
    );
}

#[test]
fn so_is_what_begins_with_the_newest_version() {
    let records = Records::of(&[
        "a-0.9-0.conda",
        "a-1.0-0.conda",
        "a-1-0.conda",
        "a-1.0.0-0.conda",
        "a-1.0a1-0.conda",
        "a-1.0rc1-0.conda",
        "a-1.0.dev1-0.conda",
    ])
    // Of equal versions the higher build number decides which is the newest.
    .with("a-1.0-1.conda", json!({"build_number": 1}));
    assert_eq!(records.names().len(), 7);
    assert!(!records.names().contains(&"a-0.9-0.conda".to_owned()));
}

#[rstest::rstest]
#[case::build_number(json!({"build_number": 1}), json!({"build_number": 2}))]
#[case::time(json!({"timestamp": 1_600_000_001}), json!({"timestamp": 1_600_000_002_000_i64}))]
#[case::time_after_build_number(json!({"build_number": 1, "timestamp": 9}), json!({"build_number": 2}))]
#[case::build(json!({"build": "a"}), json!({"build": "b"}))]
#[case::build_after_time(json!({"build": "b"}), json!({"build": "a", "timestamp": 1}))]
fn of_equal_versions(#[case] older: Value, #[case] newer: Value) {
    // The prefix 1.0.0 does not find 1.0a1, and the prefix 1.0 does: which of them is looked for
    // shows which was the newest.
    for (short, long, expected) in [(&older, &newer, 2), (&newer, &older, 3)] {
        let records = Records::of(&["a-1.0a1-0.conda"])
            .with("a-1.0-0.conda", short.clone())
            .with("a-1.0.0-0.conda", long.clone());
        assert_eq!(records.names().len(), expected, "{short} {long}");
    }
}

#[test]
fn pins_keep_what_begins_with_them_and_no_more() {
    let records = Records::of(&[
        "python-2.7.14-0.conda",
        "python-2.7.15-0.conda",
        "python-3.1.5-0.conda",
        "python-3.10.1-0.conda",
        "python-3.14.0-0.conda",
        "numpy-1.1-0.conda",
        "numpy-2.0-0.conda",
    ]);
    let pinned = records.pinned("python: [2.7, 3.10]\nnumpy: '1.*'\nother: 1");
    assert_eq!(
        pinned.names(),
        [
            "numpy-1.1-0.conda",
            "numpy-2.0-0.conda",
            "python-2.7.15-0.conda",
            "python-3.10.1-0.conda",
            "python-3.14.0-0.conda"
        ]
    );
}

#[test]
fn a_pin_that_nothing_matches_is_told() {
    let current = Records::of(&["python-3.6-0.conda"])
        .pinned("python: [2.7]\nperl: 5")
        .current();
    assert_eq!(current.names(), ["python-3.6-0.conda"]);
    let unmatched = PinWithoutMatch {
        name: "python".to_owned(),
        version: "2.7".to_owned(),
    };
    assert_eq!(current.summary.unmatched, [unmatched]);
}

#[test]
fn what_is_needed_is_kept_one_level_deep() {
    let records = Records::of(&["b-2-0.conda", "b-1-0.conda", "c-2-0.conda", "c-1-0.conda"])
        .depending("a-1-0.conda", &["b <2", "missing", "b <1", "*::b <1"])
        .depending("b-1-0.conda", &["c <2"])
        .with("b-1-1.conda", json!({"build_number": 1, "constrains": ["c <2"]}));
    assert_eq!(
        records.names(),
        [
            "a-1-0.conda",
            "b-1-0.conda",
            "b-1-1.conda",
            "b-2-0.conda",
            "c-2-0.conda"
        ]
    );
}

#[test]
fn what_pins_keep_has_needs_too() {
    let records = Records::of(&["a-2-0.conda", "b-2-0.conda", "b-1-0.conda"])
        .depending("a-1-0.conda", &["b 1.*"])
        .pinned("a: 1");
    assert_eq!(records.names().len(), 4);
}

#[test]
fn a_dependency_that_is_met_brings_nothing() {
    let records = Records::of(&["b-2-0.conda", "b-1-0.conda"]).depending("a-1-0.conda", &["b >=1"]);
    assert_eq!(records.names(), ["a-1-0.conda", "b-2-0.conda"]);
}

#[rstest::rstest]
#[case(json!({"track_features": "mkl"}))]
#[case(json!({"features": ["mkl"]}))]
fn beside_features_there_is_something_without(#[case] features: Value) {
    let records = Records::default()
        .with("a-2-mkl_0.conda", features)
        .with("a-1-mkl_0.conda", json!({"features": "mkl"}))
        .with("a-1-0.conda", json!({}))
        .with("a-1-1.conda", json!({"build_number": 1}))
        .with("a-0-0.conda", json!({}));
    assert_eq!(records.names(), ["a-1-1.conda", "a-2-mkl_0.conda"]);
}

#[test]
fn a_conda_stands_for_its_tar_bz2_and_has_its_digest() {
    let current = Records::of(&["a-1-0.conda", "a-1-0.tar.bz2", "b-1-0.conda", "c-1-0.tar.bz2"]).current();
    assert_eq!(current.names(), ["a-1-0.conda", "b-1-0.conda", "c-1-0.tar.bz2"]);
    let records = current.records();
    assert_eq!(records["a-1-0.conda"]["legacy_bz2_md5"], "md5 of a-1-0.tar.bz2");
    assert_eq!(records["b-1-0.conda"].get("legacy_bz2_md5"), Some(&Value::Null));
    assert_eq!(records["c-1-0.tar.bz2"].get("legacy_bz2_md5"), None);
}

#[test]
fn a_digest_that_a_record_brings_along_is_replaced() {
    let records = Records::default().with("a-1-0.conda", json!({"legacy_bz2_md5": "old"}));
    let record = &records.current().records()["a-1-0.conda"];
    assert_eq!(record["legacy_bz2_md5"], Value::Null);
}

#[test]
fn of_two_records_of_one_build_the_last_counts() {
    let same = json!({"name": "a", "version": "1", "build": "0"});
    let of_one_format = Records::default()
        .with("a-1-0.conda", same.clone())
        .with("x-1-0.conda", same.clone());
    assert_eq!(of_one_format.names(), ["x-1-0.conda"]);
    // Whatever its name, one of the older format comes behind those of the newer.
    let of_both = of_one_format.with("b-1-0.tar.bz2", same);
    assert_eq!(of_both.names(), ["b-1-0.tar.bz2"]);
}

#[test]
fn records_are_as_in_repodata() {
    let current = Records::of(&["a-1-0.conda", "gone-1-0.tar.bz2"])
        .patched(&json!({
            "packages": {"a-1-0.tar.bz2": {"summary": "patched"}}, "remove": ["gone-1-0.tar.bz2"],
        }))
        .current();
    let expected = json!({
        "info": {"subdir": "linux-64", "base_url": "https://example.org/linux-64/"},
        "packages": {},
        "packages.conda": {"a-1-0.conda": {
            "name": "a", "version": "1", "build": "0", "build_number": 0, "depends": [],
            "md5": "md5 of a-1-0.conda", "summary": "patched",
            "indexed_timestamp": 1_800_000_000_000_i64, "legacy_bz2_md5": null,
        }},
        "removed": ["gone-1-0.tar.bz2"],
        "repodata_version": 2,
    });
    assert_eq!(current.document, expected);
}

#[test]
fn patches_decide_what_is_current() {
    let patch = json!({
        "packages": {"a-2-0.tar.bz2": null, "b-1-0.tar.bz2": {"version": "3"}},
        "remove": ["c-2-0.conda"],
    });
    let records = Records::of(&["a-1-0.tar.bz2", "a-2-0.tar.bz2", "b-1-0.tar.bz2", "b-2-0.tar.bz2"])
        .with("c-1-0.conda", json!({}))
        .with("c-2-0.conda", json!({}))
        .with("c-2-0.tar.bz2", json!({}))
        .patched(&patch);
    assert_eq!(
        records.names(),
        ["a-1-0.tar.bz2", "b-1-0.tar.bz2", "c-2-0.tar.bz2"]
    );
}

#[test]
fn a_record_that_conda_refuses_gives_way_to_the_next() {
    let current = Records::of(&["a-1-0.conda", "b-1-0.conda", "b-2-1.conda", "c-1-0.conda"])
        .with("a-2-0.conda", json!({"build_number": "2"}))
        .with("a-3-0.conda", json!({"version": "3..0"}))
        .depending("b-2-0.conda", &["c", "c >=1 <2"])
        .depending("c-2-0.conda", &["c >=1 <2"])
        .current();
    assert_eq!(current.names(), ["a-1-0.conda", "b-2-1.conda", "c-1-0.conda"]);
    let no_match_spec = "depends on \"c >=1 <2\", which is no MatchSpec: \"<2\" cannot be a build";
    assert_eq!(
        current.left_out(),
        [
            ("a-2-0.conda", "build_number is \"2\", not an integer"),
            (
                "a-3-0.conda",
                "version \"3..0\" is not a version: encountered more characters but expected none"
            ),
            ("b-2-0.conda", no_match_spec),
            ("c-2-0.conda", no_match_spec),
        ]
    );
}

#[test]
fn a_tar_bz2_counts_where_its_conda_is_refused() {
    let current = Records::of(&["a-1-0.tar.bz2"])
        .with("a-1-0.conda", json!({"version": null}))
        .current();
    assert_eq!(current.names(), ["a-1-0.tar.bz2"]);
    assert_eq!(
        current.left_out(),
        [("a-1-0.conda", "version is missing or null")]
    );
}

fn any_records() -> impl Strategy<Value = Records> {
    let version = prop_oneof![
        "[0-3]",
        "[0-3]\\.[0-2]",
        "[0-3]\\.[0-2](a|rc|post|dev)[0-2]",
        "[0-2]\\+l"
    ];
    let depends = prop::collection::vec("(a|b|c) (<|>=|=|==)[0-3](\\.[0-2])?", 0..3);
    let features = prop_oneof![4 => Just(""), 1 => Just("mkl")];
    let file_name = ("[abc]", version, 0..3_u8, "conda|tar\\.bz2");
    let record =
        (file_name, depends, features).prop_map(|((name, version, build, extension), depends, features)| {
            let fields = json!({"build_number": build, "depends": depends, "features": features});
            (format!("{name}-{version}-{build}.{extension}"), fields)
        });
    prop::collection::vec(record, 1..30).prop_map(|records| {
        let by_name: BTreeMap<String, Value> = records.into_iter().collect();
        by_name
            .into_iter()
            .fold(Records::default(), |records, (file_name, fields)| {
                records.with(&file_name, fields)
            })
    })
}

fn version_of(record: &Value) -> rattler_conda_types::Version {
    version_order::parse(record["version"].as_str().unwrap()).unwrap()
}

/// Whether a record is what `spec` asks for.
fn meets(record: &Value, spec: &str) -> bool {
    let dependency = Dependency::parse(spec).unwrap();
    dependency.name.as_deref() == record["name"].as_str()
        && dependency.matches(&Matched {
            subdir: "linux-64",
            version: &version_of(record),
            build: record["build"].as_str().unwrap(),
            build_number: record["build_number"].as_i64().unwrap(),
        })
}

proptest! {
    /// The document holds some of the records as they are, and of every name one that none is
    /// newer than.
    #[test]
    fn every_name_is_there_in_its_newest_version(records in any_records()) {
        let current = records.current();
        prop_assert_eq!(&current.summary, &CurrentSummary::default());
        let published = current.records();
        let given: BTreeMap<&String, &Value> = records.store.iter().map(|(name, record)| (name, record)).collect();
        for (file_name, record) in &published {
            for (key, value) in given[file_name].as_object().unwrap() {
                prop_assert_eq!(&record[key], value);
            }
        }
        for record in given.values() {
            let newest = published
                .values()
                .filter(|current| current["name"] == record["name"])
                .any(|current| version_order::compare(&version_of(current), &version_of(record)).is_ge());
            prop_assert!(newest, "{} is newer than what is current", record);
        }
    }

    /// What the newest records need is there, if it is anywhere.
    #[test]
    fn the_newest_have_what_they_need(records in any_records()) {
        let published = records.current().records();
        let without_twins = records.store.iter().filter(|(file_name, _)| {
            let artifact = ArtifactName::new(file_name.clone()).unwrap();
            artifact.format() == ArchiveFormat::Conda
                || records.store.iter().all(|(other, _)| other != artifact.twin().as_str())
        });
        let given: Vec<&Value> = without_twins.map(|(_, record)| record).collect();
        let is_newest = |record: &&Value| {
            let of_name = given.iter().filter(|other| other["name"] == record["name"]);
            of_name
                .clone()
                .all(|other| version_order::compare(&version_of(record), &version_of(other)).is_ge())
        };
        for record in published.values().filter(is_newest) {
            for spec in record["depends"].as_array().unwrap() {
                let spec = spec.as_str().unwrap();
                prop_assert_eq!(
                    published.values().any(|record| meets(record, spec)),
                    given.iter().any(|record| meets(record, spec)),
                    "{}", spec
                );
            }
        }
    }
}
