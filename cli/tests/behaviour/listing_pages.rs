//! `index.html` in each subdir and in the root: what it lists, and when it is written.

use std::collections::BTreeSet;
use std::path::Path;

use insta::assert_snapshot;
use md5::{Digest, Md5};
use rstest::rstest;
use serde_json::json;
use sha2::Sha256;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};
use crate::page::{Link, Page};
use crate::published::{Published, files_below};

fn lock() -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0").depends(["water", "gate >=1,<2"])
}

fn gate() -> PackageBuilder {
    let about = json!({
        "summary": "A gate\nfor locks", "home": "https://gate.example/", "license": "MIT",
        "doc_url": "https://gate.example/doc", "dev_url": ["git://gate.example", "https://gate.example/dev"],
    });
    PackageBuilder::new("Gate", "2.1", "h1_0")
        .subdir("linux-64")
        .about(about)
}

fn channel() -> ChannelBuilder {
    ChannelBuilder::new()
        .package(&lock(), Kind::Conda)
        .package(&gate(), Kind::TarBz2)
        .package(&PackageBuilder::new("anchor", "1!2.0+x", "0"), Kind::Conda)
}

fn page(channel: &ChannelBuilder, path: &str) -> Page {
    Page::at(&channel.path().join(path).join("index.html"))
}

fn noarch(channel: &ChannelBuilder) -> Page {
    page(channel, "noarch")
}

/// The names of the files that a page lists, each held to the file that it links to.
fn listed(page: &Page) -> Vec<String> {
    let links = page.links_in_rows();
    let rows = page.rows();
    assert_eq!(links.len(), rows.len());
    for (link, cells) in links.iter().zip(&rows) {
        let bytes = fs_err::read(page.file(link)).unwrap();
        let size = match bytes.len() {
            bytes @ 0..1024 => format!("{bytes} B"),
            bytes => format!("{} KB", (bytes as f64 / 1024.0).round_ties_even()),
        };
        let sha256 = base16ct::lower::encode_string(&Sha256::digest(&bytes));
        let md5 = base16ct::lower::encode_string(&Md5::digest(&bytes));
        assert_eq!(
            [&cells[1], &cells[3], &cells[4]],
            [&size, &sha256, &md5],
            "{link:?}"
        );
    }
    links.into_iter().map(|link| link.text).collect()
}

#[test]
fn a_subdirs_page_lists_its_documents_and_packages() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let page = noarch(&channel);
    assert_eq!(
        listed(&page),
        [
            "repodata.json",
            "repodata_from_packages.json",
            "anchor-1!2.0+x-0.conda",
            "lock-1.0-0.conda"
        ]
    );
    // When documents were written, and when packages were built.
    let rows = page.rows();
    assert!(rows[0][2].ends_with(" +0000") && rows[0][2].as_str() > "2024");
    assert_eq!(rows[3][2], "2023-11-14 22:13:20 +0000");
    let footer = &page.texts_of("p")[0];
    assert!(
        footer.starts_with("Updated: 20") && footer.contains(" +0000 - Files: 2 - "),
        "{footer}"
    );
}

#[test]
fn it_lists_every_document_that_is_written() {
    let channel = channel().file(
        "noarch/patch_instructions.json",
        r#"{"remove": ["anchor-1!2.0+x-0.conda"]}"#,
    );
    let args = [
        "--run-exports",
        "--zst",
        "--bz2",
        "--current-repodata",
        "--write-shards",
        "--channeldata",
    ];
    let _ = index(&channel, &args).succeeded();
    let listed = listed(&noarch(&channel));
    assert_eq!(listed.last().map(String::as_str), Some("lock-1.0-0.conda"));
    assert!(!listed.contains(&"anchor-1!2.0+x-0.conda".to_owned()));
    let documents: BTreeSet<&String> = listed.iter().filter(|name| !name.ends_with(".conda")).collect();
    let mut written = Published::of(&channel, "noarch").names();
    // Nobody downloads shards by hand.
    written.retain(|name| name != "shards");
    assert_eq!(documents, written.iter().collect());
    assert_eq!(listed[0], "repodata.json");
}

