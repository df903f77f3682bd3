//! What `towpath site` says, and its exit statuses.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};

use super::harbour::channel;
use super::{Website, site};
use crate::environment::{Towpath, index};

#[test]
fn one_line_says_what_became_of_it() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let website = Website::new();
    let first = website.make(&channel, &[]).succeeded();
    let files = website.files().len();
    let start = format!(
        "[OUT]: a website of 5 packages and 10 builds; {files} of {files} files written, 0 removed, "
    );
    assert!(first.stderr().starts_with(&start), "{first}");
    assert_eq!((first.stdout(), first.stderr().lines().count()), ("", 1));
    let channel = channel.remove("noarch/barge-1.0-0.conda");
    let _ = index(&channel, &[]).succeeded();
    let second = website.make(&channel, &[]).succeeded();
    assert!(!second.stderr().contains(" 0 removed"), "{second}");
    let files = website.files().len();
    let third = website.make(&channel, &[]).succeeded();
    assert!(
        third
            .stderr()
            .starts_with(&format!("[OUT]: nothing has changed; {files} files, ")),
        "{third}"
    );
}

#[test]
fn machines_are_told_as_one_object() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let website = Website::new();
    let said = || -> Value {
        let outcome = website.make(&channel, &["--json"]).succeeded();
        assert_eq!(outcome.stderr(), "");
        serde_json::from_str(&outcome.stdout().replace("[TIME]", "0")).unwrap()
    };
    let first = said();
    let files = website.states();
    let bytes: usize = files.values().map(|(_, _, bytes)| bytes.len()).sum();
    assert_eq!(first["folder"], "[OUT]");
    let made = &first["website"];
    assert_eq!(
        (&made["files"], &made["bytes"]),
        (&json!(files.len()), &json!(bytes))
    );
    assert_eq!(
        (&made["written"], &made["removed"]),
        (&json!(files.len()), &json!(0))
    );
    assert_eq!(
        (&made["totals"]["packages"], &made["totals"]["builds"]),
        (&json!(5), &json!(10))
    );
    assert_eq!(made["extent"], "all");
    let second = said();
    assert_eq!(
        second["website"],
        json!({
            "files": files.len(), "bytes": bytes, "written": 0, "removed": 0, "totals": null, "extent": null,
        })
    );
}

#[test]
fn quiet_says_nothing_unless_something_is_wrong() {
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let website = Website::new();
    for _ in 0..2 {
        let outcome = website.make(&channel, &["-q"]).succeeded();
        assert_eq!((outcome.stdout(), outcome.stderr()), ("", ""));
    }
    let outcome = website.make(&channel, &["-q", "--verify-report", "/nowhere"]);
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("/nowhere"), "{outcome}");
}

#[rstest]
#[case::no_channel(&[], 2)]
#[case::unknown_option(&["--nonsense"], 2)]
#[case::unknown_copy(&["--copy", "some"], 2)]
#[case::unknown_size(&["--max-size", "much"], 2)]
#[case::no_threads(&["--threads", "0"], 2)]
#[case::no_url(&["--copy", "nothing"], 2)]
#[case::check_alone(&["--check"], 2)]
fn wrong_usage_is_status_2(#[case] args: &[&str], #[case] status: i32) {
    let channel = channel();
    let outcome = if args.is_empty() {
        Towpath::new(["site"]).run()
    } else {
        Website::new().make(&channel, args)
    };
    assert_eq!(outcome.status(), status, "{outcome}");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let channel = channel().file("file", "");
    let _ = index(&channel, &[]).succeeded();
    let out = channel.path().join("file/out").display().to_string();
    let outcome = site(&channel, &["-o", &out]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("[CHANNEL]/file"), "{outcome}");
    assert_snapshot!(outcome.stderr(), @"error: failed to create directory `[CHANNEL]/file/out`: Not a directory (os error 20)");
}
