//! What was deleted, cut off or left behind half done is mended by the next run.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::harbour::{channel, needing};
use super::{LOCK, STATE, Website, contents, site};
use crate::environment::index;

const UNFINISHED: &str = ".towpath-site.unfinished";

#[rstest]
#[case::page("p/libquay/index.html")]
#[case::json("p/libquay/changes/index.json")]
#[case::badge("p/tug/badge/license.svg")]
#[case::list("names/l.html")]
#[case::home("index.html")]
#[case::search("search/summaries.tsv")]
#[case::copy("noarch/tug-1.0-0.conda")]
#[case::document("linux-64/repodata.json")]
fn a_file_that_is_gone_or_cut_off_comes_back(#[case] path: &str) {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.contents();
    let place = website.path().join(path);
    fs_err::remove_file(&place).unwrap();
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == before);
    fs_err::write(&place, &before[path][..3]).unwrap();
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == before);
    fs_err::remove_file(&place).unwrap();
    let outcome = website.make(&channel, &["--json"]).succeeded();
    assert!(outcome.stdout().contains("\"written\":1"), "{outcome}");
}

#[test]
fn a_whole_folder_that_is_gone_comes_back() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.contents();
    fs_err::remove_dir_all(website.path().join("p")).unwrap();
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == before);
}

/// What was written by a run that did not end may be anything, even of the right size.
#[test]
fn after_a_run_that_did_not_end_every_file_is_looked_at() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.contents();
    let page = website.path().join("p/tug/index.html");
    let size = usize::try_from(fs_err::metadata(&page).unwrap().len()).unwrap();
    fs_err::write(&page, vec![0; size]).unwrap();
    fs_err::rename(website.path().join(STATE), website.path().join(UNFINISHED)).unwrap();
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == before);
    assert!(website.path().join(STATE).is_file());
}

/// What the unfinished run knew of is removed if nobody wants it any more.
#[test]
fn what_an_unfinished_run_left_behind_is_removed() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    fs_err::rename(website.path().join(STATE), website.path().join(UNFINISHED)).unwrap();
    let channel = channel.remove("noarch/tug-1.0-0.conda");
    let _ = website.update(&channel, &[]);
    assert!(!website.has("p/tug"));
    assert!(website.contents() == Website::of(&channel, &[]).contents());
}

#[rstest]
#[case::empty(b"")]
#[case::no_state(b"nonsense")]
#[case::cut_off(b"\x28\xb5\x2f\xfd\x04")]
fn a_state_that_cannot_be_read_is_none(#[case] bytes: &[u8]) {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.contents();
    fs_err::write(website.path().join(STATE), bytes).unwrap();
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == before);
    let outcome = website.make(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
}

fn large() -> ChannelBuilder {
    (0..150).fold(channel(), |channel, n| {
        let about = json!({"summary": format!("The {n}th"), "description": "word ".repeat(500)});
        let package = PackageBuilder::new(&format!("boat-{n:03}"), "1.0", "0").about(about);
        channel.package(&package.depends(["libquay >=1.10"]), Kind::Conda)
    })
}

/// Killed at a first run and at a later one, wherever it is just then.
#[test]
fn a_run_that_was_killed_is_mended_by_the_next() {
    let channel = large();
    let _ = index(&channel, &[]).succeeded();
    let killed_after = |website: &Website, pages: usize| {
        let mut running = website.call(&channel).args(&["--threads", "2"]).start();
        let written = || {
            contents(website.path())
                .keys()
                .filter(|path| path.starts_with("p/boat"))
                .count()
        };
        while written() < pages && !running.is_over() {
            std::thread::sleep(Duration::from_millis(2));
        }
        running.kill();
        let _ = running.wait();
    };
    let expected = Website::of(&channel, &[]).contents();
    let website = Website::new();
    for pages in [1, 300] {
        killed_after(&website, pages);
        assert!(
            !website.path().join(STATE).exists(),
            "it was over before it was killed"
        );
    }
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == expected);
    // With another title all pages are to be written again.
    let mut running = website.call(&channel).args(&["--title", "Else"]).start();
    while website.path().join(STATE).exists() && !running.is_over() {
        std::thread::sleep(Duration::from_millis(2));
    }
    running.kill();
    let _ = running.wait();
    assert!(website.path().join(UNFINISHED).exists());
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == expected);
    assert!(!website.path().join(UNFINISHED).exists());
}

/// What a killed run has written of a package that is gone by then is of nobody else.
#[test]
fn what_a_killed_run_has_written_is_removed_when_it_is_not_wanted() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let channel = large();
    let _ = index(&channel, &[]).succeeded();
    let mut running = website.call(&channel).start();
    while !website.has("p/boat-010/index.html") && !running.is_over() {
        std::thread::sleep(Duration::from_millis(1));
    }
    running.kill();
    let _ = running.wait();
    assert!(
        website.path().join(UNFINISHED).exists(),
        "it was over before it was killed"
    );
    let channel = super::harbour::channel();
    let _ = website.update(&channel, &[]);
    assert_eq!(website.files(), Website::of(&channel, &[]).files());
}

/// The same of a first run, in whose folder the channel itself is.
#[test]
fn in_the_channel_a_killed_run_is_known_to_index_and_to_the_next() {
    let channel = large();
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let before: Vec<String> = contents(channel.path()).into_keys().collect();
    let mut running = super::call(&channel).start();
    let page = channel.path().join("p/boat-010/index.html");
    while !page.exists() && !running.is_over() {
        std::thread::sleep(Duration::from_millis(1));
    }
    running.kill();
    let _ = running.wait();
    assert!(
        !channel.path().join(STATE).exists(),
        "it was over before it was killed"
    );
    let channel = (0..150).fold(channel, |channel, n| {
        channel.remove(&format!("noarch/boat-{n:03}-1.0-0.conda"))
    });
    let _ = index(&channel, &["--channeldata"]).succeeded();
    let _ = site(&channel, &[]).succeeded();
    let after: Vec<String> = contents(channel.path()).into_keys().collect();
    assert!(after.contains(&"p/libquay/index.html".to_owned()));
    assert!(
        after
            .iter()
            .all(|path| !path.contains("boat") && (!path.contains(".towpath-site.") || path == LOCK))
    );
    for path in before.iter().filter(|path| !path.contains("boat")) {
        assert!(after.contains(path), "{path}");
    }
}

/// A mistake in one page stops the run; what was there before stays, and the next run ends the work.
#[test]
fn a_run_that_failed_is_mended_by_the_next() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let templates = tempfile::tempdir().unwrap();
    fs_err::write(templates.path().join("health.html"), "{{ page.nothing }}").unwrap();
    let path = templates.path().display().to_string();
    let outcome = website.make(&channel, &["--templates", &path]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let channel = channel.package(&needing("anchor", 1, &[]), Kind::Conda);
    let _ = website.update(&channel, &[]);
    assert!(website.contents() == Website::of(&channel, &[]).contents());
}
