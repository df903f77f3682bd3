//! `channeldata.json`: what the channel says of each package name.

use std::time::SystemTime;

use insta::assert_snapshot;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, index};

fn channeldata(channel: &ChannelBuilder) -> Value {
    let text = fs_err::read_to_string(channel.path().join("channeldata.json")).unwrap();
    assert!(text.ends_with("}\n"), "one line break ends it");
    serde_json::from_str(&text).unwrap()
}

fn package(channel: &ChannelBuilder, name: &str) -> Value {
    channeldata(channel)["packages"][name].clone()
}

/// The names of the packages in it.
fn names(channel: &ChannelBuilder) -> Vec<String> {
    let packages = channeldata(channel)["packages"].clone();
    packages.as_object().unwrap().keys().cloned().collect()
}

fn run(channel: &ChannelBuilder) -> Outcome {
    index(channel, &["--channeldata"]).succeeded()
}

/// Some day in 2017, in seconds.
const DAY: u64 = 1_500_000_000;

/// A build, made so many seconds after that day, with an `about.json`.
fn build(name: &str, version: &str, seconds: u64, about: Value) -> PackageBuilder {
    PackageBuilder::new(name, version, "0")
        .about(about)
        .index(|index| {
            index.insert("timestamp".to_owned(), json!((DAY + seconds) * 1000));
        })
}

fn written(channel: &ChannelBuilder, name: &str) -> SystemTime {
    let metadata = fs_err::metadata(channel.path().join(name)).unwrap();
    metadata.modified().unwrap()
}

#[test]
fn a_package_is_all_its_versions_and_subdirs() {
    let old = build(
        "lock",
        "9.0",
        1,
        json!({"home": "https://old", "dev_url": "https://dev"}),
    );
    let new = build(
        "lock",
        "10.0",
        2,
        json!({"home": "https://new", "summary": "A lock\nfor boats ", "description": ["It ", "locks."], "tags": ["a"]}),
    )
    .run_exports(json!({"weak": ["lock >=10"]}))
    .recipe("source:\n  url: https://example.org/lock-10.tar.gz\n  sha256: abc\n")
    .payload("etc/conda/activate.d/lock.sh", "");
    // Made last, of an old version: the channel is as new as this, the package is not.
    let late = build(
        "lock",
        "8.0",
        3,
        json!({"license": "MIT", "home": "https://late"}),
    )
    .subdir("linux-64");
    let channel = ChannelBuilder::new()
        .package(&old, Kind::Conda)
        .package(&new, Kind::Conda)
        .package(&late, Kind::TarBz2);
    let _ = index(&channel, &["--channeldata", "--no-compact"]).succeeded();
    assert_snapshot!(fs_err::read_to_string(channel.path().join("channeldata.json")).unwrap());
}

#[test]
fn a_field_that_a_version_leaves_out_is_of_the_next_older_one() {
    let channel = ChannelBuilder::new()
        .package(
            &build(
                "a",
                "1.0",
                3,
                json!({"home": "https://1", "dev_url": "https://dev"}),
            ),
            Kind::TarBz2,
        )
        .package(&build("a", "9.0", 1, json!({"home": "https://9"})), Kind::TarBz2)
        .package(
            &build("a", "10.0", 2, json!({"home": null, "dev_url": ""})),
            Kind::TarBz2,
        );
    let _ = run(&channel);
    let package = package(&channel, "a");
    assert_eq!(package["version"], "10.0");
    assert_eq!(package["home"], "https://9");
    assert_eq!(package["dev_url"], "https://dev");
    assert_eq!(package["timestamp"], DAY + 3);
}

/// E68.
#[test]
fn of_one_version_the_newest_build_counts_and_of_both_formats_the_conda() {
    let first = build("a", "1.0", 1, json!({"home": "https://first"}));
    let second = PackageBuilder::new("a", "1.0", "1")
        .about(json!({"home": "https://second"}))
        .index(|index| {
            index.insert("timestamp".to_owned(), json!(DAY + 2));
        });
    let twin = build("b", "1.0", 1, json!({"home": "https://conda"}));
    let channel = ChannelBuilder::new()
        .package(&first, Kind::Conda)
        .package(&second, Kind::TarBz2)
        .package(&twin, Kind::Conda)
        .package(
            &build("b", "1.0", 1, json!({"home": "https://bz2"})),
            Kind::TarBz2,
        );
    let _ = run(&channel);
    assert_eq!(package(&channel, "a")["home"], "https://second");
    assert_eq!(package(&channel, "b")["home"], "https://conda");
}

