//! `rss.xml` and `atom.xml`: the channel's news, as feed readers read them.

use feed_rs::model::{Entry, Feed};
use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};
use crate::published::{Published, files_below};

/// Some day in 2017, in seconds.
const DAY: i64 = 1_500_000_000;

/// A build, made so many seconds after that day, with an `about.json`.
fn build(name: &str, version: &str, seconds: i64, about: Value) -> PackageBuilder {
    PackageBuilder::new(name, version, "0")
        .about(about)
        .index(|index| {
            index.insert("timestamp".to_owned(), json!((DAY + seconds) * 1000));
        })
}

fn lock() -> PackageBuilder {
    build(
        "lock",
        "1.0",
        1,
        json!({"summary": "A lock", "doc_url": "https://lock.example/doc"}),
    )
}

fn channel() -> ChannelBuilder {
    ChannelBuilder::new()
        .package(&lock(), Kind::Conda)
        .package(
            &build("anchor", "2.0", 2, json!({"home": "https://anchor.example"})),
            Kind::Conda,
        )
        .package(
            &build("gate", "3.0", 2, json!({})).subdir("linux-64"),
            Kind::TarBz2,
        )
}

fn text(channel: &ChannelBuilder, name: &str) -> String {
    fs_err::read_to_string(channel.path().join(name)).unwrap()
}

/// What a reader makes of it. XML forbids more than readers notice.
fn feed(channel: &ChannelBuilder, name: &str) -> Feed {
    let xml = text(channel, name);
    let is_forbidden = |c: char| matches!(c, '\0'..'\t' | '\u{b}'..' ' | '\u{fffe}' | '\u{ffff}');
    assert!(!xml.contains(is_forbidden), "{xml:?}");
    feed_rs::parser::parse(xml.as_bytes()).unwrap()
}

fn feeds(channel: &ChannelBuilder) -> [Feed; 2] {
    ["rss.xml", "atom.xml"].map(|name| feed(channel, name))
}

fn run(channel: &ChannelBuilder) -> [Feed; 2] {
    let _ = index(channel, &["--channeldata", "-n", "canal"]).succeeded();
    feeds(channel)
}

fn title(entry: &Entry) -> &str {
    &entry.title.as_ref().unwrap().content
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(title).collect()
}

fn ids(feed: &Feed) -> Vec<String> {
    feed.entries.iter().map(|entry| entry.id.clone()).collect()
}

/// The entry of a package, by what its title begins with.
fn entry<'a>(feed: &'a Feed, name: &str) -> &'a Entry {
    let mut entries = feed.entries.iter();
    entries.find(|entry| title(entry).starts_with(name)).unwrap()
}

fn id(feed: &Feed, name: &str) -> String {
    entry(feed, name).id.clone()
}

/// When it says that the entry is of, in seconds.
fn time(entry: &Entry) -> i64 {
    entry.updated.or(entry.published).unwrap().timestamp()
}

/// When a package became part of the channel, in seconds.
fn indexed(channel: &ChannelBuilder, subdir: &str, file_name: &str) -> i64 {
    let record = &Published::of(channel, subdir).records()[file_name];
    record["indexed_timestamp"].as_i64().unwrap() / 1000
}

