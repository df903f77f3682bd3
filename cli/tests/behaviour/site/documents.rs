//! A channel of which there are documents and nothing else: a mirror, or one that another tool indexes.

use std::io::Write;

use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::ChannelBuilder;

use super::harbour::channel;
use super::{Website, site, texts};
use crate::environment::index;

fn record(name: &str, version: &str, changes: &Value) -> Value {
    let mut record = json!({
        "name": name, "version": version, "build": "0", "build_number": 0, "depends": [], "subdir": "noarch",
        "size": 7, "sha256": "ab".repeat(32), "md5": "cd".repeat(16), "timestamp": 1_500_000_000_000_i64,
    });
    record
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    record
}

fn repodata() -> Value {
    json!({
        "info": {"subdir": "noarch"},
        "packages": {"lock-1.0-0.tar.bz2": record("lock", "1.0", &json!({}))},
        "packages.conda": {"lock-1.1-0.conda": record("lock", "1.1", &json!({"license": "MIT", "depends": ["gate"]}))},
        "removed": ["gone-1.0-0.conda"], "repodata_version": 1,
    })
}

fn with_repodata(repodata: &Value) -> ChannelBuilder {
    ChannelBuilder::new().file("noarch/repodata.json", repodata.to_string())
}

fn made(channel: &ChannelBuilder) -> Website {
    let website = Website::new();
    let _ = website.make(channel, &[]).succeeded();
    website
}

fn compressed(name: &str, bytes: &[u8]) -> Vec<u8> {
    match name.rsplit('.').next().unwrap() {
        "zst" => zstd::encode_all(bytes, 3).unwrap(),
        "bz2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        _ => bytes.to_vec(),
    }
}

#[rstest]
#[case("")]
#[case(".zst")]
#[case(".bz2")]
fn documents_may_be_compressed(#[case] extension: &str) {
    let run_exports = json!({
        "info": {}, "packages": {},
        "packages.conda": {"lock-1.1-0.conda": {"run_exports": {"weak": ["lock >=1.1"]}}, "nobody-1-0.conda": {}},
    });
    let channeldata = json!({
        "packages": {"lock": {"summary": "A lock", "license": "GPL", "home": "https://lock.example", "version": "9"}},
    });
    let documents = [
        ("noarch/repodata.json", repodata()),
        ("noarch/run_exports.json", run_exports),
        ("channeldata.json", channeldata),
    ];
    let channel = documents
        .into_iter()
        .fold(ChannelBuilder::new(), |channel, (name, document)| {
            let name = format!("{name}{extension}");
            let bytes = compressed(&name, document.to_string().as_bytes());
            channel.file(&name, bytes)
        });
    let website = made(&channel);
    let page = website.json("p/lock/index.json");
    assert_eq!(texts(&page["versions"], "version"), ["1.1", "1.0"]);
    assert_eq!(
        (&page["summary"], &page["license"]),
        (&json!("A lock"), &json!("GPL"))
    );
    assert_eq!(
        page["links"],
        json!([{"label": "home", "url": "https://lock.example"}])
    );
    assert_eq!(
        page["run_exports"],
        json!([{"kind": "weak", "specs": [
            {"spec": "lock >=1.1", "name": "lock", "requirement": ">=1.1", "is_here": true},
        ]}])
    );
    let build = website.json("p/lock/noarch/lock-1.1-0.conda.json");
    assert_eq!(
        (&build["size"], &build["sha256"]),
        (&json!(7), &json!("ab".repeat(32)))
    );
    assert_eq!(build["patched"], json!([]));
    let outcome = website.make(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
}

/// What is not compressed is what clients read first, and newest if they differ.
#[test]
fn what_is_not_compressed_counts() {
    let older = json!({"packages.conda": {"old-1-0.conda": record("old", "1", &json!({}))}});
    let zst = compressed(".zst", older.to_string().as_bytes());
    let website = made(&with_repodata(&repodata()).file("noarch/repodata.json.zst", zst));
    assert!(website.has("p/lock") && !website.has("p/old"));
}

/// Nothing is known of what a package says of itself but its record.
#[test]
fn repodata_alone_is_enough() {
    let website = made(&with_repodata(&repodata()));
    let page = website.json("p/lock/index.json");
    assert_eq!(
        (&page["license"], &page["summary"]),
        (&json!("MIT"), &Value::Null)
    );
    assert_eq!(page["updated"], "2017-07-14T02:40:00Z");
    assert!(!website.has("noarch/.cache"));
    assert_eq!(website.json("health/index.json")["missing"][0]["name"], "gate");
}

#[test]
fn other_documents_make_another_website() {
    let channel = with_repodata(&repodata());
    let website = made(&channel);
    let mut other = repodata();
    other["packages.conda"]["gate-2.0-0.conda"] = record("gate", "2.0", &json!({}));
    let channel = channel.file("noarch/repodata.json", other.to_string());
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.has("p/gate/index.html"));
    let channel = channel.file(
        "channeldata.json",
        json!({"packages": {"gate": {"summary": "A gate"}}}).to_string(),
    );
    let _ = website.make(&channel, &[]).succeeded();
    assert_eq!(website.json("p/gate/index.json")["summary"], "A gate");
    let channel = channel.remove("channeldata.json");
    let _ = website.make(&channel, &[]).succeeded();
    assert_eq!(website.json("p/gate/index.json")["summary"], Value::Null);
}

