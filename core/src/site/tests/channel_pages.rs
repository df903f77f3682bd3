//! The page of a channel.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::channel::Subdir;

fn page() -> ChannelPage {
    let subdirs = ["linux-64", "noarch", "osx-arm64"];
    ChannelPage {
        channel: "demo <&> \"channel\"".to_owned(),
        subdirs: subdirs
            .map(|subdir| ListedSubdir {
                subdir: subdir.parse::<Subdir>().unwrap(),
                has_page: true,
            })
            .into(),
        root_documents: vec![RootDocument::Page, RootDocument::ChannelData, RootDocument::Rss],
        updated: UtcTime::from_seconds(1_700_000_000),
    }
}

fn listing(packages: Vec<PackageRow>) -> String {
    written(|templates, out| templates.write_channel_page(&page(), packages, out))
}

/// The row of a package of this name that channeldata.json says this of.
fn row(name: &str, package: Value) -> String {
    let html = listing(vec![PackageRow::from_channeldata(name, &object(package))]);
    rows(&html).join("\n")
}

#[test]
fn a_page_lists_subdirs_and_packages() {
    let html = listing(vec![
        PackageRow::from_channeldata(
            "numpy",
            &object(json!({
                "version": "2.3.2", "home": "https://numpy.org/?a=1&b=2", "doc_url": "https://numpy.org/doc/",
                "dev_url": "https://github.com/numpy/numpy", "license": "BSD-3-Clause",
                "subdirs": ["linux-64", "osx-arm64", "zos-z"], "summary": "Arrays & more",
            })),
        ),
        PackageRow::from_channeldata(
            "six",
            &object(json!({"version": "1.17.0", "subdirs": ["noarch"]})),
        ),
    ]);
    insta::assert_snapshot!(body(&html));
    assert!(html.contains("<title>demo &lt;&amp;&gt; &quot;channel&quot;</title>"));
    assert!(html.contains("<link rel=\"alternate\" type=\"application/rss+xml\""));
    assert!(!html.contains("atom.xml"));
}

#[test]
fn only_links_to_the_web_are_links() {
    let row = row(
        "amp&<b>",
        json!({"home": "javascript:alert(1)", "doc_url": "JavaScript://h/%0aalert(1)", "dev_url": "\" onclick=\"x"}),
    );
    assert!(!row.contains("href"), "{row}");
    insta::assert_snapshot!(row, @r#"<tr id="amp%26%3Cb%3E"><td>amp&amp;&lt;b&gt;</td><td></td><td>JavaScript://h/%0aalert(1)</td><td>&quot; onclick=&quot;x</td><td></td><td class="p"></td><td class="p"></td><td class="p"></td><td></td></tr>"#);
}

#[test]
fn members_of_wrong_types_are_listed_as_they_can_be() {
    let row = row(
        "odd name",
        json!({
            "version": 1.5, "license": ["MIT", "BSD"], "summary": null, "subdirs": "noarch",
            "home": ["ftp://h.example", "http://h.example"], "doc_url": {"a": 1}, "dev_url": 5,
        }),
    );
    insta::assert_snapshot!(row, @r#"<tr id="odd%20name"><td><a href="http://h.example" rel="noopener nofollow">odd name</a></td><td>1.5</td><td></td><td>5</td><td>MIT, BSD</td><td class="p"></td><td class="p">✓</td><td class="p"></td><td></td></tr>"#);
}

#[test]
fn long_texts_are_cut() {
    let long = "word ".repeat(100_000);
    let row = row(
        "x",
        json!({"version": long, "license": long, "summary": long, "doc_url": long, "dev_url": "1".repeat(9999)}),
    );
    assert!(row.len() < 600, "{}", row.len());
    assert!(row.contains("word…"), "{row}");
}

#[rstest]
#[case("Numpy", "pandas")]
#[case("_libgcc", "abseil")]
#[case("A", "a")]
#[case("a", "B")]
fn packages_are_sorted_without_case(#[case] first: &str, #[case] second: &str) {
    let named = |name: &str| PackageRow {
        name: name.to_owned(),
        ..PackageRow::default()
    };
    assert!(named(first).sort_key() < named(second).sort_key());
}

#[test]
fn a_channel_without_packages_says_so() {
    let html = listing(Vec::new());
    assert!(html.contains("No packages here yet."), "{html}");
    assert!(html.contains("Packages: 0"), "{html}");
}
