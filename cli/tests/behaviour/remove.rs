//! `towpath remove`: packages leave a channel.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_core::channel::ChannelPrefix;
use towpath_tests::{Kind, PackageBuilder};

use crate::databases::{Backend, Kept, sql};
use crate::environment::Outcome;
use crate::published::Published;

fn remove(kept: &Kept, backend: Backend, args: &[&str]) -> Outcome {
    kept.call(&["remove"], &["--db", backend.name()]).args(args).run()
}

fn names(kept: &Kept, subdir: &str) -> Vec<String> {
    Published::of(&kept.channel, subdir).file_names()
}

#[rstest]
#[case(Backend::Sqlite3)]
#[case(Backend::Gluesql)]
#[case(Backend::Postgresql)]
fn a_removed_package_is_in_no_document(#[case] backend: Backend) {
    let kept = Kept::new();
    let _ = kept.index(backend, &[]).succeeded();
    insta::allow_duplicates! {
        assert_snapshot!(remove(&kept, backend, &["linux-64/lock-3.0-0.conda", "lock-2.0-0.tar.bz2"]), @"
        exit status: 0
        ----- stderr -----
        linux-64/lock-3.0-0.conda: removed
        warning: linux-64/lock-3.0-0.conda still lies in the channel's folder: the next run that lists the folder makes it a part of the channel again (--delete-file deletes it)
        noarch/lock-2.0-0.tar.bz2: removed
        warning: noarch/lock-2.0-0.tar.bz2 still lies in the channel's folder: the next run that lists the folder makes it a part of the channel again (--delete-file deletes it)
        the channel's documents are as they were: `towpath index [CHANNEL] --no-update-cache` with the same --db publishes it without
        ");
    }
    let _ = kept.index(backend, &["--no-update-cache"]).succeeded();
    assert_eq!(names(&kept, "linux-64"), ["lock-4.0-0.conda"]);
    assert_eq!(names(&kept, "noarch"), ["lock-1.0-0.conda"]);
    // As was said: the files are there, and known.
    assert_eq!(kept.read_and_removed(backend), (0, 0));
    assert_eq!(names(&kept, "linux-64").len(), 2);
}

/// The way that conda-index's own documentation shows for PostgreSQL.
#[test]
fn it_is_what_people_did_in_sql() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Postgresql, &[]).succeeded();
    let prefix = ChannelPrefix::of_channel(kept.channel.path()).unwrap().unwrap();
    let path = format!("{prefix}/linux-64/lock-3.0-0.conda");
    sql(
        &kept.url,
        &format!(
            "CREATE TABLE before AS SELECT * FROM stat; DELETE FROM stat WHERE path = '{path}' AND stage = 'fs'"
        ),
    );
    let _ = kept
        .index(Backend::Postgresql, &["--no-update-cache"])
        .succeeded();
    let by_sql = kept.documents();
    sql(&kept.url, "TRUNCATE stat; INSERT INTO stat SELECT * FROM before");
    let _ = kept
        .index(Backend::Postgresql, &["--no-update-cache"])
        .succeeded();
    assert!(kept.documents() != by_sql);
    let _ = remove(&kept, Backend::Postgresql, &["lock-3.0-0.conda"]).succeeded();
    let _ = kept
        .index(Backend::Postgresql, &["--no-update-cache"])
        .succeeded();
    assert!(kept.documents() == by_sql);
}

#[rstest]
#[case(Backend::Sqlite3)]
#[case(Backend::Postgresql)]
fn a_file_may_be_deleted_too(#[case] backend: Backend) {
    let kept = Kept::new();
    let _ = kept.index(backend, &[]).succeeded();
    let file = kept.channel.path().join("noarch/lock-1.0-0.conda");
    insta::allow_duplicates! {
        assert_snapshot!(remove(&kept, backend, &["--delete-file", file.to_str().unwrap()]), @"
        exit status: 0
        ----- stderr -----
        noarch/lock-1.0-0.conda: removed, and its file deleted
        the channel's documents are as they were: `towpath index [CHANNEL] --no-update-cache` with the same --db publishes it without
        ");
    }
    assert!(!file.exists());
    let _ = kept.index(backend, &["--update-only"]).succeeded();
    assert_eq!(names(&kept, "noarch"), ["lock-2.0-0.tar.bz2"]);
    assert_eq!(kept.read_and_removed(backend), (0, 0));
}

#[test]
fn all_are_removed_or_none() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let before = kept.documents();
    let args = [
        "--delete-file",
        "lock-1.0-0.conda",
        "linux-64/lock-1.0-0.conda",
        "osx-64/a-1-0.conda",
    ];
    assert_snapshot!(remove(&kept, Backend::Sqlite3, &args), @"
    exit status: 1
    ----- stderr -----
    error: nothing was removed: these files are not in the channel as it was last listed: linux-64/lock-1.0-0.conda, osx-64/a-1-0.conda
    ");
    assert!(kept.channel.path().join("noarch/lock-1.0-0.conda").exists());
    assert!(!kept.channel.path().join("osx-64").exists());
    let _ = kept.index(Backend::Sqlite3, &["--no-update-cache"]).succeeded();
    assert!(kept.documents() == before);
}

#[test]
fn a_name_in_several_subdirs_has_to_be_told_apart() {
    let mut kept = Kept::new();
    let twin = PackageBuilder::new("lock", "4.0", "0").subdir("noarch");
    kept.channel = kept.channel.package(&twin, Kind::Conda);
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    assert_snapshot!(remove(&kept, Backend::Sqlite3, &["lock-4.0-0.conda"]), @"
    exit status: 1
    ----- stderr -----
    error: nothing was removed: lock-4.0-0.conda is in several subdirs (linux-64, noarch); say which, as in linux-64/lock-4.0-0.conda
    ");
    let _ = remove(&kept, Backend::Sqlite3, &["noarch/lock-4.0-0.conda"]).succeeded();
    let _ = kept.index(Backend::Sqlite3, &["--no-update-cache"]).succeeded();
    assert_eq!(names(&kept, "noarch").len(), 2);
    assert_eq!(names(&kept, "linux-64").len(), 2);
}

#[rstest]
#[case("a/b/c.conda")]
#[case("../lock-1.0-0.conda")]
#[case("/etc/passwd")]
fn a_path_outside_of_the_channel_is_refused(#[case] path: &str) {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let outcome = remove(&kept, Backend::Sqlite3, &["--delete-file", path]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains(path), "{outcome}");
}

#[test]
fn it_is_told_to_machines() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Gluesql, &[]).succeeded();
    let args = ["--json", "lock-1.0-0.conda"];
    assert_snapshot!(remove(&kept, Backend::Gluesql, &args), @r#"
    exit status: 0
    ----- stdout -----
    {"channel":"[CHANNEL]","removed":[{"file_deleted":false,"file_left":true,"file_name":"lock-1.0-0.conda","subdir":"noarch"}]}
    "#);
    let outcome = remove(
        &kept,
        Backend::Gluesql,
        &["--json", "--delete-file", "lock-2.0-0.tar.bz2"],
    );
    assert_snapshot!(outcome, @r#"
    exit status: 0
    ----- stdout -----
    {"channel":"[CHANNEL]","removed":[{"file_deleted":true,"file_left":false,"file_name":"lock-2.0-0.tar.bz2","subdir":"noarch"}]}
    "#);
}
