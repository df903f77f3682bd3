//! Records that need repodata v3 (CEP 48), and wheels.

use insta::assert_snapshot;
use rstest::rstest;
use rusqlite::Connection;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::index;
use crate::published::{Published, with_values_replaced};

fn plain() -> PackageBuilder {
    PackageBuilder::new("plain", "1.0", "0").depends(["python >=3.9"])
}

/// A package with a condition (CEP 43), a group of extra dependencies (CEP 44) and flags (CEP 45).
fn modern() -> PackageBuilder {
    PackageBuilder::new("modern", "2.0", "0")
        .depends([
            "python >=3.9,<4",
            "zlib 1.2.*",
            "pywin32[when=\"__win\"]",
            "plain",
        ])
        .index(|index| {
            index.insert("constrains".to_owned(), json!(["old =1.2", "odd 1.0 py_0"]));
            index.insert(
                "extra_depends".to_owned(),
                json!({"test": ["pytest >8", "plain"]}),
            );
            index.insert("flags".to_owned(), json!(["cuda", "blas:mkl"]));
            index.insert("schema_version".to_owned(), json!(3));
        })
}

fn channel() -> ChannelBuilder {
    ChannelBuilder::new()
        .package(&plain(), Kind::Conda)
        .package(&modern(), Kind::Conda)
        .package(&modern(), Kind::TarBz2)
}

fn noarch(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "noarch")
}

#[test]
fn what_needs_v3_stands_under_it_and_the_rest_where_it_always_stood() {
    let channel = channel();
    let _ = index(&channel, &["--repodata-next", "--no-compact", "--write-shards"]).succeeded();
    let shown = ["oldest", "newest"]
        .iter()
        .fold(noarch(&channel).shown("repodata.json"), |shown, key| {
            with_values_replaced(&shown, key, "[now]")
        });
    assert_snapshot!(shown);
    assert_snapshot!(
        "shards",
        noarch(&channel).shown_shards("repodata_shards.msgpack.zst")
    );
    let info = noarch(&channel).shard_index("repodata_shards.msgpack.zst")["info"].clone();
    let revisions = noarch(&channel).json("repodata.json")["info"]["repodata_revisions"].clone();
    assert_eq!(revisions["v3"]["n_packages"], 2);
    assert_eq!(info["repodata_revisions"], revisions);
}

#[test]
fn bounds_are_when_records_became_part_of_the_channel() {
    let channel = channel();
    let _ = index(&channel, &["--repodata-next"]).succeeded();
    let document = noarch(&channel).json("repodata.json");
    let dates: Vec<&Value> = ["conda", "tar.bz2"]
        .iter()
        .map(|map| &document["v3"][map]["modern-2.0-0"]["indexed_timestamp"])
        .collect();
    assert!(dates[0].is_u64());
    let revision = &document["info"]["repodata_revisions"]["v3"];
    assert_eq!([&revision["oldest"], &revision["newest"]], dates[..]);
    let _ = index(&channel, &["--repodata-next", "--no-indexed-timestamp"]).succeeded();
    let document = noarch(&channel).json("repodata.json");
    assert_eq!(
        document["info"]["repodata_revisions"]["v3"],
        json!({"n_packages": 2})
    );
}

