//! What documents hold, byte for byte where clients may care.

use insta::assert_snapshot;
use serde_json::json;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::index;
use crate::published::{Published, decompressed};

/// A package with what is odd about records: keys that nobody knows, numbers in many spellings,
/// letters beyond ASCII, and keys that records do not have.
fn odd() -> PackageBuilder {
    PackageBuilder::new("odd", "1.0", "0")
        .subdir("linux-64")
        .depends(["lock >=1.0,<2.0a0"])
        .index(|index| {
            index.insert("zeta".to_owned(), json!({"b": [], "a": {}}));
            index.insert("summary".to_owned(), json!("ünï \u{1f40d} \u{7f}\t\"/"));
            index.insert("track_features".to_owned(), json!(["x", null, true]));
            for key in ["has_prefix", "binstar", "machine", "operatingsystem", "ucs"] {
                index.insert(key.to_owned(), json!("of the build"));
            }
            for key in ["mtime", "requires_features", "target-triplet"] {
                index.insert(key.to_owned(), json!("of the build"));
            }
        })
}

fn lock() -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0").subdir("linux-64")
}

/// Both formats of one build, and the odd package.
fn channel() -> ChannelBuilder {
    let exporting = lock().run_exports(json!({"weak": ["lock >=1.0,<2.0a0"], "noarch": ["lock"]}));
    ChannelBuilder::new()
        .package(&lock(), Kind::TarBz2)
        .package(&exporting, Kind::Conda)
        .package(&odd(), Kind::Conda)
}

fn linux_64(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "linux-64")
}

/// E66, E68, E88 and E89.
#[test]
fn repodata_compact() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    assert_snapshot!(linux_64(&channel).shown("repodata.json"));
}

#[test]
fn repodata_pretty() {
    let channel = channel();
    let _ = index(&channel, &["--no-compact"]).succeeded();
    assert_snapshot!(linux_64(&channel).shown("repodata.json"));
    assert!(linux_64(&channel).text("repodata.json").ends_with("}\n"));
}

#[test]
fn without_patches_repodata_is_what_the_packages_say() {
    let channel = channel();
    let _ = index(&channel, &["--zst", "--bz2"]).succeeded();
    let published = linux_64(&channel);
    for ending in ["", ".zst", ".bz2"] {
        let [repodata, from_packages] = ["repodata", "repodata_from_packages"]
            .map(|name| published.bytes(&format!("{name}.json{ending}")));
        assert!(repodata == from_packages, "{ending}");
    }
}

#[test]
fn run_exports_compact() {
    let channel = channel();
    let _ = index(&channel, &["--run-exports"]).succeeded();
    assert_snapshot!(linux_64(&channel).text("run_exports.json"));
}

#[test]
fn run_exports_pretty() {
    let channel = channel();
    let _ = index(&channel, &["--run-exports", "--no-compact"]).succeeded();
    assert_snapshot!(linux_64(&channel).text("run_exports.json"));
}

#[rstest::rstest]
#[case::missing(None, json!({}))]
#[case::null(Some(json!(null)), json!({}))]
#[case::zero(Some(json!(0)), json!({}))]
#[case::no(Some(json!(false)), json!({}))]
#[case::empty_list(Some(json!([])), json!({}))]
#[case::empty_text(Some(json!("")), json!({}))]
#[case::list(Some(json!(["lock"])), json!(["lock"]))]
#[case::text(Some(json!("lock")), json!("lock"))]
fn run_exports_of_every_shape(
    #[case] member: Option<serde_json::Value>,
    #[case] published: serde_json::Value,
) {
    let package = match member {
        Some(member) => lock().run_exports(member),
        None => lock(),
    };
    let channel = ChannelBuilder::new().package(&package, Kind::Conda);
    let _ = index(&channel, &["--run-exports", "--write-shards"]).succeeded();
    let document = linux_64(&channel).json("run_exports.json");
    assert_eq!(
        document["packages.conda"]["lock-1.0-0.conda"]["run_exports"],
        published
    );
    let shard = &linux_64(&channel).shards("repodata_shards.msgpack.zst")["lock"];
    assert_eq!(
        shard["packages.conda"]["lock-1.0-0.conda"]["run_exports"],
        published
    );
}

#[rstest::rstest]
#[case::plain("https://files.example.org/channel")]
#[case::slashes("https://files.example.org/channel//")]
#[case::relative("../files")]
fn packages_may_be_served_from_elsewhere(#[case] url: &str) {
    let channel = channel();
    let _ = index(&channel, &["--base-url", url, "--write-shards"]).succeeded();
    let served = format!("{}/linux-64/", url.trim_end_matches('/'));
    for document in ["repodata.json", "repodata_from_packages.json"] {
        let document = linux_64(&channel).json(document);
        assert_eq!(
            document["info"],
            json!({"base_url": served, "subdir": "linux-64"})
        );
        assert_eq!(document["repodata_version"], 2);
    }
    let shards = linux_64(&channel).shard_index("repodata_shards.msgpack.zst");
    assert_eq!(shards["info"]["base_url"], served);
}

#[test]
fn an_empty_base_url_is_none() {
    let channel = channel();
    let _ = index(&channel, &["--base-url", ""]).succeeded();
    let repodata = linux_64(&channel).json("repodata.json");
    assert_eq!(repodata["info"], json!({"subdir": "linux-64"}));
    assert_eq!(repodata["repodata_version"], 1);
}

