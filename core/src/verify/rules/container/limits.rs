//! A012: how much comes out of a package.

use crate::package::PackageError;
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static A012: Rule = Rule {
    code: "A012",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "What comes out of the package is in proportion to it",
    sources: &[Source::Other("limits of ours, far beyond any real package")],
    why: "Some hundred kilobytes can expand to more than a disk holds. Clients unpack until the disk is full; this check \
          stopped, and has not seen the rest of the package.",
    mend: "Leave large files of zeros and the like out of the package, and create them when it is used. Split what has \
           millions of files or more than 16 GiB.",
    bad: "a file of 10 GiB of zeros in a package of 1 MiB",
    good: "real packages expand up to 50 times",
    readers: Readers::Agree,
    check: Check::Package(package_is_in_proportion),
};

fn package_is_in_proportion(subject: &Subject<'_>, found: &mut Found<'_>) {
    let zip = subject.evidence.zip().and_then(|zip| zip.failure.as_ref());
    let of_zip = zip.map(|error| (Place::file(), error));
    let of_streams = subject.evidence.streams.iter().filter_map(|stream| {
        let failure = stream.failure.as_ref()?;
        Some((Place::member(&stream.member), failure))
    });
    for (place, failure) in of_zip.into_iter().chain(of_streams) {
        match failure {
            // Both components together: the second was not begun.
            PackageError::TooLarge { .. } => {
                found.at(Place::file(), failure.to_string());
                break;
            }
            PackageError::Bomb { ratio } => {
                let what = format!("it expands to more than {ratio} times its size");
                found.at(place, what);
            }
            PackageError::TooManyMembers { .. }
            | PackageError::MemberTooLarge { .. }
            | PackageError::ZipDirectoryTooLarge { .. } => found.at(place, failure.to_string()),
            _ => {}
        }
    }
}