#[test]
fn the_channels_page_lists_subdirs_and_packages() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata", "-n", "canal"]).succeeded();
    let page = page(&channel, "");
    assert_snapshot!(page.shown_rows(), @"
    anchor | 1!2.0+x |  |  | BSD-3-Clause |  | ✓ | anchor for tests
    Gate | 2.1 | doc | dev | BSD-3-Clause | ✓ |  | A gate for locks
    lock | 1.0 |  |  | BSD-3-Clause |  | ✓ | lock for tests
    ");
    let links: Vec<String> = page
        .links()
        .into_iter()
        .map(|link| format!("{} -> {}", link.text, link.href))
        .collect();
    assert_snapshot!(links.join("\n"), @"
    channeldata.json -> channeldata.json
    RSS -> rss.xml
    Atom -> atom.xml
    linux-64 -> linux-64/index.html
    noarch -> noarch/index.html
    anchor -> https://example.org/anchor
    Gate -> https://gate.example/
    doc -> https://gate.example/doc
    dev -> https://gate.example/dev
    lock -> https://example.org/lock
    towpath -> https://github.com/towpath/towpath
    ");
    let own = page.links().into_iter().filter(|link| !link.href.contains("://"));
    for link in own {
        assert!(page.file(&link).is_file(), "{link:?}");
    }
    let footer = &page.texts_of("p")[0];
    assert!(
        footer.starts_with("Updated: 20") && footer.ends_with(" +0000 - Packages: 3"),
        "{footer}"
    );
    assert_eq!(
        page.texts_of("th").join(" "),
        "Package Latest Version Doc Dev License linux-64 noarch Summary"
    );
}

#[test]
fn a_subdirs_page_leads_back_to_what_is_in_the_root() {
    let channel = channel();
    let root = |args: &[&str]| {
        let _ = index(&channel, args).succeeded();
        let page = noarch(&channel);
        let in_rows = page.links_in_rows();
        let links = page
            .links()
            .into_iter()
            .filter(|link| !in_rows.contains(link) && link.text != "towpath");
        let links: Vec<Link> = links.collect();
        for link in &links {
            assert!(page.file(link).is_file(), "{link:?}");
        }
        links
            .into_iter()
            .map(|link| link.text)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(root(&[]), "");
    assert_eq!(
        root(&["--channeldata", "-n", "canal"]),
        "canal channeldata.json RSS Atom"
    );
    assert_eq!(
        root(&["--channeldata", "--no-rss", "-n", "canal"]),
        "canal channeldata.json"
    );
}

#[test]
fn a_channel_is_called_by_its_folder_or_as_one_likes() {
    let channel = channel();
    let titles = |args: &[&str]| {
        let _ = index(&channel, &[&["--channeldata"], args].concat()).succeeded();
        [noarch(&channel), page(&channel, "")].map(|page| page.text_of("title"))
    };
    let folder = channel.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(titles(&[]), [format!("{folder}/noarch"), folder.to_owned()]);
    assert_eq!(titles(&["-n", "<b>&\"'"]), ["<b>&\"'/noarch", "<b>&\"'"]);
    // An empty name is none.
    assert_eq!(
        titles(&["--channel-name", ""]),
        [format!("{folder}/noarch"), folder.to_owned()]
    );
}

#[test]
fn dependencies_are_shown_when_asked_for() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(noarch(&channel).attributes("title"), [""; 0]);
    let _ = index(&channel, &["--html-dependencies"]).succeeded();
    let page = noarch(&channel);
    // As conda-index has it, for whoever points at the cell; and for all others.
    assert_eq!(
        page.attributes("title"),
        ["lock v1.0 0\n\ndepends:\nwater\ngate >=1,<2"]
    );
    assert_eq!(page.texts_of("li"), ["water", "gate >=1,<2"]);
    let _ = index(&channel, &["--no-html-dependencies"]).succeeded();
    assert_eq!(noarch(&channel).texts_of("li"), [""; 0]);
}

#[test]
fn no_page_is_written_where_none_is_asked_for() {
    let channel = channel();
    let _ = index(&channel, &["--no-html", "--channeldata"]).succeeded();
    for path in ["", "noarch", "linux-64"] {
        assert!(!channel.path().join(path).join("index.html").exists(), "{path}");
    }
    assert!(channel.path().join("rss.xml").is_file());
    let _ = index(&channel, &["--no-write-monolithic", "--write-shards"]).succeeded();
    assert!(!channel.path().join("noarch/index.html").exists());
}

#[test]
fn a_page_without_the_channels_page_leaves_the_root_alone() {
    let channel = channel().file("index.html", "mine");
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(fs_err::read(channel.path().join("index.html")).unwrap(), b"mine");
}

#[test]
fn pages_go_where_the_documents_go() {
    let channel = channel();
    let output = tempfile::tempdir().unwrap();
    let towpath = Towpath::index(&channel)
        .args(&["--channeldata", "--zst", "--output"])
        .arg(output.path());
    let _ = towpath.run().succeeded();
    assert!(!channel.path().join("noarch/index.html").exists());
    for path in ["index.html", "noarch/index.html", "linux-64/index.html"] {
        let page = Page::at(&output.path().join(path));
        let own = page.links().into_iter().filter(|link| !link.href.contains("://"));
        // Packages are put beside the documents by whoever serves them.
        let own = own.filter(|link| !link.text.ends_with(".conda") && !link.text.ends_with(".tar.bz2"));
        for link in own {
            assert!(page.file(&link).is_file(), "{path}: {link:?}");
        }
    }
}

#[rstest]
#[case::web(
    "https://files.example/c",
    Some("https://files.example/c/noarch/anchor-1!2.0%2Bx-0.conda")
)]
#[case::slashes(
    "https://files.example/c//",
    Some("https://files.example/c/noarch/anchor-1!2.0%2Bx-0.conda")
)]
#[case::relative("../files", Some("../files/noarch/anchor-1!2.0%2Bx-0.conda"))]
#[case::not_for_browsers("s3://bucket", None)]
#[case::script("javascript:alert(1)//", None)]
fn packages_are_linked_where_they_are_served(#[case] base_url: &str, #[case] href: Option<&str>) {
    let channel = channel();
    let _ = index(&channel, &["--base-url", base_url]).succeeded();
    let page = noarch(&channel);
    let links = page.links_in_rows();
    let package = links.iter().find(|link| link.text.starts_with("anchor"));
    assert_eq!(package.map(|link| link.href.as_str()), href);
    assert!(page.file(&links[0]).is_file());
    assert_eq!(page.rows()[2][0], "anchor-1!2.0+x-0.conda");
}

