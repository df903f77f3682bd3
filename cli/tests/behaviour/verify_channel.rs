//! `verify --channel` with channels in folders and on servers: what is found is the same, and what is
//! asked of a server is as little as it can be.

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, Towpath, index};
use crate::web_server::{Answer, WebServer};

const SHARDS: &str = "repodata_shards.msgpack.zst";

/// Three versions of lock, something that lock depends on, and much else.
fn channel(args: &[&str]) -> ChannelBuilder {
    let others = (0..20).map(|number| PackageBuilder::new(&format!("other{number}"), "1.0", "0"));
    let channel = others.fold(ChannelBuilder::new(), |channel, package| {
        channel.package(&package, Kind::Conda)
    });
    let channel = channel
        .package(&lock("1.0", &["gate >=1"]), Kind::Conda)
        .package(&lock("2.0", &["gate >=1"]), Kind::Conda)
        .package(&PackageBuilder::new("gate", "1.5", "0"), Kind::Conda)
        .package(&PackageBuilder::new("pump", "0.1", "0"), Kind::TarBz2);
    let _ = index(&channel, args).succeeded();
    channel
}

fn lock(version: &str, depends: &[&str]) -> PackageBuilder {
    PackageBuilder::new("lock", version, "0").depends(depends.iter().copied())
}

/// A package that breaks several rules in view of the channel: other bytes under a published name, a
/// dependency that is nowhere, and one that no build satisfies.
fn package() -> PackageBuilder {
    lock("2.0", &["gate >=2", "sluice", "pump 0.1.*"])
}

/// The paths that were asked for, in order; shards have their place only.
fn asked(server: &WebServer) -> Vec<String> {
    let paths = server.asked().into_iter().map(|request| request.path);
    let mut paths: Vec<String> = paths
        .map(|path| match path.split_once("/shards/") {
            Some((subdir, _)) => format!("{subdir}/shards/…"),
            None => path,
        })
        .filter(|path| path.starts_with("/noarch"))
        .collect();
    paths.dedup();
    paths
}

/// Checks a package against channels; the findings that come of it, without those of the package alone.
fn verify(package: &PackageBuilder, channels: &[&str]) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let path = package.write_to(home.path(), Kind::Conda).unwrap();
    run(&path, channels)
}

fn run(path: &Path, channels: &[&str]) -> Outcome {
    let mut call = Towpath::new(["verify", "--json", "--select", "G"]).arg(path);
    for channel in channels {
        call = call.args(&["--channel", channel]);
    }
    call.run()
}

/// The findings, with the name of the channel replaced.
fn findings(outcome: &Outcome, channel: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(outcome.stdout()).unwrap_or_else(|_| panic!("{outcome}"));
    let findings = report["files"][0]["findings"].as_array().unwrap();
    let told = findings.iter().map(|finding| {
        let [code, what] = ["code", "what"].map(|key| finding[key].as_str().unwrap());
        format!("{code} {}", what.replace(channel, "CHANNEL"))
    });
    told.collect()
}

fn url(server: &WebServer) -> String {
    server.url("").trim_end_matches('/').to_owned()
}

#[test]
fn the_same_is_found_wherever_the_channel_is() {
    let channel = channel(&["--write-shards", "--zst"]);
    let folder = channel.path().to_str().unwrap().to_owned();
    let expected = findings(&verify(&package(), &[&folder]), &folder);
    assert_snapshot!(expected.join("\n"), @r#"
    G601 noarch in "CHANNEL" has it with sha256 "301b9e9671b3f1307b5310e4a3f2b458ba963a02deb3757abffee6881b26fbe7"; this file has 21ea3d880086ac0198951073ba3745cbcea0ce1b6660ad7b3862eb1401df6aab
    G603 CHANNEL has no package "sluice"
    G604 no build in CHANNEL satisfies "gate >=2": the newest is "1.5"
    "#);
    let without: [(&'static [&'static str], &[&str]); 3] = [
        (&[], &["/noarch/repodata_shards.msgpack.zst", "/noarch/shards/…"]),
        (
            &[SHARDS],
            &["/noarch/repodata_shards.msgpack.zst", "/noarch/repodata.json.zst"],
        ),
        (
            &[SHARDS, ".json.zst"],
            &[
                "/noarch/repodata_shards.msgpack.zst",
                "/noarch/repodata.json.zst",
                "/noarch/repodata.json",
            ],
        ),
    ];
    for (without, paths) in without {
        let server = WebServer::of_folder(channel.path(), without);
        let outcome = verify(&package(), &[&server.url("")]);
        assert_eq!(findings(&outcome, &url(&server)), expected, "{without:?}");
        assert_eq!(asked(&server), paths);
    }
}