#[test]
fn a_package_that_is_gone_is_forgotten() {
    let channel = ChannelBuilder::new()
        .package(&build("stays", "1.0", 1, json!({})), Kind::Conda)
        .package(&build("goes", "1.0", 1, json!({})), Kind::Conda)
        .file("channeldata.json", r#"{"packages": {"older": {}}, "mine": 1}"#);
    let _ = run(&channel);
    assert_eq!(names(&channel), ["goes", "stays"]);
    let channel = channel.remove("noarch/goes-1.0-0.conda");
    let _ = run(&channel);
    assert_eq!(names(&channel), ["stays"]);
}

#[test]
fn subdirs_of_earlier_runs_count() {
    let channel = ChannelBuilder::new()
        .package(&build("a", "1.0", 1, json!({})).subdir("linux-64"), Kind::Conda)
        .package(&build("b", "1.0", 1, json!({})).subdir("weird-1"), Kind::Conda)
        .package(&build("c", "1.0", 1, json!({})), Kind::Conda);
    let _ = index(&channel, &["--subdir", "linux-64", "--subdir", "weird-1"]).succeeded();
    let _ = index(&channel, &["--subdir", "noarch", "--channeldata"]).succeeded();
    assert_eq!(
        channeldata(&channel)["subdirs"],
        json!(["linux-64", "noarch", "weird-1"])
    );
    assert_eq!(names(&channel), ["a", "b", "c"]);
    // Without a store nothing is known of them, and half a document is worse than an old one.
    let before = channeldata(&channel);
    let outcome = index(
        &channel,
        &["--subdir", "noarch", "--channeldata", "--db", "memory"],
    );
    assert_eq!(outcome.status(), 1);
    let expected =
        "channeldata.json is as it was: it is of the whole channel, linux-64 was not read in this run";
    assert!(outcome.stderr().contains(expected), "{outcome}");
    assert_eq!(channeldata(&channel), before);
    let args = [
        "--subdir",
        "noarch",
        "--subdir",
        "linux-64",
        "--channeldata",
        "--db",
        "memory",
    ];
    let _ = index(&channel, &args).succeeded();
    assert_eq!(channeldata(&channel)["subdirs"], json!(["linux-64", "noarch"]));
}

#[test]
fn a_run_that_changes_nothing_leaves_it_alone() {
    let channel = ChannelBuilder::new().package(&build("a", "1.0", 1, json!({})), Kind::Conda);
    let _ = run(&channel);
    let before = written(&channel, "channeldata.json");
    assert!(run(&channel).stderr().contains("nothing to write"));
    assert_eq!(written(&channel, "channeldata.json"), before);
    let channel = channel.remove("channeldata.json");
    let _ = run(&channel);
    assert_eq!(package(&channel, "a")["version"], "1.0");
}

#[test]
fn patches_reach_it() {
    let channel = ChannelBuilder::new()
        .package(&build("a", "1.0", 1, json!({"license": "MIT"})), Kind::Conda)
        .package(&build("a", "2.0", 2, json!({})), Kind::Conda)
        .package(&build("b", "1.0", 1, json!({})), Kind::Conda)
        .file(
            "noarch/patch_instructions.json",
            r#"{"packages.conda": {"a-1.0-0.conda": {"license": "Apache-2.0"}}, "remove": ["a-2.0-0.conda", "b-1.0-0.conda"]}"#,
        );
    let _ = run(&channel);
    assert_eq!(package(&channel, "a")["version"], "1.0");
    assert_eq!(package(&channel, "a")["license"], "Apache-2.0");
    assert_eq!(package(&channel, "b"), Value::Null);
}

#[test]
fn a_subdir_that_fails_leaves_the_document_as_it_was() {
    let channel = ChannelBuilder::new()
        .package(&build("a", "1.0", 1, json!({})), Kind::Conda)
        .package(&build("b", "1.0", 1, json!({})).subdir("linux-64"), Kind::Conda);
    let _ = run(&channel);
    let channel = channel
        .file(
            "linux-64/.cache/cache.db",
            "this is no database, and long enough to say so for sure",
        )
        .package(&build("c", "1.0", 1, json!({})), Kind::Conda);
    let outcome = index(&channel, &["--channeldata"]);
    assert_eq!(outcome.status(), 1);
    assert!(
        outcome.stderr().contains(
            "channeldata.json is as it was: it is of the whole channel, and linux-64 could not be indexed"
        ),
        "{outcome}"
    );
    assert_eq!(names(&channel), ["a", "b"]);
}

/// What packages may say, and what conda-index ends at: E40, E53, E72 to E75, E78 to E83, E86 and
/// E102 of the contract.
#[rstest::rstest]
#[case::summary_of_lines(json!({"summary": ["a", "b\n"]}), json!({}), "summary", json!("ab"))]
#[case::summary_that_is_a_number(json!({"summary": 5}), json!({}), "summary", json!(5))]
#[case::description_of_numbers(json!({"description": [1, 2]}), json!({}), "description", json!([1, 2]))]
#[case::license_list(json!({}), json!({"license": ["MIT", "BSD"]}), "license", json!(["MIT", "BSD"]))]
#[case::timestamp_text(json!({}), json!({"timestamp": "yesterday"}), "timestamp", json!(0))]
#[case::timestamp_null(json!({}), json!({"timestamp": null}), "timestamp", json!(0))]
#[case::timestamp_negative(json!({}), json!({"timestamp": -5}), "timestamp", json!(0))]
#[case::timestamp_in_seconds(json!({}), json!({"timestamp": 1_500_000_000}), "timestamp", json!(1_500_000_000))]
#[case::timestamp_of_the_last_second(json!({}), json!({"timestamp": 253_402_300_799_i64}), "timestamp", json!(253_402_300_799_i64))]
#[case::timestamp_of_the_first_millisecond(json!({}), json!({"timestamp": 253_402_300_800_i64}), "timestamp", json!(253_402_300))]
#[case::timestamp_far_away(json!({}), json!({"timestamp": 1_000_000_000_000_000_000_i64}), "timestamp", json!(1_000_000_000_000_000_i64))]
#[case::version_that_is_none(json!({}), json!({"version": "1.0 beta"}), "version", json!("1.0 beta"))]
#[case::run_exports_in_the_index(json!({}), json!({"run_exports": {"weak": ["x"]}}), "run_exports", json!({"1.0": {"weak": ["x"]}}))]
#[case::about_that_is_a_list(json!(["home"]), json!({}), "version", json!("1.0"))]
#[case::about_that_is_null(Value::Null, json!({}), "version", json!("1.0"))]
fn odd_metadata_stops_nothing(
    #[case] about: Value,
    #[case] index_members: Value,
    #[case] field: &str,
    #[case] expected: Value,
) {
    let odd = PackageBuilder::new("odd", "1.0", "0")
        .about(about)
        .recipe("- a list\n- for a recipe\n")
        .index(|index| index.extend(index_members.as_object().unwrap().clone()));
    let channel = ChannelBuilder::new()
        .package(&odd, Kind::Conda)
        .package(&build("sound", "1.0", 1, json!({})), Kind::Conda);
    let _ = run(&channel);
    assert_eq!(package(&channel, "odd")[field], expected);
    assert_eq!(package(&channel, "sound")["version"], "1.0");
}

/// A version that is no text cannot be compared with any.
#[rstest::rstest]
#[case(json!(1.1))]
#[case(Value::Null)]
fn a_package_without_a_version_is_not_in_it(#[case] version: Value) {
    let odd = PackageBuilder::new("odd", "1.0", "0").index(|index| {
        index.insert("version".to_owned(), version);
    });
    let channel = ChannelBuilder::new().package(&odd, Kind::Conda);
    let _ = run(&channel);
    assert_eq!(channeldata(&channel)["packages"], json!({}));
}
