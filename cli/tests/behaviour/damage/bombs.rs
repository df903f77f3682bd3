//! Packages that are made to exhaust whoever reads them.

use std::time::{Duration, Instant};

use insta::assert_snapshot;
use towpath_tests::tarball::{Extension, Member};
use towpath_tests::{CondaContainer, EntryMethod, InfoStream, Kind, TarBz2Container};

use super::{Case, both, conda, file, outcomes, package};

/// Far more than refusing takes, far less than obeying would.
const QUICKLY: Duration = Duration::from_secs(20);

fn quickly(cases: &[Case]) -> String {
    let started = Instant::now();
    let outcomes = outcomes(cases);
    assert!(started.elapsed() < QUICKLY);
    outcomes
}

#[test]
fn tarballs_that_expand_beyond_all_measure_are_refused() {
    const GIB: u64 = 1 << 30;
    let zeros = |size| Member::zeros("info/zeros", size);
    let in_info = package("B01").info_entry(zeros(2 * GIB));
    // Before the info folder, because behind it nobody would look.
    let before_info = package("B02")
        .payload_entry(Member::zeros("zeros", GIB / 8))
        .order(["zeros"]);
    let best = TarBz2Container {
        level: 9,
        ..TarBz2Container::default()
    };
    // Deflated a second time, by the zip, behind the frame that holds the tarball.
    let behind = CondaContainer {
        method: EntryMethod::Deflated,
        stream: InfoStream::FrameThen(vec![0; 100 << 20]),
        ..CondaContainer::default()
    };
    assert_snapshot!(quickly(&[
        conda("B00 100 MiB of zeros in the zip", behind),
        file("B01 2 GiB of zeros in zstd", Kind::Conda, in_info.conda()),
        file("B02 128 MiB of zeros in bzip2", Kind::TarBz2, before_info.tar_bz2_with(best)),
    ]), @"
    B00 100 MiB of zeros in the zip
        left out: expands to more than 200 times its size: refused as a decompression bomb
    B01 2 GiB of zeros in zstd
        left out: expands to more than 200 times its size: refused as a decompression bomb
    B02 128 MiB of zeros in bzip2
        left out: expands to more than 200 times its size: refused as a decompression bomb
    ");
}

#[test]
fn members_and_headers_beyond_all_measure_are_refused() {
    const MIB: u64 = 1 << 20;
    assert_snapshot!(quickly(&[
        file(
            "B03 an index.json of 5 MiB",
            Kind::Conda,
            package("B03").info_entry(Member::zeros("info/index.json", 5 * MIB)).conda()
        ),
        both("B04 a name of 2 MiB", |package| {
            package.info_entry(Member::behind("info/x", Extension::GnuLongName, 2 * MIB))
        }),
        both("B05 a link target of 2 MiB", |package| {
            package.info_entry(Member::behind("info/x", Extension::GnuLongLink, 2 * MIB))
        }),
        both("B06 a PAX header of 2 MiB", |package| {
            package.info_entry(Member::behind("info/x", Extension::Pax, 2 * MIB))
        }),
        both("B07 a global PAX header of 2 MiB", |package| {
            package.info_entry(Member::behind("info/x", Extension::PaxGlobal, 2 * MIB))
        }),
        both("B08 a name of half a MiB", |package| {
            package.info_entry(Member::behind("info/x", Extension::GnuLongName, MIB / 2))
        }),
    ]), @"
    B03 an index.json of 5 MiB
        left out: info/index.json is larger than 4194304 bytes
    B04 a name of 2 MiB
        left out: the name or header of a tar member is larger than 1048576 bytes
    B05 a link target of 2 MiB
        left out: the name or header of a tar member is larger than 1048576 bytes
    B06 a PAX header of 2 MiB
        left out: the name or header of a tar member is larger than 1048576 bytes
    B07 a global PAX header of 2 MiB
        left out: the name or header of a tar member is larger than 1048576 bytes
    B08 a name of half a MiB
        indexed
    ");
}

#[test]
fn many_members_are_read_all_the_same() {
    assert_snapshot!(quickly(&[
        both("B09 20,000 members before index.json", |package| {
            package.info_entry(Member::numbered("info/many/", 20_000)).order_last(["info/index.json"])
        }),
        conda("B10 5,000 entries in the zip", CondaContainer {
            extra: (0..5000).map(|number| (format!("entry-{number}"), Vec::new())).collect(),
            ..CondaContainer::default()
        }),
    ]), @"
    B09 20,000 members before index.json
        indexed
    B10 5,000 entries in the zip
        indexed
    ");
}
