//! A run writes what has changed, and leaves all else alone.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::harbour::{built, channel, needing, quay};
use super::{STATE, Touched, Website, texts};
use crate::environment::index;

fn nothing() -> Touched {
    Touched {
        written: BTreeSet::new(),
        removed: BTreeSet::new(),
    }
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.states();
    let outcome = website.make(&channel, &[]).succeeded();
    assert!(
        outcome.stderr().contains("[OUT]: nothing has changed; "),
        "{outcome}"
    );
    assert_eq!(Touched::between(&before, &website.states()), nothing());
    // Nor does an index run that finds nothing new.
    let outcome = index(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("nothing to write"), "{outcome}");
    let outcome = website.make(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
    assert_eq!(Touched::between(&before, &website.states()), nothing());
}

/// Though everything is looked at again, what comes out the same is left alone.
#[test]
fn what_comes_out_the_same_keeps_its_time() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.states();
    fs_err::remove_file(website.path().join(STATE)).unwrap();
    let outcome = website.make(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("; 0 of "), "{outcome}");
    assert_eq!(Touched::between(&before, &website.states()), nothing());
}

/// Lists and feeds change, the pages of the package, of those it depends on, and of those that can link to
/// it now; no other.
#[test]
fn a_package_that_came_changes_its_neighbours_alone() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    // It needs barge and tug; libquay needs it.
    let channel = channel.package(&needing("libtide", 20, &["barge", "tug >=1"]), Kind::Conda);
    let touched = website.update(&channel, &[]);
    let neighbours = ["barge", "libquay", "libtide", "tug"];
    assert_eq!(touched.packages(), BTreeSet::from(neighbours));
    assert_eq!(touched.removed, BTreeSet::new());
    for list in [
        "index.json",
        "atom.xml",
        "names/index.json",
        "names/l.json",
        "search/names.tsv",
        "health/index.json",
        "noarch/index.html",
    ] {
        assert!(touched.written.contains(list), "{list}");
    }
    for other in [
        "linux-64/index.html",
        "404.html",
        "maintainers/zoe.json",
        "robots.txt",
    ] {
        assert!(!touched.written.contains(other), "{other}");
    }
    let users = |name: &str| website.json(&format!("p/{name}/index.json"))["used_by_count"].clone();
    assert_eq!(
        (users("barge"), users("tug"), users("libtide")),
        (json!(2), json!(1), json!(1))
    );
    let depends = &website.json("p/libquay/index.json")["dependencies"][0]["depends"];
    let libtide = depends
        .as_array()
        .unwrap()
        .iter()
        .find(|spec| spec["name"] == "libtide");
    assert_eq!(libtide.unwrap()["is_here"], true);
    // Of barge, what others show of it has changed, and its builds have not.
    let of_barge: Vec<&String> = touched
        .written
        .iter()
        .filter(|path| path.starts_with("p/barge/"))
        .collect();
    assert_eq!(of_barge, ["p/barge/index.html", "p/barge/index.json"]);
}

#[test]
fn a_new_version_changes_its_own_pages() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let channel = channel.package(&built("crane", "2.0", "0", 30).depends(["barge"]), Kind::Conda);
    let touched = website.update(&channel, &[]);
    // It does not need libquay any more.
    assert_eq!(touched.packages(), BTreeSet::from(["crane", "libquay"]));
    assert_eq!(website.json("p/crane/index.json")["version"], "2.0");
    assert_eq!(
        website.json("p/crane/noarch/crane-1.0-0.conda.json")["is_latest"],
        false
    );
    assert!(website.has("p/crane/changes/index.html"));
}

#[test]
fn a_package_that_is_gone_has_no_pages() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    assert!(website.has("p/barge/badge/version.svg"));
    let channel = channel.remove("noarch/barge-1.0-0.conda");
    let touched = website.update(&channel, &[]);
    assert!(!website.has("p/barge"));
    assert!(!website.has("names/b.html"));
    assert!(!website.has("noarch/barge-1.0-0.conda"));
    assert!(touched.removed.iter().all(|path| {
        path.starts_with("p/barge/") || path.starts_with("names/b.") || path == "noarch/barge-1.0-0.conda"
    }));
    assert_eq!(touched.packages(), BTreeSet::from(["crane", "libquay"]));
}

