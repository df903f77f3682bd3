//! The page on which packages are opened and checked: in the website, and by itself. Its own files are made
//! up here: what they do is tested in browsers.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use towpath_tests::{ChannelBuilder, Kind};

use super::harbour::{built, channel};
use super::{Touched, Website, states, without_digest};
use crate::environment::{Outcome, Towpath};

/// What scripts/web builds, as far as websites know: three files.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.put("inspector.wasm", "\0asm");
        files.put("worker.js", "'worker'");
        files.put("inspector.js", "'page'");
        files
    }

    fn put(&self, name: &str, text: &str) {
        fs_err::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    /// The channel's website with the inspector, and these arguments.
    fn in_website_of(&self, channel: &ChannelBuilder, args: &[&str]) -> Website {
        let args: Vec<&str> = ["--inspector", self.path()].iter().chain(args).copied().collect();
        Website::of(channel, &args)
    }

    /// `towpath site --inspector-only -o OUT`
    fn alone(&self, out: &Path) -> Outcome {
        Towpath::new(["site", "--inspector-only", "--inspector", self.path(), "-o"])
            .arg(out)
            .naming(out, "[OUT]")
            .run()
    }
}

/// The value of an attribute, which is there once.
fn attribute<'a>(html: &'a str, name: &str) -> &'a str {
    let start = format!(" {name}=\"");
    let mut found = html.split(&start).skip(1);
    let value = found.next().unwrap_or_else(|| panic!("{name} in {html}"));
    assert_eq!(found.next(), None, "{name}");
    value.split('"').next().unwrap()
}

