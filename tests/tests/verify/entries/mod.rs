//! Group B: the members of the tarballs.

mod headers;
mod links;
mod paths;
mod permissions;
mod portability;

use towpath_core::verify::Installs;
use towpath_tests::tarball::TarEnd;
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{Case, report_of, sound};

pub(crate) fn cases() -> Vec<Case> {
    [
        paths::cases(),
        links::cases(),
        permissions::cases(),
        headers::cases(),
        portability::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A sound package for one platform, where more is allowed.
fn sound_for(subdir: &str) -> PackageBuilder {
    sound().subdir(subdir)
}

#[test]
fn only_what_clients_do_not_agree_on_is_said_to_divide_them() {
    let told = |package: &PackageBuilder| {
        let report = report_of(&package.file_name(Kind::Conda), package.conda());
        (report.findings.len(), report.installs)
    };
    let linked = sound().hardlink("bin/demo", "share/demo/demo.txt");
    assert_eq!(told(&linked), (1, Installs::Same));
    let unmarked = sound().tar_end(TarEnd::Missing);
    assert_eq!(told(&unmarked), (2, Installs::Same));
    let dangling = sound().hardlink("bin/demo", "share/nothing");
    assert_eq!(told(&dangling), (1, Installs::Refused(["B105"].into())));
}
