//! Where what was read is kept: in a database shared with conda-index, or nowhere.

use insta::assert_snapshot;
use rusqlite::Connection;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::index;
use crate::published::{Published, files_below};

const STORE: &str = "noarch/.cache/cache.db";

fn locks() -> ChannelBuilder {
    ["1.0", "2.0", "3.0"]
        .into_iter()
        .fold(ChannelBuilder::new(), |channel, version| {
            channel.package(&PackageBuilder::new("lock", version, "0"), Kind::Conda)
        })
}

fn in_store(channel: &ChannelBuilder, sql: &str) {
    let connection = Connection::open(channel.path().join(STORE)).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn noarch(channel: &ChannelBuilder) -> Vec<String> {
    Published::of(channel, "noarch").file_names()
}

#[test]
fn another_stage_may_say_what_is_part_of_the_channel() {
    let channel = locks();
    let _ = index(&channel, &[]).succeeded();
    in_store(
        &channel,
        "INSERT INTO stat (stage, path, mtime, size)
         SELECT 'clone', path, mtime, size FROM stat WHERE stage = 'fs' AND path != 'lock-2.0-0.conda'",
    );
    assert_snapshot!(index(&channel, &["--upstream-stage", "clone"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda", "lock-3.0-0.conda"]);
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(noarch(&channel).len(), 3);
}

#[test]
fn a_stage_that_lists_nothing_makes_an_empty_channel() {
    let channel = locks();
    assert_snapshot!(index(&channel, &["--upstream-stage", "nobody"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(noarch(&channel), [""; 0]);
}

#[test]
fn what_a_stage_lists_and_the_folder_lacks_is_read_once_it_is_there() {
    let channel = ChannelBuilder::new();
    let _ = index(&channel, &[]).succeeded();
    in_store(
        &channel,
        "INSERT INTO stat (stage, path, mtime, size) VALUES ('clone', 'lock-1.0-0.conda', 0, 6)",
    );
    assert_snapshot!(index(&channel, &["--upstream-stage", "clone"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    let channel = channel.package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda);
    assert_snapshot!(index(&channel, &["--upstream-stage", "clone"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    // The record tells the size of the file, whatever the stage said.
    assert_eq!(noarch(&channel), ["lock-1.0-0.conda"]);
}

#[test]
fn further_stages_add_their_packages() {
    let channel = locks();
    let _ = index(&channel, &[]).succeeded();
    in_store(
        &channel,
        r#"INSERT INTO stat (stage, path) VALUES ('md', 'lock-2.0-0.conda'), ('md', 'far-1-0.conda');
           INSERT INTO index_json (path, index_json)
           VALUES ('far-1-0.conda', '{"name": "far", "version": "1", "build": "0"}')"#,
    );
    let args = ["--include-stage", "md", "--include-stage", "nobody"];
    let _ = index(&channel, &args).succeeded();
    assert_eq!(
        noarch(&channel),
        [
            "far-1-0.conda",
            "lock-1.0-0.conda",
            "lock-2.0-0.conda",
            "lock-3.0-0.conda"
        ]
    );
}

#[test]
fn a_store_in_memory_is_forgotten() {
    let channel = locks();
    let args = ["--db", "memory", "--no-indexed-timestamp"];
    assert_snapshot!(index(&channel, &args), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 3 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert!(!channel.path().join(STORE).exists());
    // Everything is read again, and comes out the same.
    assert_snapshot!(index(&channel, &args), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 3 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn a_store_in_memory_sees_what_changed() {
    let channel = locks();
    let args = ["--db", "memory", "--no-indexed-timestamp"];
    let _ = index(&channel, &args).succeeded();
    let lock = PackageBuilder::new("lock", "3.0", "0").depends(["gate"]);
    let channel = channel.package(&lock, Kind::Conda);
    let _ = index(&channel, &args).succeeded();
    let record = &Published::of(&channel, "noarch").records()["lock-3.0-0.conda"];
    assert_eq!(record["depends"][0], "gate");
}

/// Without a store nobody knows when a package became part of the channel.
#[test]
fn a_store_in_memory_dates_no_package() {
    let channel = locks();
    let _ = index(&channel, &["--db", "memory"]).succeeded();
    assert_snapshot!(index(&channel, &["--db", "memory"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 3 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    let records = Published::of(&channel, "noarch").records();
    assert!(records["lock-3.0-0.conda"].get("indexed_timestamp").is_none());
}

/// E95.
#[test]
fn a_store_that_is_none_fails_its_subdir_and_stays_as_it_is() {
    let garbage = "no database ".repeat(100).into_bytes();
    let cut = b"SQLite format 3\0".to_vec();
    for store in [garbage, cut] {
        let gate = PackageBuilder::new("gate", "1", "0").subdir("linux-64");
        let channel = locks().package(&gate, Kind::Conda).file(STORE, &store);
        insta::allow_duplicates! {
            assert_snapshot!(index(&channel, &[]), @"
            exit status: 1
            ----- stderr -----
            error: noarch: [CHANNEL]/noarch/.cache/cache.db is not an SQLite database; it was left as it is (move it away to have the subdir read anew)
            some of its documents may be as they were
            [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
            ");
        }
        assert!(fs_err::read(channel.path().join(STORE)).unwrap() == store);
        assert_eq!(Published::of(&channel, "noarch").names(), [""; 0]);
        assert_eq!(Published::of(&channel, "linux-64").file_names().len(), 1);
    }
}

/// E95.
#[test]
fn the_store_of_a_newer_conda_index_is_left_alone() {
    let channel = locks();
    let _ = index(&channel, &[]).succeeded();
    in_store(&channel, "PRAGMA user_version = 3");
    let before = files_below(channel.path());
    let channel = channel.package(&PackageBuilder::new("lock", "4.0", "0"), Kind::Conda);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 1
    ----- stderr -----
    error: noarch: [CHANNEL]/noarch/.cache/cache.db has version 3, and this towpath knows versions up to 2; it was left as it is
    some of its documents may be as they were
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    let after = files_below(channel.path());
    assert!(before.iter().all(|(path, file)| after.get(path) == Some(file)));
}

/// E95.
#[test]
fn an_empty_file_is_an_empty_store() {
    let channel = locks().file(STORE, "");
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(noarch(&channel).len(), 3);
}

/// The advice that is given about a store that cannot be used.
#[test]
fn a_store_that_was_moved_away_is_made_anew() {
    let channel = locks();
    let _ = index(&channel, &[]).succeeded();
    let lock = PackageBuilder::new("lock", "3.0", "0").depends(["gate"]);
    let channel = channel.remove(STORE).package(&lock, Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    let record = &Published::of(&channel, "noarch").records()["lock-3.0-0.conda"];
    assert_eq!(record["depends"][0], "gate");
}

#[test]
fn a_lost_store_costs_one_reading() {
    let channel = locks();
    let _ = index(&channel, &["--no-indexed-timestamp"]).succeeded();
    let channel = channel.remove("noarch/.cache");
    assert_snapshot!(index(&channel, &["--no-indexed-timestamp"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 3 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

/// E106.
#[test]
fn a_folder_for_the_cache_without_a_store_is_a_new_channel() {
    let channel = locks().directory("noarch/.cache");
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(noarch(&channel).len(), 3);
}

/// E107: with its store, and from then on apart from the other.
#[test]
fn a_copied_channel_is_a_channel_of_its_own() {
    let original = locks();
    let _ = index(&original, &[]).succeeded();
    let copied = files_below(original.path())
        .into_iter()
        .fold(ChannelBuilder::new(), |copy, (path, (_, _, bytes))| {
            let path = path.strip_prefix(original.path()).unwrap();
            copy.file(path.to_str().unwrap(), bytes)
        })
        .remove("noarch/lock-1.0-0.conda");
    let _ = index(&copied, &[]).succeeded();
    assert_eq!(noarch(&copied), ["lock-2.0-0.conda", "lock-3.0-0.conda"]);
    let before = files_below(original.path());
    let _ = index(&original, &[]).succeeded();
    assert!(files_below(original.path()) == before);
    assert_eq!(noarch(&original).len(), 3);
}
