//! What instructions do to records, run exports and shards.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::ChannelBuilder;

use super::{PATCH, SHARDS, channel, noarch};
use crate::environment::index;
use crate::published::files_below;

fn every_document(channel: &ChannelBuilder) -> crate::environment::Outcome {
    index(channel, &["--run-exports", "--write-shards", "--no-compact"])
}

fn with_patch(instructions: &Value) -> ChannelBuilder {
    let channel = channel().file(PATCH, instructions.to_string());
    let _ = every_document(&channel).succeeded();
    channel
}

/// The records of `repodata.json`; those in the shards must be the same but for the run exports.
fn records(channel: &ChannelBuilder) -> Value {
    let repodata = noarch(channel).json("repodata.json");
    let mut from_shards = json!({"packages": {}, "packages.conda": {}, "removed": []});
    for shard in noarch(channel).shards(SHARDS).into_values() {
        for key in ["packages", "packages.conda"] {
            for (file_name, record) in shard[key].as_object().unwrap() {
                let mut record = record.clone();
                record.as_object_mut().unwrap().remove("run_exports");
                from_shards[key][file_name] = record;
            }
        }
        let removed = shard["removed"].as_array().into_iter().flatten().cloned();
        from_shards["removed"].as_array_mut().unwrap().extend(removed);
    }
    for key in ["packages", "packages.conda", "removed"] {
        assert_eq!(from_shards[key], repodata[key], "{key}");
    }
    repodata
}

/// E101: null for a field that is not there is nothing.
#[test]
fn fields_are_replaced_merged_and_deleted() {
    let channel = with_patch(&json!({
        "patch_instructions_version": 1,
        "packages": {
            "pair-1-0.tar.bz2": {"depends": ["new"], "license": null, "absent": null, "indexed_timestamp": 5},
            "nobody-1-0.tar.bz2": {"depends": []},
        },
        "packages.conda": {"pair-1-0.conda": {"constrains": ["quay >=2"], "extra": {"a": {"b": 1}}}},
    }));
    let records = records(&channel);
    let changed = |record: &Value| {
        let mut shown = record.clone();
        let members = shown.as_object_mut().unwrap();
        for same in [
            "build",
            "build_number",
            "md5",
            "name",
            "noarch",
            "sha256",
            "size",
            "subdir",
        ] {
            assert!(members.remove(same).is_some(), "{same}");
        }
        let dated = members.remove("indexed_timestamp").unwrap();
        assert!(crate::published::is_now(&dated));
        shown
    };
    assert_eq!(
        changed(&records["packages"]["pair-1-0.tar.bz2"]),
        json!({"depends": ["new"], "timestamp": 1_700_000_000_000_u64, "version": "1"})
    );
    // What is said of a .tar.bz2 holds for its .conda.
    assert_eq!(
        changed(&records["packages.conda"]["pair-1-0.conda"]),
        json!({
            "constrains": ["quay >=2"], "depends": ["new"], "extra": {"a": {"b": 1}},
            "timestamp": 1_700_000_000_000_u64, "version": "1",
        })
    );
    assert_eq!(
        records["packages.conda"]["quay-1-0.conda"]["depends"],
        json!(["old"])
    );
}

#[test]
fn what_the_packages_say_is_published_beside_it() {
    let patched = with_patch(&super::depending_on("new"));
    assert_eq!(super::depends_of_all(&patched), "new");
    let plain = channel();
    let _ = every_document(&plain).succeeded();
    let [from_packages, before] =
        [&patched, &plain].map(|channel| noarch(channel).shown("repodata_from_packages.json"));
    assert_eq!(from_packages, before);
    let index = "repodata_shards_from_packages.msgpack.zst";
    let [from_packages, before] = [&patched, &plain].map(|channel| noarch(channel).shown_shards(index));
    assert_eq!(from_packages, before);
}

/// E100: of a pair whose depends are patched too.
#[test]
fn revoked_packages_stay_and_cannot_be_installed() {
    let channel = with_patch(&json!({
        "packages": {"pair-1-0.tar.bz2": {"depends": ["new"]}},
        "revoke": ["pair-1-0.tar.bz2", "quay-1-0.conda", "nobody-1-0.conda"],
    }));
    let records = records(&channel);
    for (map, file_name, depends) in [
        ("packages", "pair-1-0.tar.bz2", "new"),
        ("packages.conda", "pair-1-0.conda", "new"),
        ("packages.conda", "quay-1-0.conda", "old"),
    ] {
        let record = &records[map][file_name];
        assert_eq!(record["depends"], json!([depends, "package_has_been_revoked"]));
        assert_eq!(record["revoked"], true);
    }
    assert_eq!(records["packages"]["weir-1-0.tar.bz2"]["revoked"], Value::Null);
}