#[test]
fn both_feeds_name_the_same_packages_by_the_same_ids() {
    let [rss, atom] = run(&channel());
    assert_eq!(ids(&rss), ids(&atom));
    assert_eq!(titles(&rss), titles(&atom));
    for feed in [&rss, &atom] {
        assert_eq!(feed.title.as_ref().unwrap().content, "canal");
        let mut ids = ids(feed);
        assert!(ids.iter().all(|id| id.starts_with("urn:uuid:")), "{ids:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 3);
    }
    assert_ne!(rss.id, "");
}

#[test]
fn an_id_is_of_a_version_and_nothing_else() {
    let channel = channel();
    let [before, _] = run(&channel);
    // The same version with another build, for another subdir, of another description.
    let rebuilt = build(
        "lock",
        "1.0",
        99,
        json!({"summary": "Else", "doc_url": "https://else.example"}),
    );
    let channel = channel
        .package(&rebuilt, Kind::Conda)
        .package(&lock().subdir("linux-64"), Kind::Conda);
    let [rebuilt, _] = run(&channel);
    assert_eq!(title(entry(&rebuilt, "lock")), "lock 1.0 [linux-64, noarch]");
    assert_eq!(id(&rebuilt, "lock"), id(&before, "lock"));
    // Nor does it depend on where the channel is served, or what was remembered.
    fs_err::remove_dir_all(channel.path().join("noarch/.cache")).unwrap();
    let args = [
        "--channeldata",
        "-n",
        "canal",
        "--channel-url",
        "https://c.example",
        "--site-url",
        "https://s.example",
    ];
    let _ = index(&channel, &args).succeeded();
    for moved in feeds(&channel) {
        assert_eq!(id(&moved, "lock"), id(&before, "lock"));
    }
    let channel = channel.package(&build("lock", "1.1", 100, json!({})), Kind::Conda);
    let [updated, _] = run(&channel);
    assert_ne!(id(&updated, "lock 1.1"), id(&before, "lock"));
    // Of a package there is the latest version only.
    assert_eq!(updated.entries.len(), 3);
}

#[test]
fn news_of_a_first_run_are_in_order_of_when_they_were_built() {
    let channel = channel();
    let [rss, atom] = run(&channel);
    for feed in [&rss, &atom] {
        assert_eq!(
            titles(feed),
            ["anchor 2.0 [noarch]", "gate 3.0 [linux-64]", "lock 1.0 [noarch]"]
        );
        let expected = indexed(&channel, "noarch", "lock-1.0-0.conda");
        assert!(feed.entries.iter().all(|entry| time(entry) == expected));
    }
}

/// However long ago it was built.
#[test]
fn what_became_part_of_the_channel_last_is_first() {
    let channel = channel();
    let [before, _] = run(&channel);
    let lock_time = time(entry(&before, "lock"));
    let channel = channel.package(&build("weir", "1.0", -1000, json!({})), Kind::Conda);
    // Dates are of a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for feed in run(&channel) {
        assert_eq!(title(&feed.entries[0]), "weir 1.0 [noarch]");
        assert_eq!(
            time(&feed.entries[0]),
            indexed(&channel, "noarch", "weir-1.0-0.conda")
        );
        assert_eq!(time(entry(&feed, "lock")), lock_time);
        assert!(
            feed.entries
                .iter()
                .map(time)
                .is_sorted_by(|one, next| one >= next)
        );
    }
}

/// Whoever wants no time of a run in records wants none in feeds.
#[test]
fn without_dates_in_records_the_dates_of_building_count() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata", "--no-indexed-timestamp"]).succeeded();
    for feed in feeds(&channel) {
        let times: Vec<i64> = feed.entries.iter().map(time).collect();
        assert_eq!(times, [DAY + 2, DAY + 2, DAY + 1]);
    }
}

/// A store in memory would date every package anew at every run, and all would be news for ever.
#[test]
fn without_a_store_the_dates_of_building_count() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata", "--db", "memory"]).succeeded();
    for feed in feeds(&channel) {
        let times: Vec<i64> = feed.entries.iter().map(time).collect();
        assert_eq!(times, [DAY + 2, DAY + 2, DAY + 1]);
    }
    let outcome = index(&channel, &["--channeldata", "--db", "memory"]).succeeded();
    assert!(outcome.stderr().contains("nothing to write"), "{outcome}");
}

#[rstest]
#[case::nowhere(&[], None, Some("https://lock.example/doc"))]
#[case::channel(&["--channel-url", "https://c.example/canal/"], Some("https://c.example/canal/"), Some("https://lock.example/doc"))]
#[case::site(&["--site-url", "https://s.example/x"], Some("https://s.example/x/"), Some("https://s.example/x/p/lock/"))]
#[case::both(
    &["--channel-url", "https://c.example", "--site-url", "https://s.example"],
    Some("https://s.example/"),
    Some("https://s.example/p/lock/")
)]
#[case::no_web(&["--channel-url", "javascript:x", "--site-url", "file:///srv"], None, Some("https://lock.example/doc"))]
fn links_lead_to_where_the_channel_is(
    #[case] args: &[&str],
    #[case] home: Option<&str>,
    #[case] package: Option<&str>,
) {
    let channel = channel();
    let _ = index(&channel, &[&["--channeldata", "-n", "canal"], args].concat()).succeeded();
    let alternate = |links: &[feed_rs::model::Link]| {
        let link = links
            .iter()
            .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
        link.map(|link| link.href.clone())
    };
    let [rss, atom] = feeds(&channel);
    assert_eq!(alternate(&atom.links).as_deref(), home);
    // RSS demands a link.
    assert_eq!(alternate(&rss.links).as_deref(), Some(home.unwrap_or("./")));
    for feed in [&rss, &atom] {
        assert_eq!(alternate(&entry(feed, "lock").links).as_deref(), package);
    }
    let is_named = args.contains(&"--channel-url") && home.is_some();
    for name in ["rss.xml", "atom.xml"] {
        let own = format!(
            "href=\"{}/{name}\"",
            args.get(1).unwrap_or(&"").trim_end_matches('/')
        );
        assert_eq!(text(&channel, name).contains(&own), is_named, "{name}");
    }
}