#[test]
fn a_package_that_is_gone_vanishes() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let channel = channel
        .remove("noarch/lock-1.0-0.conda")
        .remove("linux-64/Gate-2.1-h1_0.tar.bz2");
    let _ = index(&channel, &["--channeldata"]).succeeded();
    assert_eq!(listed(&noarch(&channel))[2..], ["anchor-1!2.0+x-0.conda"]);
    assert_eq!(page(&channel, "").rows().len(), 1);
    let emptied = page(&channel, "linux-64").rows();
    assert_eq!(
        emptied[2],
        ["No packages here yet. Put some into the folder linux-64 and index the channel again."]
    );
}

#[test]
fn an_empty_channel_has_pages() {
    let channel = ChannelBuilder::new();
    let _ = index(&channel, &["--channeldata"]).succeeded();
    assert_eq!(listed_rows(&noarch(&channel)), 3);
    assert_eq!(listed_rows(&page(&channel, "")), 1);
}

fn listed_rows(page: &Page) -> usize {
    page.rows().len()
}

/// Not even its time: what proxies and browsers hold of it stays good.
#[test]
fn pages_are_left_alone_when_nothing_new_is_published() {
    let pages = |channel: &ChannelBuilder| -> Vec<_> {
        let is_page = |path: &Path| path.ends_with("index.html");
        files_below(channel.path())
            .into_iter()
            .filter(|(path, _)| is_page(path))
            .collect()
    };
    let args = ["--channeldata", "--zst"];
    let channel = channel();
    let _ = index(&channel, &args).succeeded();
    let before = pages(&channel);
    assert_eq!(before.len(), 3);
    let _ = index(&channel, &args).succeeded();
    assert!(pages(&channel) == before);
    // Read again, and nothing new is found.
    let channel = channel.modified("noarch/lock-1.0-0.conda", 1_800_000_000);
    let outcome = index(&channel, &args).succeeded();
    assert!(outcome.stderr().contains("1 changed"), "{outcome}");
    assert!(pages(&channel) == before);
    // Written anew, and as before.
    fs_err::remove_file(channel.path().join("noarch/.cache/towpath-published.json")).unwrap();
    fs_err::remove_file(
        channel
            .path()
            .join("noarch/.cache/towpath-channel/published.json"),
    )
    .unwrap();
    let outcome = index(&channel, &args).succeeded();
    assert!(outcome.stderr().contains("nothing to write"), "{outcome}");
    assert!(pages(&channel) == before);
}

