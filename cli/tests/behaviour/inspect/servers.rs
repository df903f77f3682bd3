//! Packages on servers: what is shown, what it takes, and what is said when it fails.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;
use towpath_tests::{Kind, PackageBuilder, noise};

use super::lock;
use crate::environment::{Outcome, Towpath};
use crate::web_server::{Answer, WebServer};

const NAME: &str = "lock-1.0-py_0.conda";

/// Bytes of payload that no compression makes fewer.
const PAYLOAD: usize = 1_000_000;

/// A package of which nearly everything is payload.
fn large() -> PackageBuilder {
    lock().payload("share/noise", noise(PAYLOAD))
}

/// The same with more metadata than is in its end.
fn large_info() -> PackageBuilder {
    large().member("info/icon.png", other_noise())
}

fn other_noise() -> Vec<u8> {
    noise(200_000).into_iter().rev().collect()
}

fn inspect(server: &WebServer, args: &[&str]) -> Outcome {
    inspect_at(server, NAME, args)
}

fn inspect_at(server: &WebServer, path: &str, args: &[&str]) -> Outcome {
    let root = server.url("");
    Towpath::new(["inspect"])
        .arg(server.url(path))
        .args(args)
        .naming(root.trim_end_matches('/').as_ref(), "[SERVER]")
        .run()
}

#[test]
fn only_the_end_of_a_large_package_is_read() {
    let server = WebServer::serving(large().conda());
    let outcome = inspect(&server, &[]).succeeded();
    assert!(
        outcome.stdout().starts_with("lock 1.0 py_0\nLifts boats\n"),
        "{outcome}"
    );
    assert!(!outcome.stdout().contains("sha256"), "{outcome}");
    assert_eq!(server.ranges(), ["bytes=-65536"]);
    assert_snapshot!(outcome.stderr(), @"lock-1.0-py_0.conda: read 65.5 kB of 1.00 MB in 1 request");
    let asked = server.asked();
    let agent = concat!("towpath/", env!("CARGO_PKG_VERSION"));
    assert_eq!(asked[0].header("user-agent"), Some(agent));
    assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
}

#[test]
fn machines_are_told_what_it_took() {
    let server = WebServer::serving(large().conda());
    let outcome = inspect(&server, &["--json"]).succeeded();
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(object["fetched"]["bytes"], 65_536);
    assert_eq!(object["fetched"]["requests"], 1);
    assert_eq!(object["sha256"], Value::Null);
    assert_eq!(object["size"], large().conda().len());
}

/// Metadata that does not fit in the end of the file is read with the fewest requests.
#[test]
fn large_metadata_is_read_and_the_payload_is_not() {
    let bytes = large_info().conda();
    let server = WebServer::serving(bytes);
    let outcome = inspect(&server, &[]).succeeded();
    assert_eq!(server.ranges().len(), 2, "{:?}", server.ranges());
    assert_eq!(server.asked()[1].header("if-range"), Some("\"one\""));
    assert!(outcome.stderr().contains("of 1.20 MB in 2 requests"), "{outcome}");
}

/// What a small package takes is all of it, and so there are digests.
#[test]
fn a_small_package_comes_whole() {
    let bytes = lock().conda();
    let server = WebServer::serving(bytes.clone());
    let outcome = inspect(&server, &["--json"]).succeeded();
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(object["fetched"]["bytes"], bytes.len());
    assert!(object["sha256"].is_string());
    assert_eq!(server.ranges().len(), 1);
}

#[test]
fn a_tarball_is_read_as_far_as_its_metadata_goes() {
    let bytes = large().tar_bz2();
    let size = bytes.len() as u64;
    let server = WebServer::serving(bytes);
    let outcome = inspect_at(&server, "lock-1.0-py_0.tar.bz2", &["--json"]).succeeded();
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    let read = object["fetched"]["bytes"].as_u64().unwrap();
    // bzip2 compresses 900 kB at a time, and nothing comes of less.
    assert!(read <= size, "{read} of {size}");
    assert!(server.ranges().len() <= 6, "{:?}", server.ranges());
    assert_eq!(object["name"], "lock");
}

