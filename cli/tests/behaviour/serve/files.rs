//! Which files are found at which URLs, and what is said of them.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder, noise};

use super::preview::Preview;
use crate::environment::index;

const SHARD: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.msgpack.zst";

#[test]
fn the_head_of_a_document() {
    let channel = ChannelBuilder::new().file("noarch/repodata.json", "{}");
    let preview = Preview::of(&channel, &[]);
    assert_snapshot!(preview.get("/noarch/repodata.json", &[]).head(), @"
    200
    accept-ranges: bytes
    access-control-allow-origin: *
    access-control-expose-headers: Accept-Ranges, Content-Length, Content-Range, ETag
    cache-control: no-cache
    content-length: 2
    content-type: application/json
    etag: [etag]
    last-modified: [last-modified]
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
}

#[test]
fn an_indexed_channel_is_served_whole() {
    let lock = PackageBuilder::new("lock", "1.0", "0");
    let channel = ChannelBuilder::new()
        .package(&lock, Kind::Conda)
        .package(&lock, Kind::TarBz2);
    let _ = index(&channel, &["--channeldata", "--zst", "--write-shards"]).succeeded();
    let preview = Preview::of(&channel, &[]);
    for (path, media_type) in [
        ("noarch/repodata.json", "application/json"),
        ("noarch/repodata.json.zst", "application/zstd"),
        ("noarch/repodata_shards.msgpack.zst", "application/zstd"),
        ("noarch/lock-1.0-0.conda", "application/octet-stream"),
        ("noarch/lock-1.0-0.tar.bz2", "application/x-bzip2"),
        ("noarch/index.html", "text/html; charset=utf-8"),
        ("channeldata.json", "application/json"),
        ("rss.xml", "application/rss+xml; charset=utf-8"),
        ("atom.xml", "application/atom+xml; charset=utf-8"),
    ] {
        let reply = preview.get(&format!("/{path}"), &[]);
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), media_type, "{path}");
        assert!(!reply.has("content-encoding"), "{path}");
        assert!(
            reply.body == fs_err::read(channel.path().join(path)).unwrap(),
            "{path}"
        );
    }
}

#[rstest]
#[case(&format!("noarch/shards/{SHARD}"), "public, max-age=31536000, immutable")]
#[case("noarch/lock-1.0-0.conda", "public, max-age=600")]
#[case("noarch/repodata_shards.msgpack.zst", "no-cache")]
#[case("index.html", "no-cache")]
fn how_long_answers_may_be_kept(#[case] path: &str, #[case] cache_control: &str) {
    let channel = ChannelBuilder::new().file(path, "content");
    let preview = Preview::of(&channel, &[]);
    let reply = preview.get(&format!("/{path}"), &[]);
    assert_eq!(reply.header("cache-control"), cache_control);
}

#[test]
fn a_head_is_that_of_the_file() {
    let channel = ChannelBuilder::new()
        .file("page.html", noise(300_000))
        .file("empty", "");
    let preview = Preview::of(&channel, &[]);
    for path in ["/page.html", "/empty", "/nothing"] {
        let [get, head] = ["GET", "HEAD"].map(|method| preview.ask(method, path, &[]));
        assert_eq!(head.head(), get.head());
        assert!(head.has("content-length"), "{}", head.head());
    }
    // Ranges are of what is got.
    assert_eq!(
        preview
            .ask("HEAD", "/page.html", &[("Range", "bytes=0-1")])
            .status,
        200
    );
}

#[test]
fn large_files_come_whole_and_one_after_another() {
    let large = noise(5_000_000);
    let channel = ChannelBuilder::new()
        .file("large", &large)
        .file("small", "little");
    let preview = Preview::of(&channel, &[]);
    let replies = preview.get_in_turn(&["/large", "/small", "/nothing", "/large"]);
    assert_eq!(
        replies.iter().map(|reply| reply.status).collect::<Vec<_>>(),
        [200, 200, 404, 200]
    );
    assert!(replies[0].body == large && replies[3].body == large);
    assert_eq!(replies[1].text(), "little");
}

#[test]
fn names_are_decoded() {
    let channel = ChannelBuilder::new()
        .file("noarch/lock-1!2+a-0.conda", "epoch")
        .file("a folder/ü.txt", "umlaut");
    let preview = Preview::of(&channel, &[]);
    assert_eq!(preview.get("/noarch/lock-1!2+a-0.conda", &[]).text(), "epoch");
    assert_eq!(
        preview.get("/noarch/lock-1%212%2Ba-0.conda?query", &[]).text(),
        "epoch"
    );
    assert_eq!(preview.get("/a%20folder/%C3%BC.txt", &[]).text(), "umlaut");
}

#[test]
fn a_folder_is_its_page() {
    let channel = ChannelBuilder::new()
        .file("index.html", "the root")
        .file("p/lock/index.html", "lock")
        .directory("empty");
    let preview = Preview::of(&channel, &[]);
    assert_eq!(preview.get("/", &[]).text(), "the root");
    assert_eq!(preview.get("/p/lock/?q=1", &[]).text(), "lock");
    assert_eq!(preview.get("/empty/", &[]).status, 404);
    let redirect = preview.get("/p/lock?q=1", &[]);
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (308, "/p/lock/?q=1")
    );
    // Another channel may be here tomorrow.
    assert_eq!(redirect.header("cache-control"), "no-cache");
}

#[test]
fn what_is_not_there_is_told_to_people_and_clients() {
    let channel = ChannelBuilder::new();
    let preview = Preview::of(&channel, &[]);
    assert_eq!(
        preview.get("/lost/", &[]).header("content-type"),
        "text/plain; charset=utf-8"
    );
    let channel = channel.file("404.html", "<h1>Lost?</h1>");
    for path in ["/lost", "/p/lost/", "/lost.html"] {
        let reply = preview.get(path, &[]);
        assert_eq!((reply.status, reply.text()), (404, "<h1>Lost?</h1>"));
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    }
    for path in [
        "/noarch/current_repodata.json",
        "/noarch/repodata.json.zst",
        "/noarch/a-1-0.conda",
    ] {
        let reply = preview.get(path, &[]);
        assert_eq!((reply.status, reply.text()), (404, "404: Nothing is here.\n"));
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    }
    drop(channel);
}

#[test]
fn a_folder_below_a_path() {
    let channel = ChannelBuilder::new()
        .file("noarch/repodata.json", "{}")
        .file("index.html", "root");
    let preview = Preview::of(&channel, &["--url-path", "repo"]);
    assert_eq!(preview.path(), "/repo/");
    assert_eq!(preview.get("/repo/noarch/repodata.json", &[]).text(), "{}");
    assert_eq!(preview.get("/repo/", &[]).text(), "root");
    for (path, status, location) in [
        ("/", 307, "/repo/"),
        ("/repo", 308, "/repo/"),
        ("/repo/noarch", 308, "/repo/noarch/"),
        ("/noarch/repodata.json", 404, ""),
    ] {
        let reply = preview.get(path, &[]);
        assert_eq!(
            (reply.status, reply.header("location")),
            (status, location),
            "{path}"
        );
    }
}