/// As mirrors have them: the link stays, and what it leads to is another.
#[cfg(unix)]
#[test]
fn documents_may_be_links() {
    let channel = ChannelBuilder::new()
        .file("snapshots/one.json", repodata().to_string())
        .symlink("noarch/repodata.json", "../snapshots/one.json");
    let website = made(&channel);
    let mut other = repodata();
    other["packages.conda"]["gate-2.0-0.conda"] = record("gate", "2.0", &json!({}));
    let channel = channel.file("snapshots/one.json", other.to_string());
    for copied in ["all", "documents"] {
        let _ = website.make(&channel, &["--copy", copied]).succeeded();
        assert!(website.has("p/gate"));
    }
    made_in_place(&channel, "p/gate");
    let channel = channel.file("snapshots/one.json", repodata().to_string());
    let _ = site(&channel, &[]).succeeded();
    assert!(!channel.path().join("p/gate").exists());
}

fn made_in_place(channel: &ChannelBuilder, folder: &str) {
    let _ = site(channel, &[]).succeeded();
    assert!(channel.path().join(folder).is_dir());
}

/// CEP 48: file names stand there without their ends.
#[test]
fn records_of_v3_are_shown() {
    let mut document = repodata();
    document["v3"] = json!({
        "conda": {"modern-1.0-0": record("modern", "1.0", &json!({"flags": ["cuda"], "extra_depends": {"test": ["lock"]}}))},
        "tar.bz2": {"modern-0.9-0": record("modern", "0.9", &json!({}))},
        "whl": {"wheel-1.0": record("wheel", "1.0", &json!({}))},
        "later": {"later-1.0-0": 5},
    });
    let website = made(&with_repodata(&document));
    let page = website.json("p/modern/noarch/modern-1.0-0.conda.json");
    assert_eq!(page["record"]["flags"], json!(["cuda"]));
    assert!(website.has("p/modern/noarch/modern-0.9-0.tar.bz2.html"));
    assert!(!website.has("p/later"));
}

#[rstest]
#[case::web(
    "https://files.example/noarch/",
    "https://files.example/noarch/lock-1.1-0.conda"
)]
#[case::no_slash(
    "https://files.example/noarch",
    "https://files.example/noarch/lock-1.1-0.conda"
)]
#[case::relative("../../files/noarch", "noarch/../../files/noarch/lock-1.1-0.conda")]
#[case::host("/files/noarch/", "/files/noarch/lock-1.1-0.conda")]
#[case::empty("", "noarch/lock-1.1-0.conda")]
fn packages_are_where_the_document_says(#[case] base_url: &str, #[case] download: &str) {
    let mut document = repodata();
    document["info"]["base_url"] = base_url.into();
    let website = made(&with_repodata(&document));
    assert_eq!(
        website.json("p/lock/noarch/lock-1.1-0.conda.json")["download"],
        download
    );
}

