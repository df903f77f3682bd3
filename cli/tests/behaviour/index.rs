//! Run after run over a channel whose packages come, change and go.

use insta::assert_snapshot;
use serde_json::json;
use towpath_tests::{ChannelBuilder, CondaContainer, Kind, PackageBuilder};

use crate::environment::index;
use crate::published::{Published, files_below};

const EVERY_DOCUMENT: [&str; 4] = ["--zst", "--bz2", "--run-exports", "--write-shards"];

fn lock() -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0")
}

fn gate() -> PackageBuilder {
    PackageBuilder::new("gate", "2.1", "h1_0").subdir("linux-64")
}

fn lock_and_gate() -> ChannelBuilder {
    ChannelBuilder::new()
        .package(&lock(), Kind::Conda)
        .package(&gate(), Kind::TarBz2)
}

fn noarch(channel: &ChannelBuilder) -> Vec<String> {
    Published::of(channel, "noarch").file_names()
}

#[test]
fn the_first_run_makes_a_channel() {
    let channel = lock_and_gate();
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 2 added, 0 changed, 0 removed, 0 left out; 6 documents written in [TIME]
    ");
    for subdir in ["linux-64", "noarch"] {
        let published = Published::of(&channel, subdir);
        assert_eq!(
            published.names(),
            ["repodata.json", "repodata_from_packages.json"]
        );
    }
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda"]);
    assert_eq!(
        Published::of(&channel, "linux-64").file_names(),
        ["gate-2.1-h1_0.tar.bz2"]
    );
}

