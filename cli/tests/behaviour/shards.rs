//! Sharded repodata: what shards and their indexes hold, where they are, when they go.

use insta::assert_snapshot;
use serde_json::json;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, index};
use crate::published::{Published, decompressed, is_now};

const INDEX: &str = "repodata_shards.msgpack.zst";
const FROM_PACKAGES: &str = "repodata_shards_from_packages.msgpack.zst";

fn lock(version: &str) -> PackageBuilder {
    PackageBuilder::new("lock", version, "0").run_exports(json!({"weak": ["lock"]}))
}

fn channel() -> ChannelBuilder {
    let odd = PackageBuilder::new("Odd", "1", "0").index(|index| {
        index.insert("small".to_owned(), json!(-1));
        index.insert("float".to_owned(), json!(0.5));
        index.insert(
            "large".to_owned(),
            serde_json::from_str("123456789012345678901234567890").unwrap(),
        );
        index.insert("list".to_owned(), json!([null, true, {"a": []}]));
    });
    ChannelBuilder::new()
        .package(&lock("1.0"), Kind::TarBz2)
        .package(&lock("1.0"), Kind::Conda)
        .package(&lock("2.0"), Kind::Conda)
        .package(&odd, Kind::Conda)
}

fn noarch(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "noarch")
}

fn write_shards(channel: &ChannelBuilder, args: &[&str]) -> Outcome {
    index(channel, &[&["--write-shards"], args].concat())
}

/// How many shards there are, in their folder and beside the packages.
fn count(channel: &ChannelBuilder) -> [usize; 2] {
    ["noarch/shards", "noarch"].map(|folder| {
        fs_err::read_dir(channel.path().join(folder)).map_or(0, |entries| {
            let names = entries.map(|entry| entry.unwrap().file_name());
            names
                .filter(|name| name.len() == 64 + ".msgpack.zst".len())
                .count()
        })
    })
}

#[test]
fn shards_hold_what_repodata_does_and_run_exports() {
    let channel = channel();
    let _ = write_shards(&channel, &[]).succeeded();
    let published = noarch(&channel);
    assert_snapshot!(published.shown_shards(INDEX));
    assert_eq!(published.shards(INDEX), published.shards(FROM_PACKAGES));
    assert_eq!(count(&channel), [2, 0]);
}

#[test]
fn an_index_names_every_package_in_order_of_bytes() {
    let channel = channel();
    let _ = write_shards(&channel, &[]).succeeded();
    for name in [INDEX, FROM_PACKAGES] {
        let index = noarch(&channel).shard_index(name);
        assert_eq!(index["version"], 1);
        assert_eq!(index["info"]["subdir"], "noarch");
        assert_eq!(index["info"]["base_url"], "");
        assert_eq!(index["info"]["shards_base_url"], "./shards/");
        let created = index["info"]["created_at"].as_str().unwrap();
        assert_eq!(created.len(), "2026-11-20T23:52:51Z".len(), "{created}");
        assert_eq!(index["shards"].as_object().unwrap().len(), 2);
        let bytes = decompressed(name, &noarch(&channel).bytes(name));
        let [first, second] = ["Odd", "lock"].map(|name| {
            let mut places = bytes.windows(name.len());
            places.position(|window| window == name.as_bytes()).unwrap()
        });
        assert!(first < second);
    }
}

#[test]
fn records_in_shards_are_dated() {
    let channel = channel();
    let _ = write_shards(&channel, &[]).succeeded();
    let shard = &noarch(&channel).shards(INDEX)["lock"];
    assert!(is_now(
        &shard["packages"]["lock-1.0-0.tar.bz2"]["indexed_timestamp"]
    ));
    let _ = write_shards(&channel, &["--no-indexed-timestamp"]).succeeded();
    let shard = &noarch(&channel).shards(INDEX)["lock"];
    let record = shard["packages"]["lock-1.0-0.tar.bz2"].as_object().unwrap();
    assert!(!record.contains_key("indexed_timestamp"));
}

