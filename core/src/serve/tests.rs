//! What is answered, without a network.

use std::io::Read;
use std::path::Path;

use axum::http::request::{Builder, Parts};
use axum::http::{Method, Request};
use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;

use super::Symlinks;
use super::folder::ServedFolder;
use super::hosts::Hosts;
use super::site::{Answer, Content, Site};

const SECRET: &str = "nobody's business";

/// A folder that is served, and one beside it that is not.
struct Place {
    outer: TempDir,
    site: Site,
}

impl Place {
    fn new(symlinks: Symlinks) -> Self {
        let outer = tempfile::tempdir().unwrap();
        let write = |path: &str, content: &str| {
            let path = outer.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, content).unwrap();
        };
        write("secret", SECRET);
        write("packages/lock-1.0-0.conda", "a package");
        write("public/noarch/.cache/cache.db", SECRET);
        write("public/.git/config", SECRET);
        write("public/index.html", "the page");
        write("public/noarch/repodata.json", "{\"packages\": {}}");
        let site = Site {
            folder: ServedFolder::new(&outer.path().join("public"), symlinks).unwrap(),
            url_path: "/".parse().unwrap(),
            hosts: Hosts::Any,
        };
        Self { outer, site }
    }

    fn public(&self) -> std::path::PathBuf {
        self.outer.path().join("public")
    }

    fn get(&self, target: &str) -> (u16, String) {
        told(self.site.answer(&head(Request::get(target))))
    }
}

