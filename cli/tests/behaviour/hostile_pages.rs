//! Pages of packages that are named and described to break them: what they say is text, and each
//! link leads to its file.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::index;
use crate::page::Page;
use crate::published::Published;

fn noarch(channel: &ChannelBuilder) -> Page {
    Page::at(&Published::of(channel, "noarch").path("index.html"))
}

fn root(channel: &ChannelBuilder) -> Page {
    Page::at(&channel.path().join("index.html"))
}

/// A build of a package that says this of itself in its `index.json`.
fn with(name: &str, changes: &Value) -> PackageBuilder {
    PackageBuilder::new(name, "1.0", "0").index(|index| index.extend(changes.as_object().unwrap().clone()))
}

/// E66 and beyond: what a file name may be.
#[cfg(unix)]
const NAMES: [&str; 22] = [
    "hash#",
    "pct%20",
    "pct%2e%2e%2f",
    "two words",
    " first and last ",
    "quotes\"'`",
    "<b>&amp;&b",
    "<script>alert(1)<!--",
    "ünï",
    "日本",
    "e\u{301}",
    "*?[x]\\",
    "new\nline",
    "tab\t",
    "carriage\rreturn",
    "\u{1b}[31m\u{7f}",
    ".hidden",
    "..",
    "javascript:x",
    "http:",
    "name+with+plus",
    "\u{202e}right-to-left",
];

#[cfg(unix)]
#[test]
fn every_link_leads_to_its_file_whatever_that_is_called() {
    let channel = NAMES.iter().fold(ChannelBuilder::new(), |channel, name| {
        channel.package(&PackageBuilder::new(name, "1!1.0+loc", "0"), Kind::Conda)
    });
    let _ = index(&channel, &["--channeldata", "--html-dependencies"]).succeeded();
    let page = noarch(&channel);
    let links = page.links_in_rows();
    let files: Vec<_> = links.iter().map(|link| page.file(link)).collect();
    for name in NAMES {
        let file = channel.path().join(format!("noarch/{name}-1!1.0+loc-0.conda"));
        assert!(file.is_file());
        assert_eq!(
            files.iter().filter(|linked| **linked == file).count(),
            1,
            "{name:?}"
        );
    }
    // The two documents come first.
    assert_eq!(links.len(), 2 + NAMES.len());
    for (link, file) in links.iter().zip(&files) {
        let name = file.file_name().unwrap().to_str().unwrap();
        // HTML cannot hold control characters; and none may be read in another direction, in which
        // a name would look like another.
        let is_left_out =
            |c: char| matches!(c, '\0'..'\t' | '\u{b}'..' ' | '\u{7f}' | '\u{202a}'..='\u{202e}');
        assert_eq!(link.text, name.replace(is_left_out, ""));
    }
    // The channel's page links to where packages are at home.
    let root = root(&channel);
    assert_eq!(root.rows().len(), NAMES.len());
    for link in root.links_in_rows() {
        assert_eq!(root.target(&link).host_str(), Some("example.org"), "{link:?}");
    }
    for name in ["<b>&amp;&b", "javascript:x", "<script>alert(1)<!--"] {
        assert!(root.rows().iter().any(|cells| cells[0] == name), "{name}");
    }
}

