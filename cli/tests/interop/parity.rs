//! conda-index and towpath make the same documents, given the same command line and equal channels.
//!
//! towpath is asked to leave out what conda-index does not know: indexed timestamps, and a folder
//! of its own for shards.

mod channeldata;
mod patches;
mod wheels;

use rstest::rstest;

use crate::channel::{Packages, TestChannel, generator};
use crate::documents::Documents;
use crate::peer::Peer;
use crate::towpath::{self, Run};

/// What conda-index does without being asked.
const AS_CONDA_INDEX: [&str; 2] = ["--no-indexed-timestamp", "--shards-in-place"];

/// Some time after all packages were built.
const LATER: u64 = 1_800_000_000;

/// Two equal channels, one for each tool.
struct Pair {
    peer: Peer,
    theirs: TestChannel,
    ours: TestChannel,
}

impl Pair {
    fn of(peer: Peer, packages: &Packages) -> Self {
        let (theirs, ours) = (packages.channel(), packages.channel());
        Self { peer, theirs, ours }
    }

    fn filled(peer: Peer, fill: impl Fn(&TestChannel)) -> Self {
        let pair = Self {
            peer,
            theirs: TestChannel::empty(),
            ours: TestChannel::empty(),
        };
        pair.change(fill);
        pair
    }

    /// Does the same to both channels.
    fn change(&self, change: impl Fn(&TestChannel)) {
        change(&self.theirs);
        change(&self.ours);
    }

    /// Has each tool index its channel, and asserts that they made the same documents.
    fn index(&self, options: &[&str]) -> Run {
        self.peer.index(self.theirs.path(), options);
        let run = towpath::index(self.ours.path(), &[options, &AS_CONDA_INDEX].concat());
        if options.contains(&"--write-shards") {
            self.remove_instructions();
        }
        self.assert_same();
        run
    }

    /// conda-index with `--write-shards` writes other things into `patch_instructions.json`, also
    /// if there are no instructions, and would take them for instructions the next time.
    fn remove_instructions(&self) {
        self.change(|channel| {
            for subdir in fs_err::read_dir(channel.path()).unwrap() {
                drop(fs_err::remove_file(
                    subdir.unwrap().path().join("patch_instructions.json"),
                ));
            }
        });
    }

    fn assert_same(&self) {
        let (theirs, ours) = (self.theirs.path(), self.ours.path());
        self.peer.assert_same(theirs, ours, "*");
        // The other way round: towpath wrote nothing that conda-index did not.
        self.peer.assert_same(ours, theirs, "*");
        Documents::json(ours).assert_are(&Documents::json(theirs));
    }
}

#[rstest]
#[case::conda(0.0)]
#[case::some_tar_bz2(0.4)]
fn a_channel_that_lives(#[case] bz2_share: f64) {
    let Some(peer) = Peer::found() else { return };
    let generator = generator(bz2_share);
    let pair = Pair::of(peer, &Packages::generated(&generator, 2000));
    let options = ["--run-exports", "--write-shards"];
    let run = pair.index(&options);
    assert_eq!(run.sum("added"), 2000);

    let [taken, touched, replaced] = [0, 1, 2].map(|first| (first..2000).step_by(50));
    let aside = tempfile::tempdir().unwrap();
    let aside = |k: u64| aside.path().join(k.to_string());
    let name = |k| {
        let package = generator.package(k);
        format!("{}/{}", package.subdir, package.file_name())
    };
    pair.change(|channel| {
        for k in taken.clone() {
            let path = channel.path().join(name(k));
            drop(fs_err::hard_link(&path, aside(k)));
            fs_err::remove_file(path).unwrap();
        }
        for k in touched.clone() {
            channel.put(&generator.package(k).package, generator.package(k).kind, LATER);
        }
        for k in replaced.clone() {
            let package = generator.package(k);
            channel.put(&package.package.depends(["replaced >=2"]), package.kind, LATER);
        }
        for k in 2000..2040 {
            channel.put(&generator.package(k).package, generator.package(k).kind, LATER);
        }
    });
    let run = pair.index(&options);
    assert_eq!(
        ["added", "changed", "removed"].map(|what| run.sum(what)),
        [40, 80, 40]
    );

    // What comes back as it was need not be read.
    pair.change(|channel| {
        for k in taken.clone() {
            fs_err::hard_link(aside(k), channel.path().join(name(k))).unwrap();
        }
    });
    let run = pair.index(&options);
    assert_eq!(run.read(), 0);
}

#[rstest]
#[case::base_url(&["--base-url", "https://packages.example.org/channel/", "--write-shards", "--run-exports"])]
#[case::several_lines(&["--no-compact", "--run-exports"])]
#[case::compressed(&["--bz2", "--zst", "--run-exports"])]
#[case::one_subdir(&["--subdir", "linux-64"])]
#[case::two_subdirs(&["--subdir", "noarch", "--subdir", "osx-64"])]
#[case::only_shards(&["--no-write-monolithic", "--write-shards"])]
#[case::nothing_listed(&["--no-update-cache"])]
fn an_option(#[case] options: &[&str]) {
    let Some(peer) = Peer::found() else { return };
    let pair = Pair::of(peer, &Packages::generated(&generator(0.2), 200));
    pair.index(options);
    pair.index(options);
}

#[test]
fn files_may_be_taken_away_from_a_channel_that_is_only_added_to() {
    let Some(peer) = Peer::found() else { return };
    let generator = generator(0.2);
    let pair = Pair::of(peer, &Packages::generated(&generator, 200));
    pair.index(&["--run-exports"]);
    let known = pair.ours.packages();
    pair.change(|channel| {
        for path in channel.packages() {
            fs_err::remove_file(path).unwrap();
        }
        let added = generator.package(200);
        channel.put(&added.package, added.kind, LATER);
    });
    let run = pair.index(&["--run-exports", "--update-only"]);
    assert_eq!((run.sum("added"), run.sum("removed")), (1, 0));
    let repodata = fs_err::read_to_string(pair.ours.path().join("noarch/repodata.json")).unwrap();
    let gone = known
        .iter()
        .find(|path| path.to_string_lossy().contains("noarch"));
    assert!(repodata.contains(gone.unwrap().file_name().unwrap().to_str().unwrap()));
    let run = pair.index(&["--run-exports"]);
    assert_eq!(run.sum("removed"), 200);
}
