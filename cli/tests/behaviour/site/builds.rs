//! What the page of a build tells.

use insta::assert_snapshot;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::harbour::{channel, patch};
use super::{Website, shown, texts};
use crate::published::is_now;

const PAGE: &str = "p/libquay/linux-64/libquay-1.10-h2_1.conda.json";

#[test]
fn every_field() {
    let website = Website::of(&channel(), &[]);
    assert_snapshot!(shown(&website.json(PAGE)));
}

#[test]
fn digests_and_sizes_are_of_the_file() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let page = website.json(PAGE);
    let bytes = fs_err::read(channel.path().join("linux-64/libquay-1.10-h2_1.conda")).unwrap();
    let hex = |digest: &[u8]| Value::from(base16ct::lower::encode_string(digest));
    assert_eq!(page["sha256"], hex(&Sha256::digest(&bytes)));
    assert_eq!(page["md5"], hex(&Md5::digest(&bytes)));
    assert_eq!(page["size"], bytes.len());
    for key in ["sha256", "md5", "size"] {
        assert_eq!(page["record"][key], page[key]);
    }
    assert!(is_now(&page["record"]["indexed_timestamp"]));
}

#[test]
fn both_formats_have_pages() {
    let both = PackageBuilder::new("lock", "1.0", "0");
    let channel = ChannelBuilder::new()
        .package(&both, Kind::Conda)
        .package(&both, Kind::TarBz2);
    let website = Website::of(&channel, &[]);
    for kind in [Kind::Conda, Kind::TarBz2] {
        let file_name = both.file_name(kind);
        let page = website.json(&format!("p/lock/noarch/{file_name}.json"));
        assert_eq!(page["file_name"], file_name);
        assert!(website.has(&format!("p/lock/noarch/{file_name}.html")));
    }
}

#[test]
fn what_a_patch_changed_is_told_with_what_the_package_says() {
    let fields = json!({"depends": ["libtide >=3"], "license": null, "constrains": ["barge >=0.5"]});
    let instructions = patch("libquay-1.10-h2_1.conda", &fields);
    let channel = channel().file("linux-64/patch_instructions.json", instructions);
    let website = Website::of(&channel, &[]);
    let page = website.json(PAGE);
    assert_eq!(
        page["patched"],
        json!([
            {"field": "depends", "in_package": ["libtide >=3", "python >=3.9"], "published": ["libtide >=3"]},
            {"field": "license", "in_package": "MIT", "published": null},
        ])
    );
    assert_eq!(texts(&page["depends"], "spec"), ["libtide >=3"]);
    assert_eq!(page["record"]["depends"], json!(["libtide >=3"]));
    let other = website.json("p/libquay/osx-arm64/libquay-1.10-h2_1.conda.json");
    assert_eq!(other["patched"], json!([]));
    // A file that changes makes another website.
    let channel = channel.file(
        "linux-64/patch_instructions.json",
        patch("libquay-1.10-h2_1.conda", &json!({"license": "0BSD"})),
    );
    let _ = website.update(&channel, &[]);
    let page = website.json(PAGE);
    assert_eq!(
        page["patched"],
        json!([{"field": "license", "in_package": "MIT", "published": "0BSD"}])
    );
}

#[test]
fn files_are_those_that_are_installed() {
    let website = Website::of(&channel(), &[]);
    let files = &website.json(PAGE)["files"];
    assert_eq!(
        texts(&files["files"], "path"),
        ["lib/come.so", "lib/libquay.so", "share/libquay/libquay.txt"]
    );
    assert_eq!(
        (&files["count"], &files["installed_size"]),
        (&json!(3), &json!(5 + 5 + 7))
    );
    let come = base16ct::lower::encode_string(&Sha256::digest("come!"));
    assert_eq!(files["files"][0]["sha256"], come);
}

/// Nobody downloads packages for lists of files, and a file that is another than the record's is not it.
#[test]
fn files_that_are_not_at_hand_are_not_listed() {
    let channel = channel();
    let website = Website::of(&channel, &["--no-files"]);
    assert_eq!(website.json(PAGE)["files"], Value::Null);
    assert_eq!(
        website.json("p/libquay/index.json")["latest_change"]["files"],
        Value::Null
    );
    let channel = channel.file("linux-64/libquay-1.10-h2_1.conda", "another");
    let _ = website.make(&channel, &["--copy", "documents"]).succeeded();
    assert_eq!(website.json(PAGE)["files"], Value::Null);
    assert!(website.json("p/libquay/win-64/libquay-1.10-h2_1.conda.json")["files"].is_object());
}

#[test]
fn a_long_list_of_files_ends_and_the_count_does_not() {
    let many = (0..2_000).fold(PackageBuilder::new("many", "1.0", "0"), |package, n| {
        package.payload(&format!("lib/{n:04}"), "x")
    });
    let channel = ChannelBuilder::new().package(&many, Kind::Conda);
    let website = Website::of(&channel, &[]);
    let files = &website.json("p/many/noarch/many-1.0-0.conda.json")["files"];
    assert_eq!(files["count"], 2_001);
    assert_eq!(files["installed_size"], 2_000 + 4);
    assert_eq!(files["files"].as_array().unwrap().len(), 1_500);
}