/// CEP 43 forbids such records where clients of old look.
#[test]
fn without_the_option_they_are_left_out_at_every_run() {
    let channel = channel();
    insta::allow_duplicates! {
        for counts in ["3 added, 0 changed, 0 removed, 2 left out; 6 documents written", "0 added, 0 changed, 0 removed, 2 left out; nothing to write"] {
            let outcome = index(&channel, &["--run-exports", "--write-shards"]).to_string();
            assert!(outcome.contains(counts), "{outcome}");
            assert_snapshot!(outcome.replace(counts, "[COUNTS]"), @"
            exit status: 3
            ----- stderr -----
            left out: noarch/modern-2.0-0.conda: it needs repodata v3, which older clients cannot read; --repodata-next publishes it for those that can (CEP 48)
            left out: noarch/modern-2.0-0.tar.bz2: it needs repodata v3, which older clients cannot read; --repodata-next publishes it for those that can (CEP 48)
            [CHANNEL] (noarch): [COUNTS] in [TIME]
            ");
        }
    }
    let document = noarch(&channel).json("repodata.json");
    assert_eq!(noarch(&channel).file_names(), ["plain-1.0-0.conda"]);
    assert!(document.get("v3").is_none() && document["info"].get("repodata_revisions").is_none());
    assert!(
        !noarch(&channel)
            .shards("repodata_shards.msgpack.zst")
            .contains_key("modern")
    );
    assert!(!noarch(&channel).text("run_exports.json").contains("modern"));
}

#[test]
fn a_channel_that_needs_no_v3_says_so() {
    let channel = ChannelBuilder::new().package(&plain(), Kind::Conda);
    let _ = index(&channel, &["--repodata-next"]).succeeded();
    let document = noarch(&channel).json("repodata.json");
    assert_eq!(document["v3"], json!({"conda": {}, "tar.bz2": {}, "whl": {}}));
    assert_eq!(
        document["info"]["repodata_revisions"],
        json!({"v3": {"n_packages": 0}})
    );
    assert_eq!(document["repodata_version"], 1);
}

#[test]
fn patches_reach_v3_and_may_move_records_there() {
    let patch = json!({"packages.conda": {
        "modern-2.0-0.conda": {"depends": ["python =3.12"]},
        "plain-1.0-0.conda": {"depends": ["python[version='>=3.9',when='__unix']"]},
    }, "remove": ["modern-2.0-0.tar.bz2"]});
    let channel = ChannelBuilder::new()
        .package(&plain(), Kind::Conda)
        .package(&modern(), Kind::Conda)
        .file("noarch/patch_instructions.json", patch.to_string());
    let _ = index(&channel, &["--repodata-next", "--write-shards"]).succeeded();
    let document = noarch(&channel).json("repodata.json");
    assert_eq!(document["removed"], json!(["modern-2.0-0.conda"]));
    assert_eq!(document["packages.conda"], json!({}));
    assert_eq!(
        document["v3"]["conda"]["plain-1.0-0"]["depends"],
        json!(["python[version=\">=3.9\",when=\"__unix\"]"])
    );
    assert_eq!(document["info"]["repodata_revisions"]["v3"]["n_packages"], 1);
    let unpatched = noarch(&channel).json("repodata_from_packages.json");
    assert!(unpatched["packages.conda"]["plain-1.0-0.conda"].is_object());
    assert!(unpatched["v3"]["conda"]["modern-2.0-0"].is_object());
    let shards = noarch(&channel).shards("repodata_shards.msgpack.zst");
    assert!(shards["plain"]["v3"]["conda"]["plain-1.0-0"].is_object());
}

/// CEP 48 allows no more than name, version, build and the new keys.
#[test]
fn what_v3_cannot_say_is_left_out_and_told() {
    let odd = PackageBuilder::new("odd", "1.0", "0").depends(["conda-forge::python[when='__unix']"]);
    let channel = ChannelBuilder::new()
        .package(&odd, Kind::Conda)
        .package(&plain(), Kind::Conda);
    assert_snapshot!(index(&channel, &["--repodata-next"]), @r#"
    exit status: 3
    ----- stderr -----
    left out: noarch/odd-1.0-0.conda: it needs repodata v3, and cannot be written so: its depends has "conda-forge::python[when='__unix']", with a channel, but dependencies under v3 have none (CEP 48)
    [CHANNEL] (noarch): 2 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    "#);
    assert_eq!(noarch(&channel).file_names(), ["plain-1.0-0.conda"]);
}

#[test]
fn other_documents_know_what_stands_under_v3() {
    let channel = channel();
    let _ = index(
        &channel,
        &[
            "--repodata-next",
            "--channeldata",
            "--run-exports",
            "--current-repodata",
        ],
    )
    .succeeded();
    let channeldata = fs_err::read_to_string(channel.path().join("channeldata.json")).unwrap();
    let channeldata: Value = serde_json::from_str(&channeldata).unwrap();
    assert_eq!(channeldata["packages"]["modern"]["version"], "2.0");
    assert!(noarch(&channel).text("index.html").contains("modern-2.0-0.conda"));
    let run_exports = noarch(&channel).json("run_exports.json");
    assert!(run_exports["packages.conda"]["modern-2.0-0.conda"].is_object());
    // Clients that prefer this document do not know v3.
    assert!(!noarch(&channel).text("current_repodata.json").contains("modern"));
}

/// Puts a wheel into the store, as conda-index's API does.
fn put_wheel(channel: &ChannelBuilder, file_name: &str, record: &Value) {
    let store = Connection::open(channel.path().join("noarch/.cache/cache.db")).unwrap();
    for stage in ["md", "indexed"] {
        store
            .execute(
                "INSERT INTO stat (stage, path, mtime, size) VALUES (?1, ?2, 1, 2)",
                (stage, file_name),
            )
            .unwrap();
    }
    store
        .execute(
            "INSERT INTO index_json (path, index_json) VALUES (?1, ?2)",
            (file_name, record.to_string()),
        )
        .unwrap();
}

/// A channel into whose store another tool has put a wheel.
fn with_wheel(record: &Value) -> ChannelBuilder {
    let channel = ChannelBuilder::new().package(&plain(), Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    put_wheel(&channel, "wheel-1.0-py3-none-any.whl", record);
    channel
}

#[test]
fn wheels_of_another_stage_stand_under_v3() {
    let record = json!({
        "name": "wheel", "version": "1.0", "build": "py3_none_any_0", "build_number": 0,
        "depends": ["python >=3.9", "plain[extras=[test]]"], "sha256": "ab", "size": 2,
        "url": "https://files.pythonhosted.org/wheel-1.0-py3-none-any.whl",
    });
    let channel = with_wheel(&record);
    let _ = index(&channel, &["--repodata-next", "--write-shards"]).succeeded();
    assert_eq!(noarch(&channel).json("repodata.json")["v3"]["whl"], json!({}));
    let _ = index(
        &channel,
        &["--include-stage", "md", "--repodata-next", "--write-shards"],
    )
    .succeeded();
    let document = noarch(&channel).json("repodata.json");
    let wheel = &document["v3"]["whl"]["wheel-1.0-py3_none_any_0"];
    assert_eq!(wheel["url"], record["url"]);
    assert_eq!(
        wheel["depends"],
        json!(["python[version=\">=3.9\"]", "plain[extras=[test]]"])
    );
    assert_eq!(document["info"]["repodata_revisions"]["v3"]["n_packages"], 1);
    let shards = noarch(&channel).shards("repodata_shards.msgpack.zst");
    assert!(shards["wheel"]["v3"]["whl"]["wheel-1.0-py3_none_any_0"].is_object());
    // Where nothing stands under v3 there is no place for it.
    let _ = index(&channel, &["--include-stage", "md", "--write-shards"]).succeeded();
    assert!(!noarch(&channel).text("repodata.json").contains("wheel"));
    assert!(
        !noarch(&channel)
            .shards("repodata_shards.msgpack.zst")
            .contains_key("wheel")
    );
}

#[rstest]
#[case(json!({"name": "wheel", "version": "1.0"}))]
#[case(json!({"name": "wheel", "version": 1, "build": "0"}))]
fn a_wheel_that_cannot_be_named_is_told(#[case] record: Value) {
    let channel = with_wheel(&record);
    let outcome = index(&channel, &["--include-stage", "md", "--repodata-next"]);
    assert_eq!(outcome.status(), 3);
    let expected = "left out: noarch/wheel-1.0-py3-none-any.whl: its record lacks a name, version or build";
    assert!(outcome.stderr().contains(expected), "{outcome}");
}

#[test]
fn of_two_wheels_with_one_name_the_second_is_left_out() {
    let record = json!({"name": "wheel", "version": "1.0", "build": "0", "depends": []});
    let channel = with_wheel(&record);
    put_wheel(&channel, "wheel-1.0-1-py3-none-any.whl", &record);
    let outcome = index(&channel, &["--include-stage", "md", "--repodata-next"]);
    let expected =
        "left out: noarch/wheel-1.0-py3-none-any.whl: another wheel is known as wheel-1.0-0 already (CEP 48)";
    assert!(outcome.stderr().contains(expected), "{outcome}");
    let document = noarch(&channel).json("repodata.json");
    assert_eq!(document["info"]["repodata_revisions"]["v3"]["n_packages"], 1);
}