/// Of 23 names the package, and those of its dependencies that are there.
#[test]
fn only_shards_that_matter_are_asked_for() {
    let channel = channel(&["--write-shards"]);
    let server = WebServer::of_folder(channel.path(), &[]);
    let _ = verify(&package(), &[&server.url("")]);
    let shards = server.asked().into_iter();
    assert_eq!(
        shards.filter(|request| request.path.contains("/shards/")).count(),
        3
    );
}

#[test]
fn a_folder_may_have_shards_alone() {
    let whole = channel(&["--write-shards"]);
    let shards = channel(&["--write-shards", "--no-write-monolithic"]);
    let [expected, found] = [whole, shards].map(|channel| {
        let folder = channel.path().to_str().unwrap().to_owned();
        findings(&verify(&package(), &[&folder]), &folder)
    });
    assert_eq!(found, expected);
}

#[test]
fn a_shard_with_other_content_is_refused() {
    let channel = channel(&["--write-shards"]);
    for shard in fs_err::read_dir(channel.path().join("noarch/shards")).unwrap() {
        fs_err::write(shard.unwrap().path(), "spoilt").unwrap();
    }
    let server = WebServer::of_folder(channel.path(), &[]);
    let outcome = verify(&package(), &[&server.url("")]);
    assert_eq!(outcome.status(), 1);
    let start = format!("error: {}/noarch/shards/", url(&server));
    assert!(outcome.stderr().starts_with(&start), "{outcome}");
    // The digest of "spoilt".
    let end = ".msgpack.zst is not the shard that its name says: its sha256 is \
               8d2430f944e87cdd2cead2f9836072b7029fcc34948c286d321af07e6cfdb151\n";
    assert!(outcome.stderr().ends_with(end), "{outcome}");
}

#[test]
fn a_shard_that_is_gone_is_told() {
    let channel = channel(&["--write-shards"]).remove("noarch/shards");
    let server = WebServer::of_folder(channel.path(), &[]);
    let outcome = verify(&package(), &[&server.url("")]);
    assert_eq!(outcome.status(), 1);
    let end = ".msgpack.zst is not there, but the index of shards names it\n";
    assert!(outcome.stderr().ends_with(end), "{outcome}");
}

#[test]
fn an_index_that_is_none_is_told() {
    let server = WebServer::answering(|_| Answer::whole(b"<html>"));
    let outcome = verify(&package(), &[&server.url("t/secret/main")]);
    assert_eq!(outcome.status(), 1);
    let told = outcome.stderr().replace(&url(&server), "[SERVER]");
    assert_snapshot!(told, @"error: [SERVER]/t/***/main/noarch/repodata_shards.msgpack.zst is not sharded repodata: what should be a zstd frame is none");
}

#[rstest]
#[case("404 Not Found", "is no channel: it has no repodata.json in noarch")]
#[case("403 Forbidden", "/noarch/repodata.json: the server answered 403 Forbidden")]
fn a_server_without_a_channel_is_told(#[case] status: &'static str, #[case] message: &str) {
    let server = WebServer::answering(move |_| Answer::new(status, ""));
    let outcome = verify(&package(), &[&server.url("main")]);
    assert_eq!(outcome.status(), 1);
    let start = format!("error: {}/main", url(&server));
    assert!(outcome.stderr().starts_with(&start), "{outcome}");
    assert!(outcome.stderr().contains(message), "{outcome}");
}

/// An empty channel, and the one that it says it is based on, which has sluice 1.0. Both are indexed so.
pub(crate) fn main_and_base(root: &Path, args: &[&str]) -> [PathBuf; 2] {
    let [main, base] = ["main", "base"].map(|name| root.join(name));
    for folder in [&main, &base] {
        fs_err::create_dir_all(folder.join("noarch")).unwrap();
    }
    let sluice = PackageBuilder::new("sluice", "1.0", "0");
    sluice.write_to(base.join("noarch"), Kind::Conda).unwrap();
    let based = [&["--base-channel", "../base"], args].concat();
    for (folder, args) in [(&main, based.as_slice()), (&base, args)] {
        let _ = Towpath::new(["index"]).arg(folder).args(args).run().succeeded();
    }
    [main, base]
}

