//! `towpath site --check`: what would break on a host, told to people and machines.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, Towpath, index};

fn channel() -> ChannelBuilder {
    let lock = PackageBuilder::new("lock", "1.0", "0");
    let channel = ChannelBuilder::new().package(&lock, Kind::Conda);
    let _ = index(&channel, &["--write-shards"]).succeeded();
    channel
}

fn check(channel: &ChannelBuilder, host: &str, args: &[&str]) -> Outcome {
    Towpath::new(["site"])
        .arg(channel.path())
        .args(&["--check", "--host", host])
        .args(args)
        .naming(channel.path(), "[CHANNEL]")
        .run()
}

#[test]
fn help() {
    assert_snapshot!(Towpath::new(["site", "--help"]).run());
}

#[test]
fn each_name_is_told_with_what_to_do_about_it() {
    let names = ["a-1!2-0.conda", "b-1!2-0.conda"];
    let channel = names.into_iter().fold(channel(), |channel, name| {
        channel.file(&format!("noarch/{name}"), "")
    });
    let told = check(&channel, "github-releases", &[]).to_string();
    // Pages of a run are among the files, and their look is no matter of this.
    let (before, behind) = told.split_once(" files, ").unwrap();
    let (_, behind) = behind.split_once(';').unwrap();
    assert_snapshot!(format!("{before} files, [SIZE];{behind}"));
}

#[rstest]
#[case("github-pages", 0)]
#[case("github-releases", 1)]
#[case("s3", 0)]
fn errors_alone_make_it_fail(#[case] host: &str, #[case] status: i32) {
    let outcome = check(&channel(), host, &[]);
    assert_eq!(outcome.status(), status, "{outcome}");
}

#[test]
fn machines_are_told_everything_as_one_object() {
    let outcome = check(&channel(), "github-pages", &["--json"]).succeeded();
    assert_eq!(outcome.stderr(), "");
    let report: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(report["host"], "github-pages");
    let findings = report["findings"].as_array().unwrap();
    let of_name = |name: &str| findings.iter().find(|finding| finding["name"] == name).unwrap();
    let dot_folder = of_name("dot-folder");
    assert_eq!(dot_folder["severity"], "warning");
    assert_eq!(dot_folder["file"], "noarch/.cache");
    assert!(dot_folder["what"].is_string() && dot_folder["mend"].is_string());
    assert!(report["bytes"].as_u64() > Some(0));
}

#[test]
fn the_folder_of_the_website_is_checked_if_there_is_one() {
    let empty = tempfile::tempdir().unwrap();
    let channel = channel();
    let outcome = check(&channel, "s3", &["-o", empty.path().to_str().unwrap()]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stdout().contains("error no-channel: "), "{outcome}");
    let outcome = check(&channel, "s3", &["-o", "no-such-folder"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("no-such-folder"), "{outcome}");
}

#[test]
fn names_do_not_steer_the_terminal() {
    let channel = channel().file("noarch/a\u{1b}[31m-1-0.conda", "");
    let outcome = check(&channel, "github-pages", &[]);
    assert!(outcome.stdout().contains("warning not-indexed: "), "{outcome}");
    assert!(!outcome.stdout().contains('\u{1b}'), "{outcome}");
}

#[rstest]
#[case(&["--check"])]
#[case(&["--host", "s3"])]
#[case(&["--check", "--host", "geocities"])]
fn a_host_is_named_and_known(#[case] args: &[&str]) {
    let outcome = Towpath::new(["site", "."]).args(args).run();
    assert_eq!(outcome.status(), 2, "{outcome}");
}