#[test]
fn a_build_that_is_gone_has_no_page() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let channel = channel.remove("win-64/libquay-1.10-h2_1.conda");
    let _ = website.update(&channel, &[]);
    assert!(!website.has("p/libquay/win-64"));
    let page = website.json("p/libquay/index.json");
    assert_eq!(
        texts(&page["platforms"], "subdir"),
        ["linux-64", "osx-64", "osx-arm64"]
    );
}

/// The channel goes on, and its website too.
#[test]
fn the_last_package_may_go() {
    let channel = ChannelBuilder::new().package(&quay("1.0", "0", "linux-64", 1), Kind::Conda);
    let website = Website::of(&channel, &[]);
    let channel = channel.remove("linux-64/libquay-1.0-0.conda");
    let _ = website.update(&channel, &[]);
    assert!(!website.has("p"));
    let home = website.json("index.json");
    assert_eq!(home["totals"], json!({"packages": 0, "builds": 0, "size": 0}));
    assert_eq!(home["updated"], Value::Null);
    assert_eq!(website.text("search/names.tsv"), "");
    let channel = channel.package(&quay("1.0", "0", "linux-64", 1), Kind::Conda);
    let _ = website.update(&channel, &[]);
    assert!(website.has("p/libquay/index.html"));
}

#[test]
fn files_of_others_are_left_alone() {
    let channel = channel();
    let website = Website::new();
    let own = [
        "CNAME",
        "p/barge/mine.txt",
        "p/mine/index.html",
        "noarch/mine.txt",
        "names/b.md",
        ".hidden/x",
    ];
    for path in own {
        let path = website.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, "mine").unwrap();
    }
    let before = website.states();
    let _ = website.update(&channel, &[]);
    let channel = channel.remove("noarch/barge-1.0-0.conda");
    let _ = website.update(&channel, &[]);
    let after = website.states();
    for path in own {
        assert_eq!(before[path], after[path], "{path}");
    }
    assert_eq!(website.files_in("p/barge/"), ["mine.txt"]);
}

/// What all pages show makes all pages new; what one shows makes that one new.
#[rstest]
#[case::title(&["--title", "Else"], true)]
#[case::name(&["-n", "else"], true)]
#[case::site_url(&["--site-url", "https://else.example"], true)]
#[case::theme(&["--theme", "accent=#a3124b"], true)]
#[case::build_pages(&["--build-pages", "none"], true)]
#[case::files(&["--no-files"], true)]
fn other_wishes_make_other_pages(#[case] args: &[&str], #[case] is_everywhere: bool) {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.states();
    let _ = website.make(&channel, args).succeeded();
    let touched = Touched::between(&before, &website.states());
    let packages = touched
        .packages()
        .into_iter()
        .filter(|name| website.has(&format!("p/{name}")));
    assert_eq!(packages.count() == 5, is_everywhere, "{touched:?}");
    // And back.
    let _ = website.make(&channel, &[]).succeeded();
    assert!(
        website.contents()
            == before
                .into_iter()
                .map(|(path, (_, _, bytes))| (path, bytes))
                .collect()
    );
}

/// Not only what is known of packages decides what a website shows.
#[test]
fn documents_that_came_are_listed() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    for website in [Some(Website::new()), None] {
        let make = || match &website {
            Some(website) => website.make(&channel, &[]).succeeded(),
            None => super::site(&channel, &[]).succeeded(),
        };
        let listing = || {
            let folder = website.as_ref().map_or(channel.path(), Website::path);
            fs_err::read_to_string(folder.join("noarch/index.html")).unwrap()
        };
        let _ = index(&channel, &[]).succeeded();
        let _ = make();
        assert!(!listing().contains("repodata.json.zst"));
        let _ = index(&channel, &["--zst"]).succeeded();
        let _ = make();
        assert!(listing().contains("repodata.json.zst"));
    }
}

#[test]
fn a_package_in_old_clothes_is_the_same_package() {
    let channel = channel();
    let website = Website::of(&channel, &["--copy", "documents"]);
    let before = website.states();
    // Read again, with the same in it.
    let channel = channel.modified("noarch/tug-1.0-0.conda", 1_800_000_000);
    let _ = index(&channel, &[]).succeeded();
    let _ = website.make(&channel, &["--copy", "documents"]).succeeded();
    assert_eq!(Touched::between(&before, &website.states()), nothing());
    let changed = PackageBuilder::new("tug", "1.0", "0").about(json!({"summary": "New"}));
    let channel = channel.package(&changed, Kind::Conda);
    let touched = website.update(&channel, &["--copy", "documents"]);
    assert_eq!(touched.packages(), BTreeSet::from(["tug"]));
}