#[test]
fn shards_are_written_without_repodata_too() {
    let channel = channel();
    assert_snapshot!(write_shards(&channel, &["--no-write-monolithic"]), @r#"
    exit status: 0
    ----- stderr -----
    warning: noarch/Odd-1-0.conda: its name "Odd" has "O", which a package name does not have (CEP 26)
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; 2 documents written in [TIME]
    "#);
    assert_eq!(noarch(&channel).names(), [INDEX, FROM_PACKAGES, "shards"]);
}

#[test]
fn shards_in_place_lie_beside_the_packages() {
    let channel = channel();
    let _ = write_shards(&channel, &["--shards-in-place"]).succeeded();
    assert_eq!(count(&channel), [0, 2]);
    let published = noarch(&channel);
    assert_eq!(published.shard_index(INDEX)["info"]["shards_base_url"], "");
    assert_eq!(published.shards(INDEX).len(), 2);
}

#[test]
fn shards_that_move_leave_nothing_behind_in_the_end() {
    let channel = channel();
    let _ = write_shards(&channel, &["--shards-in-place"]).succeeded();
    let _ = write_shards(&channel, &["--shard-grace", "0 s"]).succeeded();
    assert_eq!(noarch(&channel).shards(INDEX).len(), 2);
    // The same shards are named, so those in the old place count as named too.
    assert_eq!(count(&channel), [2, 2]);
}

#[test]
fn an_index_is_not_rewritten_for_its_time() {
    let channel = channel();
    let _ = write_shards(&channel, &["--no-zst"]).succeeded();
    let before = noarch(&channel).bytes(INDEX);
    // The documents are built again, because their layout changes.
    let outcome = write_shards(&channel, &["--no-compact"]).succeeded();
    assert_snapshot!(outcome, @r#"
    exit status: 0
    ----- stderr -----
    warning: noarch/Odd-1-0.conda: its name "Odd" has "O", which a package name does not have (CEP 26)
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    "#);
    assert!(noarch(&channel).bytes(INDEX) == before);
}

#[test]
fn shards_that_no_index_names_go_after_a_time() {
    let channel = channel();
    let _ = write_shards(&channel, &[]).succeeded();
    assert_eq!(count(&channel), [2, 0]);
    let channel = channel.package(&lock("3.0"), Kind::Conda);
    let _ = write_shards(&channel, &["--shard-grace", "1 day"]).succeeded();
    assert_eq!(count(&channel), [3, 0]);
    assert_eq!(noarch(&channel).shards(INDEX).len(), 2);

    let outcome = write_shards(&channel, &["--shard-grace", "0 seconds", "--json"]).succeeded();
    assert!(outcome.stdout().contains(r#""shards_removed":1,"#), "{outcome}");
    assert_eq!(count(&channel), [2, 0]);
    assert_eq!(noarch(&channel).shards(INDEX).len(), 2);
}

#[test]
fn a_shard_that_is_named_again_stays() {
    let channel = channel();
    let args = ["--shard-grace", "1 day"];
    let _ = write_shards(&channel, &args).succeeded();
    let channel = channel.package(&lock("3.0"), Kind::Conda);
    let _ = write_shards(&channel, &args).succeeded();
    let channel = channel.remove("noarch/lock-3.0-0.conda");
    let _ = write_shards(&channel, &args).succeeded();
    assert_eq!(count(&channel), [3, 0]);
    let _ = write_shards(&channel, &["--shard-grace", "0 s"]).succeeded();
    assert_eq!(count(&channel), [2, 0]);
    assert_eq!(noarch(&channel).shards(INDEX).len(), 2);
}

#[test]
fn a_lost_shard_is_written_again() {
    let channel = channel();
    let _ = write_shards(&channel, &[]).succeeded();
    let channel = channel.remove("noarch/shards");
    assert_snapshot!(write_shards(&channel, &[]), @r#"
    exit status: 0
    ----- stderr -----
    warning: noarch/Odd-1-0.conda: its name "Odd" has "O", which a package name does not have (CEP 26)
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    "#);
    assert_eq!(noarch(&channel).shards(INDEX).len(), 2);
}

#[test]
fn an_index_that_is_not_kept_up_to_date_is_warned_of() {
    let channel = channel();
    let _ = write_shards(&channel, &["--no-html"]).succeeded();
    insta::allow_duplicates! {
        for _ in 0..2 {
            assert_snapshot!(index(&channel, &["--no-html"]), @r#"
            exit status: 0
            ----- stderr -----
            warning: noarch/Odd-1-0.conda: its name "Odd" has "O", which a package name does not have (CEP 26)
            warning: noarch/repodata_shards.msgpack.zst: was written by an earlier run and not by this one; clients prefer it to repodata.json, so write shards (--write-shards) or remove it
            [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
            "#);
        }
    }
    let quiet = index(&channel, &["--quiet"]).succeeded();
    assert_eq!(quiet.stderr(), "");
}

#[test]
fn a_channel_without_packages_has_an_empty_index() {
    let channel = ChannelBuilder::new();
    let _ = write_shards(&channel, &[]).succeeded();
    assert_eq!(noarch(&channel).shard_index(INDEX)["shards"], json!({}));
}

/// More names than wait to be written: whoever reads them must not wait for ever.
#[test]
fn a_disk_that_takes_no_shards_ends_the_run() {
    let packages = (0..200).map(|number| PackageBuilder::new(&format!("lock{number}"), "1.0", "0"));
    let channel = packages.fold(ChannelBuilder::new(), |channel, package| {
        channel.package(&package, Kind::Conda)
    });
    let _ = write_shards(&channel, &[]).succeeded();
    let shards = channel.path().join("noarch/shards");
    for shard in fs_err::read_dir(&shards).unwrap() {
        let path = shard.unwrap().path();
        fs_err::remove_file(&path).unwrap();
        fs_err::create_dir(&path).unwrap();
    }
    let channel = channel.remove("noarch/.cache/towpath-published.json");
    let outcome = write_shards(&channel, &["--threads", "2"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
}
