//! `current_repodata.json`: what is in it, what is told of what is not, and when it is there.

use insta::assert_snapshot;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};
use crate::published::Published;

const CURRENT: &str = "current_repodata.json";

fn lock(version: &str) -> PackageBuilder {
    PackageBuilder::new("lock", version, "0")
}

/// Three versions of a lock, and a boat that needs the oldest of them.
fn channel() -> ChannelBuilder {
    let boat = PackageBuilder::new("boat", "1.0", "0").depends(["lock <2"]);
    ["1.0", "2.0", "3.0"]
        .into_iter()
        .fold(ChannelBuilder::new(), |channel, version| {
            channel.package(&lock(version), Kind::Conda)
        })
        .package(&boat, Kind::TarBz2)
}

fn noarch(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "noarch")
}

fn document(channel: &ChannelBuilder) -> Value {
    noarch(channel).json(CURRENT)
}

/// The file names of the current records.
fn current(channel: &ChannelBuilder) -> Vec<String> {
    let document = document(channel);
    ["packages", "packages.conda"]
        .iter()
        .flat_map(|key| document[key].as_object().unwrap().keys().cloned())
        .collect()
}

#[test]
fn the_newest_and_what_they_need() {
    let channel = channel();
    assert_snapshot!(index(&channel, &["--current-repodata"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert_eq!(
        current(&channel),
        ["boat-1.0-0.tar.bz2", "lock-1.0-0.conda", "lock-3.0-0.conda"]
    );
}

/// E68.
#[test]
fn records_are_those_of_repodata_and_the_digest_of_the_older_format() {
    let channel = channel().package(&lock("3.0"), Kind::TarBz2);
    let _ = index(
        &channel,
        &["--current-repodata", "--base-url", "https://example.org"],
    )
    .succeeded();
    let (current, repodata) = (document(&channel), noarch(&channel).json("repodata.json"));
    for key in ["info", "removed", "repodata_version"] {
        assert_eq!(current[key], repodata[key]);
    }
    for key in ["packages", "packages.conda"] {
        for (file_name, record) in current[key].as_object().unwrap() {
            let mut expected = repodata[key][file_name].clone();
            match file_name.as_str() {
                "lock-3.0-0.conda" => {
                    let twin = &repodata["packages"]["lock-3.0-0.tar.bz2"];
                    expected["legacy_bz2_md5"] = twin["md5"].clone();
                }
                "lock-1.0-0.conda" => expected["legacy_bz2_md5"] = Value::Null,
                _ => assert_eq!(key, "packages"),
            }
            assert_eq!(*record, expected, "{file_name}");
        }
    }
}

#[test]
fn siblings_are_compressed_as_those_of_repodata() {
    let channel = channel();
    let _ = index(&channel, &["--current-repodata", "--zst", "--bz2"]).succeeded();
    for extension in [".zst", ".bz2"] {
        assert!(noarch(&channel).has(&format!("{CURRENT}{extension}")));
    }
    let _ = index(&channel, &["--current-repodata"]).succeeded();
    let names = noarch(&channel).names();
    assert_eq!(names, [CURRENT, "repodata.json", "repodata_from_packages.json"]);
}

#[test]
fn one_that_is_not_asked_for_any_more_is_removed() {
    let channel = channel();
    let _ = index(&channel, &["--current-repodata", "--zst", "--bz2"]).succeeded();
    let _ = index(&channel, &[]).succeeded();
    let names = noarch(&channel).names();
    assert_eq!(names, ["repodata.json", "repodata_from_packages.json"]);
}

#[test]
fn a_run_without_repodata_leaves_it() {
    let channel = channel();
    let _ = index(&channel, &["--current-repodata"]).succeeded();
    let _ = index(&channel, &["--no-write-monolithic"]).succeeded();
    assert!(noarch(&channel).has(CURRENT));
}

#[test]
fn a_second_run_writes_nothing() {
    let channel = channel();
    let _ = index(&channel, &["--current-repodata"]).succeeded();
    assert_snapshot!(index(&channel, &["--current-repodata"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn over_several_lines() {
    let channel = ChannelBuilder::new().package(&lock("1.0"), Kind::Conda);
    let _ = index(
        &channel,
        &["--current-repodata", "--no-compact", "--no-indexed-timestamp"],
    )
    .succeeded();
    assert_snapshot!(noarch(&channel).shown(CURRENT), @r#"
    {
      "info": {
        "subdir": "noarch"
      },
      "packages": {},
      "packages.conda": {
        "lock-1.0-0.conda": {
          "build": "0",
          "build_number": 0,
          "depends": [],
          "legacy_bz2_md5": null,
          "license": "BSD-3-Clause",
          "md5": [md5],
          "name": "lock",
          "noarch": "generic",
          "sha256": [sha256],
          "size": [size],
          "subdir": "noarch",
          "timestamp": 1700000000000,
          "version": "1.0"
        }
      },
      "removed": [],
      "repodata_version": 1
    }
    "#);
}

#[test]
fn versions_are_kept_that_a_file_names() {
    let channel = channel().file("pins.yml", "lock: [2]\n");
    let pins = channel.path().join("pins.yml").display().to_string();
    for option in ["-m", "--current-index-versions-file"] {
        let _ = index(&channel, &["--current-repodata", option, &pins]).succeeded();
        assert_eq!(current(&channel).len(), 4);
    }
    let _ = index(&channel, &["--current-repodata"]).succeeded();
    assert_eq!(current(&channel).len(), 3);
}

#[test]
fn what_the_file_says_anew_counts_at_the_next_run() {
    let channel = channel().file("pins.yml", "lock: 1");
    let pins = channel.path().join("pins.yml").display().to_string();
    let options = ["--current-repodata", "-m", &pins];
    let _ = index(&channel, &options).succeeded();
    assert_eq!(current(&channel).len(), 3);
    let channel = channel.file("pins.yml", "lock: 2");
    let _ = index(&channel, &options).succeeded();
    assert_eq!(current(&channel).len(), 4);
}

#[test]
fn the_file_may_be_named_in_towpath_toml_or_the_environment() {
    let toml = "[index]\ncurrent-repodata = true\ncurrent-index-versions-file = 'pins.yml'\n";
    let channel = channel()
        .file("pins.yml", "lock: 2")
        .file("towpath.toml", toml)
        .file("none.yml", "");
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(current(&channel).len(), 4);
    let none = channel.path().join("none.yml");
    let towpath = Towpath::index(&channel).env("TOWPATH_CURRENT_INDEX_VERSIONS_FILE", none);
    let _ = towpath.run().succeeded();
    assert_eq!(current(&channel).len(), 3);
}

#[test]
fn a_version_that_is_not_there_is_told() {
    let channel = channel().file("pins.yml", "lock: [2.0, 2.1]\nperl: 5\n");
    let pins = channel.path().join("pins.yml").display().to_string();
    assert_snapshot!(index(&channel, &["--current-repodata", "-m", &pins]), @"
    exit status: 0
    ----- stderr -----
    warning: noarch/current_repodata.json: holds no lock 2.1: there is none
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert_eq!(current(&channel).len(), 4);
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_whether_or_not_it_is_needed() {
    let channel = channel().file("pins.yml", "lock: [2.0]\nperl: {5: 6}\n");
    let run = |path: &str, option: &[&str]| {
        Towpath::index(&channel)
            .args(&["-m", &channel.path().join(path).display().to_string()])
            .args(option)
            .run()
    };
    assert_snapshot!(run("pins.yml", &["--current-repodata"]), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/pins.yml: line 2: has something other than versions for perl
    ");
    assert_snapshot!(run("missing.yml", &[]), @"
    exit status: 1
    ----- stderr -----
    error: failed to open file `[CHANNEL]/missing.yml`: No such file or directory (os error 2)
    ");
    assert_eq!(noarch(&channel).names(), [""; 0]);
}

#[test]
fn what_conda_would_refuse_is_told_and_gives_way() {
    let odd = |version: &str, field: &str, value: Value| {
        lock(version).index(|index| {
            index.insert(field.to_owned(), value);
        })
    };
    let channel = channel()
        .package(&odd("4.0", "build_number", json!("0")), Kind::Conda)
        .package(&odd("5.0", "version", json!("5..0")), Kind::Conda)
        .package(&odd("6.0", "depends", json!(null)), Kind::Conda)
        .package(&odd("7.0", "depends", json!(["boat >=1 <2"])), Kind::Conda)
        .package(&odd("8.0", "license", json!(["MIT", "BSD"])), Kind::Conda)
        .package(&PackageBuilder::new("Weir", "1.0", "0"), Kind::Conda);
    assert_snapshot!(index(&channel, &["--current-repodata"]), @r#"
    exit status: 0
    ----- stderr -----
    warning: noarch/Weir-1.0-0.conda: is not in current_repodata.json: name "Weir" has upper-case letters, and conda finds none with them
    warning: noarch/Weir-1.0-0.conda: its name "Weir" has "W", which a package name does not have (CEP 26)
    warning: noarch/lock-4.0-0.conda: is not in current_repodata.json: build_number is "0", not an integer
    warning: noarch/lock-4.0-0.conda: its build_number is "0", not a whole number from 0 on (CEP 34); rattler and pixi refuse it with all builds of the package
    warning: noarch/lock-5.0-0.conda: is not in current_repodata.json: version "5..0" is not a version: encountered more characters but expected none
    warning: noarch/lock-5.0-0.conda: its version is "5..0", but "5.0" by its file name (CEP 26)
    warning: noarch/lock-5.0-0.conda: its version is "5..0", not a version (CEP 34); rattler and pixi refuse it with all builds of the package
    warning: noarch/lock-6.0-0.conda: is not in current_repodata.json: depends is null, not a list of text
    warning: noarch/lock-6.0-0.conda: its depends is null, not a list of text (CEP 34); rattler and pixi refuse it with all builds of the package
    warning: noarch/lock-7.0-0.conda: is not in current_repodata.json: depends on "boat >=1 <2", which is no MatchSpec: "<2" cannot be a build
    warning: noarch/lock-8.0-0.conda: is not in current_repodata.json: license is a list, not text
    warning: noarch/lock-8.0-0.conda: its license is ["MIT","BSD"], not text (CEP 34); rattler and pixi refuse it with all builds of the package
    [CHANNEL] (noarch): 10 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    "#);
    assert_eq!(
        current(&channel),
        ["boat-1.0-0.tar.bz2", "lock-1.0-0.conda", "lock-3.0-0.conda"]
    );
    let repodata = noarch(&channel).json("repodata.json");
    assert_eq!(repodata["packages.conda"].as_object().unwrap().len(), 9);
}

#[test]
fn patches_decide_what_is_current() {
    let patch = json!({"packages.conda": {"lock-3.0-0.conda": null}, "remove": ["boat-1.0-0.tar.bz2"]});
    let channel = channel().file("noarch/patch_instructions.json", patch.to_string());
    let _ = index(&channel, &["--current-repodata"]).succeeded();
    assert_eq!(current(&channel), ["lock-2.0-0.conda"]);
    assert_eq!(document(&channel)["removed"], json!(["boat-1.0-0.tar.bz2"]));
}

/// What another tool stored is no reason to stop: a record that is no object is in no client's way
/// where its `.conda` stands for it.
#[test]
fn a_stored_record_that_is_no_object_stops_nothing() {
    let channel = ChannelBuilder::new()
        .package(&lock("1.0"), Kind::Conda)
        .package(&lock("1.0"), Kind::TarBz2);
    let _ = index(&channel, &[]).succeeded();
    let store = rusqlite::Connection::open(channel.path().join("noarch/.cache/cache.db")).unwrap();
    let changed = store.execute(
        "UPDATE index_json SET index_json = '\"text\"' WHERE path = 'lock-1.0-0.tar.bz2'",
        (),
    );
    assert_eq!(changed.unwrap(), 1);
    let _ = index(&channel, &["--current-repodata"]).succeeded();
    let record = &document(&channel)["packages.conda"]["lock-1.0-0.conda"];
    assert_eq!(record["legacy_bz2_md5"], Value::Null);
}
