//! The feeds of a package, as feed readers read them.

use feed_rs::model::Feed;

use super::feeds::{read, title};
use super::page::{BuildLine, PackageLink, VersionLine};
use super::*;

fn feeds(feed: &PackageFeed) -> [String; 2] {
    [
        written(|templates, out| templates.write_package_rss(feed, out)),
        written(|templates, out| templates.write_package_atom(feed, out)),
    ]
}

fn version(version: &str, released: i64, subdirs: &[&str]) -> VersionLine {
    let build = |subdir: &&str| BuildLine {
        subdir: (*subdir).to_owned(),
        file_name: format!("numpy-{version}-0.conda"),
        size: Some(1_500_000),
        has_page: *subdir != "noarch",
        ..BuildLine::default()
    };
    VersionLine {
        version: version.to_owned(),
        released: UtcTime::from_seconds(released),
        build_count: subdirs.len(),
        builds: subdirs.iter().map(build).collect(),
    }
}

fn numpy(versions: Vec<VersionLine>) -> PackageFeed {
    PackageFeed {
        channel: "demo".to_owned(),
        site_url: Some("https://conda.example/demo".to_owned()),
        name: "numpy".to_owned(),
        summary: Some("Arrays & more".to_owned()),
        license: Some("BSD-3-Clause".to_owned()),
        links: vec![PackageLink {
            label: "development",
            url: "https://github.com/numpy/numpy".to_owned(),
        }],
        versions,
    }
}

fn hostile() -> PackageFeed {
    let text = "<b>&amp;]]>\u{b}\u{0}\u{fffe}\"'\r\n\u{1f40d}</b>".to_owned();
    PackageFeed {
        channel: text.clone(),
        site_url: Some(format!("https://h.example/{text}")),
        name: text.clone(),
        summary: Some(text.clone()),
        license: Some(text.clone()),
        links: vec![PackageLink {
            label: "home",
            url: "javascript:alert(1)".to_owned(),
        }],
        versions: vec![VersionLine {
            version: text.clone(),
            builds: vec![BuildLine {
                subdir: text.clone(),
                file_name: text,
                has_page: true,
                ..BuildLine::default()
            }],
            ..VersionLine::default()
        }],
    }
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(title).collect()
}

#[test]
fn feeds_of_a_package() {
    let [rss, atom] = feeds(&numpy(vec![
        version("2.0", 1_700_000_000, &["linux-64", "noarch"]),
        version("1.0", 1_600_000_000, &["linux-64"]),
    ]));
    insta::assert_snapshot!("rss_of_a_package", rss);
    insta::assert_snapshot!("atom_of_a_package", atom);
}

#[test]
fn the_newest_version_is_first_not_the_highest() {
    let versions = vec![
        version("3", 100, &["osx-64", "linux-64"]),
        version("2.1", 300, &[]),
        version("2", 100, &[]),
        VersionLine {
            released: None,
            ..version("1", 1, &[])
        },
    ];
    for feed in feeds(&numpy(versions)) {
        let feed = read(&feed);
        assert_eq!(
            titles(&feed),
            [
                "numpy 2.1 []",
                "numpy 3 [linux-64, osx-64]",
                "numpy 2 []",
                "numpy 1 []"
            ]
        );
        assert_eq!(feed.title.unwrap().content, "numpy in demo");
        assert_eq!(feed.updated.unwrap().timestamp(), 300);
        assert_eq!(
            feed.entries[1].links[0].href,
            "https://conda.example/demo/p/numpy/"
        );
    }
}

#[test]
fn a_version_is_the_same_item_in_the_channels_feed() {
    let item = FeedItem {
        name: "numpy".to_owned(),
        version: "2.0".to_owned(),
        ..FeedItem::default()
    };
    let channel = ChannelFeed::new("demo", None, None, [item]);
    let channel = read(&written(|templates, out| templates.write_atom(&channel, out)));
    let [rss, atom] = feeds(&numpy(vec![version("2.0", 7, &["linux-64"])])).map(|feed| read(&feed));
    assert_eq!(rss.entries[0].id, channel.entries[0].id);
    assert_eq!(atom.entries[0].id, channel.entries[0].id);
    assert_ne!(atom.id, channel.id);

    let other = PackageFeed {
        name: "scipy".to_owned(),
        ..numpy(Vec::new())
    };
    let [_, other] = feeds(&other).map(|feed| read(&feed));
    assert_ne!(atom.id, other.id);
}

#[test]
fn a_feed_is_not_longer_than_anyone_reads() {
    let subdirs = vec!["linux-64"; 30];
    let versions = (0..60).map(|number| version(&number.to_string(), number, &subdirs));
    for feed in feeds(&numpy(versions.collect())) {
        assert_eq!(read(&feed).entries.len(), PACKAGE_FEED_VERSIONS);
        assert_eq!(
            feed.matches(".conda</a>").count() + feed.matches(".conda&lt;/a").count(),
            50 * 20
        );
        assert_eq!(feed.matches("and 10 more").count(), 50);
    }
}

#[test]
fn what_packages_say_stays_text() {
    for feed in feeds(&hostile()) {
        let read = read(&feed);
        assert!(
            titles(&read)[0].starts_with("<b>&amp;]]>\"'"),
            "{:?}",
            titles(&read)
        );
        assert!(!feed.contains("<b>") && !feed.contains("&lt;b>") && !feed.contains("javascript:"));
        let links = read.entries[0].links.iter().map(|link| link.href.as_str());
        assert!(
            links
                .clone()
                .all(|link| link.starts_with("https://h.example/") && link.is_ascii())
        );
        assert_eq!(links.count(), 1);
    }
    let [rss, _] = feeds(&hostile()).map(|feed| read_html(&feed));
    assert!(!rss.contains("<b>"), "{rss}");
}

/// What a reader takes for HTML in the first item.
fn read_html(feed: &str) -> String {
    read(feed).entries[0].summary.as_ref().unwrap().content.clone()
}

#[test]
fn without_a_website_nothing_has_a_link() {
    let feed = PackageFeed {
        site_url: None,
        links: Vec::new(),
        ..numpy(vec![version("1", 1, &["linux-64"])])
    };
    let [rss, atom] = feeds(&feed);
    assert!(!atom.contains("href") && !rss.contains("http://conda") && !rss.contains("href"));
    assert_eq!(read(&rss).entries.len() + read(&atom).entries.len(), 2);
}
