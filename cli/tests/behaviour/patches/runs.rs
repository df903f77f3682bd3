//! When documents are written because of a patch, and that its file is only ever read.

use insta::assert_snapshot;

use super::{PATCH, channel, depending_on, depends_of_all};
use crate::environment::index;
use crate::published::files_below;

const EVERY_DOCUMENT: [&str; 3] = ["--run-exports", "--write-shards", "--zst"];

#[test]
fn a_patch_comes_changes_and_goes() {
    let channel = channel();
    let _ = index(&channel, &EVERY_DOCUMENT).succeeded();
    assert_eq!(depends_of_all(&channel), "old");

    let channel = channel.file(PATCH, depending_on("first").to_string());
    assert_snapshot!(index(&channel, &EVERY_DOCUMENT), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert_eq!(depends_of_all(&channel), "first");

    let channel = channel.file(PATCH, depending_on("second").to_string());
    assert_snapshot!(index(&channel, &EVERY_DOCUMENT), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert_eq!(depends_of_all(&channel), "second");

    let channel = channel.remove(PATCH);
    assert_snapshot!(index(&channel, &EVERY_DOCUMENT), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert_eq!(depends_of_all(&channel), "old");
}

#[test]
fn an_unchanged_patch_changes_nothing() {
    let channel = channel().file(PATCH, depending_on("new").to_string());
    let _ = index(&channel, &EVERY_DOCUMENT).succeeded();
    let before = files_below(channel.path());
    assert_snapshot!(index(&channel, &EVERY_DOCUMENT), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    assert!(files_below(channel.path()) == before);
}

/// But the page that lists the file.
#[test]
fn a_patch_that_is_only_spelled_anew_changes_nothing() {
    let channel = channel().file(PATCH, depending_on("new").to_string());
    let _ = index(&channel, &EVERY_DOCUMENT).succeeded();
    let spelled = serde_json::to_string_pretty(&depending_on("new")).unwrap();
    let channel = channel.file(PATCH, spelled);
    let outcome = index(&channel, &[&EVERY_DOCUMENT[..], &["--json"]].concat());
    assert!(
        outcome.stdout().contains(r#""documents_written":["index.html"]"#),
        "{outcome}"
    );
    assert_snapshot!(index(&channel, &EVERY_DOCUMENT), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn a_new_package_is_patched_with_the_others() {
    let channel = channel()
        .remove("noarch/quay-1-0.conda")
        .file(PATCH, depending_on("new").to_string());
    let _ = index(&channel, &EVERY_DOCUMENT).succeeded();
    let quay = super::channel();
    let bytes = fs_err::read(quay.path().join("noarch/quay-1-0.conda")).unwrap();
    let channel = channel.file("noarch/quay-1-0.conda", bytes);
    let _ = index(&channel, &EVERY_DOCUMENT).succeeded();
    assert_eq!(depends_of_all(&channel), "new");
}

/// conda-index writes over it with `--write-shards`.
/// E99.
#[test]
fn the_file_is_only_read() {
    let channel = channel().file(PATCH, depending_on("new").to_string());
    let file = |channel: &towpath_tests::ChannelBuilder| {
        let path = channel.path().join(PATCH);
        files_below(channel.path()).remove(&path).unwrap()
    };
    let before = file(&channel);
    for args in [&EVERY_DOCUMENT[..], &["--no-compact"], &["--write-shards"]] {
        let _ = index(&channel, args).succeeded();
        assert!(file(&channel) == before);
        assert_eq!(depends_of_all(&channel), "new");
    }
}
