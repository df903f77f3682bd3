//! The feeds of a channel, as feed readers read them.

use feed_rs::model::{Entry, Feed};
use rstest::rstest;
use serde_json::json;

use super::*;

const CHANNEL_URL: &str = "https://conda.example/demo";

fn feed(items: impl IntoIterator<Item = FeedItem>) -> ChannelFeed {
    ChannelFeed::new("demo", Some(CHANNEL_URL), None, items)
}

fn rss(feed: &ChannelFeed) -> String {
    written(|templates, out| templates.write_rss(feed, out))
}

fn atom(feed: &ChannelFeed) -> String {
    written(|templates, out| templates.write_atom(feed, out))
}

/// What a reader makes of it. XML forbids more than readers notice.
pub(super) fn read(xml: &str) -> Feed {
    let is_forbidden =
        |c: char| matches!(c, '\0'..'\t' | '\u{b}'..' ' | '\u{fffe}' | '\u{ffff}') && c != '\r';
    assert!(!xml.contains(is_forbidden), "{xml:?}");
    feed_rs::parser::parse(xml.as_bytes()).unwrap()
}

fn ids(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(|entry| entry.id.as_str()).collect()
}

pub(super) fn title(entry: &Entry) -> &str {
    &entry.title.as_ref().unwrap().content
}

fn numpy() -> FeedItem {
    FeedItem::from_channeldata(
        "numpy",
        &object(json!({
            "version": "2.3.2", "subdirs": ["osx-arm64", "linux-64"], "summary": "Arrays & more",
            "description": "It's for arrays: a < b.", "license": ["BSD-3-Clause", "MIT"],
            "home": "https://numpy.org/", "doc_url": "https://numpy.org/doc/?a=1&b=2",
            "dev_url": "https://github.com/numpy/numpy", "source_url": ["ftp://x", "https://pypi.org/x"],
            "timestamp": 1_700_000_000,
        })),
    )
}

fn hostile() -> FeedItem {
    let text = "<b>&amp;]]>\u{b}\u{0}\u{fffe}\u{ffff}\"'\r\n\u{1f40d}</b>";
    FeedItem::from_channeldata(
        text,
        &object(json!({
            "version": text, "subdirs": [text], "summary": text, "description": text, "license": text,
            "home": "javascript:alert(1)", "doc_url": format!("https://h.example/{text}"), "dev_url": text,
            "source_url": text, "timestamp": "now",
        })),
    )
}

fn at(name: &str, seconds: i64) -> FeedItem {
    FeedItem {
        name: name.to_owned(),
        version: "1".to_owned(),
        updated: UtcTime::from_seconds(seconds),
        ..FeedItem::default()
    }
}

#[test]
fn rss_of_a_channel() {
    insta::assert_snapshot!(rss(&feed([numpy(), hostile()])));
}

#[test]
fn atom_of_a_channel() {
    insta::assert_snapshot!(atom(&feed([numpy(), hostile()])));
}

#[test]
fn readers_find_the_same_packages_in_both() {
    let feed = feed([numpy(), hostile(), at("old", 1)]);
    let (rss, atom) = (read(&rss(&feed)), read(&atom(&feed)));
    assert_eq!(ids(&rss), ids(&atom));
    for entries in [&rss.entries, &atom.entries] {
        let titles: Vec<&str> = entries.iter().map(title).collect();
        assert_eq!(titles[..2], ["numpy 2.3.2 [linux-64, osx-arm64]", "old 1 []"]);
        assert!(titles[2].starts_with("<b>&amp;]]>\"'"), "{titles:?}");
        assert_eq!(entries[0].links[0].href, "https://numpy.org/doc/?a=1&b=2");
    }
    assert_eq!(rss.entries[0].published, atom.entries[0].updated);
    assert_eq!(
        rss.entries[0].summary.as_ref().unwrap().content,
        "It's for arrays: a &lt; b."
    );
    assert_eq!(atom.entries[0].summary.as_ref().unwrap().content, "Arrays & more");
}