/// What the page may connect to, as its policy says.
fn hosts(html: &str) -> &str {
    let policy = html.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
    let rest = policy.split("connect-src 'self'").nth(1).unwrap();
    rest.split(';').next().unwrap().trim()
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

/// Everything that the service worker in this folder keeps: address and digest.
fn kept(folder: &Path) -> Vec<(String, String)> {
    let script = fs_err::read_to_string(folder.join("service-worker.js")).unwrap();
    let list = script
        .split("new Map(")
        .nth(1)
        .unwrap()
        .split(".map(")
        .next()
        .unwrap();
    let list: Value = serde_json::from_str(list).unwrap();
    let text = |file: &Value, key: &str| file[key].as_str().unwrap().to_owned();
    let files = list.as_array().unwrap().iter();
    files
        .map(|file| (text(file, "url"), text(file, "integrity")))
        .collect()
}

/// Whether each has the digest that is told, as seen from this folder.
fn expect_digests(folder: &Path, kept: &[(String, String)]) {
    for (url, told) in kept {
        let path = folder.join(if url == "./" { "index.html" } else { url });
        assert_eq!(*told, integrity(&fs_err::read(&path).unwrap()), "{url}");
    }
}

fn names(kept: &[(String, String)]) -> Vec<String> {
    let name = |url: &str| match url.strip_prefix("../") {
        Some(asset) => format!("../{}", without_digest(asset)),
        None => without_digest(url),
    };
    kept.iter().map(|(url, _)| name(url)).collect()
}

#[test]
fn the_page_says_by_digest_what_it_runs() {
    let website = Files::new().in_website_of(&channel(), &[]);
    let html = website.text("inspect/index.html");
    for (what, bytes) in [("module", "\0asm"), ("worker", "'worker'")] {
        let url = attribute(&html, &format!("data-{what}"));
        assert_eq!(website.text(&format!("inspect/{url}")), bytes);
        let told = attribute(&html, &format!("data-{what}-integrity"));
        assert_eq!(told, integrity(bytes.as_bytes()));
    }
    let script = format!("integrity=\"{}\"", integrity(b"'page'"));
    assert!(html.contains(&script), "{html}");
    assert_eq!(attribute(&html, "data-channel"), "../");
    assert_eq!(
        attribute(&html, "data-subdirs"),
        "linux-64 noarch osx-64 osx-arm64 win-64"
    );
    assert_eq!(hosts(&html), "");
    let json = website.json("inspect/index.json");
    assert_eq!(json["module"]["integrity"], integrity(b"\0asm"));
    assert_eq!(json["hosts"], Value::Array(Vec::new()));
}

/// A policy binds its own page alone: others may not run WebAssembly.
#[test]
fn only_the_inspector_runs_webassembly() {
    let website = Files::new().in_website_of(&channel(), &[]);
    for (path, bytes) in website.contents() {
        if path.ends_with(".html") {
            let html = String::from_utf8(bytes).unwrap();
            let may = html.contains("'wasm-unsafe-eval'");
            assert_eq!(may, path == "inspect/index.html", "{path}");
        }
    }
}

#[test]
fn the_service_worker_keeps_all_that_the_page_needs() {
    let files = Files::new();
    let website = files.in_website_of(&channel(), &[]);
    let folder = website.path().join("inspect");
    let kept = kept(&folder);
    expect_digests(&folder, &kept);
    let expected = [
        "./",
        "../assets/style.css",
        "../assets/site.js",
        "../assets/inspector.wasm",
        "../assets/inspector-worker.js",
        "../assets/inspector.js",
        "../assets/inspector.css",
    ];
    assert_eq!(names(&kept), expected);
    // Everything that a page loads of itself is among it.
    let html = website.text("inspect/index.html");
    let loaded: BTreeSet<&str> = html
        .split('"')
        .filter(|value| value.starts_with("../assets/"))
        .collect();
    let urls: BTreeSet<&str> = kept[1..].iter().map(|(url, _)| url.as_str()).collect();
    assert_eq!(loaded, urls);
    let mut script = website.text("inspect/service-worker.js");
    for (number, (url, integrity)) in kept.iter().enumerate() {
        script = script
            .replace(url, &names(&kept)[number])
            .replace(integrity, "[integrity]");
    }
    let version = script.split("${OWN}").nth(1).unwrap()[..12].to_owned();
    assert!(version.bytes().all(|byte| byte.is_ascii_hexdigit()), "{version}");
    assert_snapshot!(script.replace(&version, "[version]"));
}

#[test]
fn builds_open_with_one_click() {
    let plus = built("tide", "1.0+local", "0", 1);
    let channel = channel().package(&plus, Kind::Conda);
    let website = Files::new().in_website_of(&channel, &[]);
    let link = "inspect/?url=linux-64/libquay-1.10-h2_1.conda\"";
    let page = website.text("p/libquay/index.html");
    assert!(page.contains(&format!("\"../../{link}")), "{page}");
    let build = website.text("p/libquay/linux-64/libquay-1.10-h2_1.conda.html");
    assert!(build.contains(&format!("\"../../../{link}")), "{build}");
    // What the link holds is the address, whose + is encoded already.
    let download = website.json("p/tide/noarch/tide-1.0~2blocal-0.conda.json")["download"].clone();
    assert_eq!(download, "noarch/tide-1.0%2Blocal-0.conda");
    let build = website.text("p/tide/noarch/tide-1.0~2blocal-0.conda.html");
    assert!(
        build.contains("inspect/?url=noarch/tide-1.0%252Blocal-0.conda\""),
        "{build}"
    );
}

#[rstest]
#[case::elsewhere(
    &["--base-url", "https://Files.example:443/a b/"],
    "../",
    "https://files.example",
    "https://Files.example:443/a%2520b/noarch/tug-1.0-0.conda"
)]
#[case::beside(&["--base-url", "../packages"], "../", "", "noarch/../packages/noarch/tug-1.0-0.conda")]
#[case::all_elsewhere(
    &["--copy", "nothing", "--channel-url", "http://h.example:8080/main"],
    "http://h.example:8080/main/",
    "http://h.example:8080",
    "http://h.example:8080/main/noarch/tug-1.0-0.conda"
)]
#[case::no_policy(
    &["--base-url", "https://h.example;img-src:*/"],
    "../",
    "",
    "https://h.example%3Bimg-src:%2A/noarch/tug-1.0-0.conda"
)]
fn the_page_may_talk_to_where_packages_are(
    #[case] args: &[&str],
    #[case] channel_url: &str,
    #[case] allowed: &str,
    #[case] opened: &str,
) {
    let website = Files::new().in_website_of(&channel(), args);
    let html = website.text("inspect/index.html");
    assert_eq!(hosts(&html), allowed);
    assert_eq!(attribute(&html, "data-channel"), channel_url);
    let build = website.text("p/tug/noarch/tug-1.0-0.conda.html");
    assert!(build.contains(&format!("inspect/?url={opened}\"")), "{build}");
}

