//! Instructions in a package, as channels hand them to each other.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::{PATCH, channel, depending_on, depends_of_all};
use crate::environment::{Outcome, Towpath};

/// A package with instructions for noarch.
fn patches(depends: &str) -> PackageBuilder {
    let instructions = depending_on(depends).to_string();
    PackageBuilder::new("patches", "1", "0").payload(PATCH, instructions)
}

/// The run with what lies in the channel by this name as its generator.
fn patched_by(channel: &ChannelBuilder, path: &str) -> Outcome {
    Towpath::index(channel)
        .arg("--write-shards")
        .arg("--patch-generator")
        .arg(channel.path().join(path))
        .run()
}

#[rstest]
#[case("patches-1-0.conda", Kind::Conda)]
#[case("patches-1-0.tar.bz2", Kind::TarBz2)]
fn a_package_carries_instructions(#[case] name: &str, #[case] kind: Kind) {
    let channel = channel().file(name, patches("new").bytes(kind));
    let _ = patched_by(&channel, name).succeeded();
    assert_eq!(depends_of_all(&channel), "new");
    // They are published, as a document of the subdir.
    let instructions = fs_err::read_to_string(channel.path().join(PATCH)).unwrap();
    assert_eq!(instructions, format!("{}\n", depending_on("new")));
}

#[test]
fn a_package_without_instructions_for_a_subdir_leaves_it_to_its_file() {
    let other = PackageBuilder::new("patches", "1", "0").payload("linux-64/patch_instructions.json", "{");
    let channel = channel()
        .file("patches-1-0.conda", other.conda())
        .file(PATCH, depending_on("filed").to_string());
    let _ = patched_by(&channel, "patches-1-0.conda").succeeded();
    assert_eq!(depends_of_all(&channel), "filed");
}

#[test]
fn a_package_that_is_not_there_fails() {
    assert_snapshot!(patched_by(&channel(), "patches-1-0.conda"), @"
    exit status: 1
    ----- stderr -----
    error: noarch: failed to open file `[CHANNEL]/patches-1-0.conda`: No such file or directory (os error 2)
    some of its documents may be as they were
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn a_package_that_is_broken_fails() {
    let channel = channel().file("patches-1-0.conda", patches("new").tar_bz2());
    assert_snapshot!(patched_by(&channel, "patches-1-0.conda"), @"
    exit status: 1
    ----- stderr -----
    error: noarch: [CHANNEL]/patches-1-0.conda: is not a .conda archive: it looks like a bzip2 file
    some of its documents may be as they were
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn a_package_whose_instructions_are_broken_fails() {
    let broken = PackageBuilder::new("patches", "1", "0").payload(PATCH, "[]");
    let channel = channel().file("patches-1-0.conda", broken.conda());
    assert_snapshot!(patched_by(&channel, "patches-1-0.conda"), @"
    exit status: 1
    ----- stderr -----
    error: noarch: [CHANNEL]/patches-1-0.conda is not of the shape of patch instructions: invalid type: sequence, expected a map
    some of its documents may be as they were
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn a_path_in_towpath_toml_is_relative_to_the_channel() {
    let channel = channel()
        .file("hotfixes/patches-1-0.conda", patches("new").conda())
        .file(
            "towpath.toml",
            "[index]\npatch-generator = 'hotfixes/patches-1-0.conda'\n",
        );
    let _ = crate::environment::index(&channel, &[]).succeeded();
    assert_eq!(depends_of_all(&channel), "new");
}