fn head(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

fn told(answer: Answer) -> (u16, String) {
    let text = match answer.content {
        Content::Nothing => String::new(),
        Content::Text(text) => text,
        Content::File(file, length) => {
            let mut text = String::new();
            file.take(length).read_to_string(&mut text).unwrap();
            text
        }
    };
    (answer.status.as_u16(), text)
}

#[cfg(unix)]
fn link(to: impl AsRef<Path>, at: impl AsRef<Path>) {
    fs_err::os::unix::fs::symlink(to.as_ref(), at.as_ref()).unwrap();
}

#[cfg(unix)]
#[test]
fn links_lead_to_what_is_in_the_folder() {
    let place = Place::new(Symlinks::WithinFolder);
    let public = place.public();
    link(public.join("noarch"), public.join("latest"));
    link("noarch/repodata.json", public.join("repodata.json"));
    link("../packages", public.join("linux-64"));
    link("../secret", public.join("outside.txt"));
    link("noarch/.cache/cache.db", public.join("store"));
    link(".git", public.join("git"));
    link("nowhere", public.join("dangling"));
    link("loop", public.join("loop"));
    assert_eq!(place.get("/latest/repodata.json").0, 200);
    assert_eq!(place.get("/repodata.json").0, 200);
    for refused in [
        "/linux-64/lock-1.0-0.conda",
        "/outside.txt",
        "/store",
        "/git/config",
        "/dangling",
    ] {
        assert_eq!(place.get(refused).0, 404, "{refused}");
    }
    assert_eq!(place.get("/loop").0, 500);
}

#[cfg(unix)]
#[test]
fn links_lead_anywhere_but_to_what_is_hidden_if_that_is_wanted() {
    let place = Place::new(Symlinks::Anywhere);
    let public = place.public();
    link("../packages", public.join("linux-64"));
    link("noarch/.cache/cache.db", public.join("store"));
    assert_eq!(
        place.get("/linux-64/lock-1.0-0.conda"),
        (200, "a package".to_owned())
    );
    assert_eq!(place.get("/store").0, 404);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_keeps_nobody_waiting() {
    let place = Place::new(Symlinks::WithinFolder);
    // A socket stands for everything that is neither file nor folder.
    let _socket = std::os::unix::net::UnixListener::bind(place.public().join("socket")).unwrap();
    assert_eq!(place.get("/socket").0, 404);
}

#[test]
fn a_file_is_no_folder() {
    let place = Place::new(Symlinks::WithinFolder);
    assert_eq!(place.get("/index.html/").0, 404);
    assert_eq!(place.get("/index.html/more").0, 404);
    assert_eq!(place.get(&format!("/{}", "n".repeat(5000))).0, 404);
    assert!(ServedFolder::new(&place.public().join("index.html"), Symlinks::Anywhere).is_err());
}

/// A sibling in zstd of the page, of this content and with its time moved by so many seconds.
fn with_sibling(content: &[u8], seconds: i64) -> Place {
    let place = Place::new(Symlinks::WithinFolder);
    let page = fs_err::metadata(place.public().join("index.html")).unwrap();
    let sibling = place.public().join("index.html.zst");
    fs_err::write(&sibling, content).unwrap();
    let moved = std::time::Duration::from_secs(seconds.unsigned_abs());
    let modified = page.modified().unwrap();
    let modified = if seconds < 0 {
        modified - moved
    } else {
        modified + moved
    };
    let file = fs_err::OpenOptions::new().write(true).open(&sibling).unwrap();
    file.file().set_modified(modified).unwrap();
    place
}

/// A frame of zstd with a small window, and with one that no browser takes.
const SMALL: [u8; 9] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0];
const LARGE: [u8; 9] = [0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 1, 0, 0];

#[rstest]
#[case::newer(&SMALL, 1, true)]
#[case::as_old(&SMALL, 0, true)]
#[case::older(&SMALL, -1, false)]
#[case::too_large_a_window(&LARGE, 1, false)]
#[case::no_zstd(b"not compressed", 1, false)]
fn only_a_fit_sibling_is_sent(#[case] content: &[u8], #[case] seconds: i64, #[case] is_sent: bool) {
    let place = with_sibling(content, seconds);
    let answer = |encoding| {
        let request = Request::get("/").header("accept-encoding", encoding);
        place.site.answer(&head(request))
    };
    let compressed = answer("zstd");
    assert_eq!(
        compressed.headers.get("content-encoding").is_some(),
        is_sent,
        "{compressed:?}"
    );
    assert_eq!(compressed.headers["content-type"], "text/html; charset=utf-8");
    let plain = answer("gzip");
    assert!(!plain.headers.contains_key("content-encoding"));
    // Caches must know of it even if this client did not want it.
    assert_eq!(plain.headers.contains_key("vary"), is_sent);
    assert_eq!(plain.headers["etag"] == compressed.headers["etag"], !is_sent);
    assert_eq!(told(plain).1, "the page");
}

#[rstest]
#[case("/repo/", 200, None)]
#[case("/repo/?q=1", 200, None)]
#[case("/repo", 308, Some("/repo/"))]
#[case("/repo?q=1", 308, Some("/repo/?q=1"))]
#[case("/", 307, Some("/repo/"))]
#[case("/repo/noarch", 308, Some("/repo/noarch/"))]
#[case("/repo//evil.example", 400, None)]
#[case("/noarch/repodata.json", 404, None)]
#[case("/repository/", 404, None)]
fn a_folder_may_be_below_a_path(#[case] target: &str, #[case] status: u16, #[case] location: Option<&str>) {
    let mut place = Place::new(Symlinks::WithinFolder);
    place.site.url_path = "/repo/".parse().unwrap();
    let answer = place.site.answer(&head(Request::get(target)));
    assert_eq!(answer.status, status);
    let found = answer
        .headers
        .get("location")
        .map(|value| value.to_str().unwrap());
    assert_eq!(found, location);
}

#[test]
fn a_folder_of_any_name_is_redirected_to() {
    let place = Place::new(Symlinks::WithinFolder);
    fs_err::create_dir(place.public().join("ünü")).unwrap();
    for target in ["/%C3%BCn%C3%BC", "/ünü"] {
        let answer = place.site.answer(&head(Request::get(target)));
        assert_eq!(answer.headers["location"], "/%C3%BCn%C3%BC/");
    }
}

#[test]
fn what_the_file_system_says_is_not_told() {
    let place = Place::new(Symlinks::WithinFolder);
    let (status, text) = place.get("/nothing.json");
    assert_eq!((status, text.as_str()), (404, "404: Nothing is here.\n"));
}

#[rstest]
#[case("/lost", "404.html is the page")]
#[case("/lost/", "404.html is the page")]
#[case("/.git/config", "404.html is the page")]
#[case("/lost.html", "404.html is the page")]
#[case("/noarch/lost.json", "404: Nothing is here.\n")]
#[case("/noarch/repodata.json.zst", "404: Nothing is here.\n")]
#[case("/noarch/lost-1.0-0.conda", "404: Nothing is here.\n")]
fn only_who_asks_for_a_page_gets_a_page(#[case] target: &str, #[case] text: &str) {
    let place = Place::new(Symlinks::WithinFolder);
    fs_err::write(place.public().join("404.html"), "404.html is the page").unwrap();
    assert_eq!(place.get(target), (404, text.to_owned()));
}

#[test]
fn every_answer_is_safe() {
    let place = Place::new(Symlinks::WithinFolder);
    for (method, target) in [
        (Method::GET, "/"),
        (Method::GET, "/noarch"),
        (Method::GET, "/a//b"),
        (Method::HEAD, "/nothing"),
        (Method::OPTIONS, "/"),
        (Method::POST, "/"),
        (Method::TRACE, "/"),
    ] {
        let answer = place
            .site
            .answer(&head(Request::builder().method(&method).uri(target)));
        assert_eq!(
            answer.headers["x-content-type-options"], "nosniff",
            "{method} {target}"
        );
        assert_eq!(
            answer.headers["referrer-policy"], "no-referrer",
            "{method} {target}"
        );
        assert_eq!(
            answer.headers["access-control-allow-origin"], "*",
            "{method} {target}"
        );
    }
}

proptest! {
    #[test]
    fn no_request_reaches_what_is_not_for_the_public(
        target in r"/((\.|%2e|%2E){1,2}|/|%2f|%5c|\\|noarch|secret|packages|public|\.cache|\.git|cache\.db|config|%00){0,12}"
    ) {
        thread_local! {
            static PLACE: Place = Place::new(Symlinks::WithinFolder);
        }
        PLACE.with(|place| {
            let Ok(request) = Request::get(&target).body(()) else {
                return Ok(());
            };
            let answer = place.site.answer(&request.into_parts().0);
            if let Some(location) = answer.headers.get("location") {
                let location = location.to_str().unwrap();
                prop_assert!(location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'));
            }
            let (status, text) = told(answer);
            prop_assert!(!text.contains(SECRET) && text != "a package", "{}", target);
            prop_assert!([200, 308, 400, 404].contains(&status), "{} {}", status, target);
            Ok(())
        })?;
    }
}
