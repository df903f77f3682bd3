//! What changed from one version of a package to the next.

use insta::assert_snapshot;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::harbour::{built, channel};
use super::{Website, shown, texts};

fn changes(channel: &ChannelBuilder) -> Vec<Value> {
    let website = Website::of(channel, &[]);
    let page = website.json("p/lock/changes/index.json");
    page["changes"].as_array().unwrap().clone()
}

#[test]
fn dependencies_fields_files_and_subdirs() {
    let website = Website::of(&channel(), &[]);
    let page = website.json("p/libquay/changes/index.json");
    assert_snapshot!(shown(&page));
    assert_eq!(
        page["changes"][0],
        website.json("p/libquay/index.json")["latest_change"]
    );
}

#[test]
fn one_version_has_no_changes() {
    let website = Website::of(&channel(), &[]);
    let page = website.json("p/tug/index.json");
    assert_eq!(
        (&page["has_changes_page"], &page["latest_change"]),
        (&json!(false), &Value::Null)
    );
    assert!(!website.has("p/tug/changes"));
}

/// The build for one Python is compared with that for the same.
#[test]
fn builds_that_are_alike_are_compared() {
    let lock = |version: &str, build: &str, python: &str| {
        built("lock", version, build, 1)
            .subdir("linux-64")
            .depends([format!("python {python}.*")])
    };
    let channel = ChannelBuilder::new()
        .package(&lock("1.0", "py311_0", "3.11"), Kind::Conda)
        .package(&lock("1.0", "py312_0", "3.12"), Kind::Conda)
        .package(&lock("1.0", "py313_0", "3.13"), Kind::Conda)
        .package(&lock("1.1", "py312_0", "3.12"), Kind::Conda);
    let changes = changes(&channel);
    assert_eq!(changes[0]["previous_file_name"], "lock-1.0-py312_0.conda");
    assert_eq!(changes[0]["depends"], json!([]));
}

/// In order of versions, whenever each was built.
#[test]
fn an_old_branch_that_goes_on_comes_between() {
    let lock = |version: &str, days| built("lock", version, "0", days);
    let channel = ChannelBuilder::new()
        .package(&lock("1.0", 1), Kind::Conda)
        .package(&lock("2.0", 2), Kind::Conda)
        .package(&lock("1.1", 3), Kind::Conda);
    let changes = Value::from(changes(&channel));
    assert_eq!(texts(&changes, "version"), ["2.0", "1.1"]);
    assert_eq!(texts(&changes, "previous"), ["1.1", "1.0"]);
    assert_eq!(
        texts(&changes, "released"),
        ["2017-07-16T02:40:00Z", "2017-07-17T02:40:00Z"]
    );
}

/// From noarch to subdirs: there is no build of the same subdir to compare with.
#[test]
fn what_moved_to_other_subdirs_is_compared_all_the_same() {
    let lock = |version: &str| built("lock", version, "0", 1);
    let channel = ChannelBuilder::new()
        .package(&lock("1.0").depends(["python"]), Kind::Conda)
        .package(&lock("2.0").subdir("linux-64"), Kind::Conda)
        .package(&lock("2.0").subdir("osx-64"), Kind::Conda);
    let change = &changes(&channel)[0];
    assert_eq!(change["new_subdirs"], json!(["linux-64", "osx-64"]));
    assert_eq!(change["gone_subdirs"], json!(["noarch"]));
    assert_eq!(
        change["depends"],
        json!([{"name": "python", "before": "", "after": null, "is_here": false}])
    );
    assert_eq!(change["fields"][0]["field"], "noarch");
}

/// To compare files, packages are opened: of the newest versions alone.
#[test]
fn files_of_old_versions_are_not_compared() {
    let channel = (1..=12).fold(ChannelBuilder::new(), |channel, n| {
        let package = PackageBuilder::new("lock", &format!("1.{n}"), "0");
        channel.package(&package.payload("lib/lock", format!("{n}")), Kind::Conda)
    });
    let changes = changes(&channel);
    let with_files: Vec<bool> = changes.iter().map(|change| change["files"].is_object()).collect();
    assert_eq!(with_files, [[true; 8].as_slice(), &[false; 3]].concat());
    assert_eq!(changes[0]["files"]["changed"], 1);
}