#[test]
fn a_page_that_is_not_asked_for_any_more_goes_unless_it_is_somebody_elses() {
    let channel = ChannelBuilder::new().package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda);
    let has = |channel: &ChannelBuilder, name: &str| channel.path().join(name).exists();
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let pages = ["index.html", "rss.xml", "atom.xml", "noarch/index.html"];
    assert!(pages.iter().all(|page| has(&channel, page)));
    let _ = index(&channel, &["--channeldata", "--no-html", "--no-rss"]).succeeded();
    assert!(!pages.iter().any(|page| has(&channel, page)));

    let _ = index(&channel, &["--channeldata"]).succeeded();
    let channel = pages
        .iter()
        .fold(channel, |channel, page| channel.file(page, "somebody else's"));
    let _ = index(&channel, &["--channeldata", "--no-html", "--no-rss"]).succeeded();
    assert!(pages.iter().all(|page| has(&channel, page)));
}

/// Spelled anew it says the same, and is another file.
#[test]
fn patch_instructions_are_listed_as_they_are() {
    const PATCH: &str = "noarch/patch_instructions.json";
    let mut channel = channel();
    for spelling in ["", "{}", "{\"remove\": []}", "{ \"remove\" : [ ] }", "{}", ""] {
        channel = if spelling.is_empty() {
            drop(fs_err::remove_file(channel.path().join(PATCH)));
            channel
        } else {
            channel.file(PATCH, spelling)
        };
        let _ = index(&channel, &[]).succeeded();
        let listed = listed(&noarch(&channel));
        assert_eq!(
            listed.contains(&"patch_instructions.json".to_owned()),
            !spelling.is_empty(),
            "{spelling:?}"
        );
    }
}

#[test]
fn pages_that_somebody_changed_are_put_right() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let channel = channel.file("noarch/index.html", "").remove("index.html");
    let _ = index(&channel, &["--channeldata"]).succeeded();
    assert_eq!(noarch(&channel).rows().len(), 4);
    assert_eq!(page(&channel, "").rows().len(), 3);
}

#[test]
fn a_page_goes_with_the_repodata_that_it_lists() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    assert!(Published::of(&channel, "noarch").has("index.html"));
    let _ = index(&channel, &["--no-write-monolithic", "--write-shards"]).succeeded();
    assert!(!Published::of(&channel, "noarch").has("index.html"));
}

#[cfg(unix)]
#[test]
fn patch_instructions_that_are_a_link_are_not_listed_and_let_runs_settle() {
    let channel = channel()
        .file("patches.json", r#"{"remove": ["nobody-1-0.conda"]}"#)
        .symlink("noarch/patch_instructions.json", "../patches.json");
    let _ = index(&channel, &[]).succeeded();
    assert!(
        !Published::of(&channel, "noarch")
            .text("index.html")
            .contains("patch_instructions")
    );
    let outcome = index(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("nothing to write"), "{outcome}");
    let stamp = |channel: &ChannelBuilder| {
        let state = channel.path().join("noarch/.cache/towpath-published.json");
        fs_err::metadata(state).unwrap().modified().unwrap()
    };
    let before = stamp(&channel);
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(stamp(&channel), before);
}

#[test]
fn subdirs_without_a_page_are_no_links() {
    let channel = channel().package(
        &PackageBuilder::new("gate", "1", "0").subdir("osx-64"),
        Kind::Conda,
    );
    let _ = index(&channel, &["--no-html"]).succeeded();
    let _ = index(&channel, &["--subdir", "noarch", "--channeldata"]).succeeded();
    let page = fs_err::read_to_string(channel.path().join("index.html")).unwrap();
    assert!(
        page.contains("<a href=\"noarch/index.html\">noarch</a>"),
        "{page}"
    );
    assert!(
        page.contains("<span>osx-64</span>") && !page.contains("osx-64/index.html"),
        "{page}"
    );
}
