//! A001 and on: the container.

use crate::package::PackageError;
use crate::verify::{Check, Container, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) const RULES: &[&Rule] = &[&A001];

static A001: Rule = Rule {
    code: "A001",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The file is the archive that its name promises",
    sources: &[Source::Cep(35, "Archive formats")],
    why: "Clients choose how to read a package by the ending of its name. A git-lfs pointer, an error page that was \
          saved in its place or a renamed tarball cannot be installed by anybody.",
    mend: "Upload the file that the build tool wrote. If it comes from git, run git lfs pull first.",
    bad: "demo-1.0-0.conda begins with \"version https://git-lfs.github.com/spec/v1\"",
    good: "demo-1.0-0.conda begins with \"PK\", as a zip archive does",
    readers: Readers::Refuse,
    check: Check::Package(archive_is_what_its_name_promises),
};

fn archive_is_what_its_name_promises(subject: &Subject<'_>, found: &mut Found<'_>) {
    let failure = match &subject.evidence.container {
        Container::Other(error) => Some(error),
        Container::Conda(zip) if subject.evidence.streams.is_empty() => {
            let failure = zip.failure.as_ref();
            failure.filter(|error| matches!(error, PackageError::Zip(_)))
        }
        Container::Conda(_) | Container::TarBz2(_) => None,
    };
    if let Some(error) = failure {
        found.at(Place::file(), error.to_string());
    }
}
