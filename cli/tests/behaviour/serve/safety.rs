//! Who is answered, and what nobody gets.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::preview::Preview;
use crate::environment::index;

const SECRET: &str = "nobody's business";

#[rstest]
#[case("/../secret")]
#[case("/noarch/../../secret")]
#[case("/%2e%2e/secret")]
#[case("/..%2fsecret")]
#[case("/..%5csecret")]
#[case("/..\\secret")]
#[case("/noarch/..%2f..%2fsecret")]
#[case("//secret")]
#[case("/secret%00.html")]
#[case("/%c0%ae%c0%ae/secret")]
fn no_path_leaves_the_folder(#[case] path: &str) {
    let channel = ChannelBuilder::new()
        .file("secret", SECRET)
        .file("public/noarch/a", "");
    let preview = Preview::of_folder(&channel.path().join("public"), &[]);
    let reply = preview.get(path, &[]);
    assert!([400, 404].contains(&reply.status), "{}", reply.head());
    assert!(!reply.text().contains(SECRET));
}

#[test]
fn no_redirect_leaves_the_server() {
    let channel = ChannelBuilder::new().directory("evil.example");
    let preview = Preview::of(&channel, &[]);
    for path in [
        "//evil.example",
        "/%2fevil.example",
        "/\\evil.example",
        "/./evil.example",
        "//",
    ] {
        let reply = preview.get(path, &[]);
        assert_eq!((reply.status, reply.header("location")), (400, ""), "{path}");
    }
    let host = [("Host", "localhost")];
    let reply = preview.get("http://localhost/evil.example", &host);
    assert_eq!(reply.header("location"), "/evil.example/");
}

#[test]
fn what_is_hidden_is_not_there() {
    let channel = ChannelBuilder::new()
        .package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda)
        .file(".git/config", SECRET)
        .file("404.html", "lost")
        .file(".well-known/security.txt", "Contact: ada");
    let _ = index(&channel, &[]).succeeded();
    assert!(channel.path().join("noarch/.cache/cache.db").is_file());
    let preview = Preview::of(&channel, &[]);
    for path in [
        "/noarch/.cache/cache.db",
        "/noarch/%2ecache/cache.db",
        "/.git/config",
        "/.git",
        "/.git/",
    ] {
        assert_eq!(preview.get(path, &[]).status, 404, "{path}");
    }
    assert_eq!(
        preview.get("/.well-known/security.txt", &[]).text(),
        "Contact: ada"
    );
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_followed_if_that_is_wanted() {
    let channel = ChannelBuilder::new()
        .file("packages/lock-1.0-0.conda", "a package")
        .file("public/real/page.html", "a page")
        .symlink("public/noarch", "../packages")
        .symlink("public/page.html", "real/page.html");
    let folder = channel.path().join("public");
    for (args, status) in [(&[][..], 404), (&["--follow-symlinks"], 200)] {
        let preview = Preview::of_folder(&folder, args);
        assert_eq!(preview.get("/noarch/lock-1.0-0.conda", &[]).status, status);
        assert_eq!(preview.get("/page.html", &[]).text(), "a page");
    }
}

/// DNS rebinding: a page of the web that lets its own name lead here.
#[rstest]
#[case("localhost", 200)]
#[case("LOCALHOST:1", 200)]
#[case("127.0.0.1:80", 200)]
#[case("[::1]:8000", 200)]
#[case("evil.example", 421)]
#[case("localhost.evil.example:8000", 421)]
#[case("192.168.0.1", 421)]
fn only_this_machine_is_asked(#[case] host: &str, #[case] status: u16) {
    let channel = ChannelBuilder::new().file("noarch/repodata.json", SECRET);
    let preview = Preview::of(&channel, &[]);
    let reply = preview.get("/noarch/repodata.json", &[("Host", host)]);
    assert_eq!(reply.status, status);
    assert_eq!(reply.text() == SECRET, status == 200);
    let preview = Preview::of(&channel, &["--bind", "0.0.0.0"]);
    assert_eq!(
        preview.get("/noarch/repodata.json", &[("Host", host)]).status,
        200
    );
}

#[test]
fn who_names_no_host_is_not_answered() {
    let channel = ChannelBuilder::new().file("noarch/repodata.json", SECRET);
    let preview = Preview::of(&channel, &[]);
    let reply = preview.send("GET /noarch/repodata.json HTTP/1.0\r\n\r\n");
    assert_eq!(reply.status, 421);
}

#[test]
fn files_can_be_had_and_not_changed() {
    let channel = ChannelBuilder::new().file("noarch/repodata.json", "{}");
    let preview = Preview::of(&channel, &[]);
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "MKCOL"] {
        let reply = preview.ask(method, "/noarch/repodata.json", &[]);
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, "GET, HEAD, OPTIONS"),
            "{method}"
        );
    }
    assert_eq!(preview.get("/noarch/repodata.json", &[]).text(), "{}");
}

#[test]
fn pages_of_other_origins_may_ask() {
    let channel = ChannelBuilder::new();
    let preview = Preview::of(&channel, &[]);
    let headers = [
        ("Origin", "https://example.org"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "if-none-match"),
    ];
    assert_snapshot!(preview.ask("OPTIONS", "/noarch/repodata.json", &headers).head(), @"
    204
    access-control-allow-headers: *
    access-control-allow-methods: GET, HEAD, OPTIONS
    access-control-allow-origin: *
    access-control-expose-headers: Accept-Ranges, Content-Length, Content-Range, ETag
    access-control-max-age: 86400
    allow: GET, HEAD, OPTIONS
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    ");
}