/// E56, E103 and E104: whatever a package says of itself, the feeds are XML.
#[test]
fn hostile_descriptions_make_feeds_all_the_same() {
    let hostile = json!({
        "description": "A\u{b}B\u{0}C \u{1b}[31m]]> & <b>&amp;</b>\nend", "summary": "\u{fffe}\u{ffff}short",
        "home": "http://h/?a=1&b=\"2\"", "doc_url": "javascript:x", "dev_url": ["git://d", "https://d.example"],
        "license": ["MIT", "<BSD>"],
    });
    let recipe = "source:\n  url: [ftp://s.example/s, https://s.example/s]\n";
    let package = build("amp&<b>", "1.0", 1, hostile).recipe(recipe);
    let numbers = build(
        "numbers",
        "1.0",
        0,
        json!({"description": [1, 2], "summary": 5, "home": {"a": 1}}),
    );
    let channel = ChannelBuilder::new()
        .package(&package, Kind::Conda)
        .package(&numbers, Kind::Conda);
    let [rss, atom] = run(&channel);
    for feed in [&rss, &atom] {
        assert_eq!(titles(feed), ["amp&<b> 1.0 [noarch]", "numbers 1.0 [noarch]"]);
        assert_eq!(feed.entries[0].links[0].href, "http://h/?a=1&b=%222%22");
    }
    // HTML in RSS, text in Atom.
    assert_snapshot!(rss.entries[0].summary.as_ref().unwrap().content, @"ABC [31m]]&gt; &amp; &lt;b&gt;&amp;amp;&lt;/b&gt; end");
    assert_snapshot!(atom.entries[0].content.as_ref().unwrap().body.as_ref().unwrap(), @r#"
    <p>ABC [31m]]> &amp; &lt;b>&amp;amp;&lt;/b> end</p>
            <p>License: BSD-3-Clause</p>
            <p><a href="http://h/?a=1&b=%222%22">Home</a></p>
            <p><a href="https://d.example">Development</a></p>
            <p><a href="https://s.example/s">Source</a></p>
    "#);
    assert_snapshot!(atom.entries[1].content.as_ref().unwrap().body.as_ref().unwrap(), @"
    <p>1, 2</p>
            <p>License: BSD-3-Clause</p>
    ");
}

#[test]
fn feeds_are_written_with_channeldata_unless_nobody_wants_them() {
    let channel = channel();
    let written = |args: &[&str]| {
        for name in ["rss.xml", "atom.xml"] {
            drop(fs_err::remove_file(channel.path().join(name)));
        }
        let _ = index(&channel, args).succeeded();
        ["rss.xml", "atom.xml"].map(|name| channel.path().join(name).is_file())
    };
    assert_eq!(written(&[]), [false; 2]);
    assert_eq!(written(&["--rss"]), [false; 2]);
    assert_eq!(written(&["--channeldata"]), [true; 2]);
    assert_eq!(written(&["--channeldata", "--no-rss"]), [false; 2]);
    assert_eq!(written(&["--channeldata", "--no-html"]), [true; 2]);
}

#[test]
fn they_go_where_the_documents_go() {
    let channel = channel();
    let output = tempfile::tempdir().unwrap();
    let towpath = Towpath::index(&channel)
        .args(&["--channeldata", "--output"])
        .arg(output.path());
    let _ = towpath.run().succeeded();
    for name in ["rss.xml", "atom.xml"] {
        assert!(output.path().join(name).is_file());
        assert!(!channel.path().join(name).exists());
    }
}

#[test]
fn a_run_that_changes_nothing_leaves_them_alone() {
    let feeds_of = |channel: &ChannelBuilder| -> Vec<_> {
        let files = files_below(channel.path()).into_iter();
        files
            .filter(|(path, _)| path.ends_with("rss.xml") || path.ends_with("atom.xml"))
            .collect()
    };
    let channel = channel();
    let _ = run(&channel);
    let before = feeds_of(&channel);
    assert_eq!(before.len(), 2);
    let _ = run(&channel);
    assert!(feeds_of(&channel) == before);
    // Read again, and built again from what is known.
    let channel = channel.modified("noarch/lock-1.0-0.conda", 1_800_000_000);
    fs_err::remove_file(
        channel
            .path()
            .join("noarch/.cache/towpath-channel/published.json"),
    )
    .unwrap();
    let _ = run(&channel);
    assert!(feeds_of(&channel) == before);
}

#[test]
fn a_package_that_is_gone_is_no_news() {
    let channel = channel();
    let _ = run(&channel);
    let channel = channel.remove("noarch/lock-1.0-0.conda");
    for feed in run(&channel) {
        assert_eq!(titles(&feed), ["anchor 2.0 [noarch]", "gate 3.0 [linux-64]"]);
    }
}

#[test]
fn a_channel_without_packages_has_no_news() {
    let channel = ChannelBuilder::new();
    for feed in run(&channel) {
        assert!(feed.entries.is_empty());
    }
}