#[rstest]
#[case::no_json("noarch/repodata.json", b"nothing".to_vec())]
#[case::cut_off("noarch/repodata.json", br#"{"packages": {"a-1-0.tar.bz2": {"#.to_vec())]
#[case::list("noarch/repodata.json", b"[]".to_vec())]
#[case::record("noarch/repodata.json", br#"{"packages": {"a-1-0.tar.bz2": 5}}"#.to_vec())]
#[case::more("noarch/repodata.json", b"{} {}".to_vec())]
#[case::run_exports("noarch/run_exports.json", b"{".to_vec())]
#[case::channeldata("channeldata.json", br#"{"packages": []}"#.to_vec())]
#[case::zst("linux-64/repodata.json.zst", b"no zst".to_vec())]
#[case::bz2("linux-64/repodata.json.bz2", b"BZh9no bz2".to_vec())]
fn a_broken_document_is_named(#[case] name: &str, #[case] bytes: Vec<u8>) {
    let channel = with_repodata(&repodata()).file(name, bytes);
    let website = Website::new();
    let outcome = website.make(&channel, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(
        outcome.stderr().contains(&format!("[CHANNEL]/{name}: ")),
        "{outcome}"
    );
    // When it is mended, so is the website.
    let channel = channel
        .remove(name)
        .file("noarch/repodata.json", repodata().to_string());
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.has("p/lock/index.html"));
}

/// E88 and beyond: what is no record as it should be is shown as far as it goes.
#[test]
fn odd_records_are_shown_as_far_as_they_go() {
    let odd = json!({
        "build_number": "x", "size": "big", "sha256": 5, "md5": null, "depends": "alone", "constrains": [1, "a"],
        "timestamp": {"a": 1}, "license": ["MIT", 5], "indexed_timestamp": "never",
    });
    let document = json!({
        "info": {"subdir": "noarch"}, "packages": {},
        "packages.conda": {
            "odd-1.0-0.conda": record("odd", "1.0", &odd), "nameless-1-0.conda": {}, "null-1-0.conda": {"name": null},
            "number-1-0.conda": {"name": "number", "version": 1},
        },
    });
    let website = made(&with_repodata(&document));
    let page = website.json("p/odd/noarch/odd-1.0-0.conda.json");
    assert_eq!(page["build_number"], 0);
    assert_eq!((&page["size"], &page["built"]), (&Value::Null, &Value::Null));
    assert_eq!(page["depends"], json!([]));
    assert_eq!(texts(&page["constrains"], "spec"), ["a"]);
    assert_eq!(page["record"]["sha256"], 5);
    assert_eq!(website.json("p/number/index.json")["version"], "1");
}

#[test]
fn without_anything_there_is_a_hint() {
    let channel = ChannelBuilder::new();
    let outcome = Website::new().make(&channel, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(
        outcome.stderr().contains("run `towpath index [CHANNEL]` first"),
        "{outcome}"
    );
    let outcome = site(&super::harbour::channel(), &[]);
    assert!(
        outcome.stderr().contains("run `towpath index [CHANNEL]` first"),
        "{outcome}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let channel = ChannelBuilder::new().remove("noarch");
    let channel_path = channel.path().join("nowhere");
    let outcome = crate::environment::Towpath::new(["site"])
        .arg(&channel_path)
        .run();
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("nowhere"), "{outcome}");
    assert!(!channel_path.exists());
}

/// What an index run has left is more than its documents say.
#[test]
fn stores_come_before_documents() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let channel = channel.file("noarch/repodata.json", repodata().to_string());
    let website = made(&channel);
    assert!(website.has("p/libquay") && !website.has("p/lock"));
}
