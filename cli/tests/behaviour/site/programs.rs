//! What programs take from a website: feeds, sitemaps, robots.txt, the description of its search, badges.

use feed_rs::model::Feed;
use insta::assert_snapshot;
use serde_json::json;
use towpath_tests::{Kind, PackageBuilder};

use super::Website;
use super::harbour::channel;

const SITE: [&str; 4] = ["--site-url", "https://harbour.example/c", "-n", "harbour"];

fn feed(website: &Website, path: &str) -> Feed {
    feed_rs::parser::parse(website.text(path).as_bytes()).unwrap()
}

fn titles(feed: &Feed) -> Vec<&str> {
    let entries = feed.entries.iter();
    entries
        .map(|entry| &*entry.title.as_ref().unwrap().content)
        .collect()
}

/// Where an entry leads.
fn links(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(|entry| &*entry.links[0].href).collect()
}

/// Each link leads to a page that is there.
fn assert_pages(website: &Website, links: &[&str]) {
    for link in links {
        let path = link.strip_prefix("https://harbour.example/c/").unwrap();
        let path = path.split('#').next().unwrap();
        assert!(website.has(&format!("{path}index.html")), "{link}");
    }
}

#[test]
fn the_channel_has_feeds_of_the_newest_versions() {
    let website = Website::of(&channel(), &SITE);
    for path in ["atom.xml", "rss.xml"] {
        let feed = feed(&website, path);
        assert_eq!(feed.title.as_ref().unwrap().content, "harbour");
        assert_eq!(
            titles(&feed),
            [
                "libquay 1.10 [linux-64, osx-64, osx-arm64, win-64]",
                "tug 1.0 [noarch]",
                "dredger 1.0 [noarch]",
                "crane 1.0 [noarch]",
                "barge 1.0 [noarch]",
            ]
        );
        assert_eq!(links(&feed)[0], "https://harbour.example/c/p/libquay/");
        assert_pages(&website, &links(&feed));
    }
}

#[test]
fn a_package_has_feeds_of_its_versions() {
    let website = Website::of(&channel(), &SITE);
    for path in ["p/libquay/atom.xml", "p/libquay/rss.xml"] {
        let feed = feed(&website, path);
        let titles = titles(&feed);
        assert_eq!(titles.len(), 2);
        assert!(
            titles[0].contains("1.10") && titles[1].contains("1.9"),
            "{titles:?}"
        );
        assert_pages(&website, &links(&feed));
    }
    let ids = |feed: Feed| -> Vec<String> { feed.entries.into_iter().map(|entry| entry.id).collect() };
    assert_eq!(
        ids(feed(&website, "p/libquay/atom.xml")),
        ids(feed(&website, "p/libquay/rss.xml"))
    );
}

/// An index run leaves its feeds in the channel's folder; those of the website have the same news.
#[test]
fn news_are_those_of_the_index() {
    let channel = channel();
    let _ = crate::environment::index(&channel, &["--channeldata", "-n", "harbour"]).succeeded();
    let website = Website::new();
    let _ = website.make(&channel, &["-n", "harbour"]).succeeded();
    for name in ["atom.xml", "rss.xml"] {
        let text = fs_err::read_to_string(channel.path().join(name)).unwrap();
        let indexed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        let own = feed(&website, name);
        assert_eq!(titles(&indexed), titles(&own));
        let ids =
            |feed: &Feed| -> Vec<String> { feed.entries.iter().map(|entry| entry.id.clone()).collect() };
        assert_eq!(ids(&indexed), ids(&own));
        let times = |feed: &Feed| -> Vec<_> {
            feed.entries
                .iter()
                .map(|entry| entry.updated.or(entry.published))
                .collect()
        };
        assert_eq!(times(&indexed), times(&own));
    }
}

