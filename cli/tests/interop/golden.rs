//! Real packages give the documents that conda-index made of them.

use crate::channel::Packages;
use crate::peer::Peer;
use crate::towpath;

/// Everything but `channeldata.json`, which is not written yet.
const WRITTEN: &str = "?[!h]*";

#[test]
fn real_packages_give_conda_index_s_documents() {
    let Some(peer) = Peer::found() else { return };
    let packages = Packages::at(peer.shared.packages());
    let channel = packages.channel();
    let run = towpath::index(
        channel.path(),
        &[
            "--current-repodata",
            "--run-exports",
            "--write-shards",
            "--shards-in-place",
            "--no-indexed-timestamp",
        ],
    );
    assert_eq!(run.read(), channel.packages().len() as u64);
    peer.assert_same(&peer.shared.golden(), channel.path(), WRITTEN);
    peer.assert_same(channel.path(), &peer.shared.golden(), WRITTEN);
}
