//! The channel's own files: in the website's folder, copied into it, or elsewhere; and where downloads lead.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind};

use super::harbour::{channel, needing};
use super::{STATE, Touched, Website, json_at, site, states};
use crate::environment::index;

const TUG: &str = "p/tug/noarch/tug-1.0-0.conda.json";
const LIBQUAY: &str = "p/libquay/linux-64/libquay-1.10-h2_1.conda.json";

/// Where links of a subdir's listing lead that end so.
fn listed(website: &Website, subdir: &str, end: &str) -> Vec<String> {
    let html = website.text(&format!("{subdir}/index.html"));
    let links = html
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned());
    let found: BTreeSet<String> = links.filter(|link| link.ends_with(end)).collect();
    found.into_iter().collect()
}

#[test]
fn in_place_the_channel_is_its_own_website() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let before = states(channel.path());
    let outcome = site(&channel, &[]).succeeded();
    assert!(
        outcome
            .stderr()
            .starts_with("[CHANNEL]: a website of 5 packages and 10 builds; "),
        "{outcome}"
    );
    let after = states(channel.path());
    // Nothing of the channel was touched but the listings, which are pages.
    for (path, state) in &before {
        assert!(path.ends_with("index.html") || after[path] == *state, "{path}");
    }
    let page = json_at(&channel.path().join(TUG));
    assert_eq!(page["download"], "noarch/tug-1.0-0.conda");
    assert!(channel.path().join("noarch/tug-1.0-0.conda").is_file());
}

#[test]
fn in_place_an_index_run_leaves_pages_and_feeds_to_the_website() {
    let channel = channel();
    let args = ["--channeldata", "--zst"];
    let _ = index(&channel, &args).succeeded();
    let _ = site(&channel, &[]).succeeded();
    // The first index run after it may have to note that there is a website; it has nothing to write.
    for _ in 0..2 {
        let before = states(channel.path());
        let _ = index(&channel, &args).succeeded();
        let after = states(channel.path());
        let touched = Touched::between(&before, &after);
        assert!(
            touched.written.iter().all(|path| path.contains("/.cache/")),
            "{touched:?}"
        );
        assert_eq!(touched.removed, BTreeSet::new());
        let outcome = site(&channel, &[]).succeeded();
        assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
    }
    // Nor are they removed when nobody wants listings or feeds.
    let before = states(channel.path());
    let _ = index(&channel, &["--zst", "--no-html", "--no-rss"]).succeeded();
    for page in ["index.html", "noarch/index.html", "rss.xml", "atom.xml"] {
        assert_eq!(states(channel.path())[page], before[page], "{page}");
    }
}

#[test]
fn in_place_what_an_index_run_changes_is_shown() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let _ = site(&channel, &[]).succeeded();
    let channel = channel.package(&needing("anchor", 1, &[]), Kind::Conda);
    let channel = channel.remove("noarch/tug-1.0-0.conda");
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let _ = site(&channel, &[]).succeeded();
    assert!(channel.path().join("p/anchor/index.html").is_file());
    assert!(!channel.path().join("p/tug").exists());
    let listing = fs_err::read_to_string(channel.path().join("noarch/index.html")).unwrap();
    assert!(listing.contains("anchor-1.0-0.conda") && !listing.contains("tug-1.0-0.conda"));
}

#[test]
fn elsewhere_documents_shards_and_packages_are_copied_with_their_times() {
    let channel = channel();
    let _ = index(
        &channel,
        &["--write-shards", "--zst", "--run-exports", "--channeldata"],
    )
    .succeeded();
    let website = Website::new();
    let _ = website.make(&channel, &[]).succeeded();
    let (original, copied) = (states(channel.path()), website.states());
    let mut count = 0;
    for (path, (_, modified, bytes)) in &original {
        let is_page = path.ends_with("index.html") || ["atom.xml", "rss.xml"].contains(&path.as_str());
        if path.contains("/.") || is_page {
            continue;
        }
        let (_, copied_modified, copied_bytes) = copied.get(path).unwrap_or_else(|| panic!("no {path}"));
        assert_eq!((modified, bytes), (copied_modified, copied_bytes), "{path}");
        count += 1;
    }
    assert!(count > 30, "{count}");
    assert!(
        copied
            .keys()
            .all(|path| !path.contains("/.") && (!path.starts_with('.') || path == ".nojekyll"))
    );
    assert_eq!(website.json(TUG)["download"], "noarch/tug-1.0-0.conda");
}

#[test]
fn copies_go_and_change_with_their_originals() {
    let channel = channel();
    let _ = index(&channel, &["--write-shards"]).succeeded();
    let website = Website::new();
    let _ = website.make(&channel, &[]).succeeded();
    let _ = index(&channel, &[]).succeeded();
    let channel = channel
        .remove("noarch/tug-1.0-0.conda")
        .package(&needing("barge", 40, &["crane"]), Kind::Conda);
    let touched = website.update(&channel, &[]);
    assert!(!website.has("noarch/tug-1.0-0.conda"));
    assert!(touched.written.contains("noarch/barge-1.0-0.conda"));
    assert!(!touched.written.contains("noarch/crane-1.0-0.conda"));
    let original = fs_err::read(channel.path().join("noarch/barge-1.0-0.conda")).unwrap();
    assert!(website.contents()["noarch/barge-1.0-0.conda"] == original);
}

