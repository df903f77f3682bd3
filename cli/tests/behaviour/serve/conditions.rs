//! What is sent to who has something already: 304, and parts.

use rstest::rstest;
use towpath_tests::ChannelBuilder;

use super::preview::{Preview, Reply};

const PATH: &str = "/noarch/repodata.json";

fn channel() -> ChannelBuilder {
    ChannelBuilder::new().file("noarch/repodata.json", "0123456789")
}

fn get(preview: &Preview, headers: &[(&str, &str)]) -> Reply {
    preview.get(PATH, headers)
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let first = get(&preview, &[]);
    let (etag, date) = (first.header("etag"), first.header("last-modified"));
    for headers in [
        [("If-None-Match", etag)],
        [("If-None-Match", &format!("\"other\", W/{etag}"))],
        [("If-None-Match", "*")],
        [("If-Modified-Since", date)],
        [("If-Modified-Since", "Fri, 31 Dec 2100 23:59:59 GMT")],
    ] {
        let reply = get(&preview, &headers);
        assert_eq!((reply.status, reply.text()), (304, ""), "{headers:?}");
        assert_eq!(reply.header("etag"), etag);
        assert_eq!(reply.header("cache-control"), "no-cache");
        assert!(
            !reply.has("content-type") && !reply.has("content-length"),
            "{}",
            reply.head()
        );
        assert_eq!(preview.ask("HEAD", PATH, &headers).status, 304);
    }
    for headers in [
        [("If-None-Match", "\"other\"")],
        [("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")],
        [("If-Modified-Since", "yesterday")],
    ] {
        assert_eq!(get(&preview, &headers).status, 200, "{headers:?}");
    }
}

#[test]
fn what_took_its_place_is_another() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let before = get(&preview, &[]);
    let path = channel.path().join("noarch/repodata.json");
    let modified = fs_err::metadata(&path).unwrap().modified().unwrap();
    // Of the same size and time.
    fs_err::write(channel.path().join("new"), "9876543210").unwrap();
    let file = fs_err::OpenOptions::new()
        .write(true)
        .open(channel.path().join("new"))
        .unwrap();
    file.file().set_modified(modified).unwrap();
    fs_err::rename(channel.path().join("new"), &path).unwrap();
    let after = get(&preview, &[("If-None-Match", before.header("etag"))]);
    assert_eq!((after.status, after.text()), (200, "9876543210"));
    assert_eq!(after.header("last-modified"), before.header("last-modified"));
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[rstest]
#[case("bytes=0-3", "0123", "bytes 0-3/10")]
#[case("bytes=4-", "456789", "bytes 4-9/10")]
#[case("bytes=-2", "89", "bytes 8-9/10")]
#[case("bytes=8-100", "89", "bytes 8-9/10")]
fn a_part_is_sent(#[case] range: &str, #[case] part: &str, #[case] content_range: &str) {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let reply = get(&preview, &[("Range", range)]);
    assert_eq!((reply.status, reply.text()), (206, part));
    assert_eq!(reply.header("content-range"), content_range);
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(reply.has("etag"));
}

#[test]
fn parts_of_large_files_are_sent_too() {
    let large = towpath_tests::noise(3_000_000);
    let channel = ChannelBuilder::new().file("large", &large);
    let preview = Preview::of(&channel, &[]);
    let reply = preview.get("/large", &[("Range", "bytes=1000001-2500000")]);
    assert_eq!(reply.status, 206);
    assert!(reply.body == large[1_000_001..=2_500_000]);
}

#[test]
fn nothing_is_behind_the_end() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let reply = get(&preview, &[("Range", "bytes=10-")]);
    assert_eq!((reply.status, reply.header("content-range")), (416, "bytes */10"));
}

#[test]
fn several_ranges_are_the_whole() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let reply = get(&preview, &[("Range", "bytes=0-1,4-5")]);
    assert_eq!((reply.status, reply.text()), (200, "0123456789"));
}

#[test]
fn a_part_is_of_what_the_client_has_a_part_of() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let whole = get(&preview, &[]);
    for (condition, status) in [
        (whole.header("etag"), 206),
        (whole.header("last-modified"), 206),
        ("\"other\"", 200),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 200),
    ] {
        let reply = get(&preview, &[("Range", "bytes=0-1"), ("If-Range", condition)]);
        assert_eq!(reply.status, status, "{condition}");
    }
    // Who has the whole of it needs no part.
    let headers = [("Range", "bytes=0-1"), ("If-None-Match", whole.header("etag"))];
    assert_eq!(get(&preview, &headers).status, 304);
}
