//! Which builds have pages, and how many where there is not room for all.

use rstest::rstest;
use serde_json::Value;

use super::Website;
use super::harbour::channel;

const NEW: &str = "p/libquay/linux-64/libquay-1.10-h2_1.conda";
const OLD: &str = "p/libquay/linux-64/libquay-1.9-h1_0.conda";

/// Whether builds of the highest version and of older ones have pages.
fn has_pages(website: &Website) -> (bool, bool) {
    for (page, is_there) in [
        (NEW, website.has(&format!("{NEW}.html"))),
        (OLD, website.has(&format!("{OLD}.html"))),
    ] {
        assert_eq!(website.has(&format!("{page}.json")), is_there);
    }
    let page = website.json("p/libquay/index.json");
    let line_of = |path: &str| -> Value {
        let versions = page["versions"].as_array().unwrap().iter();
        let mut builds = versions.flat_map(|version| version["builds"].as_array().unwrap());
        let is_it = |build: &&Value| {
            path.ends_with(build["file_name"].as_str().unwrap()) && build["subdir"] == "linux-64"
        };
        builds.find(is_it).unwrap()["has_page"].clone()
    };
    let there = [NEW, OLD].map(|path| website.has(&format!("{path}.html")));
    assert_eq!([NEW, OLD].map(|path| line_of(path) == true), there);
    (there[0], there[1])
}

#[rstest]
#[case::default(&[], (true, true), "")]
#[case::all(&["--build-pages", "all", "--max-size", "1"], (true, true), "")]
#[case::latest(&["--build-pages", "latest"], (true, false), "; pages for the builds of the newest versions only (--build-pages)")]
#[case::none(&["--build-pages", "none"], (false, false), "; no pages for builds (--build-pages)")]
#[case::room_for_all(&["--max-size", "230 KB"], (true, true), "")]
#[case::room_for_some(&["--max-size", "220KB"], (true, false), "; pages for the builds of the newest versions only (--build-pages)")]
#[case::room_for_none(&["--max-size", "156KB"], (false, false), "; no pages for builds (--build-pages)")]
#[case::room_for_little(&["--max-size", "80KB"], (false, false), "; only what is needed most, to be no larger than --max-size")]
fn builds_have_pages_as_there_is_room(
    #[case] args: &[&str],
    #[case] expected: (bool, bool),
    #[case] said: &str,
) {
    let channel = channel();
    let _ = crate::environment::index(&channel, &[]).succeeded();
    let website = Website::new();
    let outcome = website.make(&channel, args).succeeded();
    let end = if said.is_empty() {
        "in [TIME]\n".to_owned()
    } else {
        format!("{said}\n")
    };
    assert!(outcome.stderr().ends_with(&end), "{outcome}");
    assert_eq!(has_pages(&website), expected);
}

/// Pages that there is no room for any more go.
#[test]
fn fewer_pages_take_the_others_away() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    for (which, expected) in [
        ("latest", (true, false)),
        ("none", (false, false)),
        ("all", (true, true)),
    ] {
        let _ = website.make(&channel, &["--build-pages", which]).succeeded();
        assert_eq!(has_pages(&website), expected);
        assert_eq!(website.has("p/libquay/osx-64"), expected.1);
    }
}

/// Of what is told twice, once is enough where there is little room.
#[test]
fn a_lean_website_has_what_is_needed_most() {
    let channel = channel();
    let website = Website::of(&channel, &["--max-size", "80KB"]);
    let page = website.json("p/libquay/index.json");
    assert_eq!(page["has_changes_page"], false);
    assert!(page["latest_change"].is_object());
    for path in ["atom.xml", "badge/version.svg"] {
        assert!(website.has(&format!("p/libquay/{path}")), "{path}");
    }
    for path in ["rss.xml", "badge/license.svg", "changes/index.html"] {
        assert!(!website.has(&format!("p/libquay/{path}")), "{path}");
    }
    assert!(!website.text("p/libquay/index.html").contains("rss.xml"));
}
