//! Several runs on one channel: one works on a subdir at a time, the others do as they are told.

use std::process::Child;
use std::time::Duration;

use rstest::rstest;

use crate::channel::{Packages, TestChannel, generator};
use crate::documents::Documents;
use crate::towpath::{self, Run};

const OPTIONS: [&str; 3] = ["--run-exports", "--write-shards", "--no-indexed-timestamp"];

/// Holds a subdir as another run would, until it is dropped.
fn hold(channel: &TestChannel, subdir: &str) -> fs_err::File {
    let folder = channel.path().join(subdir).join(".cache");
    fs_err::create_dir_all(&folder).unwrap();
    let lock = fs_err::File::create(folder.join("towpath.lock")).unwrap();
    lock.file().lock().unwrap();
    lock
}

fn spawn(channel: &TestChannel, options: &[&str]) -> Child {
    towpath::command(channel.path(), &[&OPTIONS, options].concat())
        .spawn()
        .unwrap()
}

fn finish(run: Child) -> Run {
    Run::of(&run.wait_with_output().unwrap())
}

#[test]
fn eight_runs_at_once_make_what_one_makes() {
    let packages = Packages::generated(&generator(0.2), 400);
    let alone = packages.channel();
    towpath::index(alone.path(), &OPTIONS);
    let channel = packages.channel();
    let runs: Vec<Child> = (0..8).map(|_| spawn(&channel, &[])).collect();
    let runs: Vec<Run> = runs.into_iter().map(finish).collect();
    for run in &runs {
        assert_eq!(run.status, Some(0), "{}", run.stderr);
    }
    // Each package was read once, and each document written once, whoever did it.
    assert_eq!(runs.iter().map(Run::read).sum::<u64>(), 400);
    let mut written: Vec<String> = runs.iter().flat_map(Run::documents_written).collect();
    written.sort_unstable();
    let count = written.len();
    written.dedup();
    assert_eq!(written.len(), count, "{written:?}");
    Documents::of(channel.path()).assert_are(&Documents::of(alone.path()));
}

#[test]
fn runs_over_different_subdirs_leave_one_document_of_the_channel() {
    let packages = Packages::generated(&generator(0.2), 120);
    let alone = packages.channel();
    towpath::index(alone.path(), &[&OPTIONS[..], &["--channeldata"]].concat());
    for _ in 0..3 {
        let channel = packages.channel();
        let of_subdir = |subdir| spawn(&channel, &["--channeldata", "--subdir", subdir]);
        for run in ["linux-64", "noarch"].map(of_subdir).map(finish) {
            assert_eq!((run.status, &*run.stderr), (Some(0), ""));
        }
        Documents::of(channel.path()).assert_are(&Documents::of(alone.path()));
    }
}

#[test]
fn a_run_waits_for_another() {
    let channel = Packages::generated(&generator(0.2), 20).channel();
    let lock = hold(&channel, "linux-64");
    let mut run = spawn(&channel, &[]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(run.try_wait().unwrap().is_none(), "it did not wait");
    assert!(!channel.path().join("linux-64/repodata.json").exists());
    drop(lock);
    let run = finish(run);
    assert_eq!((run.status, run.read()), (Some(0), 20), "{}", run.stderr);
}

#[test]
fn a_run_may_leave_a_busy_subdir_to_the_other() {
    let channel = Packages::generated(&generator(0.2), 20).channel();
    let _lock = hold(&channel, "linux-64");
    let run = finish(spawn(&channel, &["--on-busy", "skip"]));
    assert_eq!(
        (run.status, run.skipped()),
        (Some(0), vec!["linux-64"]),
        "{}",
        run.stderr
    );
    assert!(channel.path().join("noarch/repodata.json").exists());
    assert!(!channel.path().join("linux-64/repodata.json").exists());
}

#[rstest]
fn a_run_may_refuse_to_wait(#[values("linux-64", "noarch")] busy: &str) {
    let channel = Packages::generated(&generator(0.2), 20).channel();
    let _lock = hold(&channel, busy);
    let run = finish(spawn(&channel, &["--on-busy", "fail"]));
    assert_eq!(run.status, Some(1));
    let message = format!("another process is indexing {busy}");
    assert!(run.stderr.contains(&message), "{}", run.stderr);
    for subdir in ["linux-64", "noarch"] {
        assert!(!channel.path().join(subdir).join("repodata.json").exists());
    }
}
