//! `towpath index --verify`: new and changed packages are held to the rules.

use insta::assert_snapshot;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::{flawed, sound};
use crate::environment::index;
use crate::published::Published;

/// A channel with a package that breaks rules, and one that does not.
fn channel() -> ChannelBuilder {
    let other = PackageBuilder::new("other", "1", "0").member("info/licenses/LICENSE", "");
    ChannelBuilder::new()
        .package(&flawed(), Kind::Conda)
        .package(&other, Kind::Conda)
}

#[test]
fn what_breaks_a_rule_is_left_out() {
    let channel = channel();
    assert_snapshot!(index(&channel, &["--verify"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/demo-1.0-h1234567_0.conda: F501 conda-meta/history: it is in conda-meta/, which is for clients alone
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
    assert_eq!(
        Published::of(&channel, "noarch").file_names(),
        ["other-1-0.conda"]
    );
}

#[test]
fn only_the_rules_that_are_named_count() {
    let channel = channel();
    assert_snapshot!(index(&channel, &["--verify=A,B109"]), @"
    exit status: 0
    ----- stderr -----
    warning: noarch/demo-1.0-h1234567_0.conda: B109 share/demo/open.txt: it has the mode 666, which lets everybody write
    [CHANNEL] (noarch): 2 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(Published::of(&channel, "noarch").file_names().len(), 2);
}

#[test]
fn several_errors_are_counted() {
    let package = sound().payload("conda-meta/x", "").payload("pkgs/y", "");
    let channel = ChannelBuilder::new().package(&package, Kind::Conda);
    assert_snapshot!(index(&channel, &["--verify", "--skip-broken"]), @"
    exit status: 0
    ----- stderr -----
    left out: noarch/demo-1.0-h1234567_0.conda: F501 conda-meta/x: it is in conda-meta/, which is for clients alone; and 1 more error: see towpath verify
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
    let package = package.payload("envs/z", "");
    let channel = ChannelBuilder::new().package(&package, Kind::Conda);
    assert_snapshot!(index(&channel, &["--verify"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/demo-1.0-h1234567_0.conda: F501 conda-meta/x: it is in conda-meta/, which is for clients alone; and 2 more errors: see towpath verify
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
}

#[test]
fn the_file_says_the_rest() {
    let toml = "[verify]\nprofile = 'mirror'\nignore = ['F501']\n[verify.severity]\nB119 = 'error'\n";
    let channel = channel().file("towpath.toml", toml);
    assert_snapshot!(index(&channel, &["--verify"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/demo-1.0-h1234567_0.conda: B119 share/demo/a b.txt: it has a space in its path
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
    let channel = self::channel().file("towpath.toml", "[verify]\nselect = ['Q']\n");
    let outcome = index(&channel, &[]);
    assert_eq!(outcome.status(), 2, "{outcome}");
}

#[test]
fn what_is_known_is_not_read_again() {
    let channel = ChannelBuilder::new().package(&flawed(), Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    // It was taken in before anybody asked for rules.
    assert_snapshot!(index(&channel, &["--verify"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    let other = PackageBuilder::new("other", "1", "0").payload("conda-meta/x", "");
    let channel = channel.package(&other, Kind::Conda);
    assert_snapshot!(index(&channel, &["--verify"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/other-1-0.conda: F501 conda-meta/x: it is in conda-meta/, which is for clients alone
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 1 left out; nothing to write in [TIME]
    ");
}

#[test]
fn there_is_no_rule_by_another_name() {
    assert_snapshot!(index(&channel(), &["--verify=Q"]), @r#"
    exit status: 2
    ----- stderr -----
    error: no rule's code begins with "Q": a code is like A001, a group like A or A0
    "#);
}