#[test]
fn a_member_is_read_from_a_server() {
    let server = WebServer::serving(large().conda());
    let outcome = inspect(&server, &["info/link.json"]).succeeded();
    assert!(outcome.stdout().contains("lock.cli:main"), "{outcome}");
    assert_eq!(server.ranges().len(), 1);
    assert!(outcome.stderr().contains("in 1 request"), "{outcome}");
}

#[test]
fn a_server_without_ranges_gives_the_whole_file() {
    let bytes = large().conda();
    let file = bytes.clone();
    let server = WebServer::answering(move |_| Answer::whole(&file));
    let outcome = inspect(&server, &["--json"]).succeeded();
    let object: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(object["fetched"]["bytes"], bytes.len());
    assert_eq!(object["fetched"]["requests"], 1);
    assert!(object["sha256"].is_string());
}

/// Some stores know ranges, but not those that count from the end.
#[test]
fn a_server_that_cannot_count_from_the_end_is_asked_otherwise() {
    let bytes = large().payload("share/more", other_noise()).conda();
    let server = WebServer::answering(move |request| {
        let answer = match request.header("range") {
            Some(range) if range.starts_with("bytes=-") => Answer::whole(&bytes),
            _ => Answer::part(request, &bytes),
        };
        answer.with("Accept-Ranges", "bytes")
    });
    let outcome = inspect(&server, &[]).succeeded();
    assert!(server.ranges().len() <= 4, "{:?}", server.ranges());
    assert!(outcome.stderr().contains("of 1.20 MB in"), "{outcome}");
}

#[rstest]
#[case("404 Not Found")]
#[case("403 Forbidden")]
#[case("500 Internal Server Error")]
fn a_status_is_told_with_the_url(#[case] status: &'static str) {
    let server = WebServer::answering(move |_| Answer::new(status, "<html>no</html>"));
    let outcome = inspect(&server, &[]);
    assert_eq!((outcome.status(), outcome.stdout()), (1, ""));
    assert_eq!(
        outcome.stderr(),
        format!("error: [SERVER]/lock-1.0-py_0.conda: the server answered {status}\n")
    );
}