#[test]
fn relations_to_other_channels_are_published_wherever_they_are_given() {
    let args = [
        "--base-channel",
        "../conda-forge",
        "--overrides-channel",
        "../main",
        "--write-shards",
    ];
    let toml = "[channel]\nbase = '../conda-forge'\noverrides = '../main'\n[index]\nwrite-shards = true\n";
    for (channel, args) in [
        (channel(), &args[..]),
        (channel().file("towpath.toml", toml), &[]),
    ] {
        let _ = index(&channel, args).succeeded();
        let relations = json!({"base": "../conda-forge", "overrides": "../main"});
        let published = linux_64(&channel);
        for name in ["repodata.json", "repodata_from_packages.json"] {
            assert_eq!(published.json(name)["info"]["channel_relations"], relations);
        }
        for name in [
            "repodata_shards.msgpack.zst",
            "repodata_shards_from_packages.msgpack.zst",
        ] {
            assert_eq!(
                published.shard_index(name)["info"]["channel_relations"],
                relations
            );
        }
    }
}

#[test]
fn a_relation_that_is_gone_leaves_the_documents() {
    let channel = channel();
    let _ = index(&channel, &["--base-channel", "../conda-forge"]).succeeded();
    let _ = index(&channel, &[]).succeeded();
    let info = &linux_64(&channel).json("repodata.json")["info"];
    assert_eq!(*info, json!({"subdir": "linux-64"}));
}

const COMPRESSED: [&str; 3] = ["repodata.json", "repodata_from_packages.json", "run_exports.json"];

/// The siblings that are there; each must hold what the document does.
fn siblings(published: &Published) -> Vec<String> {
    let names = COMPRESSED
        .iter()
        .flat_map(|name| [".bz2", ".zst"].map(|ending| format!("{name}{ending}")));
    let there: Vec<String> = names.filter(|name| published.has(name)).collect();
    for name in &there {
        let document = published.bytes(&name[..name.len() - ".zst".len()]);
        assert!(
            decompressed(name, &published.bytes(name)) == document,
            "{name} is stale"
        );
    }
    there
}

#[test]
fn siblings_come_go_and_always_agree() {
    let channel = channel();
    let run = |channel: &ChannelBuilder, args: &[&str]| {
        let _ = index(channel, &[&["--run-exports"], args].concat()).succeeded();
        siblings(&linux_64(channel)).join(" ")
    };
    assert_eq!(run(&channel, &[]), "");
    // Nothing else changed, and yet it appears.
    assert_snapshot!(run(&channel, &["--zst"]), @"repodata.json.zst repodata_from_packages.json.zst run_exports.json.zst");
    assert_snapshot!(run(&channel, &["--zst", "--bz2"]), @"repodata.json.bz2 repodata.json.zst repodata_from_packages.json.bz2 repodata_from_packages.json.zst run_exports.json.bz2 run_exports.json.zst");
    let channel = channel.package(
        &PackageBuilder::new("gate", "1", "0").subdir("linux-64"),
        Kind::Conda,
    );
    assert_snapshot!(run(&channel, &["--zst", "--bz2"]), @"repodata.json.bz2 repodata.json.zst repodata_from_packages.json.bz2 repodata_from_packages.json.zst run_exports.json.bz2 run_exports.json.zst");
    assert_snapshot!(run(&channel, &["--bz2"]), @"repodata.json.bz2 repodata_from_packages.json.bz2 run_exports.json.bz2");
    assert_snapshot!(run(&channel, &[]), @"");
}

#[test]
fn a_level_is_of_the_bytes_and_not_of_the_content() {
    let channel = channel();
    let compressed = ["1", "22"].map(|level| {
        let _ = index(&channel, &["--zst", "--zst-level", level]).succeeded();
        assert_eq!(siblings(&linux_64(&channel)).len(), 2);
        linux_64(&channel).bytes("repodata.json.zst")
    });
    assert!(compressed[0] != compressed[1]);
}

#[test]
fn a_zst_says_how_large_it_will_be() {
    let channel = channel();
    let _ = index(&channel, &["--zst"]).succeeded();
    let compressed = linux_64(&channel).bytes("repodata.json.zst");
    let size = zstd::zstd_safe::get_frame_content_size(&compressed).unwrap();
    assert_eq!(size, Some(linux_64(&channel).bytes("repodata.json").len() as u64));
}

/// As conda-index has it: what an earlier run wrote and this one was not asked for stays.
#[test]
fn run_exports_stay_as_they_are_when_they_are_not_asked_for_any_more() {
    let channel = channel();
    let _ = index(&channel, &["--run-exports"]).succeeded();
    let before = linux_64(&channel).bytes("run_exports.json");
    let channel = channel.package(
        &PackageBuilder::new("gate", "1", "0").subdir("linux-64"),
        Kind::Conda,
    );
    let _ = index(&channel, &[]).succeeded();
    assert!(linux_64(&channel).bytes("run_exports.json") == before);
}

/// As it is today: nothing tells that `repodata.json` is not kept up to date any more.
#[test]
fn repodata_stays_as_it_is_when_it_is_not_asked_for_any_more() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let before = linux_64(&channel).bytes("repodata.json");
    let channel = channel.package(
        &PackageBuilder::new("gate", "1", "0").subdir("linux-64"),
        Kind::Conda,
    );
    let outcome = index(&channel, &["--no-write-monolithic", "--write-shards"]).succeeded();
    assert!(!outcome.stderr().contains("repodata.json"), "{outcome}");
    assert!(linux_64(&channel).bytes("repodata.json") == before);
}