#[test]
fn the_sitemap_names_pages_that_are_there() {
    let website = Website::of(&channel(), &SITE);
    let sitemap = website.text("sitemap.xml");
    let urls: Vec<&str> = sitemap
        .split("<loc>")
        .skip(1)
        .map(|rest| rest.split("</loc>").next().unwrap())
        .collect();
    assert_eq!(urls.len(), 5 + 5, "{urls:?}");
    assert_pages(&website, &urls);
    assert!(
        sitemap.contains("<lastmod>2017-07-26T02:40:00Z</lastmod>"),
        "{sitemap}"
    );
    assert_snapshot!(website.text("robots.txt"), @"
    User-agent: *
    Disallow: /c/*.conda$
    Disallow: /c/*.bz2$
    Disallow: /c/*.zst$
    Disallow: /c/*.json$
    Disallow: /c/*.whl$

    Sitemap: https://harbour.example/c/sitemap.xml
    ");
}

/// A sitemap cannot do without a full URL.
#[test]
fn without_a_url_there_is_no_sitemap() {
    let website = Website::of(&channel(), &["--url-path", "/c/"]);
    assert!(!website.has("sitemap.xml"));
    assert!(!website.text("robots.txt").contains("Sitemap"));
    // One that was written goes when the URL does.
    let website = Website::of(&channel(), &SITE);
    let _ = website.make(&channel(), &[]);
    assert!(website.has("sitemap.xml"));
}

#[test]
fn browsers_are_told_how_to_search() {
    let website = Website::of(&channel(), &SITE);
    let description = website.text("opensearch.xml");
    assert!(
        description.contains("https://harbour.example/c/search/?q={searchTerms}"),
        "{description}"
    );
    assert!(description.contains("harbour"), "{description}");
}

/// Shown at any address, so its links begin with the path of the website's root.
#[test]
fn the_page_of_what_is_not_there_knows_the_root() {
    for (args, root) in [
        (&SITE[..], "/c/"),
        (&["--url-path", "c"], "/c/"),
        (&["--url-path", "/a/b"], "/a/b/"),
        (&[], "/"),
    ] {
        let website = Website::of(&channel(), args);
        let page = website.text("404.html");
        assert!(
            page.contains(&format!("href=\"{root}names/\"")),
            "{args:?}: {page}"
        );
        assert!(!website.has("404.json"));
    }
}

#[test]
fn badges_tell_the_same_as_the_page() {
    let website = Website::of(&channel(), &SITE);
    assert_eq!(
        website.files_in("p/libquay/badge/"),
        [
            "license.svg",
            "platforms.svg",
            "updated.svg",
            "version.json",
            "version.svg"
        ]
    );
    let [license, platforms, updated, version] = ["license", "platforms", "updated", "version"]
        .map(|name| website.text(&format!("p/libquay/badge/{name}.svg")));
    assert!(license.contains("MIT"));
    assert!(
        platforms.contains("linux") && platforms.contains("win"),
        "{platforms}"
    );
    assert!(updated.contains("2017"), "{updated}");
    assert!(
        version.contains("1.10") && version.contains("harbour"),
        "{version}"
    );
    let endpoint = website.json("p/libquay/badge/version.json");
    assert_eq!(
        (
            &endpoint["schemaVersion"],
            &endpoint["label"],
            &endpoint["message"]
        ),
        (&json!(1), &json!("harbour"), &json!("1.10"))
    );
}

/// Whatever is said of a package, feeds and badges are XML.
#[test]
fn hostile_packages_make_no_markup() {
    let hostile = PackageBuilder::new("odd&<b>", "1.0", "0").about(json!({
        "summary": "]]><script>alert(1)</script>\u{0}\u{1b}", "license": "\"><script>alert(1)</script>",
        "home": "javascript:alert(1)",
    }));
    let website = Website::of(&channel().package(&hostile, Kind::Conda), &SITE);
    let folder = "p/odd~26~3cb~3e/";
    for file in website.files_in(folder) {
        let is_markup = [".html", ".svg", ".xml"].iter().any(|end| file.ends_with(end));
        let text = website.text(&format!("{folder}{file}"));
        assert!(!is_markup || !text.contains("<script>alert"), "{file}");
        assert!(!is_markup || !text.contains(['\0', '\u{1b}']), "{file}");
    }
    for path in ["atom.xml", "rss.xml"] {
        assert_eq!(feed(&website, path).entries.len(), 6);
        assert_eq!(feed(&website, &format!("{folder}{path}")).entries.len(), 1);
    }
    assert_eq!(website.json(&format!("{folder}index.json"))["links"], json!([]));
}