/// E56, E83 and E103.
#[test]
fn what_packages_say_of_themselves_is_text() {
    let about = json!({
        "home": "http://h/?a=1&b=\"2\"", "doc_url": "javascript:x", "dev_url": "https://d/\" onclick=\"x",
        "summary": "<script>alert(1)</script>", "license": ["MIT", "</td><b>"],
    });
    let lists = json!({
        "home": ["ftp://old.example", "https://new.example"], "doc_url": ["a", "b"], "dev_url": [],
        "summary": ["one ", "two"], "license": {"MIT": true},
    });
    let channel = ChannelBuilder::new()
        .package(
            &PackageBuilder::new("amp&<b>", "1.0", "0").about(about),
            Kind::Conda,
        )
        .package(
            &with("version", &json!({"version": "1<i>", "license": ["BSD", "GPL"]})),
            Kind::Conda,
        )
        .package(
            &PackageBuilder::new("lists", "1.0", "0").about(lists),
            Kind::Conda,
        )
        .package(
            &PackageBuilder::new("nothing", "1.0", "0").about(json!({})),
            Kind::Conda,
        );
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let page = root(&channel);
    assert_snapshot!(page.shown_rows(), @"
    amp&<b> | 1.0 | javascript:x | dev | BSD-3-Clause | ✓ | <script>alert(1)</script>
    lists | 1.0 | a, b |  | BSD-3-Clause | ✓ | one two
    nothing | 1.0 |  |  | BSD-3-Clause | ✓ | 
    version | 1<i> |  |  | BSD, GPL | ✓ | version for tests
    ");
    let links = page.links_in_rows();
    let links: Vec<String> = links
        .iter()
        .map(|link| format!("{} -> {}", link.text, page.target(link)))
        .collect();
    assert_snapshot!(links.join("\n"), @"
    amp&<b> -> http://h/?a=1&b=%222%22
    dev -> https://d/%22%20onclick=%22x
    lists -> https://new.example/
    version -> https://example.org/version
    ");
}

/// E77 to E82: when a package was built, as pages show it.
#[rstest]
#[case::seconds(json!(1_500_000_000), "2017-07-14 02:40:00 +0000")]
#[case::milliseconds(json!(1_500_000_000_999_i64), "2017-07-14 02:40:00 +0000")]
#[case::fraction(json!(1_500_000_000.75), "2017-07-14 02:40:00 +0000")]
#[case::text("yesterday".into(), "")]
#[case::null(Value::Null, "")]
#[case::zero(json!(0), "")]
#[case::negative(json!(-1), "1969-12-31 23:59:59 +0000")]
#[case::last_second(json!(253_402_300_799_i64), "9999-12-31 23:59:59 +0000")]
#[case::first_millisecond(json!(253_402_300_800_i64), "1978-01-11 21:31:40 +0000")]
#[case::far_away(json!(1_000_000_000_000_000_000_i64), "")]
#[case::list(json!([1_500_000_000]), "")]
fn a_time_is_shown_if_it_is_one(#[case] timestamp: Value, #[case] shown: &str) {
    let channel = ChannelBuilder::new().package(&with("odd", &json!({"timestamp": timestamp})), Kind::Conda);
    let _ = index(&channel, &["--channeldata"]).succeeded();
    assert_eq!(noarch(&channel).rows()[2][2], shown);
    assert_eq!(root(&channel).rows().len(), 1);
}

/// E87: what a record says it depends on.
#[rstest]
#[case(json!(["<b>", "a\"b", "c\nd"]), &["<b>", "a\"b", "c\nd"])]
#[case(json!("alone"), &["alone"])]
#[case(json!([1, null, ["x"]]), &["1"])]
#[case(json!(null), &[])]
#[case(json!({"a": "b"}), &[])]
fn dependencies_of_any_shape_are_shown(#[case] depends: Value, #[case] shown: &[&str]) {
    let channel = ChannelBuilder::new().package(&with("odd", &json!({"depends": depends})), Kind::Conda);
    let _ = index(&channel, &["--html-dependencies"]).succeeded();
    assert_eq!(noarch(&channel).texts_of("li"), shown);
}

#[test]
fn long_texts_do_not_make_a_page_wide() {
    let about = json!({"summary": "word ".repeat(100), "doc_url": "y".repeat(1000)});
    let long = PackageBuilder::new("long", &format!("1.{}", "2".repeat(100)), "0")
        .about(about)
        .index(|index| {
            index.insert("license".to_owned(), "x".repeat(1000).into());
        });
    let channel = ChannelBuilder::new().package(&long, Kind::Conda);
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let rows = root(&channel).rows();
    for cell in &rows[0] {
        assert!(cell.chars().count() <= 141, "{cell}");
    }
    assert_eq!(
        rows[0].iter().filter(|cell| cell.ends_with('…')).count(),
        4,
        "{rows:?}"
    );
}