/// The channel that this one says it is based on has the dependencies.
#[rstest]
#[case(&["--write-shards"])]
#[case(&[])]
fn channels_that_are_named_in_repodata_are_looked_at(#[case] args: &[&str]) {
    let root = tempfile::tempdir().unwrap();
    let [main, base] = main_and_base(root.path(), args);
    let package = lock("2.0", &["sluice >=1"]);
    let server = WebServer::of_folder(root.path(), &[]);
    let folder = main.to_str().unwrap().to_owned();
    for channel in [folder.clone(), server.url("main/")] {
        let outcome = verify(&package, &[&channel]);
        assert_eq!(findings(&outcome, ""), [""; 0], "{outcome}");
    }
    fs_err::remove_dir_all(&base).unwrap();
    for channel in [folder, server.url("main/")] {
        let outcome = verify(&package, &[&channel]);
        assert!(outcome.stdout().contains("G603"), "{outcome}");
    }
}

/// A server cannot be asked which subdirs it has: those of the usual platforms are looked at, and only
/// for packages of noarch.
#[test]
fn what_a_package_of_noarch_depends_on_may_be_in_any_subdir() {
    let gate = PackageBuilder::new("gate", "1.5", "0").subdir("osx-arm64");
    let channel = ChannelBuilder::new().package(&gate, Kind::Conda);
    let _ = index(&channel, &["--write-shards"]).succeeded();
    let server = WebServer::of_folder(channel.path(), &[]);
    let folder = channel.path().to_str().unwrap().to_owned();
    let package = lock("3.0", &["gate >=1", "gate >=2", "__unix"]);
    for channel in [folder.clone(), server.url("")] {
        let found = findings(&verify(&package, &[&channel]), channel.trim_end_matches('/'));
        assert_eq!(
            found,
            [r#"G604 no build in CHANNEL satisfies "gate >=2": the newest is "1.5""#]
        );
    }
    // Two with shards, of which the shard of gate is read, and four that are not there.
    assert_eq!(server.asked().len(), 2 + 1 + 4 * 3);

    let server = WebServer::of_folder(channel.path(), &[]);
    for channel in [folder, server.url("")] {
        let outcome = verify(&package.clone().subdir("linux-64"), &[&channel]);
        assert!(outcome.stdout().contains("has no package"), "{outcome}");
    }
    assert_eq!(server.asked().len(), 3 + 1);
}

/// One package may depend on another that is checked with it.
#[test]
fn packages_that_are_checked_together_satisfy_each_other() {
    let channel = channel(&[]);
    let folder = channel.path().to_str().unwrap().to_owned();
    let home = tempfile::tempdir().unwrap();
    let packages = [
        lock("3.0", &["gate >=2", "sluice"]),
        PackageBuilder::new("gate", "2.0", "0"),
        PackageBuilder::new("sluice", "1.0", "0"),
    ];
    for package in packages {
        package.write_to(home.path(), Kind::Conda).unwrap();
    }
    let outcome = run(home.path(), &[&folder]);
    assert!(!outcome.stdout().contains("G60"), "{outcome}");
}

/// An attestation is for one channel.
#[test]
fn an_attestation_is_compared_with_the_url() {
    let channel = channel(&["--write-shards"]);
    let server = WebServer::of_folder(channel.path(), &[]);
    let home = tempfile::tempdir().unwrap();
    let path = lock("3.0", &["gate >=1"])
        .write_to(home.path(), Kind::Conda)
        .unwrap();
    let bytes = fs_err::read(&path).unwrap();
    let sha256 = base16ct::lower::encode_string(&<sha2::Sha256 as sha2::Digest>::digest(bytes));
    let mut told = Vec::new();
    for target in [url(&server), "https://conda.example/main".to_owned()] {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": "lock-3.0-0.conda", "digest": { "sha256": sha256 } }],
            "predicateType": "https://schemas.conda.org/attestations-publish-1.schema.json",
            "predicate": { "targetChannel": target },
        });
        let attestation = format!("{}.sigstore.json", path.display());
        fs_err::write(attestation, statement.to_string()).unwrap();
        told.push(findings(&run(&path, &[&server.url("")]), &url(&server)));
    }
    assert_eq!(told[0], [""; 0]);
    let what = r#"G613 it is "https://conda.example/main", the channel is "CHANNEL""#;
    assert_eq!(told[1], [what]);
}
