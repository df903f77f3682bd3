//! Compressed forms that lie beside files.

use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::preview::{Preview, Reply};
use crate::environment::index;

fn zst(text: &str) -> Vec<u8> {
    // The form in which small content fits: one frame of one raw block.
    let length = u8::try_from(text.len()).unwrap();
    let header = [0x28, 0xb5, 0x2f, 0xfd, 0x20, length, (length << 3) | 1, 0, 0];
    [&header[..], text.as_bytes()].concat()
}

/// Each form is newer than the file, because a builder's files are.
fn channel() -> ChannelBuilder {
    ChannelBuilder::new()
        .file("page.html", "as it is")
        .file("page.html.zst", zst("in zstd"))
        .file("page.html.br", "in brotli")
        .file("page.html.gz", "in gzip")
        .file("plain.html", "plain")
}

fn get(preview: &Preview, path: &str, encoding: &str) -> Reply {
    preview.get(path, &[("Accept-Encoding", encoding)])
}

#[rstest]
#[case("gzip, deflate, br, zstd", "zstd")]
#[case("gzip, br", "br")]
#[case("gzip", "gzip")]
#[case("zstd;q=0.5, gzip;q=0.8", "gzip")]
#[case("zstd;q=0", "")]
#[case("identity", "")]
fn a_client_gets_what_it_likes_best(#[case] encoding: &str, #[case] sent: &str) {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let reply = get(&preview, "/page.html", encoding);
    assert_eq!((reply.status, reply.header("content-encoding")), (200, sent));
    assert_eq!(reply.header("vary"), "Accept-Encoding");
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let file = match sent {
        "zstd" => "page.html.zst",
        "br" => "page.html.br",
        "gzip" => "page.html.gz",
        _ => "page.html",
    };
    assert!(reply.body == fs_err::read(channel.path().join(file)).unwrap());
}

#[test]
fn forms_have_tags_of_their_own() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let forms = ["zstd", "br", "gzip", "identity"];
    let tags = forms.map(|form| get(&preview, "/page.html", form).header("etag").to_owned());
    for (number, tag) in tags.iter().enumerate() {
        assert!(!tags[..number].contains(tag), "{tags:?}");
        let headers = [("Accept-Encoding", forms[number]), ("If-None-Match", tag)];
        assert_eq!(preview.get("/page.html", &headers).status, 304);
    }
    // What the client has is not what it would get now.
    let headers = [("Accept-Encoding", "zstd"), ("If-None-Match", &tags[3])];
    assert_eq!(preview.get("/page.html", &headers).status, 200);
}

#[test]
fn the_compressed_file_is_a_file_too() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let reply = get(&preview, "/page.html.zst", "gzip, br, zstd");
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "application/zstd")
    );
    assert!(!reply.has("content-encoding") && !reply.has("vary"));
    assert!(reply.body == zst("in zstd"));
}

#[test]
fn parts_are_of_the_file_itself() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let headers = [("Accept-Encoding", "zstd"), ("Range", "bytes=0-1")];
    let reply = preview.get("/page.html", &headers);
    assert_eq!((reply.status, reply.text()), (206, "as"));
    assert!(!reply.has("content-encoding"));
    assert_eq!(reply.header("vary"), "Accept-Encoding");
}

#[test]
fn what_has_no_other_form_does_not_vary() {
    let channel = channel();
    let preview = Preview::of(&channel, &[]);
    let reply = get(&preview, "/plain.html", "gzip, br, zstd");
    assert_eq!(reply.text(), "plain");
    assert!(!reply.has("content-encoding") && !reply.has("vary"));
}

#[test]
fn an_old_form_is_not_sent() {
    let channel = channel().file("page.html", "written again");
    let preview = Preview::of(&channel, &[]);
    assert_eq!(
        get(&preview, "/page.html", "gzip, br, zstd").text(),
        "written again"
    );
}

/// All documents that `towpath index --zst` writes are older than their compressed forms.
#[test]
fn documents_of_a_channel_are_sent_compressed() {
    let channel = ChannelBuilder::new().package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda);
    let options = ["--zst", "--run-exports", "--current-repodata"];
    let _ = index(&channel, &options).succeeded();
    let preview = Preview::of(&channel, &[]);
    for name in [
        "repodata",
        "repodata_from_packages",
        "current_repodata",
        "run_exports",
    ] {
        let path = format!("/noarch/{name}.json");
        let reply = get(&preview, &path, "gzip, deflate, br, zstd");
        assert_eq!(reply.header("content-encoding"), "zstd", "{name}");
        let plain = preview.get(&path, &[]).body;
        assert!(zstd::decode_all(&reply.body[..]).unwrap() == plain, "{name}");
    }
}
