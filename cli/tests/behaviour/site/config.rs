//! What `towpath.toml` says of a website.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::json;

use super::harbour::channel;
use super::{STATE, Website, json_at, site};
use crate::environment::index;

const TOML: &str = r##"
[channel]
name = "harbour"
url = "https://conda.example/harbour"
site-url = "https://harbour.example/"

[site]
title = "The harbour"
description = "Ships and *more*.\n\nSee [there](https://there.example)."
logo = "logo.svg"
links = [{ label = "Source", url = "https://git.example/x" }, { label = "Bad", url = "javascript:alert(1)" }]
hue = 200
theme = { radius = "3px" }
output = "public"
templates = "own"
copy = "documents"
url-path = "/sub/"
build-pages = "latest"
max-size = "1 GB"
files = false
"##;

#[test]
fn everything_that_can_be_said_is_done() {
    let channel = channel()
        .file("towpath.toml", TOML)
        .file("logo.svg", "<svg/>")
        .file(
            "own/not-found.html",
            "{{ site.title }}: not here; {{ here.root }}",
        );
    let _ = index(&channel, &[]).succeeded();
    let _ = site(&channel, &[]).succeeded();
    let public = channel.path().join("public");
    let text = |path: &str| fs_err::read_to_string(public.join(path)).unwrap();
    assert_eq!(text("404.html"), "The harbour: not here; /sub/");
    let home = json_at(&public.join("index.json"));
    assert_eq!(home["channel"], "harbour");
    assert_eq!(home["channel_url"], "https://conda.example/harbour/");
    assert_eq!(
        home["description"],
        "Ships and *more*.\n\nSee [there](https://there.example)."
    );
    let html = text("index.html");
    assert!(
        html.contains("https://git.example/x") && html.contains("Source"),
        "{html}"
    );
    assert!(html.contains("<a href=\"https://there.example\""), "{html}");
    assert!(!html.contains("javascript:"), "{html}");
    let names: Vec<String> = super::states(&public).into_keys().collect();
    let logo = names
        .iter()
        .find(|path| path.starts_with("assets/logo."))
        .unwrap();
    assert_eq!(text(logo), "<svg/>");
    assert!(html.contains(logo), "{html}");
    let style = names
        .iter()
        .find(|path| path.starts_with("assets/style."))
        .unwrap();
    assert!(text(style).contains("--radius:3px}"));
    assert!(public.join("noarch/repodata.json").is_file() && !public.join("noarch/tug-1.0-0.conda").exists());
    assert!(!names.contains(&"p/libquay/linux-64/libquay-1.9-h1_0.conda.html".to_owned()));
    let build = json_at(&public.join("p/libquay/linux-64/libquay-1.10-h2_1.conda.json"));
    assert_eq!(build["files"], json!(null));
    assert!(text("robots.txt").contains("https://harbour.example/sitemap.xml"));
}

#[test]
fn what_is_said_at_a_run_counts() {
    let channel = channel()
        .file("towpath.toml", TOML)
        .file("logo.svg", "")
        .directory("own");
    let website = Website::of(
        &channel,
        &[
            "--title",
            "Else",
            "--copy",
            "all",
            "--url-path",
            "/else",
            "--build-pages",
            "all",
            "-n",
            "else",
            "--channel-url",
            "https://else.example",
            "--theme",
            "radius=9px",
        ],
    );
    assert!(!channel.path().join("public").exists());
    let not_found = website.text("404.html");
    assert!(
        not_found.contains("Else") && not_found.contains("href=\"/else/names/\""),
        "{not_found}"
    );
    assert!(website.has("noarch/tug-1.0-0.conda"));
    assert!(website.has("p/libquay/linux-64/libquay-1.9-h1_0.conda.html"));
    let home = website.json("index.json");
    assert_eq!(
        (&home["channel"], &home["channel_url"]),
        (&json!("else"), &json!("https://else.example/"))
    );
    let style = website
        .states()
        .into_keys()
        .find(|path| path.starts_with("assets/style."))
        .unwrap();
    assert!(website.text(&style).contains("--radius:9px}"));
}

#[rstest]
#[case("titel = 'x'")]
#[case("build-pages = 'some'")]
#[case("links = [{ label = 'x' }]")]
#[case("hue = 'red'")]
#[case("max-size = 'much'")]
#[case("copy = true")]
fn what_is_not_understood_is_refused(#[case] line: &str) {
    let channel = channel().file("towpath.toml", format!("[site]\n{line}\n"));
    let outcome = site(&channel, &[]);
    insta::with_settings!({snapshot_suffix => line.split(' ').next().unwrap()}, {
        assert_snapshot!(outcome);
    });
    // Whoever indexes is told, too: of all but what only the website makes something of.
    if !line.starts_with("max-size") {
        assert_eq!(index(&channel, &[]).status(), 2);
    }
}

#[test]
fn a_logo_that_is_not_there_is_named() {
    let channel = channel().file("towpath.toml", "[site]\nlogo = 'nowhere.png'\n");
    let _ = index(&channel, &[]).succeeded();
    let outcome = site(&channel, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("nowhere.png"), "{outcome}");
    assert!(!channel.path().join(STATE).exists());
}

/// An index run and its website agree on what the channel is.
#[test]
fn the_environment_says_the_same_as_arguments() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let website = Website::new();
    let call = super::call(&channel)
        .env("TOWPATH_SITE_OUTPUT", website.path())
        .env("TOWPATH_SITE_URL", "https://env.example/x/")
        .env("TOWPATH_CHANNEL_NAME", "env")
        .env("TOWPATH_THREADS", "1");
    let _ = call.run().succeeded();
    assert_eq!(website.json("index.json")["channel"], "env");
    assert!(
        website
            .text("sitemap.xml")
            .contains("https://env.example/x/p/tug/")
    );
}
