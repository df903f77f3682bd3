//! Environments that are solved with channels on servers.

use std::path::Path;

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::Scene;
use crate::databases::Backend;
use crate::environment::Towpath;
use crate::web_server::{Answer, WebServer};

/// A channel whose `key` needs a `lock` of whoever solves, and whose `sluice` nobody needs.
fn channel() -> ChannelBuilder {
    let channel = ChannelBuilder::new();
    let packages = [
        PackageBuilder::new("key", "1.0", "0").depends(["lock >=2", "ring"]),
        PackageBuilder::new("ring", "0.3", "0"),
        PackageBuilder::new("sluice", "7", "0"),
    ];
    for package in packages {
        package
            .write_to(channel.path().join("noarch"), Kind::Conda)
            .unwrap();
    }
    let index = ["index", "--write-shards", "--zst", "--channel-name", "keys"];
    let _ = Towpath::new(index).arg(channel.path()).run().succeeded();
    channel
}

/// What was asked of the server, in order of paths; shards have their place only.
fn asked(server: &WebServer) -> Vec<String> {
    let mut paths: Vec<String> = server
        .asked()
        .into_iter()
        .map(|request| match request.path.split_once("/shards/") {
            Some((subdir, _)) => format!("{subdir}/shards/…"),
            None => request.path,
        })
        .collect();
    paths.sort();
    paths
}

fn solve(scene: &Scene, url: &str) -> Vec<String> {
    let args = [
        "env",
        "solve",
        "team/keys",
        "key",
        "--with",
        url,
        "--platform",
        "linux-64",
    ];
    let solved = scene.json(&args);
    let packages = solved["builds"][0]["packages"].as_array().unwrap();
    let url = |package: &serde_json::Value| package["url"].as_str().unwrap().to_owned();
    packages.iter().map(url).collect()
}

#[rstest]
#[case::shards(&[], 2)]
#[case::compressed(&["msgpack.zst"], 0)]
#[case::plain(&["msgpack.zst", "repodata.json.zst"], 0)]
fn a_channel_on_a_server_is_solved_with(#[case] but: &'static [&'static str], #[case] shards: usize) {
    let channel = channel();
    let server = WebServer::of_folder(channel.path(), but);
    let scene = Scene::new(Backend::Sqlite3);
    assert_eq!(
        solve(&scene, &server.url("")),
        [
            server.url("noarch/key-1.0-0.conda"),
            "https://conda.example/main/linux-64/lock-4.0-0.conda".to_owned(),
            server.url("noarch/ring-0.3-0.conda"),
        ]
    );
    // Of shards, those of the two names that the solver came to.
    let asked = asked(&server);
    let of_shards = asked.iter().filter(|path| path.ends_with('…')).count();
    assert_eq!(of_shards, shards, "{asked:?}");
}

#[test]
fn tokens_and_passwords_reach_the_server_and_are_not_kept() {
    let channel = channel();
    let folder = channel.path().to_owned();
    let server = WebServer::answering(move |request| {
        let path = request.path.strip_prefix("/t/tk-secret/keys/");
        // me:hidden
        let is_known = request.header("authorization") == Some("Basic bWU6aGlkZGVu");
        let content = path
            .filter(|_| is_known)
            .map(|path| fs_err::read(folder.join(path)));
        match content {
            Some(Ok(content)) => Answer::whole(&content),
            Some(Err(_)) => Answer::new("404 Not Found", ""),
            None => Answer::new("401 Unauthorized", ""),
        }
    });
    let scene = Scene::new(Backend::Sqlite3);
    let url = server
        .url("t/tk-secret/keys")
        .replace("http://", "http://me:hidden@");
    let packages = solve(&scene, &url);
    // As conda lists them: who installs from the list brings his own.
    assert_eq!(packages[0], server.url("keys/noarch/key-1.0-0.conda"));
    let database = scene.kept.channel.path().join(".towpath/environments.db");
    let is_kept = |secret: &str| {
        let files = [database.clone(), database.with_extension("db-wal")];
        files
            .iter()
            .filter_map(|file| fs_err::read(file).ok())
            .any(|bytes| holds(&bytes, secret))
    };
    assert!(is_kept("key-1.0-0.conda"));
    assert!(!is_kept("tk-secret") && !is_kept("hidden"));
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn why_a_server_gave_nothing_is_told_and_recorded() {
    let scene = Scene::new(Backend::Sqlite3);
    let solve = |server: &WebServer| {
        let url = server.url("keys");
        let args = [
            "env",
            "solve",
            "team/keys",
            "key",
            "--with",
            &url,
            "--platform",
            "linux-64",
        ];
        scene.call(&args).naming(Path::new(&url), "[SERVER]/keys").run()
    };
    let refusing = WebServer::answering(|_| Answer::new("403 Forbidden", ""));
    assert_snapshot!(solve(&refusing), @"
    exit status: 1
    ----- stderr -----
    error: team/keys linux-64: build 1 failed: [SERVER]/keys/linux-64/repodata.json: the server answered 403 Forbidden
    ");
    let empty = WebServer::answering(|_| Answer::new("404 Not Found", ""));
    assert_snapshot!(solve(&empty), @"
    exit status: 1
    ----- stderr -----
    error: team/keys linux-64: build 2 failed: [SERVER]/keys is no channel: it has no repodata.json in linux-64 or noarch (`towpath index` makes it one)
    ");
    let other = WebServer::answering(|_| Answer::whole(b"<html>"));
    assert_snapshot!(solve(&other), @"
    exit status: 1
    ----- stderr -----
    error: team/keys linux-64: build 3 failed: [SERVER]/keys/linux-64/repodata_shards.msgpack.zst is not sharded repodata: what should be a zstd frame is none
    ");
    let history = scene.json(&["env", "history", "team/keys"]);
    let builds = history["builds"].as_array().unwrap();
    let failed = builds.iter().filter(|build| build["status"] == "failed");
    assert_eq!((builds.len(), failed.count()), (3, 3));
}
