//! `--watch`: the channel is indexed when its packages change.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::preview::Preview;

/// Longer than it takes to notice a change and to index a few packages on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// Longer than a few looks take.
const SOME_LOOKS: Duration = Duration::from_millis(4500);

fn package(name: &str) -> PackageBuilder {
    PackageBuilder::new(name, "1.0", "0")
}

/// The packages that the served repodata names.
fn served(preview: &Preview) -> Vec<String> {
    let reply = preview.get("/noarch/repodata.json", &[]);
    if reply.status == 404 {
        return Vec::new();
    }
    let repodata: Value = serde_json::from_slice(&reply.body).unwrap();
    let packages = repodata["packages.conda"].as_object().unwrap();
    packages.keys().cloned().collect()
}

/// Waits until these packages are served.
fn wait_for(preview: &Preview, packages: &[&str]) {
    let began = Instant::now();
    while served(preview) != packages {
        assert!(began.elapsed() < LONG, "{:?}", served(preview));
        thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(unix)]
#[test]
fn changes_are_published_once() {
    let channel = ChannelBuilder::new()
        .package(&package("gate"), Kind::Conda)
        .file("towpath.toml", "[index]\nzst = true\n");
    let preview = Preview::of(&channel, &["--watch"]);
    wait_for(&preview, &["gate-1.0-0.conda"]);
    let channel = channel.package(&package("lock"), Kind::Conda);
    wait_for(&preview, &["gate-1.0-0.conda", "lock-1.0-0.conda"]);
    assert_eq!(preview.get("/noarch/repodata.json.zst", &[]).status, 200);
    let channel = channel.remove("noarch/gate-1.0-0.conda");
    wait_for(&preview, &["lock-1.0-0.conda"]);
    // What indexing wrote is no change.
    thread::sleep(SOME_LOOKS);
    let outcome = preview.interrupt().succeeded();
    let runs: Vec<&str> = outcome
        .stderr()
        .lines()
        .map(|line| line.split(';').next().unwrap())
        .collect();
    assert_eq!(
        runs,
        [
            "[CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 0 left out",
            "[CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 0 left out",
            "[CHANNEL] (noarch): 0 added, 0 changed, 1 removed, 0 left out",
        ]
    );
    drop(channel);
}

#[cfg(unix)]
#[test]
fn serving_goes_on_when_indexing_fails() {
    let channel = ChannelBuilder::new()
        .package(&package("gate"), Kind::Conda)
        .file("towpath.toml", "[index]\nzts = true\n")
        .file("index.html", "still here");
    let preview = Preview::of(&channel, &["--watch"]);
    assert_eq!(preview.get("/", &[]).text(), "still here");
    thread::sleep(Duration::from_millis(500));
    assert!(served(&preview).is_empty());
    // The configuration is looked at too.
    let channel = channel
        .file("towpath.toml", "")
        .file("noarch/lock-1.0-0.conda", "no package");
    wait_for(&preview, &["gate-1.0-0.conda"]);
    let outcome = preview.interrupt().succeeded();
    let told = outcome.stderr();
    assert!(told.contains("[index] has no option \"zts\""), "{told}");
    assert!(told.contains("left out: noarch/lock-1.0-0.conda: "), "{told}");
    drop(channel);
}

#[test]
fn nothing_is_indexed_unless_that_is_wanted() {
    let channel = ChannelBuilder::new().package(&package("gate"), Kind::Conda);
    let preview = Preview::of(&channel, &[]);
    thread::sleep(Duration::from_secs(2));
    assert!(served(&preview).is_empty());
    assert!(!channel.path().join("noarch/.cache").exists());
}