#[test]
fn what_nobody_can_fetch_is_not_opened() {
    let website = Files::new().in_website_of(&channel(), &["--copy", "documents"]);
    let build = website.text("p/tug/noarch/tug-1.0-0.conda.html");
    assert!(!build.contains("inspect/?url="), "{build}");
    assert!(build.contains("\"../../../inspect/\""), "{build}");
}

#[test]
fn all_pages_lead_to_it_and_search_engines_are_told() {
    let website = Files::new().in_website_of(&channel(), &["--site-url", "https://h.example/c/"]);
    for (page, link) in [
        ("index.html", "\"inspect/\""),
        ("404.html", "\"/c/inspect/\""),
        ("noarch/index.html", "\"../inspect/\""),
    ] {
        assert!(website.text(page).contains(link), "{page}");
    }
    let sitemap = website.text("sitemap.xml");
    assert!(
        sitemap.contains("<loc>https://h.example/c/inspect/</loc>"),
        "{sitemap}"
    );
}

#[test]
fn an_empty_channel_leads_to_it() {
    let channel = ChannelBuilder::new().file("noarch/.keep", "");
    let html = Files::new().in_website_of(&channel, &[]).text("index.html");
    assert!(
        html.contains("<a href=\"inspect/\">Check a package</a> before you put it here"),
        "{html}"
    );
}

/// Nothing of it is left where nobody wants it, by option or file.
#[rstest]
#[case::option(&["--no-inspector"], "")]
#[case::file(&[], "[site]\ninspector = false\n")]
fn a_website_can_be_without_it(#[case] args: &[&str], #[case] config: &str) {
    let channel = channel();
    let website = Files::new().in_website_of(&channel, &[]);
    assert!(website.has("inspect/service-worker.js"));
    let channel = channel.file("towpath.toml", config);
    let call = website.call(&channel).args(args).env("TOWPATH_NO_INSPECTOR", "0");
    let outcome = call.run().succeeded();
    assert!(!outcome.stderr().contains("inspect/"), "{outcome}");
    assert!(!website.has("inspect"));
    for (path, bytes) in website.contents() {
        let is_asset = path.starts_with("assets/inspector");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!is_asset && !text.contains("inspect/"), "{path}");
    }
    assert_eq!(website.files_in("assets/"), ["site.js", "style.css"]);
}

/// Whether this towpath has one or not: the website has the page, or it is said why it has not.
#[test]
fn who_has_none_says_what_to_do() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let call = website.call(&channel).env("TOWPATH_NO_INSPECTOR", "0");
    let outcome = call.run().succeeded();
    let said = outcome.stderr().matches("No inspect/ is part of it").count();
    assert_eq!(said == 1, !website.has("inspect/index.html"), "{outcome}");
    assert_eq!(outcome.stderr().matches("scripts/web").count(), said, "{outcome}");
}