#[rstest]
#[case::pair_by_its_tar_bz2("pair-1-0.tar.bz2", &["pair-1-0.conda", "pair-1-0.tar.bz2"])]
#[case::one_of_a_pair("pair-1-0.conda", &["pair-1-0.conda"])]
#[case::single("weir-1-0.tar.bz2", &["weir-1-0.tar.bz2"])]
#[case::conda_by_a_twin_that_is_not_there("quay-1-0.tar.bz2", &["quay-1-0.conda"])]
#[case::unknown("nobody-1-0.conda", &[])]
fn removed_packages_are_listed(#[case] named: &str, #[case] removed: &[&str]) {
    let channel = with_patch(&json!({"remove": [named]}));
    let records = records(&channel);
    assert_eq!(records["removed"], json!(removed));
    assert_eq!(noarch(&channel).file_names().len(), 4 - removed.len());
    for file_name in removed {
        assert!(records["packages"][file_name].is_null() && records["packages.conda"][file_name].is_null());
    }
}

/// E101: null for a record.
#[test]
fn null_for_a_record_leaves_it_out_unlisted() {
    let channel = with_patch(&json!({"packages": {"pair-1-0.tar.bz2": null}}));
    let records = records(&channel);
    assert_eq!(records["removed"], json!([]));
    assert_eq!(
        noarch(&channel).file_names(),
        ["quay-1-0.conda", "weir-1-0.tar.bz2"]
    );
    // Nothing is left that a shard of the name could say.
    assert!(!noarch(&channel).shards(SHARDS).contains_key("pair"));
}

#[rstest]
#[case::version_2(2, "new")]
#[case::version_1(1, "old")]
fn run_exports_are_patched_by_version_2_only(#[case] version: u64, #[case] weak: &str) {
    let channel = with_patch(&json!({
        "patch_instructions_version": version,
        "packages": {"pair-1-0.tar.bz2": {"run_exports": {"weak": ["new"]}}},
        "packages.conda": {"quay-1-0.conda": {"run_exports": {"weak": ["new"]}}},
        "remove": ["weir-1-0.tar.bz2"],
    }));
    let published = noarch(&channel);
    let run_exports = published.json("run_exports.json");
    let shards = published.shards(SHARDS);
    let expected = json!({"weak": [weak]});
    for (map, file_name) in [
        ("packages", "pair-1-0.tar.bz2"),
        ("packages.conda", "pair-1-0.conda"),
        ("packages.conda", "quay-1-0.conda"),
    ] {
        assert_eq!(run_exports[map][file_name]["run_exports"], expected);
        assert_eq!(shards[&file_name[..4]][map][file_name]["run_exports"], expected);
    }
    // CEP 12: the packages of the unpatched repodata.
    let weir = &run_exports["packages"]["weir-1-0.tar.bz2"];
    assert_eq!(*weir, json!({"run_exports": {"weak": ["old"]}}));
}

/// As it is today: instructions of version 1 put a field `run_exports` into the record, which
/// is where they have always put unknown fields.
#[test]
fn run_exports_in_version_1_are_a_field_like_any_other() {
    let channel = with_patch(&json!({
        "packages.conda": {"quay-1-0.conda": {"run_exports": {"weak": ["new"]}}},
    }));
    let repodata = noarch(&channel).json("repodata.json");
    let record = &repodata["packages.conda"]["quay-1-0.conda"];
    assert_eq!(record["run_exports"], json!({"weak": ["new"]}));
}

#[test]
fn null_takes_run_exports_away() {
    let channel = with_patch(&json!({
        "patch_instructions_version": 2,
        "packages.conda": {"quay-1-0.conda": {"run_exports": null}},
    }));
    let run_exports = noarch(&channel).json("run_exports.json");
    assert_eq!(
        run_exports["packages.conda"]["quay-1-0.conda"],
        json!({"run_exports": {}})
    );
}

#[rstest]
#[case::no_json("{", "is not JSON: EOF while parsing an object at line 1 column 1")]
#[case::list("[1]", "is not of the shape of patch instructions")]
#[case::shape(r#"{"remove": {}}"#, "is not of the shape of patch instructions")]
#[case::newer(
    r#"{"patch_instructions_version": 3}"#,
    "has patch_instructions_version 3, and this towpath knows versions up to 2"
)]
fn instructions_that_are_not_understood_leave_everything_as_it_was(
    #[case] instructions: &str,
    #[case] reason: &str,
) {
    let channel = channel();
    let _ = every_document(&channel).succeeded();
    let channel = channel
        .file(PATCH, instructions)
        .remove("noarch/weir-1-0.tar.bz2");
    let documents = |channel: &ChannelBuilder| {
        let mut files = files_below(channel.path());
        files.retain(|path, _| !path.components().any(|part| part.as_os_str() == ".cache"));
        files
    };
    let before = documents(&channel);
    let outcome = every_document(&channel);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let message = format!("error: noarch: [CHANNEL]/{PATCH} {reason}");
    assert!(outcome.stderr().contains(&message), "{outcome}");
    assert!(documents(&channel) == before);
}

#[test]
fn an_empty_object_is_no_patch() {
    let channel = with_patch(&json!({}));
    assert_eq!(super::depends_of_all(&channel), "old");
    // The page does not list it any more.
    assert_snapshot!(every_document(&channel.remove(PATCH)), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 1 document written in [TIME]
    ");
}
