//! `--channel`: packages in view of the channel that they are to be added to.

use insta::assert_snapshot;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::{DEMO, sound, with_files};
use crate::environment::{Outcome, Towpath, index};

/// A channel as clients see it.
fn published(package: &PackageBuilder) -> ChannelBuilder {
    let channel = ChannelBuilder::new().package(package, Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    channel
}

/// Checks a package that is to be added to the first channel, and is used with the others.
fn added(package: &PackageBuilder, channels: &[&ChannelBuilder]) -> Outcome {
    let names = ["[CHANNEL]", "[OTHER]"];
    let mut towpath = Towpath::new(["verify", DEMO]);
    for (channel, name) in channels.iter().zip(names) {
        towpath = towpath
            .arg("--channel")
            .arg(channel.path())
            .naming(channel.path(), name);
    }
    with_files(towpath, &[(DEMO, package.conda())]).run()
}

#[test]
fn what_was_published_keeps_its_content() {
    let channel = published(&sound());
    assert_snapshot!(added(&sound(), &[&channel]), @"
    exit status: 0
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded
    ");
    assert_snapshot!(added(&sound().payload("share/demo/new", "x"), &[&channel]), @r#"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error
      error G601: A file that was published keeps its content (CEP 36, sha256; caches of clients)
        noarch in "[CHANNEL]" has it with sha256 "02441d13ed44754ab61a9c1c19dd550096701b54c8ffeefb280360655b1aaead"; this file has 544380e5bc7278f0ba3a64c3a5822e80c379a7ed0daf4fe3a4e9dae2e2eabe62
        mend: Give the new build a higher build number, and so another file name. If the published file is to go, take it out of the channel rather than replace it.
    "#);
}

#[test]
fn dependencies_are_in_the_channel_or_in_one_that_is_used_with_it() {
    let channel = published(&PackageBuilder::new("python", "3.12.0", "0"));
    let other = published(&PackageBuilder::new("numpy", "2.1.0", "0"));
    let package = sound().depends(["python >=3", "numpy >=2"]);
    assert_snapshot!(added(&package, &[&channel]), @r#"
    exit status: 0
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded, 1 warning
      warning G603: Every dependency is in the channel, or in one that is used with it (CEP 29, names; CEP 42, channel relations)
        info/index.json depends[1]: [CHANNEL] has no package "numpy"
        mend: Look for a slip of the pen in the recipe. If the dependency is in another channel, name that too: --channel TARGET --channel OTHER.
    "#);
    assert_snapshot!(added(&package, &[&channel, &other]), @"
    exit status: 0
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded
    ");
}

#[test]
fn a_folder_that_is_no_channel_is_an_error() {
    assert_snapshot!(added(&sound(), &[&ChannelBuilder::new()]), @"
    exit status: 1
    ----- stderr -----
    error: [CHANNEL] is no channel: it has no repodata.json in noarch (`towpath index` makes it one)
    ");
}
