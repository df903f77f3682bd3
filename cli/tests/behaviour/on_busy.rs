//! What a run does about subdirs that another process is at work on.

use std::time::Duration;

use fs_err::File;
use insta::assert_snapshot;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};
use crate::published::Published;

/// How long to watch a run that should be waiting. One that does not is over long before.
const A_WHILE: Duration = Duration::from_millis(300);

fn channel() -> ChannelBuilder {
    let lock = |subdir| PackageBuilder::new("lock", "1.0", "0").subdir(subdir);
    ChannelBuilder::new()
        .package(&lock("linux-64"), Kind::Conda)
        .package(&lock("noarch"), Kind::Conda)
        .package(&lock("osx-64"), Kind::Conda)
}

/// Does what another process would: holds the lock of a subdir until it is dropped.
#[must_use]
fn hold(channel: &ChannelBuilder, subdir: &str) -> File {
    let cache = channel.path().join(subdir).join(".cache");
    fs_err::create_dir_all(&cache).unwrap();
    let lock = File::create(cache.join("towpath.lock")).unwrap();
    lock.file().try_lock().unwrap();
    lock
}

fn is_published(channel: &ChannelBuilder, subdir: &str) -> bool {
    Published::of(channel, subdir).has("repodata.json")
}

/// E109: nothing that one run found is lost to another.
#[test]
fn a_run_waits_until_the_other_is_done() {
    for args in [&[][..], &["--on-busy", "wait"]] {
        let channel = channel();
        let lock = hold(&channel, "noarch");
        let mut running = Towpath::index(&channel).args(args).start();
        std::thread::sleep(A_WHILE);
        assert!(!running.is_over());
        assert!(!is_published(&channel, "noarch"));
        drop(lock);
        let _ = running.wait().succeeded();
        assert!(is_published(&channel, "noarch"));
    }
}

#[test]
fn a_run_leaves_the_subdir_to_the_other() {
    let channel = channel();
    let lock = hold(&channel, "noarch");
    assert_snapshot!(index(&channel, &["--on-busy", "skip"]), @"
    exit status: 0
    ----- stderr -----
    noarch: skipped, another process is indexing it
    [CHANNEL] (linux-64, noarch, osx-64): 2 added, 0 changed, 0 removed, 0 left out; 6 documents written in [TIME]
    ");
    let published = ["linux-64", "noarch", "osx-64"].map(|subdir| is_published(&channel, subdir));
    assert_eq!(published, [true, false, true]);
    let outcome = index(&channel, &["--on-busy", "skip", "--json"]);
    assert!(
        outcome.stdout().contains(r#""skipped":true,"subdir":"noarch""#),
        "{outcome}"
    );
    drop(lock);
    let _ = index(&channel, &["--on-busy", "skip"]).succeeded();
    assert!(is_published(&channel, "noarch"));
}

#[test]
fn a_run_stops() {
    let channel = channel();
    let _lock = hold(&channel, "noarch");
    assert_snapshot!(index(&channel, &["--on-busy", "fail"]), @"
    exit status: 1
    ----- stderr -----
    error: another process is indexing noarch
    ");
    let published = ["linux-64", "noarch", "osx-64"].map(|subdir| is_published(&channel, subdir));
    assert_eq!(published, [false; 3]);
}

#[test]
fn other_subdirs_are_nobodys_business() {
    let channel = channel();
    let _lock = hold(&channel, "osx-64");
    let args = ["--on-busy", "fail", "--subdir", "linux-64", "--subdir", "noarch"];
    let _ = index(&channel, &args).succeeded();
}

#[test]
fn a_lock_that_nobody_holds_is_no_lock() {
    let channel = channel();
    drop(hold(&channel, "noarch"));
    let _ = index(&channel, &["--on-busy", "fail"]).succeeded();
}

/// E108.
#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let channel = channel();
    let running: Vec<_> = (0..4)
        .map(|_| Towpath::index(&channel).arg("--write-shards").start())
        .collect();
    let added: usize = running
        .into_iter()
        .map(|running| {
            let outcome = running.wait().succeeded();
            let added = outcome.stderr().split(": ").nth(1).unwrap().to_owned();
            added.split(' ').next().unwrap().parse::<usize>().unwrap()
        })
        .sum();
    // Each package was read by one of them.
    assert_eq!(added, 3);
    for subdir in ["linux-64", "noarch", "osx-64"] {
        assert_eq!(Published::of(&channel, subdir).file_names(), ["lock-1.0-0.conda"]);
    }
}
