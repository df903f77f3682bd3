//! A run that is killed leaves nothing half done, and a channel that the next run completes.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use towpath_tests::noise;

use crate::channel::{Packages, TestChannel, files, generator};
use crate::documents::Documents;
use crate::towpath::{self, Run};

/// So many that a run takes a second or two, and commits what it read in several batches. Twice as
/// many are no better and cost a minute more.
const PACKAGES: u64 = 1000;

/// How often a run is killed.
const KILLS: u32 = 20;

const OPTIONS: [&str; 6] = [
    "--run-exports",
    "--write-shards",
    "--zst",
    "--zst-level",
    "3",
    "--no-indexed-timestamp",
];

/// Kills runs over channels as `make` makes them, at moments all over a run, and completes each by
/// another. What the others did.
fn kill_and_complete(make: impl Fn() -> TestChannel) -> Vec<Run> {
    let undisturbed = make();
    let start = Instant::now();
    towpath::index(undisturbed.path(), &OPTIONS);
    let mut duration = start.elapsed();
    let expected = Documents::of(undisturbed.path());
    let complete = |(number, random): (u32, u8)| {
        // One moment in each twentieth of a run: the last are those in which documents are written.
        let part = (f64::from(number) + f64::from(random) / 256.0) / f64::from(KILLS);
        let channel = loop {
            let channel = make();
            let run = towpath::command(channel.path(), &OPTIONS).spawn().unwrap();
            if kill(run, duration.mul_f64(part)) {
                break channel;
            }
            // It was done before: the machine has less to do than it had.
            duration = duration.mul_f64(0.8);
        };
        Documents::of(channel.path()).assert_are_whole(&expected);
        let run = towpath::index(channel.path(), &OPTIONS);
        Documents::of(channel.path()).assert_are(&expected);
        assert_eq!(
            leftovers(channel.path()),
            Vec::<PathBuf>::new(),
            "killed at {part:.3}"
        );
        run
    };
    (0..KILLS).zip(noise(KILLS as usize)).map(complete).collect()
}

/// Kills a run after a while. Says whether it was still at work.
fn kill(mut run: Child, after: Duration) -> bool {
    std::thread::sleep(after);
    let was_at_work = run.try_wait().unwrap().is_none();
    run.kill().unwrap();
    run.wait().unwrap();
    was_at_work
}

/// Files that no run leaves behind.
fn leftovers(channel: &Path) -> Vec<PathBuf> {
    let is_leftover = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(".towpath-") || name.ends_with("-journal") || name.ends_with(".tmp")
    };
    files(channel).into_iter().filter(is_leftover).collect()
}

#[test]
fn a_run_that_is_killed_while_it_reads() {
    let packages = Packages::generated(&generator(0.2), PACKAGES);
    let runs = kill_and_complete(|| packages.channel());
    let kept = runs.iter().filter(|run| run.read() < PACKAGES).count();
    println!("{kept} of {KILLS} killed runs had kept packages");
    assert!(kept > 0, "no run had kept what it had read");
}

#[test]
fn a_run_that_is_killed_while_it_writes() {
    let packages = Packages::generated(&generator(0.2), PACKAGES);
    let known = packages.channel();
    towpath::index(known.path(), &["--no-write-monolithic"]);
    let runs = kill_and_complete(|| {
        let channel = packages.channel();
        channel.take_caches_of(&known);
        channel
    });
    assert_eq!(runs.iter().map(Run::read).sum::<u64>(), 0);
    let all = runs
        .iter()
        .map(|run| run.documents_written().len())
        .max()
        .unwrap();
    let left = |run: &&Run| (1..all).contains(&run.documents_written().len());
    let partly = runs.iter().filter(left).count();
    println!("{partly} of {KILLS} killed runs had written some of {all} documents");
    assert!(partly > 0, "no run was killed between two documents");
}

#[test]
fn what_a_killed_run_was_writing_is_removed() {
    let channel = TestChannel::empty();
    towpath::index(channel.path(), &OPTIONS);
    for folder in ["noarch", "noarch/shards", "noarch/.cache"] {
        let half_written = channel.path().join(folder).join(".towpath-a1B2c3.tmp");
        fs_err::write(half_written, "half").unwrap();
    }
    towpath::index(channel.path(), &OPTIONS);
    assert_eq!(leftovers(channel.path()), Vec::<PathBuf>::new());
}
