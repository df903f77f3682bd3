//! How a server begins, what it says, and how it ends.

use std::net::TcpListener;

use insta::assert_snapshot;
use serde_json::{Value, json};
use towpath_tests::ChannelBuilder;

use super::preview::Preview;
use crate::environment::{Outcome, Towpath};

fn indexed() -> ChannelBuilder {
    ChannelBuilder::new().file("noarch/repodata.json", "{}")
}

/// `towpath serve CHANNEL`, ended after the lines that it prints at its start.
#[cfg(unix)]
fn begun(channel: &ChannelBuilder, args: &[&str], lines: usize) -> (Vec<String>, Outcome) {
    let mut running = Towpath::new(["serve"])
        .args(args)
        .arg(channel.path())
        .naming(channel.path(), "[CHANNEL]")
        .start();
    let lines = (0..lines).map(|_| running.next_line()).collect();
    running.interrupt();
    (lines, running.wait())
}

#[test]
fn help() {
    assert_snapshot!(Towpath::new(["serve", "--help"]).run());
}

#[cfg(unix)]
#[test]
fn clients_are_told_how_to_use_it() {
    let channel = indexed();
    let (lines, outcome) = begun(&channel, &["--port", "0", "--url-path", "/repo"], 4);
    let url = lines[0].rsplit(' ').next().unwrap();
    let folder = channel.path().display().to_string();
    let told = lines
        .join("\n")
        .replace(url.trim_end_matches('/'), "[URL]")
        .replace(&folder, "[CHANNEL]");
    assert_snapshot!(told, @"
    [CHANNEL] is at [URL]/
      conda install --channel [URL] PACKAGE
      mamba install --channel [URL] PACKAGE
      pixi exec --channel [URL] PACKAGE
    ");
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with("/repo/"),
        "{url}"
    );
    assert_snapshot!(outcome, @"exit status: 0");
}

#[cfg(unix)]
#[test]
fn machines_get_one_object() {
    let channel = indexed();
    let (lines, outcome) = begun(&channel, &["--port", "0", "--json"], 1);
    let mut object: Value = serde_json::from_str(&lines[0]).unwrap();
    let url = object["url"].take();
    assert!(url.as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert_eq!(
        object,
        json!({"folder": channel.path(), "url": null, "watch": false})
    );
    assert_snapshot!(outcome, @"exit status: 0");
}

#[cfg(unix)]
#[test]
fn a_channel_that_was_never_indexed_is_served_all_the_same() {
    let channel = ChannelBuilder::new().file("index.html", "page");
    let preview = Preview::of(&channel, &[]);
    assert_eq!(preview.get("/", &[]).text(), "page");
    let outcome = preview.interrupt().succeeded();
    assert_snapshot!(outcome.stderr(), @"warning: no subdir of [CHANNEL] has repodata, and clients find no packages: run `towpath index [CHANNEL]`, or serve it with --watch");
    let channel = ChannelBuilder::new().file("towpath.toml", "[index]\noutput = 'public'\n");
    let outcome = Preview::of(&channel, &[]).interrupt().succeeded();
    assert_snapshot!(outcome.stderr(), @"warning: no subdir of [CHANNEL] has repodata, and clients find no packages: documents are written to [CHANNEL]/public, serve that");
}

#[cfg(unix)]
#[test]
fn requests_are_told_of_if_that_is_wanted() {
    for (args, told) in [
        (&[][..], ""),
        (
            &["--verbose"],
            "200 GET /noarch/repodata.json?q\n404 HEAD /%1b[2J\n400 GET //\n",
        ),
    ] {
        let channel = indexed();
        let preview = Preview::of(&channel, args);
        preview.get("/noarch/repodata.json?q", &[]);
        preview.ask("HEAD", "/%1b[2J", &[]);
        preview.get("//", &[]);
        assert_eq!(preview.interrupt().succeeded().stderr(), told);
    }
}

#[cfg(unix)]
#[test]
fn a_download_does_not_keep_it_from_ending() {
    let channel = indexed();
    let large = fs_err::File::create(channel.path().join("large")).unwrap();
    large.set_len(1 << 30).unwrap();
    let preview = Preview::of(&channel, &[]);
    let _download = preview.begin("/large");
    let _idle = preview.get_in_turn(&["/noarch/repodata.json"]);
    let began = std::time::Instant::now();
    assert_snapshot!(preview.interrupt(), @"exit status: 0");
    assert!(began.elapsed().as_secs() < 10);
}

#[test]
fn a_port_that_was_asked_for_is_not_exchanged() {
    let channel = indexed();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let outcome = Towpath::new(["serve", "--port", &port]).arg(channel.path()).run();
    assert_eq!(outcome.status(), 1, "{outcome}");
    let expected = format!("error: cannot listen at 127.0.0.1:{port}: ");
    assert!(outcome.stderr().starts_with(&expected), "{outcome}");
}

#[cfg(unix)]
#[test]
fn the_next_port_is_taken_if_none_was_asked_for() {
    let channel = indexed();
    let ports: Vec<u16> = {
        let mut others = Vec::new();
        (0..2)
            .map(|_| {
                let mut running = Towpath::new(["serve", "--json"]).arg(channel.path()).start();
                let object: Value = serde_json::from_str(&running.next_line()).unwrap();
                let url = object["url"].as_str().unwrap().trim_end_matches('/').to_owned();
                others.push(Ended(Some(running)));
                url.rsplit(':').next().unwrap().parse().unwrap()
            })
            .collect()
    };
    assert!(ports.iter().all(|port| (8000..8100).contains(port)), "{ports:?}");
    assert_ne!(ports[0], ports[1]);
}

/// Ends it when it is dropped.
#[cfg(unix)]
struct Ended(Option<crate::environment::Running>);

#[cfg(unix)]
impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(mut running) = self.0.take() {
            running.kill();
            let _ = running.wait();
        }
    }
}

#[test]
fn what_cannot_be_served_is_named() {
    assert_snapshot!(Towpath::new(["serve", "--port", "0", "nowhere"]).run(), @"
    exit status: 1
    ----- stderr -----
    error: nowhere cannot be served: No such file or directory (os error 2)
    ");
    let towpath = Towpath::new(["serve", "--port", "0", "file"]);
    fs_err::write(towpath.home().join("file"), "").unwrap();
    assert_snapshot!(towpath.run(), @"
    exit status: 1
    ----- stderr -----
    error: file cannot be served: not a directory
    ");
    assert_snapshot!(Towpath::new(["serve", "--url-path", "/a/../b", "."]).run(), @r#"
    exit status: 2
    ----- stderr -----
    error: invalid value '/a/../b' for '--url-path <PATH>': "/a/../b" is no path to serve a folder below: /repo/ would be one, of letters, digits, hyphens, underscores and dots

    For more information, try '--help'.
    "#);
}

#[cfg(unix)]
#[test]
fn whom_it_is_open_to_is_said() {
    let channel = indexed();
    let preview = Preview::of(&channel, &["--bind", "0.0.0.0"]);
    assert_snapshot!(preview.interrupt().succeeded().stderr(), @"warning: everybody who reaches this machine can read [CHANNEL]");
}