/// E98.
#[test]
fn an_empty_folder_becomes_an_empty_channel() {
    let channel = ChannelBuilder::new().remove("noarch");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_snapshot!(Published::of(&channel, "noarch").text("repodata.json"), @r#"{"info":{"subdir":"noarch"},"packages":{},"packages.conda":{},"removed":[],"repodata_version":1}"#);
}

#[test]
fn a_run_that_finds_nothing_new_touches_no_file() {
    let channel = lock_and_gate().file("noarch/broken-1-0.conda", "no zip");
    let _ = index(&channel, &EVERY_DOCUMENT);
    let before = files_below(channel.path());
    assert_snapshot!(index(&channel, &EVERY_DOCUMENT), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the zip archive is damaged at byte 6: it has no end: the file is truncated, or it is no zip archive
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 1 left out; nothing to write in [TIME]
    ");
    assert!(files_below(channel.path()) == before);
}

#[test]
fn documents_do_not_depend_on_the_number_of_threads() {
    let documents = ["1", "4"].map(|threads| {
        let channel = lock_and_gate();
        let args = ["--threads", threads, "--no-indexed-timestamp"];
        let _ = index(&channel, &[&args[..], &EVERY_DOCUMENT].concat()).succeeded();
        let published = Published::of(&channel, "linux-64");
        let names = published.names();
        let documents = names.into_iter().filter(|name| name.contains("json"));
        documents
            .map(|name| (published.bytes(&name), name))
            .collect::<Vec<_>>()
    });
    assert_eq!(documents[0].len(), 9);
    assert!(documents[0] == documents[1]);
}

/// E91.
#[test]
fn a_package_comes_changes_goes_and_returns() {
    let channel = lock_and_gate();
    let _ = index(&channel, &[]).succeeded();

    let weir = PackageBuilder::new("weir", "3", "0");
    let channel = channel.package(&weir, Kind::Conda);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda", "weir-3-0.conda"]);

    let channel = channel.package(&weir.clone().depends(["lock"]), Kind::Conda);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 1 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    let record = &Published::of(&channel, "noarch").records()["weir-3-0.conda"];
    assert_eq!(record["depends"], json!(["lock"]));

    let file = channel.path().join("noarch/weir-3-0.conda");
    let aside = channel.path().join("aside");
    fs_err::rename(&file, &aside).unwrap();
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 1 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda"]);

    // It has the time and size that it had, so it is not read again.
    fs_err::rename(&aside, &file).unwrap();
    let returned = index(&channel, &["--json"]);
    assert!(returned.stdout().contains(r#""bytes_read":0,"#), "{returned}");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda", "weir-3-0.conda"]);
}

/// E90.
#[test]
fn a_touched_package_is_read_and_nothing_written() {
    const NEWER: u64 = 1_800_000_000;
    const OLDER: u64 = 1_600_000_000;
    let mut channel = lock_and_gate();
    let _ = index(&channel, &[]).succeeded();
    for mtime in [NEWER, OLDER] {
        channel = channel.modified("noarch/lock-1.0-0.conda", mtime);
        insta::allow_duplicates! {
            assert_snapshot!(index(&channel, &[]), @"
            exit status: 0
            ----- stderr -----
            [CHANNEL] (linux-64, noarch): 0 added, 1 changed, 0 removed, 0 left out; nothing to write in [TIME]
            ");
        }
    }
}

/// E92.
#[test]
fn everything_about_a_replaced_package_is_replaced() {
    let before = lock().run_exports(json!({"weak": ["lock >=1"]}));
    let channel = ChannelBuilder::new().package(&before, Kind::Conda);
    let _ = index(&channel, &["--run-exports"]).succeeded();
    let channel = channel.package(&lock(), Kind::Conda);
    let _ = index(&channel, &["--run-exports"]).succeeded();
    let run_exports = Published::of(&channel, "noarch").json("run_exports.json");
    assert_eq!(
        run_exports["packages.conda"],
        json!({"lock-1.0-0.conda": {"run_exports": {}}})
    );
}

/// E62.
#[test]
fn a_known_package_that_is_damaged_leaves_the_channel_and_returns_mended() {
    let channel = lock_and_gate();
    let _ = index(&channel, &[]).succeeded();
    let channel = channel.file("noarch/lock-1.0-0.conda", "an upload that went wrong");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/lock-1.0-0.conda: the zip archive is damaged at byte 25: it has no end: the file is truncated, or it is no zip archive
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), [""; 0]);
    let channel = channel.package(&lock(), Kind::Conda);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda"]);
}

/// As it is today: a file counts as removed though it never was part of the channel.
#[test]
fn a_broken_package_that_goes_counts_as_removed() {
    let channel = lock_and_gate().file("noarch/broken-1-0.conda", "no zip");
    assert_eq!(index(&channel, &[]).status(), 3);
    let channel = channel.remove("noarch/broken-1-0.conda");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 1 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn update_only_keeps_packages_whose_files_are_elsewhere() {
    let channel = lock_and_gate();
    let _ = index(&channel, &[]).succeeded();
    let channel = channel
        .remove("noarch/lock-1.0-0.conda")
        .package(&PackageBuilder::new("weir", "3", "0"), Kind::Conda);
    assert_snapshot!(index(&channel, &["--update-only"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda", "weir-3-0.conda"]);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 1 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["weir-3-0.conda"]);
}

#[test]
fn no_update_cache_builds_from_what_is_known() {
    let channel = lock_and_gate();
    let _ = index(&channel, &[]).succeeded();
    let channel = channel
        .remove("noarch/lock-1.0-0.conda")
        .remove("noarch/repodata.json")
        .package(&PackageBuilder::new("weir", "3", "0"), Kind::Conda);
    assert_snapshot!(index(&channel, &["--no-update-cache"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 0 left out; 1 document written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda"]);
}

/// E93.
#[test]
fn update_only_does_not_miss_what_never_was_a_package() {
    let channel = lock_and_gate().file("noarch/broken-1-0.conda", "no zip");
    assert_eq!(index(&channel, &[]).status(), 3);
    let channel = channel.remove("noarch/broken-1-0.conda");
    assert_snapshot!(index(&channel, &["--update-only"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda"]);
}

/// E94.
#[test]
fn no_update_cache_on_a_new_channel_makes_an_empty_one() {
    let channel = lock_and_gate();
    assert_snapshot!(index(&channel, &["--no-update-cache"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 0 left out; 6 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), [""; 0]);
}

/// The lock with something behind its archive, which is of one size whatever it is.
fn lock_followed_by(after: &str) -> Vec<u8> {
    lock().conda_with(CondaContainer {
        after: after.into(),
        ..CondaContainer::default()
    })
}

/// E90: same time, same size, other bytes.
#[rstest::rstest]
#[case::package(lock_followed_by("two"), 0)]
#[case::garbage(vec![b'x'; lock_followed_by("two").len()], 3)]
fn verify_digests_finds_what_time_and_size_hide(#[case] replacement: Vec<u8>, #[case] status: i32) {
    const FILE: &str = "noarch/lock-1.0-0.conda";
    let channel = ChannelBuilder::new()
        .file(FILE, lock_followed_by("one"))
        .modified(FILE, 1_700_000_000);
    let _ = index(&channel, &[]).succeeded();
    let before = files_below(&channel.path().join("noarch"));

    let outcome = index(&channel, &["--verify-digests"]).succeeded();
    assert!(
        outcome
            .stderr()
            .contains("0 changed, 0 removed, 0 left out; nothing to write")
    );
    assert!(files_below(&channel.path().join("noarch")) == before);

    let channel = channel.file(FILE, replacement).modified(FILE, 1_700_000_000);
    let outcome = index(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("nothing to write"), "{outcome}");

    let outcome = index(&channel, &["--verify-digests"]);
    assert_eq!(outcome.status(), status, "{outcome}");
    // Digests are compared with the file, where there is a record.
    assert_eq!(noarch(&channel).len(), if status == 0 { 1 } else { 0 });
}

#[test]
fn documents_that_somebody_changed_are_put_right() {
    let channel = lock_and_gate();
    let _ = index(&channel, &["--zst", "--no-html"]).succeeded();
    let published = Published::of(&channel, "noarch");
    let before = published.bytes("repodata.json");
    let channel = channel
        .file("noarch/repodata.json", "{}")
        .remove("noarch/repodata.json.zst");
    assert_snapshot!(index(&channel, &["--zst", "--no-html"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 0 left out; 2 documents written in [TIME]
    ");
    assert!(published.bytes("repodata.json") == before);
    assert!(published.has("repodata.json.zst"));
}

#[test]
fn without_a_monolithic_document_nothing_is_written_and_everything_read() {
    let channel = lock_and_gate();
    assert_snapshot!(index(&channel, &["--no-write-monolithic"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 2 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    assert_eq!(Published::of(&channel, "noarch").names(), [""; 0]);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 0 left out; 6 documents written in [TIME]
    ");
}
