//! What is said at the end, to people and to machines, and the exit status.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};

fn channel() -> ChannelBuilder {
    ChannelBuilder::new().package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda)
}

#[test]
fn quiet_is_silent_unless_something_is_wrong() {
    let channel = channel();
    assert_snapshot!(index(&channel, &["--quiet"]), @"exit status: 0");
    let channel = channel.file("noarch/broken-1-0.conda", "");
    assert_snapshot!(index(&channel, &["-q"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 1 left out; nothing to write in [TIME]
    ");
    assert_snapshot!(index(&channel, &["-q", "--skip-broken"]), @"exit status: 0");
    assert_snapshot!(index(&channel, &["-q", "-v"]), @"
    exit status: 2
    ----- stderr -----
    error: the argument '--quiet' cannot be used with '--verbose'

    Usage: towpath index --quiet <DIR>

    For more information, try '--help'.
    ");
}

#[test]
fn packages_that_are_left_out_are_a_status_of_their_own() {
    let channel = channel().file("noarch/broken-1-0.conda", "");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
    assert_snapshot!(index(&channel, &["--skip-broken"]), @"
    exit status: 0
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 1 left out; nothing to write in [TIME]
    ");
    assert_snapshot!(index(&channel, &["--skip-broken", "--no-skip-broken"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 1 left out; nothing to write in [TIME]
    ");
}

#[test]
fn what_was_done_as_json() {
    let towpath = |channel: &ChannelBuilder| Towpath::index(channel).args(&["--json", "--threads", "1"]);
    let channel = channel()
        .file("noarch/broken-1-0.conda", "")
        .file("noarch/repodata_shards.msgpack.zst", "")
        .file("osx-64/.cache/cache.db", "garbage ".repeat(10));
    let outcome = towpath(&channel).run();
    assert_eq!((outcome.status(), outcome.stderr()), (1, ""), "{outcome}");
    let mut done: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "null")).unwrap();
    let noarch = &mut done["subdirs"][0];
    assert_eq!(noarch["subdir"], "noarch");
    let size = fs_err::metadata(channel.path().join("noarch/lock-1.0-0.conda"))
        .unwrap()
        .len();
    assert_eq!(noarch["bytes_read"].take(), size);
    assert_snapshot!(serde_json::to_string_pretty(&done).unwrap(), @r#"
    {
      "channel": "[CHANNEL]",
      "documents_written": [],
      "failure": null,
      "seconds": null,
      "subdirs": [
        {
          "added": 1,
          "bytes_read": null,
          "changed": 0,
          "documents_written": [
            "repodata_from_packages.json",
            "repodata.json",
            "index.html"
          ],
          "failure": null,
          "left_out": [
            {
              "file_name": "broken-1-0.conda",
              "reason": "the file is empty"
            }
          ],
          "removed": 0,
          "shards_removed": 0,
          "skipped": false,
          "subdir": "noarch",
          "warnings": [
            {
              "file_name": "repodata_shards.msgpack.zst",
              "what": "was written by an earlier run and not by this one; clients prefer it to repodata.json, so write shards (--write-shards) or remove it"
            }
          ]
        },
        {
          "added": 0,
          "bytes_read": 0,
          "changed": 0,
          "documents_written": [],
          "failure": "[CHANNEL]/osx-64/.cache/cache.db is not an SQLite database; it was left as it is (move it away to have the subdir read anew)",
          "left_out": [],
          "removed": 0,
          "shards_removed": 0,
          "skipped": false,
          "subdir": "osx-64",
          "warnings": []
        }
      ]
    }
    "#);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let channel = ChannelBuilder::new().file("noarch/a\u{1b}[31m\n\u{202e}-1-0.conda", "");
    let outcome = index(&channel, &[]);
    assert_eq!(outcome.status(), 3);
    assert!(
        outcome
            .stderr()
            .starts_with("left out: noarch/a\u{fffd}[31m\u{fffd}\u{fffd}-1-0.conda: the file is empty\n")
    );
    // A machine is told the name as it is.
    let outcome = index(&channel, &["--json"]);
    assert!(
        outcome.stdout().contains("\"a\\u001b[31m\\n\u{202e}-1-0.conda\""),
        "{outcome}"
    );
}

#[test]
fn nor_do_they_from_what_packages_say() {
    let steering = PackageBuilder::new("odd", "1", "0").index(|index| {
        index.insert("name".to_owned(), "a\u{1b}[31m\n\u{9b}31m".into());
    });
    let channel = ChannelBuilder::new().file("noarch/odd-1-0.conda", steering.conda());
    let outcome = index(&channel, &[]).succeeded();
    assert!(outcome.stderr().contains("warning: "), "{outcome}");
    let lines = outcome.stderr().lines();
    assert!(!lines.flat_map(str::chars).any(char::is_control), "{outcome}");
    assert!(
        outcome
            .stderr()
            .lines()
            .all(|line| line.starts_with("warning: noarch/odd") || line.starts_with("[CHANNEL]")),
        "{outcome}"
    );
}

#[rstest]
#[case("always", true)]
#[case("never", false)]
#[case("auto", false)]
fn colour_is_used_when_asked_for(#[case] when: &str, #[case] is_coloured: bool) {
    let outcome = index(&channel(), &["--color", when]);
    assert_eq!(outcome.stderr().contains('\u{1b}'), is_coloured, "{outcome}");
}

/// A channel with this many packages that are broken, and as many that are odd.
fn flooded(count: usize) -> ChannelBuilder {
    (0..count).fold(ChannelBuilder::new(), |channel, number| {
        let odd = PackageBuilder::new(&format!("Odd{number:03}"), "1", "0");
        channel
            .package(&odd, Kind::Conda)
            .file(&format!("noarch/broken{number:03}-1-0.conda"), "")
    })
}

/// The lines with a word in them, and the last of them.
fn told<'a>(said: &'a str, word: &str) -> (usize, &'a str) {
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(word)).collect();
    (lines.len(), lines[lines.len() - 1])
}

#[rstest]
#[case(20, "warning: noarch/Odd019", "left out: noarch/broken019")]
#[case(
    21,
    "noarch: 1 more warning (--json lists all)",
    "noarch: 1 more left out (--json lists all)"
)]
#[case(
    45,
    "noarch: 25 more warnings (--json lists all)",
    "noarch: 25 more left out (--json lists all)"
)]
fn people_are_told_the_first_of_many(#[case] count: usize, #[case] warnings: &str, #[case] left_out: &str) {
    let channel = flooded(count);
    let outcome = index(&channel, &[]);
    assert_eq!(outcome.status(), 3);
    let (summary, said) = outcome
        .stderr()
        .trim_end()
        .rsplit_once('\n')
        .map(|(said, summary)| (summary, said))
        .unwrap();
    assert!(
        summary.contains(&format!("{count} added")) && summary.contains(&format!("{count} left out")),
        "{outcome}"
    );
    for (word, last) in [("warning", warnings), ("left out", left_out)] {
        let (lines, told) = told(said, word);
        assert_eq!(lines, count.min(21), "{outcome}");
        assert!(told.starts_with(last), "{outcome}");
    }
}

#[test]
fn machines_are_told_all() {
    let outcome = index(&flooded(45), &["--json"]);
    let done: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "null")).unwrap();
    for key in ["warnings", "left_out"] {
        assert_eq!(done["subdirs"][0][key].as_array().unwrap().len(), 45, "{key}");
    }
}