#[test]
fn documents_are_copied_without_packages() {
    let channel = channel();
    let args = ["--base-url", "https://files.example/c"];
    let _ = index(&channel, &args).succeeded();
    let website = Website::new();
    let _ = website
        .make(&channel, &[&["--copy", "documents"], &args[..]].concat())
        .succeeded();
    assert!(website.has("noarch/repodata.json"));
    assert!(!website.files().iter().any(|path| path.ends_with(".conda")));
    let download = "https://files.example/c/noarch/tug-1.0-0.conda";
    assert_eq!(website.json(TUG)["download"], download);
    assert_eq!(listed(&website, "noarch", "/tug-1.0-0.conda"), [download]);
    // What had been copied goes.
    let _ = website
        .make(&channel, &[&["--copy", "all"], &args[..]].concat())
        .succeeded();
    assert!(website.has("noarch/tug-1.0-0.conda"));
    let _ = website
        .make(&channel, &[&["--copy", "documents"], &args[..]].concat())
        .succeeded();
    assert!(!website.has("noarch/tug-1.0-0.conda"));
}

/// Nobody says where they are.
#[test]
fn packages_that_are_not_copied_cannot_be_downloaded() {
    let website = Website::of(&channel(), &["--copy", "documents"]);
    assert_eq!(website.json(TUG)["download"], Value::Null);
}

#[test]
fn nothing_is_copied_of_a_channel_elsewhere() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let website = Website::new();
    let outcome = website.make(&channel, &["--copy", "nothing"]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains("--channel-url"), "{outcome}");
    assert_eq!(website.files(), [""; 0]);
    let args = ["--copy", "nothing", "--channel-url", "https://conda.example/main"];
    let _ = website.make(&channel, &args).succeeded();
    assert!(!website.has("noarch/repodata.json") && !website.has("noarch/tug-1.0-0.conda"));
    let download = "https://conda.example/main/noarch/tug-1.0-0.conda";
    assert_eq!(website.json(TUG)["download"], download);
    assert_eq!(listed(&website, "noarch", "/tug-1.0-0.conda"), [download]);
    assert_eq!(
        website.json("index.json")["channel_url"],
        "https://conda.example/main/"
    );
    // With a listing of packages comes none of documents.
    assert_eq!(listed(&website, "noarch", "repodata.json"), [""; 0]);
}

/// A relative `base_url` is relative to the document that says so, wherever the page is.
#[rstest]
#[case::copied(&[], "linux-64/../files/linux-64/libquay-1.10-h2_1.conda", "../files/linux-64/libquay-1.10-h2_1.conda")]
#[case::elsewhere(
    &["--copy", "nothing", "--channel-url", "https://conda.example/main"],
    "https://conda.example/main/linux-64/../files/linux-64/libquay-1.10-h2_1.conda",
    "https://conda.example/main/linux-64/../files/linux-64/libquay-1.10-h2_1.conda"
)]
fn a_relative_base_url_is_of_the_document(
    #[case] args: &[&str],
    #[case] download: &str,
    #[case] in_listing: &str,
) {
    let channel = channel();
    let base = ["--base-url", "../files"];
    let _ = index(&channel, &base).succeeded();
    let website = Website::new();
    let _ = website.make(&channel, &[args, &base[..]].concat()).succeeded();
    assert_eq!(website.json(LIBQUAY)["download"], download);
    assert_eq!(
        listed(&website, "linux-64", "/libquay-1.10-h2_1.conda"),
        [in_listing]
    );
}

/// The website of a channel may be kept in a folder of the channel, which is no subdir of it then.
#[test]
fn the_website_may_be_in_a_folder_of_the_channel() {
    let channel = channel().file("towpath.toml", "[site]\noutput = 'public'\n");
    let _ = index(&channel, &[]).succeeded();
    let _ = site(&channel, &[]).succeeded();
    let public = channel.path().join("public");
    assert!(public.join(STATE).is_file() && public.join("noarch/repodata.json").is_file());
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let data = json_at(&channel.path().join("channeldata.json"));
    assert_eq!(
        data["subdirs"],
        json!(["linux-64", "noarch", "osx-64", "osx-arm64", "win-64"])
    );
    let _ = site(&channel, &[]).succeeded();
    assert!(!public.join("public").exists());
}

#[cfg(unix)]
#[test]
fn a_link_to_the_channel_is_the_channel() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    fs_err::os::unix::fs::symlink(channel.path(), &link).unwrap();
    let path = link.display().to_string();
    let _ = site(&channel, &["-o", &path]).succeeded();
    assert!(channel.path().join(STATE).is_file());
    // Not copied onto itself, and not taken for copies of an earlier run.
    let _ = site(&channel, &[]).succeeded();
    assert!(channel.path().join("noarch/tug-1.0-0.conda").is_file());
}

/// In a channel that had a website in its own folder, pages of listings are the website's.
#[test]
fn listings_are_not_copied() {
    let many = |n: usize| needing(&format!("p{n:03}"), 1, &[]);
    let channel = (0..810).fold(ChannelBuilder::new(), |channel, n| {
        channel.package(&many(n), Kind::Conda)
    });
    let _ = index(&channel, &[]).succeeded();
    let _ = site(
        &channel,
        &["--build-pages", "none", "--no-files", "--title", "In place"],
    )
    .succeeded();
    let website = Website::new();
    let args = ["--build-pages", "none", "--no-files", "--title", "Copied"];
    for _ in 0..2 {
        let _ = website.make(&channel, &args).succeeded();
        for page in ["noarch/index.html", "noarch/2.html"] {
            assert!(website.text(page).contains("Copied"), "{page}");
        }
    }
}
