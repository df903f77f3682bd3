//! What is said of clients is what conda-package-streaming 0.13 and py-rattler 0.28 did with such files.

use towpath_core::verify::{Installs, Severity};
use towpath_tests::Kind::{Conda, TarBz2};
use towpath_tests::tarball::Member;
use towpath_tests::{CondaContainer, Kind, PackageBuilder};

use crate::case::{report_of, sound};
use crate::zip_file::ZipFile;

const STEM: &str = "demo-1.0-h1234567_0";

fn sound_for_linux() -> PackageBuilder {
    sound().subdir("linux-64")
}

fn installs(package: &PackageBuilder, kind: Kind) -> Installs {
    report_of(&package.file_name(kind), package.bytes(kind)).installs
}

#[track_caller]
fn assert_refused(code: &'static str, installs: &Installs) {
    let Installs::Refused(codes) = installs else {
        panic!("{code}: {installs:?}");
    };
    assert!(codes.contains(code), "{code}: {codes:?}");
}

#[rstest::rstest]
#[case::link_to_nothing("B106", sound_for_linux().symlink("bin/demo", ""))]
#[case::file_in_place_of_the_root("B101", sound_for_linux().payload_entry(Member::file(*b"./.", "x")))]
#[case::link_in_place_of_the_root("B101", sound_for_linux().payload_entry(Member::symlink(*b".", "bin")))]
#[case::long_name("B118", sound_for_linux().payload(&format!("share/{}", "a".repeat(256)), "x"))]
#[case::long_path("B118", sound_for_linux().payload(&format!("share/{}x", "aaa/".repeat(1023)), "x"))]
#[case::below_a_file("B103", sound_for_linux().payload("bin/demo", "x").payload("bin/demo/x", "x"))]
#[case::file_and_directory(
    "B103",
    sound_for_linux().payload("bin/demo", "x").payload_entry(Member::directory(*b"bin/demo/"))
)]
fn nobody_unpacks_it(#[case] code: &'static str, #[case] package: PackageBuilder) {
    assert_refused(code, &installs(&package, Conda));
    assert_refused(code, &installs(&package, TarBz2));
}

#[test]
fn a_directory_may_be_the_root() {
    let package = sound_for_linux().payload_entry(Member::directory(*b"./"));
    assert_eq!(installs(&package, Conda), Installs::Same);
}

#[test]
fn conda_refuses_two_members_that_begin_as_a_component() {
    let with = |name: String| CondaContainer {
        extra: vec![(name, Vec::new())],
        ..CondaContainer::default()
    };
    for name in [
        format!("info-{STEM}.txt"),
        format!("pkg-{STEM}-2.tar.zst"),
        format!("pkg-{STEM}"),
    ] {
        let bytes = sound().conda_with(with(name));
        let report = report_of(&sound().file_name(Conda), bytes);
        assert_refused("A002", &report.installs);
    }
}

#[test]
fn rattler_refuses_sizes_that_stand_behind_the_data() {
    let zip = ZipFile::of(&sound().conda()).edit(|member| member.descriptor = Some(0));
    let report = report_of(&sound().file_name(Conda), zip.bytes());
    assert_refused("A008", &report.installs);
    assert_eq!(report.worst(), Some(Severity::Warning));
}
