//! Headers of members, and the frame of the tarball.

use crate::package::PackageError;
use crate::verify::{Check, Component, Found, Place, Readers, Rule, Severity, Source, Stream, Subject, Zstd};

pub(super) static B114: Rule = Rule {
    code: "B114",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Headers of a member do not contradict each other",
    sources: &[
        Source::Other("CVE-2025-62518 (TARmageddon)"),
        Source::Other("POSIX, pax: Extended Header"),
    ],
    why: "Readers that believe different headers unpack different files from one archive, and one of them may even \
          find members that the other takes for content. What a scanner saw is not what is installed.",
    mend: "Make the archive anew with the build tool, or with tar --format=pax without --sparse. If it was a build \
           tool that made it, report it there.",
    bad: "a header that says 0 bytes behind an extended header that says 1024",
    good: "an extended header with what the header has no room for: a long path, parts of seconds",
    readers: Readers::Differ,
    check: Check::Package(headers_do_not_contradict_each_other),
};

fn headers_do_not_contradict_each_other(subject: &Subject<'_>, found: &mut Found<'_>) {
    for entry in &subject.evidence.entries {
        for contradiction in &entry.contradictions {
            found.at(Place::member(entry.path.as_str()), contradiction.as_str());
        }
    }
}

pub(super) static B115: Rule = Rule {
    code: "B115",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Tarballs are whole, and nothing follows their ends",
    sources: &[Source::Other("POSIX, pax: ustar Interchange Format")],
    why: "Some readers stop at a damaged header as if it were the end and install a part of the package, others \
          refuse it. Without the two blocks of zeros at the end nobody can tell a whole tarball from one that was cut \
          off between two files. What lies behind the end is seen by no client.",
    mend: "Make the archive anew with the build tool, and upload it again.",
    bad: "a tarball that stops behind its last file",
    good: "a tarball with two blocks of 512 zeros behind its last file",
    readers: Readers::Refuse,
    check: Check::Package(tarballs_are_whole),
};

fn tarballs_are_whole(subject: &Subject<'_>, found: &mut Found<'_>) {
    for stream in &subject.evidence.streams {
        tell_of_failure(stream, found);
        tell_of_end(stream, found);
    }
    for entry in &subject.evidence.entries {
        for field in &entry.not_numbers {
            found.at(
                Place::member(entry.path.as_str()),
                format!("the {field} in its header is not a number"),
            );
        }
    }
}

/// What cannot be decompressed, or is too much, is a matter of the container.
fn tell_of_failure(stream: &Stream, found: &mut Found<'_>) {
    let is_refused = stream.zstd.as_ref().is_some_and(Zstd::is_refused);
    if let Some(error @ (PackageError::Tar { .. } | PackageError::TarTruncated { .. })) = &stream.failure
        && !is_refused
    {
        found.at(place_of(stream), error.to_string());
    }
}

fn tell_of_end(stream: &Stream, found: &mut Found<'_>) {
    let Some(end) = &stream.end else {
        return;
    };
    if end.has_lone_extension {
        let what = "the tarball ends with an extended header of a member that is not there";
        found.at(place_of(stream), what);
    }
    if end.zero_blocks == 0 {
        let what = "the tarball stops behind its last member, without the blocks of zeros that mark its end";
        found.agreed(Severity::Error, place_of(stream), what);
        return;
    }
    if let Some(offset) = end.other_data {
        let what = format!("something follows the end of the tarball, at its byte {offset}");
        found.agreed(Severity::Error, place_of(stream), what);
    } else if end.zero_blocks == 1 {
        let what = "the tarball ends with one block of zeros, not two";
        found.agreed(Severity::Warning, place_of(stream), what);
    }
}

/// The member of the zip; a `.tar.bz2` is one tarball.
fn place_of(stream: &Stream) -> Place {
    match stream.component {
        Component::Info | Component::Payload => Place::member(stream.member.as_str()),
        Component::Whole => Place::file(),
    }
}