#[test]
fn a_package_keeps_its_id_while_its_metadata_change() {
    let feed = feed([numpy()]);
    let changed = FeedItem {
        summary: "else".to_owned(),
        subdirs: Vec::new(),
        updated: None,
        ..numpy()
    };
    let feed_elsewhere = ChannelFeed::new("demo", None, Some("https://site.example"), [changed]);
    let id = "urn:uuid:2450565c-cf6f-8331-9410-03a6dc0b1692";
    assert_eq!(ids(&read(&rss(&feed))), [id]);
    assert_eq!(ids(&read(&atom(&feed_elsewhere))), [id]);

    let other_version = FeedItem {
        version: "2.3.3".to_owned(),
        ..numpy()
    };
    let other_channel = ChannelFeed::new("other", None, None, [numpy()]);
    for other in [
        ChannelFeed::new("demo", None, None, [other_version]),
        other_channel,
    ] {
        assert_ne!(ids(&read(&rss(&other))), [id]);
    }
}

#[rstest]
#[case::site(
    Some("https://site.example/x"),
    numpy(),
    Some("https://site.example/x/p/numpy/")
)]
#[case::documentation(None, numpy(), Some("https://numpy.org/doc/?a=1&b=2"))]
#[case::home(None, FeedItem { doc_url: String::new(), ..numpy() }, Some("https://numpy.org/"))]
#[case::nothing(None, at("x", 1), None)]
#[case::site_of_another_scheme(Some("file:///srv"), at("x", 1), None)]
fn an_item_links_to_where_the_package_is_described(
    #[case] site_url: Option<&str>,
    #[case] item: FeedItem,
    #[case] link: Option<&str>,
) {
    let feed = ChannelFeed::new("demo", None, site_url, [item]);
    for feed in [read(&rss(&feed)), read(&atom(&feed))] {
        let links = &feed.entries[0].links;
        assert_eq!(links.first().map(|link| link.href.as_str()), link);
    }
}

#[test]
fn a_feed_has_the_newest_first_and_not_all() {
    let mut items: Vec<FeedItem> = (0..250)
        .map(|index| at(&format!("p{index}"), 1_000 + index * 37 % 250))
        .collect();
    items.push(at("twin-b", 9_999));
    items.push(at("twin-a", 9_999));
    items.push(FeedItem {
        updated: None,
        ..at("undated", 1)
    });
    let times = |feed: &Feed| -> Vec<_> {
        feed.entries
            .iter()
            .map(|entry| entry.updated.or(entry.published))
            .collect()
    };
    let forwards = feed(items.clone());
    items.reverse();
    let backwards = feed(items);
    assert_eq!(rss(&forwards), rss(&backwards));

    let read = read(&atom(&forwards));
    assert_eq!(read.entries.len(), FEED_ITEMS);
    assert_eq!(
        read.entries[..2].iter().map(title).collect::<Vec<_>>(),
        ["twin-a 1 []", "twin-b 1 []"]
    );
    assert!(times(&read).is_sorted_by(|one, next| one >= next));
    assert_eq!(read.updated, read.entries[0].updated);
}

#[test]
fn what_became_news_together_is_in_order_of_when_it_was_built() {
    let built = |name: &str, seconds| FeedItem {
        built: UtcTime::from_seconds(seconds),
        ..at(name, 9_999)
    };
    let undated = at("undated", 9_999);
    let later = FeedItem {
        built: None,
        ..at("later", 10_000)
    };
    let feed = feed([
        undated,
        built("from-the-future", 10_000),
        built("old", 1),
        built("new-b", 2),
        built("new-a", 2),
        later,
    ]);
    let read = read(&atom(&feed));
    assert_eq!(
        read.entries.iter().map(title).collect::<Vec<_>>(),
        [
            "later 1 []",
            "new-a 1 []",
            "new-b 1 []",
            "old 1 []",
            "from-the-future 1 []",
            "undated 1 []"
        ]
    );
}

#[test]
fn a_feed_of_nothing_at_no_known_place_is_a_feed() {
    let feed = ChannelFeed::new("demo", None, None, []);
    insta::assert_snapshot!(rss(&feed));
    insta::assert_snapshot!(atom(&feed));
    assert!(read(&rss(&feed)).entries.is_empty());
    assert!(read(&atom(&feed)).entries.is_empty());
}

#[rstest]
#[case(json!({"description": "long", "summary": "short"}), "long")]
#[case(json!({"description": "", "summary": "short"}), "short")]
#[case(json!({"description": {"a": 1}}), "No description.")]
#[case(json!({}), "No description.")]
fn a_description_is_found_in_the_metadata(#[case] package: Value, #[case] expected: &str) {
    let feed = read(&rss(&feed([FeedItem::from_channeldata("x", &object(package))])));
    assert_eq!(feed.entries[0].summary.as_ref().unwrap().content, expected);
}
