//! A reason is for a line of a log, whatever the package is made of.

use serde_json::Value;
use towpath_tests::tarball::{Member, Tarball};
use towpath_tests::{
    Bz2Stream, ChannelBuilder, CondaContainer, InfoEntry, Kind, PackageBuilder, TarBz2Container,
};

use super::package;
use crate::environment::index;

const LONG: usize = 60_000;

fn in_zip_entry(name: String) -> Vec<u8> {
    package("R01").conda_with(CondaContainer {
        info: InfoEntry::Named(name),
        ..CondaContainer::default()
    })
}

fn in_tar_path(name: String) -> Vec<u8> {
    let mut tar = Tarball::new([Member::file(name, "content")]).bytes();
    // Without the end of the archive and the content.
    tar.truncate(tar.len() - 3 * 512);
    package("R02").tar_bz2_with(TarBz2Container {
        stream: Bz2Stream::Of(tar),
        ..TarBz2Container::default()
    })
}

fn in_index_json(package: &PackageBuilder, value: &str) -> Vec<u8> {
    package
        .clone()
        .index_bytes(format!("{{\"odd\": {value}}}"))
        .conda()
}

fn in_paths_json(package: PackageBuilder, value: &str) -> Vec<u8> {
    package
        .member("info/paths.json", format!("{{\"paths\": \"{value}\"}}"))
        .conda()
}

/// The reasons that packages with these bytes are left out for.
fn reasons(packages: [(&str, Kind, Vec<u8>); 4]) -> Vec<String> {
    let channel = packages
        .into_iter()
        .fold(ChannelBuilder::new(), |channel, (title, kind, bytes)| {
            channel.file(&format!("noarch/{}", package(title).file_name(kind)), bytes)
        });
    let outcome = index(&channel, &["--json"]);
    let done: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "0")).unwrap();
    let left_out = done["subdirs"][0]["left_out"].as_array().unwrap();
    let reasons = left_out
        .iter()
        .map(|left_out| left_out["reason"].as_str().unwrap());
    reasons.map(str::to_owned).collect()
}

#[test]
fn a_reason_is_short() {
    let long = "x".repeat(LONG);
    let reasons = reasons([
        ("R01", Kind::Conda, in_zip_entry(long.clone())),
        ("R02", Kind::TarBz2, in_tar_path(long.clone())),
        (
            "R03",
            Kind::Conda,
            in_index_json(&package("R03"), &("9".repeat(LONG) + "e9")),
        ),
        ("R04", Kind::Conda, in_paths_json(package("R04"), &long)),
    ]);
    assert_eq!(reasons.len(), 4);
    for reason in reasons {
        assert!(reason.len() < 600, "{} bytes", reason.len());
        assert!(reason.ends_with('…'), "{reason}");
    }
}

#[test]
fn a_reason_is_one_line_that_does_not_steer_a_terminal() {
    let odd = "new\nline\u{1b}[31m";
    let reasons = reasons([
        ("R01", Kind::Conda, in_zip_entry(odd.to_owned())),
        ("R02", Kind::TarBz2, in_tar_path(odd.to_owned())),
        ("R03", Kind::Conda, in_index_json(&package("R03"), odd)),
        (
            "R04",
            Kind::Conda,
            in_paths_json(package("R04"), r"new\nline\u001b[31m"),
        ),
    ]);
    assert_eq!(reasons.len(), 4);
    for reason in reasons {
        assert!(!reason.contains(char::is_control), "{reason:?}");
    }
}