#[test]
fn another_module_touches_no_other_page() {
    let (channel, files) = (channel(), Files::new());
    let args = ["--inspector", files.path()];
    let website = Website::of(&channel, &args);
    let outcome = website.make(&channel, &args).succeeded();
    assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
    files.put("inspector.wasm", "\0asm 2");
    let touched = website.update(&channel, &args);
    let written: Vec<String> = touched.written.iter().map(|path| without_digest(path)).collect();
    let expected = [
        "assets/inspector.wasm",
        "inspect/index.html",
        "inspect/index.json",
        "inspect/service-worker.js",
    ];
    assert_eq!(written, expected);
    assert_eq!(touched.removed.len(), 1);
}

#[test]
fn files_that_are_not_there_are_named() {
    let outcome = Website::new().make(&channel(), &["--inspector", "/nowhere/at-all"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(
        outcome.stderr().contains("/nowhere/at-all/inspector.wasm"),
        "{outcome}"
    );
}

/// Its own files leave less room for pages of builds.
#[test]
fn its_files_count() {
    let (channel, files) = (channel(), Files::new());
    let pages = |files: &Files| {
        let website = files.in_website_of(&channel, &["--max-size", "300KB"]);
        website.has("p/libquay/linux-64/libquay-1.9-h1_0.conda.html")
    };
    assert!(pages(&files));
    files.put("inspector.wasm", &"\0".repeat(200_000));
    assert!(!pages(&files));
}

#[test]
fn it_can_be_had_alone() {
    let (files, out) = (Files::new(), tempfile::tempdir().unwrap());
    let folder = out.path().join("checker");
    let outcome = files.alone(&folder).succeeded();
    let said = "[OUT]: the inspector alone; 8 of 8 files written, 0 removed, ";
    assert!(outcome.stderr().starts_with(said), "{outcome}");
    let html = fs_err::read_to_string(folder.join("index.html")).unwrap();
    assert!(
        !html.contains("data-channel") && !html.contains("role=\"search\""),
        "{html}"
    );
    // Links lead nowhere else in the website that there is not.
    let links: BTreeSet<&str> = html
        .split(" href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let inner: Vec<&&str> = links
        .iter()
        .filter(|link| {
            !link.starts_with("assets/") && !link.starts_with("https://") && !link.starts_with('#')
        })
        .collect();
    assert_eq!(inner, [&"./", &"data:,"]);
    let kept = kept(&folder);
    expect_digests(&folder, &kept);
    assert_eq!(names(&kept)[..2], ["./", "assets/style.css"]);
    let before = states(&folder);
    let outcome = files.alone(&folder).succeeded();
    assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
    assert_eq!(
        Touched::between(&before, &states(&folder)).written,
        BTreeSet::new()
    );
    files.put("worker.js", "'newer'");
    let _ = files.alone(&folder).succeeded();
    let touched = Touched::between(&before, &states(&folder));
    assert_eq!(
        (touched.written.len(), touched.removed.len()),
        (3, 1),
        "{touched:?}"
    );
}

/// What is there is not replaced by a page without a channel.
#[test]
fn alone_it_takes_no_place_of_others() {
    let files = Files::new();
    let website = files.in_website_of(&channel(), &[]);
    let before = website.contents();
    assert_snapshot!(files.alone(website.path()), @r"
    exit status: 1
    ----- stderr -----
    error: [OUT]: has a website or a page of its own: write the inspector to another folder, or make it part of the website (`towpath site` without --inspector-only)
    ");
    assert!(website.contents() == before);
    let other = tempfile::tempdir().unwrap();
    fs_err::write(other.path().join("index.html"), "mine").unwrap();
    assert_eq!(files.alone(other.path()).status(), 1);
    assert_eq!(
        fs_err::read_to_string(other.path().join("index.html")).unwrap(),
        "mine"
    );
}

#[rstest]
#[case::no_place(&[])]
#[case::channel(&["-o", "x", "channel"])]
#[case::of_a_channel(&["-o", "x", "--copy", "all"])]
fn alone_it_has_a_place_and_no_channel(#[case] args: &[&str]) {
    let outcome = Towpath::new(["site", "--inspector-only"]).args(args).run();
    assert_eq!(outcome.status(), 2, "{outcome}");
}
