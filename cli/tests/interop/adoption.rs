//! conda-index and towpath take turns on one channel: what one has read, the other need not read,
//! and neither changes a document that the other has written.

use rstest::rstest;
use towpath_tests::{Kind, PackageBuilder, noise};

use crate::channel::{Packages, TestChannel, generator};
use crate::documents::Documents;
use crate::peer::Peer;
use crate::towpath;

/// How many packages there are: conda-index takes 5 ms for each.
const PACKAGES: u64 = 200;

/// The tools, in the two orders in which they can take turns.
#[derive(Clone, Copy, Debug)]
enum Turn {
    CondaIndex,
    Towpath,
}

impl Turn {
    fn index(self, peer: &Peer, channel: &TestChannel, options: &[&str]) {
        match self {
            Self::CondaIndex => peer.index(channel.path(), options),
            Self::Towpath => {
                let ours = ["--no-indexed-timestamp", "--shards-in-place"];
                towpath::index(channel.path(), &[options, &ours].concat());
            }
        }
    }
}

#[rstest]
#[case::from_conda_index([Turn::CondaIndex, Turn::Towpath, Turn::CondaIndex])]
#[case::from_towpath([Turn::Towpath, Turn::CondaIndex, Turn::Towpath])]
fn the_second_and_the_third_read_no_package_and_change_no_document(
    #[case] turns: [Turn; 3],
    #[values(&["--run-exports", "--zst"], &["--run-exports", "--write-shards"])] options: &[&str],
) {
    let Some(peer) = Peer::found() else { return };
    let channel = Packages::generated(&generator(0.3), PACKAGES).channel();
    let [first, others @ ..] = turns;
    first.index(&peer, &channel, options);
    let written = Documents::json(channel.path());
    let before = Packages::at(channel.path().to_owned()).channel();
    // From here on, whoever opens a package finds nothing in it and says so.
    channel.hollow_out();
    for tool in others {
        tool.index(&peer, &channel, options);
        // With shards, conda-index leaves a patch_instructions.json that has none.
        peer.assert_same(before.path(), channel.path(), "[!p]*");
        peer.assert_same(channel.path(), before.path(), "[!p]*");
        if !options.contains(&"--write-shards") {
            Documents::json(channel.path()).assert_are(&written);
        }
    }
}

#[test]
fn towpath_writes_nothing_anew_after_conda_index() {
    let Some(peer) = Peer::found() else { return };
    let channel = Packages::generated(&generator(0.3), PACKAGES).channel();
    peer.index(channel.path(), &["--run-exports"]);
    channel.hollow_out();
    // The listing page is another: conda-index's has the time of its run.
    let run = towpath::index(
        channel.path(),
        &["--run-exports", "--no-indexed-timestamp", "--no-html"],
    );
    assert_eq!((run.read(), run.sum("bytes_read")), (0, 0));
    assert_eq!(run.documents_written(), Vec::<String>::new());
}

#[test]
fn packages_of_conda_index_became_part_of_the_channel_when_they_were_built() {
    let Some(peer) = Peer::found() else { return };
    let generator = generator(0.3);
    let channel = Packages::generated(&generator, PACKAGES).channel();
    peer.index(channel.path(), &[]);
    towpath::index(channel.path(), &[]);
    let records = channel.records();
    assert_eq!(records.len() as u64, PACKAGES);
    for record in &records {
        assert_eq!(record["indexed_timestamp"], record["timestamp"], "{record}");
    }

    // conda-index does not know of it and leaves it out; the store keeps it all the same.
    let dated = Documents::json(channel.path());
    let added = generator.package(PACKAGES);
    channel.put(&added.package, added.kind, added.built);
    peer.index(channel.path(), &[]);
    assert!(
        channel
            .records()
            .iter()
            .all(|record| record.get("indexed_timestamp").is_none())
    );
    towpath::index(channel.path(), &[]);
    let (now, old): (Vec<_>, Vec<_>) = channel
        .records()
        .into_iter()
        .partition(|record| record["indexed_timestamp"] != record["timestamp"]);
    assert_eq!((now.len(), old.len() as u64), (1, PACKAGES), "{now:?}");
    fs_err::remove_file(channel.path().join(added.subdir).join(added.file_name())).unwrap();
    towpath::index(channel.path(), &[]);
    Documents::json(channel.path()).assert_are(&dated);
}

#[test]
fn dates_outlive_a_turn_of_conda_index() {
    let Some(peer) = Peer::found() else { return };
    let channel = Packages::generated(&generator(0.3), PACKAGES).channel();
    towpath::index(channel.path(), &[]);
    let dated = Documents::json(channel.path());
    peer.index(channel.path(), &[]);
    assert_ne!(Documents::json(channel.path()), dated);
    towpath::index(channel.path(), &[]);
    Documents::json(channel.path()).assert_are(&dated);
}

#[test]
fn real_packages_that_conda_index_read_are_as_if_towpath_had_read_them() {
    let Some(peer) = Peer::found() else { return };
    let packages = Packages::at(peer.shared.packages());
    let (adopted, cold) = (packages.channel(), packages.channel());
    let options = ["--channeldata", "--no-indexed-timestamp"];
    peer.index(adopted.path(), &options[..1]);
    let run = towpath::index(cold.path(), &options);
    assert_eq!(run.read(), adopted.packages().len() as u64);
    peer.assert_same_rows(adopted.path(), cold.path());

    adopted.hollow_out();
    let run = towpath::index(adopted.path(), &options);
    assert_eq!((run.read(), run.sum("bytes_read")), (0, 0));
    Documents::json(adopted.path()).assert_are(&Documents::json(cold.path()));
}

/// Build tools put `info/` first; nothing makes them.
#[test]
fn members_behind_the_payload_are_read() {
    const MEMBERS: [&str; 4] = [
        "info/index.json",
        "info/about.json",
        "info/paths.json",
        "info/recipe/meta.yaml",
    ];
    let Some(peer) = Peer::found() else { return };
    let (theirs, ours) = (TestChannel::empty(), TestChannel::empty());
    for channel in [&theirs, &ours] {
        for behind in 1_u32..16 {
            let late = (0..4).filter(|member| behind & (1 << member) != 0);
            let late: Vec<&str> = late.map(|member| MEMBERS[member]).collect();
            let package = PackageBuilder::new(&format!("late-{behind}"), "1.0", "0")
                .recipe("source:\n  url: https://example.org/late.tar.gz\n")
                .payload("etc/conda/activate.d/late.sh", noise(100_000))
                .order_last(late);
            for kind in [Kind::Conda, Kind::TarBz2] {
                channel.put(&package, kind, 1_700_000_000);
            }
        }
    }
    peer.index(theirs.path(), &["--no-write-monolithic"]);
    towpath::index(ours.path(), &["--no-write-monolithic"]);
    peer.assert_same_rows(theirs.path(), ours.path());
}
