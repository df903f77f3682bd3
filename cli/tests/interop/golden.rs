//! Real packages give the documents that conda-index made of them.

use crate::channel::Packages;
use crate::channeldata::Channeldata;
use crate::peer::Peer;
use crate::towpath;

/// Everything but `channeldata.json`, which is compared by itself.
const OF_SUBDIRS: &str = "?[!h]*";

#[test]
fn real_packages_give_conda_index_s_documents() {
    let Some(peer) = Peer::found() else { return };
    let packages = Packages::at(peer.shared.packages());
    let channel = packages.channel();
    let run = towpath::index(
        channel.path(),
        &[
            "--channeldata",
            "--current-repodata",
            "--run-exports",
            "--write-shards",
            "--shards-in-place",
            "--no-indexed-timestamp",
        ],
    );
    assert_eq!(run.read(), channel.packages().len() as u64);
    let golden = peer.shared.golden();
    peer.assert_same(&golden, channel.path(), OF_SUBDIRS);
    peer.assert_same(channel.path(), &golden, OF_SUBDIRS);
    let theirs = Channeldata::of(&golden);
    assert_eq!(theirs.packages().len(), 176);
    Channeldata::of(channel.path()).assert_is(&theirs, &golden);
}
