//! What the page of a package and the first page tell.

use insta::assert_snapshot;
use serde_json::json;

use super::harbour::{channel, needing, quay};
use super::{Website, shown, strings, texts};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

#[test]
fn the_first_run_writes_these_files() {
    let website = Website::of(&channel(), &["--site-url", "https://harbour.example/"]);
    assert_snapshot!(website.files().join("\n"));
}

#[test]
fn the_page_of_a_package() {
    let website = Website::of(&channel(), &[]);
    assert_snapshot!(shown(&website.json("p/libquay/index.json")));
}

#[test]
fn the_first_page() {
    let channel = channel().file(
        "towpath.toml",
        "[channel]\nname = 'harbour'\nbase = '../sea'\n[site]\ndescription = 'All *ships*.'\n",
    );
    let website = Website::of(&channel, &["--channel-url", "https://harbour.example/c"]);
    assert_snapshot!(shown(&website.json("index.json")));
}

/// By version, not as text: 1.10 is above 1.9. What is no version is last.
#[test]
fn versions_are_in_order() {
    let versions = ["1.9", "1.10", "1!0.1", "1.10rc1", "1.10.post1", "not*one"];
    let channel = versions.iter().fold(ChannelBuilder::new(), |channel, version| {
        let package = PackageBuilder::new("lock", "0", "0").index(|index| {
            index.insert("version".to_owned(), json!(version));
        });
        let file = format!("noarch/lock-{}-0.tar.bz2", version.replace('*', "_"));
        channel.file(&file, package.tar_bz2())
    });
    let website = Website::of(&channel, &[]);
    let page = website.json("p/lock/index.json");
    assert_eq!(
        texts(&page["versions"], "version"),
        ["1!0.1", "1.10.post1", "1.10", "1.10rc1", "1.9", "not*one"]
    );
    assert_eq!(page["version"], "1!0.1");
    assert_eq!(page["version_count"], 6);
    let changes = website.json("p/lock/changes/index.json");
    assert_eq!(strings(&changes["versions"]), texts(&page["versions"], "version"));
}

#[test]
fn a_platform_that_was_left_behind_tells_its_last_version() {
    let website = Website::of(&channel(), &[]);
    let page = website.json("p/libquay/index.json");
    let platforms = page["platforms"].as_array().unwrap().iter();
    let platforms: Vec<String> = platforms
        .map(|platform| {
            format!(
                "{} {} {}",
                platform["subdir"], platform["version"], platform["is_latest"]
            )
        })
        .collect();
    assert_eq!(
        platforms,
        [
            r#""linux-64" "1.10" true"#,
            r#""osx-64" "1.9" false"#,
            r#""osx-arm64" "1.10" true"#,
            r#""win-64" "1.10" true"#,
        ]
    );
}

#[test]
fn dependencies_stand_once_where_all_platforms_need_the_same() {
    let channel = ChannelBuilder::new()
        .package(
            &quay("1.0", "0", "linux-64", 1).depends(["b", "a >=1"]),
            Kind::Conda,
        )
        .package(
            &quay("1.0", "0", "osx-64", 1).depends(["a >=1", "b"]),
            Kind::Conda,
        );
    let website = Website::of(&channel, &[]);
    let sets = &website.json("p/libquay/index.json")["dependencies"];
    assert_eq!(sets.as_array().unwrap().len(), 1);
    assert_eq!(sets[0]["subdirs"], json!([]));
    assert_eq!(texts(&sets[0]["depends"], "spec"), ["a >=1", "b"]);
}

/// What was asked by older versions is of the past.
#[test]
fn users_are_those_of_the_highest_versions() {
    let user = |version: &str, depends: &str| PackageBuilder::new("user", version, "0").depends([depends]);
    let channel = ChannelBuilder::new()
        .package(&PackageBuilder::new("used", "1.0", "0"), Kind::Conda)
        .package(
            &PackageBuilder::new("formerly", "1.0", "0").depends(["formerly"]),
            Kind::Conda,
        )
        .package(&user("1.0", "formerly"), Kind::Conda)
        .package(&user("2.0", "used >=1"), Kind::Conda)
        .package(&needing("twice", 1, &["used >=1", "Used <2"]), Kind::Conda);
    let website = Website::of(&channel, &[]);
    let used = website.json("p/used/index.json");
    assert_eq!(used["used_by_count"], 2);
    assert_eq!(
        used["used_by"],
        json!([
            {"requirement": ">=1", "count": 2, "packages": ["twice", "user"]},
            {"requirement": "<2", "count": 1, "packages": ["twice"]},
        ])
    );
    let formerly = website.json("p/formerly/index.json");
    assert_eq!(
        (&formerly["used_by_count"], &formerly["used_by"]),
        (&json!(0), &json!([]))
    );
    let home = website.json("index.json");
    assert_eq!(texts(&home["most_used"], "name"), ["used"]);
}

#[test]
fn the_recipe_tells_what_the_package_does_not() {
    let website = Website::of(&channel(), &[]);
    let page = website.json("p/tug/index.json");
    assert_eq!(page["summary"], "Of the recipe");
    assert_eq!(page["maintainers"], json!(["Adam"]));
    assert_eq!(
        page["links"],
        json!([
            {"label": "home", "url": "https://tug.example"},
            {"label": "source", "url": "https://tug.example/tug-1.0.tar.gz"},
        ])
    );
}

/// Newest first, by when it became part of the channel and then by when it was built.
#[test]
fn news_of_the_first_page_are_in_order() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let newest = |website: &Website| -> Vec<String> {
        let home = website.json("index.json");
        let newest = texts(&home["newest"], "name").into_iter();
        newest.map(str::to_owned).collect()
    };
    assert_eq!(newest(&website), ["libquay", "tug", "dredger", "crane", "barge"]);
    // Dates are of a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let channel = channel.package(&needing("anchor", -100, &[]), Kind::Conda);
    let _ = website.update(&channel, &[]);
    assert_eq!(newest(&website)[0], "anchor");
}
