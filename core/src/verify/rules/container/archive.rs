//! A001: whether the file is an archive at all.

use crate::package::PackageError;
use crate::verify::{Check, Container, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static A001: Rule = Rule {
    code: "A001",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The file is the archive that its name promises",
    sources: &[Source::Cep(35, "Specification")],
    why: "Clients choose how to read a package by the ending of its name. A git-lfs pointer, an error page that was \
          saved in its place, half a download or a renamed tarball cannot be installed by anybody.",
    mend: "Upload the file that the build tool wrote, and compare its size with the one on the server. If it comes \
           from git, run git lfs pull first.",
    bad: "demo-1.0-0.conda begins with \"version https://git-lfs.github.com/spec/v1\"",
    good: "demo-1.0-0.conda begins with \"PK\", as a zip archive does, and ends with the directory of one",
    readers: Readers::Refuse,
    check: Check::Package(archive_is_what_its_name_promises),
};

fn archive_is_what_its_name_promises(subject: &Subject<'_>, found: &mut Found<'_>) {
    let failure = match &subject.evidence.container {
        Container::Other(error) => Some(error),
        Container::Conda(zip) => zip
            .failure
            .as_ref()
            .filter(|error| matches!(error, PackageError::ZipDamaged { .. })),
        Container::TarBz2(_) => None,
    };
    let Some(error) = failure else {
        return;
    };
    match error {
        PackageError::ZipDamaged { offset, what } => {
            let place = Place::file().offset(*offset);
            found.at(place, format!("the zip archive is damaged: {what}"));
        }
        _ => found.at(Place::file(), error.to_string()),
    }
}
