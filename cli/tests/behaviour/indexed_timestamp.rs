//! When a package became part of the channel (CEP 47): said once, and never changed.

use rusqlite::Connection;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, CondaContainer, Kind, PackageBuilder};

use crate::environment::index;
use crate::published::{Published, is_now};

const FILE: &str = "lock-1.0-0.conda";
const IN_CHANNEL: &str = "noarch/lock-1.0-0.conda";

fn lock() -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0")
}

fn channel() -> ChannelBuilder {
    ChannelBuilder::new().package(&lock(), Kind::Conda)
}

/// The lock with something behind its archive: other bytes of the same package.
fn lock_followed_by(after: &str) -> Vec<u8> {
    lock().conda_with(CondaContainer {
        after: after.into(),
        ..CondaContainer::default()
    })
}

fn record(channel: &ChannelBuilder) -> Value {
    Published::of(channel, "noarch").records()[FILE].clone()
}

/// What a run says of the lock.
fn date(channel: &ChannelBuilder) -> u64 {
    let _ = index(channel, &[]).succeeded();
    record(channel)["indexed_timestamp"].as_u64().unwrap()
}

#[test]
fn it_is_the_time_of_the_run_that_found_the_package() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    assert!(is_now(&record(&channel)["indexed_timestamp"]));
}

#[test]
fn it_outlives_touching_removing_and_restoring() {
    let channel = channel();
    let first = date(&channel);
    assert_eq!(date(&channel), first);
    let channel = channel.modified(IN_CHANNEL, 1_800_000_000);
    assert_eq!(date(&channel), first);
    let channel = channel.remove(IN_CHANNEL);
    let _ = index(&channel, &[]).succeeded();
    let channel = channel.package(&lock(), Kind::Conda);
    assert_eq!(date(&channel), first);
    // A time in which the package could not be read does not count either.
    let channel = channel.file(IN_CHANNEL, "garbage");
    assert_eq!(index(&channel, &[]).status(), 3);
    let channel = channel.package(&lock(), Kind::Conda);
    assert_eq!(date(&channel), first);
}

#[test]
fn other_bytes_are_another_package_and_the_old_ones_keep_their_date() {
    let channel = ChannelBuilder::new().file(IN_CHANNEL, lock_followed_by("one"));
    let first = date(&channel);
    let channel = channel.file(IN_CHANNEL, lock_followed_by("two"));
    assert!(date(&channel) > first);
    let channel = channel.file(IN_CHANNEL, lock_followed_by("one"));
    assert_eq!(date(&channel), first);
}

#[test]
fn what_a_package_says_of_itself_does_not_count() {
    let lock = lock().index(|index| {
        index.insert("indexed_timestamp".to_owned(), json!(5));
    });
    let channel = ChannelBuilder::new().package(&lock, Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    assert!(is_now(&record(&channel)["indexed_timestamp"]));
}

#[test]
fn it_can_be_left_out_and_is_kept() {
    let channel = channel();
    let first = date(&channel);
    let _ = index(&channel, &["--no-indexed-timestamp"]).succeeded();
    assert_eq!(record(&channel).get("indexed_timestamp"), None);
    assert_eq!(date(&channel), first);
}

/// As it is today: without our own the record is what the package says, as with every other key.
#[test]
fn what_a_package_says_of_itself_is_published_when_it_is_left_out() {
    let lock = lock().index(|index| {
        index.insert("indexed_timestamp".to_owned(), json!(5));
    });
    let channel = ChannelBuilder::new().package(&lock, Kind::Conda);
    let _ = index(&channel, &["--no-indexed-timestamp"]).succeeded();
    assert_eq!(record(&channel)["indexed_timestamp"], 5);
}

#[test]
fn each_output_says_the_same() {
    let channel = channel();
    let first = date(&channel);
    let output = channel.path().join("public");
    let _ = index(&channel, &["--output", output.to_str().unwrap()]).succeeded();
    let published = Published::in_output(&channel, &output, "noarch");
    assert_eq!(published.records()[FILE]["indexed_timestamp"], first);
}

/// A store as conda-index leaves it: without the tables that are ours.
fn indexed_by_conda_index(lock: &PackageBuilder, mtime: u64) -> ChannelBuilder {
    let channel = ChannelBuilder::new()
        .package(lock, Kind::Conda)
        .modified(IN_CHANNEL, mtime);
    let _ = index(&channel, &[]).succeeded();
    let store = Connection::open(channel.path().join("noarch/.cache/cache.db")).unwrap();
    let mut tables = store
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'towpath_%'")
        .unwrap();
    let ours = tables.query_map((), |row| row.get::<_, String>(0)).unwrap();
    let drop_ours: String = ours
        .map(|table| format!("DROP TABLE {};", table.unwrap()))
        .collect();
    store.execute_batch(&drop_ours).unwrap();
    drop(tables);
    channel
}

const MTIME: u64 = 1_650_000_000;

#[rstest::rstest]
#[case::milliseconds(json!(1_600_000_000_123_u64), 1_600_000_000_123)]
#[case::seconds(json!(1_600_000_000), 1_600_000_000_000)]
#[case::fraction(json!(1_600_000_000.5), 1_600_000_000_500)]
#[case::zero(json!(0), MTIME * 1000)]
#[case::negative(json!(-5), MTIME * 1000)]
#[case::text(json!("yesterday"), MTIME * 1000)]
#[case::null(json!(null), MTIME * 1000)]
fn a_channel_that_is_taken_over_is_as_old_as_its_packages(#[case] timestamp: Value, #[case] expected: u64) {
    let lock = lock().index(|index| {
        index.insert("timestamp".to_owned(), timestamp);
    });
    assert_eq!(date(&indexed_by_conda_index(&lock, MTIME)), expected);
}

#[test]
fn nothing_is_taken_over_from_the_future() {
    let lock = lock().index(|index| {
        index.insert("timestamp".to_owned(), json!(9_000_000_000_000_u64));
    });
    let channel = indexed_by_conda_index(&lock, MTIME);
    let _ = index(&channel, &[]).succeeded();
    assert!(is_now(&record(&channel)["indexed_timestamp"]));
}

#[test]
fn what_another_tool_adds_later_is_new() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let store = Connection::open(channel.path().join("noarch/.cache/cache.db")).unwrap();
    store
        .execute_batch(
            r#"INSERT INTO stat (stage, path, mtime) VALUES ('md', 'far-1-0.conda', 5);
               INSERT INTO index_json (path, index_json)
               VALUES ('far-1-0.conda', '{"name": "far", "timestamp": 1600000000000}')"#,
        )
        .unwrap();
    let _ = index(&channel, &["--include-stage", "md"]).succeeded();
    let far = &Published::of(&channel, "noarch").records()["far-1-0.conda"];
    assert!(is_now(&far["indexed_timestamp"]), "{far}");
}