#[test]
fn a_page_instead_of_a_package_is_told() {
    let server = WebServer::answering(|_| Answer::whole(b"<!doctype html><p>Log in"));
    assert_snapshot!(inspect(&server, &[]), @"
    exit status: 1
    ----- stderr -----
    error: [SERVER]/lock-1.0-py_0.conda: is not a .conda archive: it looks like an HTML page, perhaps the error page of a download
    ");
}

#[test]
fn where_a_server_sends_to_is_asked_from_then_on() {
    let bytes = large_info().conda();
    let server = WebServer::answering(move |request| {
        if request.path.starts_with("/elsewhere/") {
            Answer::part(request, &bytes)
        } else {
            Answer::redirect("/elsewhere/x?signature=1")
        }
    });
    let outcome = inspect(&server, &[]).succeeded();
    let paths: Vec<String> = server.asked().into_iter().map(|request| request.path).collect();
    assert_eq!(
        paths,
        [
            "/lock-1.0-py_0.conda",
            "/elsewhere/x?signature=1",
            "/elsewhere/x?signature=1"
        ]
    );
    assert!(outcome.stderr().contains("in 3 requests"), "{outcome}");
}

/// As stores sign what they send to, for some minutes.
#[test]
fn a_place_that_has_expired_is_asked_for_anew() {
    let bytes = large_info().conda();
    let server = WebServer::answering(move |request| match (request.path.as_str(), request.number) {
        ("/elsewhere/1", 2..) => Answer::new("403 Forbidden", "expired"),
        (path, _) if path.starts_with("/elsewhere/") => Answer::part(request, &bytes),
        (_, 0) => Answer::redirect("/elsewhere/1"),
        _ => Answer::redirect("/elsewhere/2"),
    });
    let outcome = inspect(&server, &[]).succeeded();
    let paths: Vec<String> = server.asked().into_iter().map(|request| request.path).collect();
    assert_eq!(
        paths,
        [
            "/lock-1.0-py_0.conda",
            "/elsewhere/1",
            "/elsewhere/1",
            "/lock-1.0-py_0.conda",
            "/elsewhere/2"
        ]
    );
    assert!(outcome.stderr().contains("in 5 requests"), "{outcome}");
}

#[rstest]
#[case("file:///etc/passwd", "sent to file:///etc/passwd, where nobody is to be led")]
#[case("ftp://h.example/x", "sent to ftp://h.example/x, where nobody is to be led")]
#[case("/round", "sent to more than 5 other places")]
fn nobody_is_led_away_from_the_web(#[case] location: &'static str, #[case] message: &str) {
    let server = WebServer::answering(move |_| Answer::redirect(location));
    let outcome = inspect(&server, &[]);
    assert_eq!(outcome.status(), 1);
    assert_eq!(
        outcome.stderr(),
        format!("error: [SERVER]/lock-1.0-py_0.conda: the server {message}\n")
    );
}

/// By what it can be told that a file was replaced while it was read.
#[rstest]
#[case::by_if_range(true)]
#[case::by_what_comes(false)]
fn a_file_that_changes_is_not_read_on(#[case] knows_if_range: bool) {
    let bytes = large_info().conda();
    let server = WebServer::answering(move |request| {
        let etag = format!("\"{}\"", request.number);
        let is_other = request.header("if-range").is_some_and(|wanted| wanted != etag);
        let answer = if knows_if_range && is_other {
            Answer::whole(&bytes)
        } else {
            Answer::part(request, &bytes)
        };
        answer.with("ETag", etag)
    });
    let outcome = inspect(&server, &[]);
    assert_eq!((outcome.status(), outcome.stdout()), (1, ""));
    assert_eq!(
        outcome.stderr(),
        "error: [SERVER]/lock-1.0-py_0.conda was changed on the server while it was read: try again\n"
    );
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_answer_that_breaks_off_is_told() {
    let bytes = large().conda();
    let server = WebServer::answering(move |request| {
        let mut answer = Answer::part(request, &bytes).with("Content-Length", "65536");
        answer.cut(1000);
        answer
    });
    let outcome = inspect(&server, &[]);
    assert_eq!(outcome.status(), 1);
    assert!(
        outcome
            .stderr()
            .starts_with("error: [SERVER]/lock-1.0-py_0.conda cannot be read: "),
        "{outcome}"
    );
}

#[test]
fn several_urls_and_files_are_shown_together() {
    let server = WebServer::serving(lock().conda());
    let towpath = Towpath::new(["inspect", "plain-1-0.tar.bz2"]).arg(server.url(NAME));
    let plain = PackageBuilder::new("plain", "1", "0").bytes(Kind::TarBz2);
    fs_err::write(towpath.home().join("plain-1-0.tar.bz2"), plain).unwrap();
    let outcome = towpath.run().succeeded();
    assert!(outcome.stdout().starts_with("plain 1 0\n"), "{outcome}");
    assert!(outcome.stdout().contains("\n\nlock 1.0 py_0\n"), "{outcome}");
}

#[test]
fn other_schemes_are_refused() {
    let outcome = Towpath::new(["inspect", "s3://bucket/noarch/a-1-0.conda"]).run();
    assert_snapshot!(outcome, @"
    exit status: 1
    ----- stderr -----
    error: s3://bucket/noarch/a-1-0.conda is no URL of the web (http or https)
    ");
}

/// The environment counts for the command, as it does for other tools.
#[test]
fn a_proxy_is_taken_from_the_environment() {
    let server = WebServer::serving(lock().conda());
    let url = "http://h.invalid/noarch/lock-1.0-py_0.conda";
    let through = Towpath::new(["inspect", url])
        .env("HTTP_PROXY", server.url(""))
        .run();
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "{through}");
    let around = Towpath::new(["inspect", url])
        .env("HTTP_PROXY", server.url(""))
        .env("NO_PROXY", "h.invalid")
        .run();
    assert_eq!(around.status(), 1);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn passwords_and_tokens_are_not_shown() {
    let server = WebServer::answering(|_| Answer::new("403 Forbidden", ""));
    let url = server.url("t/to-ken/noarch/lock-1.0-py_0.conda");
    let url = url.replace("http://", "http://me:secret@");
    let outcome = Towpath::new(["inspect", &url]).run();
    assert!(outcome.stderr().contains("http://me:***@127.0.0.1"), "{outcome}");
    assert!(outcome.stderr().contains("/t/***/noarch/"), "{outcome}");
    assert!(
        !outcome.stderr().contains("secret") && !outcome.stderr().contains("to-ken"),
        "{outcome}"
    );
}
